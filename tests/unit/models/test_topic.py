"""The topic model that comes with the program."""

import re

import pytest

from models.load import Trained, load
from models.segment import Segmenter
from models.topic import TopicModel

LABELS = {"城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输"}
CASES = (
    ("化工厂夜里偷排黑水，河里的鱼都死了", "环境保护"),
    ("公司拖欠农民工工资，社保也没有缴", "劳动和社会保障"),
    ("小学乱收补课费，老师要求学生买指定教材", "教育文体"),
    ("乡卫生院没有医生值班，疫苗也打不上", "卫生计生"),
    ("小区门口的路面塌了，路灯也不亮，人行道没法走", "城乡建设"),
    ("出租车拒载，司机不打表", "交通运输"),
    ("直销公司搞传销，骗老人买保健品，要求工商查处", "商贸旅游"),
)
STRANGE = ("", " \n", "😀😀🏽", "𠮷𪚥", "a\x00b", "\x00", "！！！", "12345", "好" * 33_000, "x" * 100_000)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return load()


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.mark.parametrize(("text", "topic"), CASES)
def test_plain_requests_get_their_topic(text: str, topic: str, trained: Trained, segmenter: Segmenter) -> None:
    """What any clerk would know at a glance is known."""
    assert trained.topic.rank(trained.table.sums(segmenter.tokens("", text))).label == topic


def test_topics_are_the_seven_of_the_data(trained: Trained) -> None:
    """No label is missing, misspelt or invented."""
    assert set(trained.topic.labels) == LABELS


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_strange_text_is_answered(text: str, trained: Trained, segmenter: Segmenter) -> None:
    """Empty, huge and unreadable text gets an answer that is a probability."""
    for title, body in ((text, ""), ("", text), (text, text)):
        ranking = trained.topic.rank(trained.table.sums(segmenter.tokens(title, body)))
        assert 1 / 7 <= ranking.score <= 1
        assert ranking.label in LABELS
        assert ranking.runner_up in LABELS - {ranking.label}


@pytest.mark.parametrize("text", ["", "😀", "\x00", "...", "abc 123"])
def test_what_has_no_known_word_is_uncertain(text: str, trained: Trained, segmenter: Segmenter) -> None:
    """An office is never chosen with confidence for a post without words."""
    assert trained.topic.rank(trained.table.sums(segmenter.tokens("", text))).uncertain


def test_the_same_text_has_the_same_score(trained: Trained) -> None:
    """Two segmenters and two loads give one score, to the last bit."""
    again, text = TopicModel.load(), CASES[0][0]
    tokens = [Segmenter().tokens(text, text * 3) for _ in range(2)]
    assert again.rank(again.table.sums(tokens[0])) == trained.topic.rank(trained.table.sums(tokens[1]))


def test_title_and_body_are_separate_fields(trained: Trained, segmenter: Segmenter) -> None:
    """The same words weigh differently in the title."""
    in_title = trained.topic.probabilities(trained.table.sums(segmenter.tokens("学校", "医院")))
    in_body = trained.topic.probabilities(trained.table.sums(segmenter.tokens("医院", "学校")))
    assert in_title != in_body


def test_no_number_and_no_handle_is_known(trained: Trained) -> None:
    """The vocabularies hold ideographs and signs: no digit, no Latin letter, nothing longer than a word."""
    for words in (trained.topic.vocabulary, trained.sentiment.vocabulary, trained.emotion.vocabulary):
        assert len(words) > 10_000
        assert not [word for word in words if re.search(r"[0-9０-９A-Za-zＡ-Ｚａ-ｚ]", word)]
        assert not [word for word in words if len(word) > 12]
    assert not [word for word in trained.keywords.counts if not re.fullmatch("[\u3400-\u9fff]{2,8}", word)]
