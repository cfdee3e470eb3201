"""Two words that mean danger together."""

import pytest

from models.pairs import Pair, Pairs

GROUPS = {"wall": ["墙", "围墙"], "pole": ["电杆"], "cracked": ["裂", "断"], "leaning": ["歪"], "idle": ["不断"]}
PAIRS = Pairs(
    GROUPS,
    [
        Pair("hazard", ("wall", "pole"), ("cracked", "leaning"), within=4, unless="画"),
        Pair("risk", ("wall",), ("pole",), within=2),
    ],
    settled="修好",
)


def found(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], category) for category, start, end in PAIRS.spans(text)]


def test_a_thing_and_what_is_wrong_with_it_are_a_danger_in_either_order() -> None:
    """围墙裂了 and 裂了的围墙 say the same; the quote spans both words."""
    assert found("围墙都裂了") == [("围墙都裂", "hazard")]
    assert found("歪着的电杆") == [("歪着的电杆", "hazard")]
    assert found("墙边电杆") == [("墙边电杆", "risk")]


@pytest.mark.parametrize(
    "text", ["围墙，裂了", "围墙前面的那条路裂了", "围墙没有裂", "围墙裂了已修好", "围墙画歪了", "墙不断"]
)
def test_what_is_apart_denied_mended_or_swallowed_is_none(text: str) -> None:
    """Another clause, a long way, 没有, 修好, an exception, and a longer harmless word."""
    assert found(text) == []


def test_a_group_that_is_none_is_refused() -> None:
    """A slip in the file must not silence a pair."""
    with pytest.raises(LookupError, match="roof"):
        Pairs(GROUPS, [Pair("hazard", ("roof",), ("cracked",))])
