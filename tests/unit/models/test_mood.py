"""The sentiment and emotion models that come with the program."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.load import Trained, load
from models.mood import EmotionModel, SentimentModel
from models.segment import Segmenter

TRAINED = load()
SEGMENTER = Segmenter()
SIGN = {"negative": -1, "neutral": 0, "positive": 1}
CASES = (
    ("今天好开心啊，谢谢大家[爱你][鼓掌]", "positive", "happy"),
    ("气死我了，什么垃圾服务！！滚", "negative", "angry"),
    ("好难过，哭了一晚上[泪]", "negative", "sad"),
    ("好害怕，吓得不敢睡觉", "negative", "fear"),
)
REQUESTS = (
    "村口的路灯坏了一个月，请尽快派人来修",
    "希望尽快解决",
    "希望政府能在村口装几盏路灯",
    "建议增加去县城的公交班次",
    "请问社保卡在哪里补办？",
    "楼上半夜施工太吵",
    "反映东埠村垃圾没人清的问题",
    "恳请有关部门给予帮助",
    "望领导重视，早日把路修好，投诉了三次也没人管",
)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return TRAINED


@pytest.mark.parametrize(("text", "sentiment", "emotion"), CASES)
def test_plain_moods_are_read(text: str, sentiment: str, emotion: str, trained: Trained) -> None:
    """What any reader feels at once is felt."""
    tokens = SEGMENTER.tokens("", text)
    assert (
        trained.sentiment.leaning(trained.table.sums(tokens)).label,
        trained.emotion.feeling(trained.table.sums(tokens)).label,
    ) == (sentiment, emotion)


@pytest.mark.parametrize(
    ("plain", "negated"), [("我很满意", "我很不满意"), ("态度好", "态度不好"), ("我喜欢", "我不喜欢")]
)
def test_a_negation_lowers_the_score(plain: str, negated: str, trained: Trained) -> None:
    """不 turns praise into something less."""
    scores = [
        trained.sentiment.leaning(trained.table.sums(SEGMENTER.tokens("", text))).score for text in (plain, negated)
    ]
    assert scores[1] < scores[0]


@given(some.text(), some.text(alphabet="好坏气哭不很！？[]哈😀 \n"))
def test_scores_stay_within_their_bounds(title: str, body: str) -> None:
    """Whatever the text: a sentiment from -1 to 1 whose sign is the label's, an emotion from 1/6 to 1."""
    tokens = SEGMENTER.tokens(title, body)
    leaning, feeling = (
        TRAINED.sentiment.leaning(TRAINED.table.sums(tokens)),
        TRAINED.emotion.feeling(TRAINED.table.sums(tokens)),
    )
    assert -1 <= leaning.score <= 1
    assert leaning.score * SIGN[leaning.label] >= 0
    assert 1 / 6 <= feeling.score <= 1


@pytest.mark.parametrize("text", ["", "\x00", "😀", "𠮷", "怒" * 33_000])
def test_strange_text_is_answered(text: str, trained: Trained) -> None:
    """Empty, huge and unreadable text gets labels of the two models."""
    tokens = SEGMENTER.tokens(text, text)
    assert trained.sentiment.leaning(trained.table.sums(tokens)).label in SIGN
    assert trained.emotion.feeling(trained.table.sums(tokens)).label in {
        "angry",
        "fear",
        "happy",
        "neutral",
        "sad",
        "surprise",
    }


def test_a_model_alone_answers_as_with_the_others(trained: Trained) -> None:
    """Sharing one table of words changes no score."""
    emotion, sentiment = EmotionModel.load(), SentimentModel.load()
    for text, *_ in CASES:
        tokens = SEGMENTER.tokens(text, text)
        assert emotion.feelings(emotion.table.sums(tokens)) == pytest.approx(
            trained.emotion.feelings(trained.table.sums(tokens)), abs=1e-6
        )
        assert sentiment.leaning(sentiment.table.sums(tokens)).score == pytest.approx(
            trained.sentiment.leaning(trained.table.sums(tokens)).score, abs=1e-6
        )


