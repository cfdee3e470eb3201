"""How the numbers that one sentence tells of the same harm become one number: the greatest, or their sum."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from models.clauses import EVENTS, LONGEST_QUOTE, Clauses
from models.harm import Word
from models.numerals import NUMERAL, Amount, added
from models.persons import PERSON
from models.statements import Statements

_ADDS_UP: Final = re.compile("当场|送医|送往|途中|不治|抢救|另有|另外|又[有走死]|又一|随后|后又|重症监护|ICU")
_FURTHER: Final = re.compile("另[一有外名两三\\d]|另$|还有|也(?=[^，。]{0,6}[死亡遇难不治没伤困])|其余|其他")
_LATER: Final = re.compile(f"又(?:有|确认|发现|找到|捞|挖|新增|{NUMERAL}[名人个位具])|新增|再[增添有]|再次?发现")
"""What comes on top of all that was told before: 又有2人死亡."""
_APART: Final = re.compile("[两二三四五2-5]起[^，。；\n]{0,4}(?:车祸|事故|火灾|命案)")
"""Accidents whose victims are told one after the other: 两起车祸：城东一死，城西一死."""
_TOTAL: Final = re.compile("人数|累计|总共|共计|总计|一共|共有|至此|全部|[增升达]至|上升到|增加到|达到")
_WHOLE: Final = re.compile("造成|[致共]|酿成|其余|其他")
"""What tells of one accident's victims together, or of the rest of them."""
_PART: Final = re.compile("其中|包括|含")
_COUNTED: Final = re.compile(f"{NUMERAL}(?:人|名|个|位|口|具|条)")
_WHOSE: Final = re.compile(f"{PERSON}|[\\w]{{0,3}}(?:[村镇乡县市区组班路桥城楼车船厂店矿岸院]|边|侧)")
_TWO: Final = 2
_FATAL: Final = frozenset({"death", "dead"})
_BY_WHAT: Final = re.compile("[砸压撞轧碾淹烧炸摔呛熏勒掐捅砍刺电毒冻闷溺坠踩埋]")

Mention = tuple[Word, Amount, bool]
"""A word of harm, its amount, and whether it is part of another amount."""


def is_part(clauses: Clauses, word: Word) -> bool:
    """Whether those of whom a word tells are among others: 其中2人重伤, and all that stands in brackets."""
    floor, _ = clauses.around(word)
    before = clauses.text[max(clauses.start, word.start - LONGEST_QUOTE) : word.start]
    before = before.replace("（", "(").replace("）", ")")
    return bool(_PART.search(clauses.text, floor, word.start)) or before.rfind("(") > before.rfind(")")


def note(clauses: Clauses, stated: Statements, name: str, mentions: Sequence[Mention]) -> None:
    """Note one number for a field of the toll, and how it stands to those of other sentences."""
    amount = total(clauses, mentions)

    def each_says(pattern: re.Pattern[str]) -> bool:
        return all(pattern.search(clauses.text, clauses.around(word)[0], word.end) for word, _, _ in mentions)

    if clauses.says(_TOTAL):
        stated.latest.add(name)
        stated.amounts[name].append(amount)
    elif name == "deaths" and each_says(_LATER):
        stated.later[name].append(amount)
    elif each_says(_FURTHER):
        stated.further[name].append(amount)
    else:
        stated.amounts[name].append(amount)
    if each_says(_WHOLE):
        stated.whole.add(name)


def total(clauses: Clauses, mentions: Sequence[Mention]) -> Amount:
    """One number out of one sentence's mentions: the greatest, or the sum where the words say that they add up."""
    most = max((amount for _, amount, _ in mentions), key=lambda amount: amount.least)
    wholes = list(_wholes(mentions))
    around = [clauses.around(word) for word, _, _ in mentions]
    if len(wholes) <= 1 or _is_whole(most, mentions) or any(_TOTAL.search(clauses.text, *clause) for clause in around):
        return most
    add_up = any(p.search(clauses.text, *clauses.around(word)) for word, _ in wholes for p in (_ADDS_UP, _LATER))
    others = all(_are_others(clauses, one, other) for (one, _), (other, _) in pairwise(wholes))
    return added([amount for _, amount in wholes]) if add_up or others or _are_apart(clauses, mentions) else most


def _is_whole(most: Amount, mentions: Sequence[Mention]) -> bool:
    """Whether the others make up the greatest: 7人、6人、5人，共有18人; two equal numbers are told of two things."""
    return len(mentions) > _TWO and 2 * most.least == sum(amount.least for _, amount, _ in mentions)


def _wholes(mentions: Sequence[Mention]) -> Iterator[tuple[Word, Amount]]:
    """Those that are no part of another: behind 其中 all that follows is, as long as there is room for it."""
    whole = room = 0
    for word, amount, part in mentions:
        if part:
            room = (room or whole) - amount.least
        elif amount.least <= room:
            room -= amount.least
        else:
            whole, room = amount.least, 0
            yield word, amount


def _are_apart(clauses: Clauses, mentions: Sequence[Mention]) -> bool:
    first, last = mentions[0][0], mentions[-1][0]
    floor, _ = clauses.around(first)
    return bool(_APART.search(clauses.text, max(0, floor - LONGEST_QUOTE), last.start))


def _are_others(clauses: Clauses, one: Word, other: Word) -> bool:
    """Whether two words tell of different people: 东村死了4个，西村死了7个; 烧死3人，摔死1人."""
    text = clauses.text
    first, second = (
        (max(floor, word.start - LONGEST_QUOTE), min(ceiling, word.end + LONGEST_QUOTE))
        for word in (one, other)
        for floor, ceiling in [clauses.around(word)]
    )
    if (
        one.category not in _FATAL
        or first == second
        or _WHOLE.search(text, second[0], other.start)
        or not _COUNTED.search(text, *second)
    ):
        return False
    events = [{w.kind for w in clauses.words if w.category in EVENTS and a <= w.start < b} for a, b in (first, second)]
    if all(events) and events[0] != events[1]:
        return False
    whose = [_WHOSE.search(text, start, word.start) for (start, _), word in ((first, one), (second, other))]
    if all(whose) and len({match[0] for match in whose if match}) == len(whose):
        return True
    how = [_BY_WHAT.match(text, word.start, word.end) for word in (one, other)]
    return all(how) and len({match[0] for match in how if match}) == len(how)
