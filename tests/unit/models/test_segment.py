"""Words are cut as jieba cuts them, with the township's own words kept whole."""

import json
import random
from math import isclose, log
from pathlib import Path

import jieba
import pytest

from models.segment import Segmenter, Tokens

WORDS = ("柳溪村", "柳溪村小学", "青石桥", "黄泥坳", "老街", "三友大道", "A3区", "K8路", "石门镇卫生院", "幸福里二期")
TEXTS = (
    "",
    " \t\r\n　",
    "柳溪村小学的围墙裂了一道缝，孩子们每天从下面走过，请尽快派人来看看！",
    "青石桥菜市场门口污水横流，臭气熏天，12345打了三次都没有人管。",
    "我们A3区K8路的路灯坏了2个月了……晚上一片漆黑，老人摔了好几跤",
    "石门镇卫生院的医生态度很好，谢谢你们[赞][赞][哈哈]😀👍🏽",
    "WiFi信号太差，5G套餐退不了，客服说3.5天内处理，结果过了30%的时间还没人理",
    "𠮷野家旁边的𪚥字招牌、㐂事店、鿿、豈",
    "区区区区 大大大大 慢慢慢慢 美美美美",
    "a\x00b\x07你好\u200b世界\ufeff，ＡＴＭ机坏了１２天",
    "好" * 5000,
    "x" * 100_000,
)
STREAM = Path(__file__).parents[4] / "shared" / "data" / "messages_stream.jsonl"


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(WORDS)


@pytest.fixture(scope="module")
def reference(segmenter: Segmenter) -> jieba.Tokenizer:
    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in sorted(WORDS, key=lambda word: (len(word), word)):
        tokenizer.add_word(word, tokenizer.suggest_freq(word, tune=False) + 1)
    return tokenizer


def probability(words: list[str], reference: jieba.Tokenizer) -> float:
    """What jieba maximises: the sum of the logarithms of the words' shares."""
    return sum(log(reference.FREQ.get(word) or 1) - log(reference.total) for word in words)


def agree(text: str, segmenter: Segmenter, reference: jieba.Tokenizer) -> bool:
    """Whether both cut alike; where not, the readings must be equally probable."""
    ours = segmenter.cut(text)
    theirs: list[str] = reference.lcut(text, HMM=False)
    if ours != theirs:
        assert "".join(ours) == text
        assert isclose(probability(ours, reference), probability(theirs, reference), rel_tol=1e-12), text
    return ours == theirs


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_words_are_those_of_jieba(text: str, segmenter: Segmenter, reference: jieba.Tokenizer) -> None:
    """Text of every kind is cut as jieba 0.42.1 cuts it without its hidden Markov model."""
    text = "".join(segmenter.cut(text))
    agree(text, segmenter, reference)


def test_mixed_words_are_those_of_jieba(segmenter: Segmenter, reference: jieba.Tokenizer) -> None:
    """A thousand random mixtures of added words, common words and characters differ only where readings tie."""
    mix = random.Random(3)
    pieces = [*WORDS, *"的在了村口小学路大道区石门老街卫生院A3K8 ，。！?", "教育局", "污水处理厂", "人民政府"]
    texts = ["".join(mix.choices(pieces, k=30)) for _ in range(1000)]
    assert sum(agree(text, segmenter, reference) for text in texts) >= 990


@pytest.mark.skipif(not STREAM.exists(), reason="../shared/data is not there")
def test_residents_words_are_those_of_jieba(segmenter: Segmenter, reference: jieba.Tokenizer) -> None:
    """A sample of residents' messages is cut as jieba cuts it, save where readings tie."""
    rows = [json.loads(line) for line in STREAM.read_text().splitlines()[::20]]
    alike = [agree(segmenter_text(row["body"], segmenter), segmenter, reference) for row in rows]
    assert sum(alike) >= len(alike) - 2


def segmenter_text(text: str, segmenter: Segmenter) -> str:
    """The text as the segmenter sees it: full-width letters and digits made ordinary."""
    return "".join(segmenter.cut(text))


@pytest.mark.parametrize("word", WORDS)
def test_a_townships_word_stays_whole(word: str, segmenter: Segmenter) -> None:
    """A word that was added is not cut, alone or in a sentence."""
    assert segmenter.cut(word) == [word]
    assert word in segmenter.cut(f"请问，{word}。")


def test_the_order_of_added_words_does_not_matter() -> None:
    """The same words give the same cuts, whoever lists them first."""
    text = "柳溪村小学和柳溪村在青石桥老街。"
    assert Segmenter(WORDS).cut(text) == Segmenter(reversed(WORDS)).cut(text)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_nothing_is_lost(text: str, segmenter: Segmenter) -> None:
    """The words together are as long as the text, so that places in it hold."""
    assert len("".join(segmenter.cut(text))) == len(text)


def test_a_lone_surrogate_does_not_raise(segmenter: Segmenter) -> None:
    """JSON can hold half a character; it becomes a question mark."""
    assert "".join(segmenter.cut("坏了\ud83d没人修")) == "坏了?没人修"


def test_full_width_is_as_good_as_ordinary(segmenter: Segmenter) -> None:
    """Full-width letters and digits make the same words as ordinary ones."""
    assert segmenter.cut("ＡＴＭ坏了１２天") == segmenter.cut("ATM坏了12天")


def test_title_and_body_stay_apart(segmenter: Segmenter) -> None:
    """No word and no phrase is made across the end of the title."""
    tokens = segmenter.tokens("路灯不", "好")
    assert (tokens.title, tokens.body) == (("路灯", "不"), ("好",))
    assert "不 好" not in tokens.phrases


def test_a_negation_makes_a_phrase() -> None:
    """What follows a negation or an opening bracket is read with it."""
    assert Tokens.of((), ("不", "满意", "[", "哈哈", "]")).phrases == {"不 满意", "[ 哈哈"}


@pytest.mark.parametrize("query", ["卫生院", "卫生", "石门镇卫生院", "ＷＩＦＩ", "WiFi", "K8路", "教育", "教育局"])
def test_a_query_finds_its_words(query: str, segmenter: Segmenter) -> None:
    """Every word of a query stands among the words of a text that holds it: case, width and long words aside."""
    text = segmenter.tokens("石门镇卫生院没有wifi", "K8路旁的教育局长")
    assert set(segmenter.search(query).split(" ")) <= set(text.searchable.split(" "))


def test_only_words_are_searchable(segmenter: Segmenter) -> None:
    """Punctuation, blanks and emoji are no search words, and no word is longer than the index takes."""
    words = segmenter.tokens("！！😀", f"　a\x00 {'y' * 70_000}。").searchable.split(" ")
    assert words == ["a", "y" * 64]
    assert segmenter.search("，。 \n") == ""
