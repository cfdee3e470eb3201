"""Numbers as people write them: 三, １４, 2.3万, 百余, 数十, 三四十, 3至5."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_DIGITS: Final = "零〇一二两三四五六七八九"

NUMERAL: Final = (
    r"(?:\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,4})?(?:[余多来几])?[十百千万亿]{0,2}"
    rf"|(?:[数几上好近]|(?<!造)成){{0,2}}[十百千万亿]{{1,3}}[几]?"
    rf"|[{_DIGITS}十百千万亿廿]{{1,12}}几?)(?:[余多来](?![年月日]))?[万亿]?"
)
"""A regular expression (no groups) for one number; time linear in the length."""

RANGE: Final = rf"{NUMERAL}(?:(?:至|到|-|~|～|—|、){NUMERAL})?"
"""One number or a range; a range counts as its lower end."""


class Amount(Struct, frozen=True):
    """A number of things: `value` as said, or None where the words give no number; `least` what they allow at least."""

    value: int | None
    least: int

    @property
    def rank(self) -> tuple[int, bool]:
        """By which the greatest of several is found: of two that allow as much, the one that is a number."""
        return self.least, self.value is not None


def added(amounts: Sequence[Amount]) -> Amount:
    """All amounts together; those that have no value count by what they allow at least."""
    values = [one.value for one in amounts if one.value is not None]
    return Amount(sum(values) if values else None, sum(one.least for one in amounts))


@lru_cache(maxsize=4096)
def amount(words: str) -> Amount | None:
    """Read a numeral matched by RANGE; None when it is no number after all.

    数十 is no number, at least 20; 百余 is 100, at least 101; 上百 and 近百 are 100, at least 100 (about a hundred
    is not more than a hundred); 三四十 and 3至5 count as their lower end.
    """
    low = re.split("[至到~～—、-]", words)[0]
    if match := re.fullmatch("(?:好?[数几]|成)([十百千万亿]+)(.?)", low):
        return Amount(None, 2 * _product(match[1]))
    more = low[-1:] in "余多来几" or bool(re.search(r"[余多来][万亿千百十]", low))
    plain = re.sub("[余多来几上近好成,]", "", low)
    value = _value(plain)
    return None if value is None else Amount(value, value + 1 if more else value)


def _value(plain: str) -> int | None:
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]*)", plain):
        return round(float(match[1]) * _product(match[2]))
    if match := re.fullmatch(f"([{_DIGITS[2:]}])[{_DIGITS[2:]}]([十百千万亿]*)", plain):
        return _value(match[1] + match[2])
    if plain and plain[0] in "百千万亿":
        plain = "一" + plain
    from cn2an import cn2an  # noqa: PLC0415 - a tenth of a second, for who has numbers in words

    try:
        return int(cn2an(plain.replace("廿", "二十").replace("〇", "零"), "smart"))
    except (ValueError, KeyError):  # cn2an raises KeyError on some strings of units, such as 亿三
        return None


def _product(units: str) -> int:
    product = 1
    for unit in units:
        product *= _UNITS[unit]
    return product
