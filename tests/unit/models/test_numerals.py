"""Numbers as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.numerals import RANGE, Amount, amount


@pytest.mark.parametrize(
    ("words", "value", "least"),
    [
        ("3", 3, 3),
        ("1,234", 1234, 1234),
        ("2.3万", 23_000, 23_000),
        ("三", 3, 3),
        ("两", 2, 2),
        ("十", 10, 10),
        ("三十一", 31, 31),
        ("廿三", 23, 23),
        ("一百零五", 105, 105),
        ("两千三百", 2300, 2300),
        ("一万二千", 12_000, 12_000),
        ("二〇", 20, 20),
        ("50余", 50, 51),
        ("二十多", 20, 21),
        ("5多万", 50_000, 50_001),
        ("百余", 100, 101),
        ("千余", 1000, 1001),
        ("十几", 10, 11),
        ("上百", 100, 100),
        ("近百", 100, 100),
        ("数十", None, 20),
        ("几十", None, 20),
        ("好几百", None, 200),
        ("三四十", 30, 30),
        ("五六", 5, 5),
        ("3至5", 3, 3),
        ("3-5", 3, 3),
        ("十到二十", 10, 10),
    ],
)
def test_a_numeral_has_a_value_and_a_least(words: str, value: int | None, least: int) -> None:
    """Vague numbers keep what they allow at least; ranges count as their lower end; about a hundred is not more."""
    match = re.fullmatch(RANGE, words)
    assert match, words
    assert amount(match[0]) == Amount(value, least)


@given(st.text("0123456789零一二两三四五六七八九十百千万亿廿几数多余上近好成至到、-.,", max_size=16))
def test_no_string_of_numerals_fails(words: str) -> None:
    """Nonsense is no number, and no error."""
    for match in re.finditer(RANGE, words):
        number = amount(match[0])
        assert number is None or number.least >= 0
