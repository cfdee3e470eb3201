"""Telling words are rare among the others' messages and frequent in this one."""

from pathlib import Path

import pytest

from models.artefact import Unusable
from models.keywords import KeywordWeights
from models.segment import Tokens

WEIGHTS = KeywordWeights(documents=1000, counts={"我们": 900, "路灯": 50, "围墙": 10})


def telling(*words: str) -> tuple[str, ...]:
    return WEIGHTS.telling(Tokens.of((), words)).words


def test_rare_words_come_first() -> None:
    """A word never counted is the rarest."""
    assert telling("我们", "路灯", "围墙", "柳溪村") == ("柳溪村", "围墙", "路灯", "我们")


def test_frequent_words_rise() -> None:
    """What a post says again and again is what it is about, in title or body."""
    assert telling("围墙", "路灯", "路灯", "路灯")[0] == "路灯"
    assert WEIGHTS.telling(Tokens.of(("路灯", "路灯"), ("路灯", "围墙"))).words[0] == "路灯"


def test_equals_stand_in_a_fixed_order() -> None:
    """The same words in another order are the same keywords."""
    assert telling("甲村", "乙村", "丙村") == telling("丙村", "甲村", "乙村")


def test_at_most_eight_words() -> None:
    """More would be a summary."""
    assert len(telling(*(f"{chr(0x4E00 + at)}村" for at in range(50)))) == 8


def test_only_words_of_chinese_are_keywords() -> None:
    """No number, no Latin name, no single character, no sign, no blank: nothing that could be a telephone number."""
    assert telling("13800000000", "zhang_san", "A3区", "灯", "！", "😀", " ", "\x00", "") == ()


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    """Counts survive the disk; a missing or damaged file is named."""
    WEIGHTS.save(tmp_path)
    assert KeywordWeights.load(tmp_path) == WEIGHTS
    (tmp_path / "keywords.json").write_text("{")
    with pytest.raises(Unusable, match=r"keywords\.json: is not a table"):
        KeywordWeights.load(tmp_path)
    (tmp_path / "keywords.json").unlink()
    with pytest.raises(Unusable, match=r"keywords\.json: cannot be read"):
        KeywordWeights.load(tmp_path)
