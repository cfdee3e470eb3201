"""How the numbers that one sentence tells of the same harm become one number: the greatest, or their sum."""

import re
from collections.abc import Sequence
from typing import Final

from models.clauses import LONGEST_QUOTE, Clauses
from models.harm import Word
from models.numerals import Amount, added

_ADDS_UP: Final = re.compile("当场|送医|送往|途中|不治|抢救|另有|另外|又[有走死]|又一|随后")
_FURTHER: Final = re.compile("另[一有外名两三\\d]|另$|[还又]有|也(?=[^，。]{0,6}[死亡遇难不治没伤困])|其余|其他")
_APART: Final = re.compile("[两二三四五2-5]起[^，。；\n]{0,4}(?:车祸|事故|火灾|命案)")
"""Accidents whose victims are told one after the other: 两起车祸：城东一死，城西一死."""
_TOTAL: Final = re.compile("人数|累计|总共|共计|一共|全部|[增升达]至|上升到|增加到|达到")
_PART: Final = re.compile("其中|包括|含")

Mention = tuple[Word, Amount, bool]
"""A word of harm, its amount, and whether it is part of another amount."""


def is_part(clauses: Clauses, word: Word) -> bool:
    """Whether those of whom a word tells are among others: 其中2人重伤, and all that stands in brackets."""
    floor, _ = clauses.around(word)
    before = clauses.text[max(clauses.start, word.start - LONGEST_QUOTE) : word.start]
    before = before.replace("（", "(").replace("）", ")")
    return bool(_PART.search(clauses.text, floor, word.start)) or before.rfind("(") > before.rfind(")")


def are_further(clauses: Clauses, mentions: Sequence[Mention]) -> bool:
    """Whether these victims come on top of those of other sentences: 另一名少年不治."""
    return all(
        _FURTHER.search(clauses.text, clauses.around(word)[0], word.end) and not clauses.says(_TOTAL)
        for word, _, _ in mentions
    )


def total(clauses: Clauses, mentions: Sequence[Mention]) -> Amount:
    """One number out of one sentence's mentions: the greatest, or the sum where the words say that they add up."""
    wholes = [(word, amount) for word, amount, part in mentions if not part]
    around = [clauses.around(word) for word, _, _ in mentions]
    if len(wholes) > 1 and not any(_TOTAL.search(clauses.text, *clause) for clause in around):
        apart = _APART.search(clauses.text, max(0, around[0][0] - LONGEST_QUOTE), mentions[-1][0].start)
        if apart or any(_ADDS_UP.search(clauses.text, *clauses.around(word)) for word, _ in wholes):
            return added([amount for _, amount in wholes])
    return max((amount for _, amount, _ in mentions), key=lambda amount: amount.least)
