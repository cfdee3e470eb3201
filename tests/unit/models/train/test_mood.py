"""What is learned of moods is what is served."""

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from models.mood import EmotionModel, SentimentModel
from models.segment import Tokens
from models.train.corpus import Cut, DataError, Example
from models.train.mood import POLARITY, fitted

FEELINGS = {
    "happy": ("开心", "喜欢", "谢谢", "真棒"),
    "angry": ("气死", "可恶", "混蛋", "骗子"),
    "sad": ("难过", "眼泪", "心碎", "失去"),
    "neutral": ("公告", "时间", "地点", "会议"),
}
UNLABELLED = [Tokens.of((), ("荣幸", "开心", "谢谢"))] * 5


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that share tiny sums wait for each other longer than they compute."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def cut(label: str, words: Sequence[str], source: str = "everyday", weight: float = 1) -> Cut:
    example = Example(title="", body="", label=label, source=source, key="", part="train", weight=weight)
    return Cut(example=example, tokens=Tokens.of((), words))


@pytest.fixture(scope="module")
def rows() -> list[Cut]:
    random = np.random.default_rng(3)
    idle = cycle(["今天", "我们", "这里", "，"])
    return [
        cut(label, [*random.choice(words, 3).tolist(), next(idle), next(idle)])
        for label, words in FEELINGS.items()
        for _ in range(30)
    ]


def share(rows: Sequence[Cut], label: str, *words: str) -> float:
    model = EmotionModel(fitted(rows, []))
    return model.feelings(model.table.sums(Tokens.of((), words)))[model.labels.index(label)]


def test_what_unlabelled_texts_say_of_a_word_counts(rows: list[Cut]) -> None:
    """荣幸 is in no labelled row, but in the company of 开心 and 谢谢: it is a word of praise."""
    model = SentimentModel(fitted(rows, UNLABELLED))
    assert model.leaning(model.table.sums(Tokens.of((), ("荣幸",)))).label == "positive"


def test_a_polar_row_teaches_the_sign(rows: list[Cut]) -> None:
    """坑人 has no emotion in any row, but is negative in thirty."""
    polar = [cut(label, words, POLARITY) for label, words in (("negative", ["坑人"]), ("positive", ["真棒"]))] * 30
    model = SentimentModel(fitted([*rows, *polar], []))
    assert model.leaning(model.table.sums(Tokens.of((), ("坑人",)))).label == "negative"


def test_more_rows_of_one_sign_make_no_text_more_likely_to_have_it(rows: list[Cut]) -> None:
    """How many posts of a set are negative says nothing of other texts: words of both signs are left undecided."""
    polar = [("negative", "坑人")] * 90 + [("positive", "荣幸")] * 10
    model = SentimentModel(fitted([*rows, *(cut(label, [word], POLARITY) for label, word in polar)], []))
    assert (
        model.leaning(model.table.sums(Tokens.of((), ("荣幸",)))).score
        > 0
        > model.leaning(model.table.sums(Tokens.of((), ("坑人",)))).score
    )


def test_a_corrected_sentiment_counts_among_emotions(rows: list[Cut]) -> None:
    """An officer who calls a text positive names no emotion: it is one of those that are."""
    wrong = ("可恶", "骗子")
    before, after = (
        share([*rows, *more], "happy", *wrong) for more in ([], [cut("positive", wrong, "correction")] * 9)
    )
    assert after > before


def test_weights_count_like_copies(rows: list[Cut]) -> None:
    """A correction that counts ten times moves the answer further than one that counts once."""
    wrong = ("可恶", "骗子")
    once, often = (share([*rows, cut("happy", wrong, weight=weight)], "happy", *wrong) for weight in (1, 10))
    assert often > once


def test_too_little_to_learn_from_is_said(rows: list[Cut]) -> None:
    """Three feelings at least."""
    with pytest.raises(DataError, match="too little to learn from"):
        fitted([row for row in rows if row.example.label in {"happy", "sad"}], [])