@pytest.mark.parametrize(
    "text",
    [
        "感谢社区工作人员，路灯修好了，点赞",
        "为民警点赞！帮我找回了钱包，非常感谢",
        "社区医院的护士态度特别好，谢谢你们",
        "办事大厅效率很高，十分钟就办好了，满意",
        "昨天反映的漏水今天就修好了，效率真高，谢谢",
    ],
)
def test_praise_of_an_office_is_found(text: str, trained: Trained) -> None:
    """Residents' thanks are what the model is there to find."""
    assert trained.sentiment.leaning(trained.table.sums(SEGMENTER.tokens("", text))).label == "positive"


CLOSINGS = some.tuples(
    some.sampled_from(["，", "。", "！", " ", "\n", "。\n　　"]),
    some.sampled_from(["", "万分", "非常", "十分的", "在此", "再次"]),
    some.sampled_from(["谢谢", "感谢", "多谢"]),
    some.sampled_from(["", "了", "您", "领导", "各位领导", "大家的关心"]),
    some.sampled_from(["", "！", "。", "~", "！祝您身体健康，工作顺利！", "。此致敬礼！", "\n此致\n敬礼"]),
).map("".join)


@pytest.mark.parametrize(
    "text", ["通知：明天上午九点停水", "税务局开通网上缴费，可通过手机办理", "关于暂停办理不动产登记业务的公告"]
)
def test_a_notice_is_neutral(text: str, trained: Trained) -> None:
    """What an office makes known has no mood, also where it is unwelcome."""
    assert trained.sentiment.leaning(trained.table.sums(SEGMENTER.tokens("", text))).label == "neutral"


@given(asked=some.sampled_from(REQUESTS), closing=CLOSINGS, titled=some.booleans())
def test_a_polite_closing_makes_no_request_positive(asked: str, closing: str, *, titled: bool) -> None:
    """A letter that ends with thanks, good wishes and a salute is as it is without them, not praise."""
    tokens = SEGMENTER.tokens(asked + closing, "") if titled else SEGMENTER.tokens("", asked + closing)
    sums = TRAINED.table.sums(tokens)
    assert TRAINED.sentiment.leaning(sums).label != "positive"
    assert TRAINED.emotion.feeling(sums).label != "happy"


@pytest.mark.parametrize(
    "text", ["谢谢镇里修好了路", "路修好了，谢谢镇里", "路灯一直没人修，谢谢镇里修好了", "终于来水了，谢谢抢修的师傅"]
)
def test_thanks_for_what_was_done_stay_praise(text: str) -> None:
    """Only manners are left out."""
    assert TRAINED.sentiment.leaning(TRAINED.table.sums(SEGMENTER.tokens("", text))).label == "positive"


@pytest.mark.parametrize("face", ["抓狂", "衰", "泪", "怒", "崩溃", "晕"])
def test_a_face_of_anger_or_grief_is_no_joy(face: str, trained: Trained) -> None:
    """Weibo's faces mean what everybody takes them to mean, though few labelled posts hold some of them."""
    assert trained.sentiment.leaning(trained.table.sums(SEGMENTER.tokens("", f"今天[{face}]"))).score < 0


def test_a_sentiment_is_the_sum_of_its_feelings(trained: Trained) -> None:
    """Both models read one: anger, fear and sadness together are what is negative."""
    tokens = SEGMENTER.tokens("", "又停水了，真烦，有点担心")
    feelings = dict(zip(trained.emotion.labels, trained.emotion.feelings(trained.table.sums(tokens)), strict=True))
    negative = feelings["angry"] + feelings["fear"] + feelings["sad"]
    assert trained.sentiment.shares(trained.table.sums(tokens))["negative"] == pytest.approx(negative)
