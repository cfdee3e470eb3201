"""How the numbers that one sentence tells of the same harm become one number: the greatest, or their sum."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from models.clauses import EVENTS, LONGEST_QUOTE, Clauses
from models.harm import Word
from models.numerals import NUMERAL, Amount, added
from models.statements import Statements

_ADDS_UP: Final = re.compile("当场|送医|送往|途中|不治|抢救|另有|另外|又[有走死]|又一|随后|后又|重症监护|ICU")
_FURTHER: Final = re.compile("另[一有外名两三\\d]|另$|还有|(?<![谁个])也(?=[^，。]{0,6}[死亡遇难不治没伤困])|其余|其他")
_LATER: Final = re.compile(f"又(?:有|确认|发现|找到|捞|挖|新增|{NUMERAL}[名人个位具])|新增|再[增添有]|再次?发现")
"""What comes on top of all that was told before: 又有2人死亡."""
_APART: Final = re.compile("[两二三四五2-5]起[^，。；\n]{0,4}(?:车祸|事故|火灾|命案)")
"""Accidents whose victims are told one after the other: 两起车祸：城东一死，城西一死."""
_TOTAL: Final = re.compile("人数|累计|总共|共计|总计|一共|共有|至此|全部|[增升达]至|上升到|增加到|达到")
_SO_FAR: Final = re.compile("至此|累计|总共|合计|总计")
"""What sums up, wherever it stands in the sentence."""
_WHOLE: Final = re.compile("造成|[致共]|酿成|其余|其他")
"""What tells of one accident's victims together, or of the rest of them."""
_FORMER: Final = re.compile(
    "有误|误[报传为将]|不准确|[说写听记数报算看]错|错报|多报|失实|曾(?:经)?(?:通报|报道|报告|称|说|发布)|原报|原通报"
    "|(?:此前|先前|早前|之前|最初|起初|开始|昨日|昨天|早上|上午)[^，。；]{0,8}(?:通报|报道|报告|公布|发布|发文|称|说|传|以为|误|报)|初报|初步通报|一文|网[上传]|传[言闻说]"
)
"""A number that somebody gave before, in the same clause: no number, where the text gives another."""
_MENDED: Final = re.compile("(?:更正|修正|订正|核减|下调|调减|更改|改)(?:后)?[^，。；]{0,6}?(?:为|至|到|是)")
_CAUSED: Final = re.compile("造成|致|酿成")
_TERSE: Final = re.compile(rf"{NUMERAL}人?")
_PART: Final = re.compile("其中|包括|含")
_TWO: Final = 2
_FATAL: Final = frozenset({"death", "dead"})
_THE_DEAD: Final = re.compile("遗[体骸]|尸|者|死的|没了的|走的|死因")
"""Words for those who are dead: they speak of the same people again."""


class Mention(NamedTuple):
    """A word of harm and how many it befell."""

    word: Word
    amount: Amount
    part: bool = False
    """Whether they are among those of another amount."""
    bare: bool = False
    """Whether nobody is named or counted: told as one, and perhaps told already."""


def is_part(clauses: Clauses, word: Word) -> bool:
    """Whether those of whom a word tells are among others: 其中2人重伤, and all that stands in brackets."""
    floor, _ = clauses.around(word)
    before = clauses.text[max(clauses.start, word.start - LONGEST_QUOTE) : word.start]
    before = before.replace("（", "(").replace("）", ")")
    return bool(_PART.search(clauses.text, floor, word.start)) or before.rfind("(") > before.rfind(")")


def note(clauses: Clauses, stated: Statements, name: str, mentions: Sequence[Mention]) -> None:
    """Note one number for a field of the toll, and how it stands to those of other sentences."""
    mended = [m for m in mentions if _says(clauses, m.word, _MENDED)]
    given = mended or [m for m in mentions if not _says(clauses, m.word, _FORMER)]
    if not given:
        stated.former[name].append(total(clauses, mentions))
        return
    mentions = given
    amount = total(clauses, mentions)

    def each_says(pattern: re.Pattern[str]) -> bool:
        return all(pattern.search(clauses.text, clauses.around(m.word)[0], m.word.end) for m in mentions)

    if mended:
        stated.mended[name].append(amount)
    elif clauses.says(_TOTAL):
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


