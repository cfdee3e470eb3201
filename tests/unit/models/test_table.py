"""A word is looked up once and weighs what it and its parts weigh."""

from math import log
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray

from models.segment import Tokens
from models.table import MANY, Sums, Table, parts

WORDS = ("卫生", "卫生院", "医院", "不 好", "！")


def weights(*columns: float) -> NDArray[np.float32]:
    """One row a word, each the powers of two that tell whose weight is in a sum."""
    return np.array([[2.0**row * column for column in columns] for row in range(len(WORDS))], dtype=np.float32)


class Read(NamedTuple):
    """The numbers of a post's sums, by name."""

    title: list[float]
    whole: list[float]
    again: list[float]
    felt: list[float]


def read(sums: Sums) -> Read:
    return Read(*sums.numbers.tolist())


def whole(table: Table, *words: str) -> list[float]:
    return read(table.sums(Tokens.of((), words))).whole


def test_a_word_brings_its_parts() -> None:
    """卫生院 weighs its own weight and that of 卫生."""
    assert whole(Table(WORDS, weights(1)), "卫生院") == [2 + 1]


def test_a_word_never_seen_counts_by_its_parts() -> None:
    """卫生所 is unknown, 卫生 within it is not."""
    assert whole(Table(WORDS, weights(1)), "卫生所") == [1]


def test_a_word_counts_once() -> None:
    """Repeating a word or a sign a thousand times changes nothing."""
    table = Table(WORDS, weights(1))
    assert whole(table, *["医院"] * 1000, "！", "！") == whole(table, "医院", "！")


def test_what_is_said_again_is_counted_apart() -> None:
    """A word said twice adds log 2 of its weight, one said three times log 3; a stranger's parts as well."""
    table = Table(WORDS, weights(1))
    assert read(table.sums(Tokens.of((), ("医院", "卫生")))).again == [0]
    assert read(table.sums(Tokens.of(("医院",), ("医院",)))).again == pytest.approx([4 * log(2)], abs=0.01)
    assert read(table.sums(Tokens.of((), ("卫生所",) * 3))).again == pytest.approx([log(3)], abs=0.01)


def test_a_word_of_the_title_is_in_both_sums() -> None:
    """Title and whole are added up apart; a stranger's parts stand where it stands."""
    sums = Table(WORDS, weights(1)).sums(Tokens.of(("医院", "卫生所", "医院"), ("医院", "！")))
    assert (read(sums).title, read(sums).whole) == ([4 + 1], [4 + 1 + 16])


def test_the_order_of_words_does_not_matter() -> None:
    """The same words in another order give the same number to the last bit."""
    random = np.random.default_rng(1)
    names = [chr(0x4E00 + at) for at in range(500)]
    numbers = random.normal(size=(500, 3)).astype(np.float16).astype(np.float32)
    table = Table(names, numbers)
    assert whole(table, *names) == whole(table, *reversed(names))


POLITE = ("请", "尽快", "处理", "，", "谢谢", "医院")
STRANGE = ("卫生所", "卫生\0所", "卫生所长", "医院里面", "x", "x" * 9, "\0", "", "\U0001f600", "\U0001f600\U0001f601")
TEXTS = some.lists(some.sampled_from([*WORDS, *POLITE, *STRANGE, "不", "好"]))
POSTS = some.lists(some.tuples(TEXTS, TEXTS))


@settings(deadline=None)
@given(POSTS)
def test_many_posts_have_the_sums_that_they_have_one_by_one(posts: list[tuple[list[str], list[str]]]) -> None:
    """To the last bit; no phrase goes from one post, or from a title, to the next words."""
    cut = [Tokens.of(title, body) for title, body in posts]
    table = Table(WORDS, weights(1, 3))
    together = table.sums_of_all(cut * MANY)[-len(cut) :]
    assert [*map(read, together)] == [read(Table(WORDS, weights(1, 3)).sums(tokens)) for tokens in cut]
    for tokens, sums in zip(cut, together, strict=True):
        assert read(sums).whole == weighed(tokens)
        assert read(sums).felt == weighed(tokens.feeling)


