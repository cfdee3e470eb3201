"""Words are placed by the company that they keep."""

import numpy as np
import pytest

from models.train.meaning import meanings

WORDS = ("公交", "出租车", "司机", "学校", "幼儿园", "老师", "车", "无人问津")
TEXTS = [["公交", "司机"], ["出租车", "司机"], ["学校", "老师"], ["幼儿园", "老师"], ["车", "老师"], ["司机"], []] * 3


def test_words_in_like_company_are_alike() -> None:
    """公交 and 出租车 never stand together, but both with 司机: they are nearer than 公交 and 学校."""
    vectors = dict(zip(WORDS, meanings(TEXTS, WORDS), strict=True))
    assert vectors["公交"] @ vectors["出租车"] > 0.1 + abs(vectors["公交"] @ vectors["学校"])


@pytest.mark.parametrize("word", ["车", "无人问津"])
def test_single_characters_and_unseen_words_mean_nothing(word: str) -> None:
    """A character within other words would bring them a meaning that is not theirs."""
    assert not np.round(meanings(TEXTS, WORDS)[WORDS.index(word)], 9).any()


def test_texts_without_company_are_no_error() -> None:
    """One word a text, or no text at all, gives zeros."""
    assert not meanings([["公交"], []], WORDS).any()
    assert not meanings([], WORDS).any()