def _says(clauses: Clauses, word: Word, pattern: re.Pattern[str]) -> bool:
    """Whether a word's clause holds a pattern, near the word."""
    floor, ceiling = clauses.around(word)
    near = max(floor, word.start - LONGEST_QUOTE), min(ceiling, word.end + LONGEST_QUOTE)
    return bool(pattern.search(clauses.text, *near))


def total(clauses: Clauses, mentions: Sequence[Mention]) -> Amount:
    """One number out of one sentence's mentions: the greatest, or the sum where the words say that they add up."""
    most = max((m.amount for m in mentions), key=lambda amount: amount.rank)
    wholes = list(_wholes(mentions))
    around = [clauses.around(m.word) for m in mentions]
    if (
        len(wholes) <= 1
        or clauses.says(_SO_FAR)
        or _is_whole(most, mentions)
        or any(_TOTAL.search(clauses.text, *clause) for clause in around)
    ):
        return most
    add_up = any(p.search(clauses.text, *clauses.around(m.word)) for m in wholes for p in (_ADDS_UP, _LATER))
    others = all(_are_others(clauses, one, other) for one, other in pairwise(wholes))
    return added([m.amount for m in wholes]) if add_up or others or _are_apart(clauses, mentions) else most


def _is_whole(most: Amount, mentions: Sequence[Mention]) -> bool:
    """Whether the others make up the greatest: 7人、6人、5人，共有18人; two equal numbers are told of two things."""
    return len(mentions) > _TWO and 2 * most.least == sum(m.amount.least for m in mentions)


def _wholes(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Those that are no part of another: behind 其中 all that follows is, as long as there is room for it."""
    whole = room = 0
    for mention in (*mentions[:1], *(mention for mention in mentions[1:] if not mention.bare)):
        least = mention.amount.least
        if mention.part:
            room = (room or whole) - least
        elif least <= room:
            room -= least
        else:
            whole, room = least, 0
            yield mention


def _are_apart(clauses: Clauses, mentions: Sequence[Mention]) -> bool:
    first, last = mentions[0].word, mentions[-1].word
    floor, _ = clauses.around(first)
    return bool(_APART.search(clauses.text, max(0, floor - LONGEST_QUOTE), last.start))


def _is_outcome(text: str, floor: int, word: Word) -> bool:
    """Whether a number is that of all victims of an accident, who may be told one by one then: 两死一伤."""
    terse = word.end - word.start == 1 and _TERSE.fullmatch(text, floor, word.start)
    return bool(terse or _CAUSED.search(text, floor, word.start))


def _are_others(clauses: Clauses, one: Mention, other: Mention) -> bool:
    """Whether two words tell of different people: 东村死了4个，西村死了7个; 烧死3人，摔死1人."""
    text = clauses.text
    first, second = (
        (max(floor, word.start - LONGEST_QUOTE), min(ceiling, word.end + LONGEST_QUOTE))
        for word in (one.word, other.word)
        for floor, ceiling in [clauses.around(word)]
    )
    if (
        one.word.category not in _FATAL
        or first == second
        or (other.amount.least >= one.amount.least and _WHOLE.search(text, second[0], other.word.start))
        or (other.amount.least <= one.amount.least and _is_outcome(text, first[0], one.word))
        or any(_THE_DEAD.search(text, m.word.start, m.word.end + 1) for m in (one, other))
        or other.bare
    ):
        return False
    events = [{w.kind for w in clauses.words if w.category in EVENTS and a <= w.start < b} for a, b in (first, second)]
    return not all(events) or events[0] == events[1]