def test_what_stands_in_a_polite_end_alone_is_not_felt() -> None:
    """Words that were said before it are; of a text that is nothing but polite there are none."""
    table = Table(WORDS, weights(1))
    assert read(table.sums(Tokens.of((), ("！", "卫生", "请", "医院", "处理", "！", "谢谢")))).felt == [16 + 1]
    assert read(table.sums(Tokens.of(("请", "医院", "处理"), ()))).felt == [0]
    assert read(table.sums(Tokens.of((), ("医院", "好", "！", "谢谢", "医院")))).felt == [4 + 16]


def weighed(tokens: Tokens) -> list[float]:
    weight = sum(WEIGHS.get(word, 0) for word in tokens.words | tokens.phrases)
    return [weight, 3 * weight]


WEIGHS = {
    "卫生": 1,
    "卫生院": 2 + 1,
    "医院": 4,
    "不 好": 8,
    "！": 16,
    "卫生所": 1,
    "卫生\0所": 1,
    "卫生所长": 1,
    "医院里面": 4,
}


def test_strangers_are_forgotten_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many were met before, and however many stand in one post, each weighs what its parts weigh."""
    monkeypatch.setattr("models.table.MOST", 3)
    table = Table(WORDS, weights(1))
    assert whole(table, "卫生所", "医院外") == [1 + 4]
    assert whole(table, "卫生员", "医院外", "x", "y") == [1 + 4]
    assert whole(table, "卫生所", *"abcdefgh", "卫生员", "外医院", "卫生院") == [1 + 1 + 4 + 3]
    assert whole(table, "卫生所", "x" * 1000) == [1]


def test_what_was_met_is_no_part() -> None:
    """A stranger weighs the same before and after another one that is within it."""
    table = Table(WORDS, weights(1))
    first = whole(table, "新卫生所")
    assert whole(table, "卫生所") == [1]
    assert whole(Table(WORDS, weights(1)), "新卫生所") == first == [1]
    assert whole(table, "新卫生所", "新") == first


def test_no_words_weigh_nothing() -> None:
    """The empty text has sums of zero."""
    assert whole(Table(WORDS, weights(1, 3))) == [0, 0]


@pytest.mark.parametrize("word", ["字" * 9, "不 好", "A3B4", "\U00020bb7\U00020bb7\U00020bb7", "医", ""])
def test_what_is_no_long_word_has_no_parts(word: str) -> None:
    """Phrases, other scripts, short words and what is too long to be a word stand for themselves alone."""
    assert parts(word) == set()


def test_the_parts_of_a_word() -> None:
    """One to three characters at each place, shorter than the word."""
    assert parts("城管执法") == {*"城管执法", "城管", "管执", "执法", "城管执", "管执法"}
    assert parts("医院") == {"医", "院"}


def test_sums_by_sentence_are_those_of_each_sentence_alone() -> None:
    """The columns that are wanted by sentence are added up sentence by sentence; none goes beyond the title."""
    table = Table(["水", "火", "救"], np.array([[1, 2], [4, 8], [16, 32]], dtype=np.float32), by_sentence=(1, 2))
    posts = [Tokens.of(["水", "救"], ["火", "。", "救", "救", "！"]), Tokens.of([], []), Tokens.of([], ["\n", "水"])]
    assert [sums.sentences.tolist() for sums in table.sums_of_all(posts)] == [[[34], [8], [64]], [], [[0], [2]]]
    assert [post.sentences for post in posts] == [[0, 2, 4], [], [0, 1]]


@pytest.mark.parametrize("posts", [1, MANY])
def test_words_that_begin_alike_are_told_apart(posts: int) -> None:
    """However long they are, and whatever they are written with, by few posts and by many."""
    words = ["一", "一二", "一二三", "一二三四", "一二三四五", "一二三四五六", "\U00020bb7", "\U00020bb8", "\uffff"]
    table = Table(words, np.array([[2.0**at] for at in range(len(words))], dtype=np.float32))
    rows = table.sums_of_all([Tokens.of((), (word,)) for word in words] * posts)
    alone = [read(table.sums(Tokens.of((), (word,)))).whole for word in words]
    assert [read(sums).whole for sums in rows] == alone * posts
    assert alone[:4] == [[1], [2 + 1], [4 + 2 + 1], [8 + 4 + 2 + 1]]
    assert alone[-3:] == [[64], [128], [256]]
