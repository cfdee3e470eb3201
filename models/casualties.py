"""How a count of people or yuan stands beside a word of harm: 3人死亡, 死亡3人, 三死五伤, 一家三口遇难, 损失20万元."""

import re
from typing import Final

from msgspec import Struct

from models.numerals import NUMERAL, RANGE, Amount, amount
from models.persons import PERSON, joined, named

_TERSE: Final = frozenset({"死", "亡", "伤", "重伤", "轻伤", "死亡", "受伤", "失踪", "被困", "中毒", "遇难", "获救"})
"""Words that stand right behind a number without a noun between: 三死五伤."""
REACH: Final = 28
"""Characters looked at on each side of a word of harm: counts stand near what they count."""

_PERSON: Final = (
    r"(?:余|多|来)?(?:名|个(?!小时|月|多|星期|学期|村|乡|镇|县|市|区|省|社区|街道|班|厂|国|项|路|问题|小区|点)|位|例(?![如外子行证假会])|号人|人(?![民行员次大家])|口(?!井)|具|男|女|条(?=人?命|生命|性命|鲜活|$)"
    r"|民工|工人|学生|儿童|孩子|乘客|旅客|男子|女子|老人|村民|矿工|囚犯|游客|女工|师生|员工|职工|群众|居民)"
)
_COUNTED: Final = (
    "(?:名(?!字|义|单)|个(?!小时|月|星期|学期|问题|点|公道|说法|交代|交待|安慰|清白|真相|公平|解释|答复|机会|路口)"
    "|位(?!于|置)|例(?![如外子行证假会])|人|具|口(?!井))"
)
"""What is counted behind a number that stands behind its word."""
_BEFORE: Final = re.compile(
    rf"(?<![第每某高初大研A-Za-z\d.])(?<![上下](?=一个))(?!一[个人][也都没])({RANGE}) ?{_PERSON}"
    r"|(?<![他她咱])([俩仨])(?!月|小时|字|车|星期)(?:人|个|口)?"
)
_FEW: Final = {"俩": 2, "仨": 3}
_FEW_AFTER: Final = re.compile("了?([俩仨])")
_JOINED: Final = re.compile(rf"(?<![第唯A-Za-z\d.])(?<!\d[:：])({RANGE}) ?$")
_COUPLE: Final = re.compile(rf"({NUMERAL}) ?男({NUMERAL}) ?女")
_AFTER: Final = re.compile(
    r"(?:人数| |了|共计|总共|共|已经|已|至少|超过|约|大约|近|逾|达到|达|升至|增至|上升到|上升至|增加到|增加至|增加为"
    r"|上升为|升为|攀升至|更新为|由[^，。\d]{0,10}\d{1,5}人|至|到|为|是|有|的|人员|群众|村民|居民|学生|员工|被困|[:：]){0,5}"
    rf"({RANGE}) ?(?:余|多)?{_COUNTED}"
)
_NUMBER_OF: Final = re.compile(
    rf"人数(?:竟|又|也|迅速|已|共|约|上升|增加|增|升)*(?:至|到|达|达到|为|是|有|[:：])({RANGE})"
)
_AND: Final = re.compile(
    "(?![^，。]*(?:在内|其中))[^，。]{0,12}?(?:和|与|及|以及|跟|加|、|[县市区镇乡村班组队车船校])[^，。]{0,10}$"
)
"""Between two numbers of people that add up: 两名儿童和一名妇女死亡, 东县2人、西县3人死亡."""
_NAMED_AFTER: Final = re.compile(
    rf"[^，。；！？\d]{{0,20}}?等({NUMERAL})人|[为是系:：](?:[^，。；！？\d、]{{1,8}}、){{1,9}}[^，。；！？\d、]{{1,8}}?共?({NUMERAL})人"
)
"""遇难者为周某、吴某等5人, 遇难者为周某、吴某、郑某三人."""
_LISTED_AFTER: Final = re.compile(
    r"(?:中)?(?:分别)?(?:[为是系有含]|包括)((?:[^，。；！？、和及]{1,14}[、和及]){1,8}[^，。；！？、和及]{1,14})"
)
_MEMBER: Final = re.compile(rf"\d岁|某|{PERSON}")
"""死者分别为42岁的王某、38岁的刘某和他们6岁的女儿: three."""
_AND_MORE: Final = re.compile(
    rf"[^，。；！？\d]{{0,8}}?(?:和|及|、|以及|与)({RANGE}){_COUNTED}(?![^，。；]{{0,6}}[伤失被重轻送获救])"
)
"""遇难者中有4名教师和2名学生."""
_ALTOGETHER: Final = re.compile("[共计等]$")
"""Before a number that holds those who are named before it: 司机及押车人共3人."""
_TOTAL_AFTER: Final = re.compile(rf"[^，。；！？\d]{{0,10}}，(?:一共|总共|共计|合计|共|计)(?:有|为)?({RANGE})[名人]")
_MENDED: Final = re.compile(
    rf"[^，。；！？\d]{{0,6}}[，,]?[^，。；！？\d]{{0,4}}?(?:更正|修正|订正|更新|核实|实际|其实|上升|增加|攀升|[增升改变])+(?:死亡|遇难)?(?:为|是|至|到|只有|应为|应是)({RANGE})(?:{_COUNTED}|例|$)"
)
"""A number that is put right behind the first one: 死亡3人更正为2人, 从7人上升到11人, 死了三个，其实是两个."""
_TAKEN_BACK: Final = re.compile(
    rf"[^，。；！？\d]{{0,4}}[，,]?(?:而|其实|总共|一共|应该?)*[是为]({RANGE})(?:{_COUNTED}|[，。！？]|$)"
)
"""What follows a number that is none: 死的不是两个，是四个."""
_NOT_WITHIN: Final = 8
_NOT: Final = re.compile("(?:不是|并非|不止|不只)(?:死了?|死亡|走了|有)?$")
_OBJECT: Final = re.compile(
    rf"(?:了|中|死|伤)? ?(?:其他|另外|当地|[^，。；！？\d造致导]{{1,6}}?)?({RANGE}) ?(?:余|多)?{_COUNTED}"
)
_YUAN: Final = re.compile(rf"[^，。；！？\d]{{0,10}}?({NUMERAL})(?:(?:余|多)?元|(?<=[万亿])(?![\d人只头亩斤吨]))")
_YUAN_BEFORE: Final = re.compile(rf"({NUMERAL})元(?:的|以上|左右)?(?:直接|间接|经济|财产)*$")

_OBJECT_ONE: Final = re.compile(rf"(?:了|到)?(?:[^，。；]{{0,6}}?)(?:{PERSON}|群众)")
_VAGUE: Final = re.compile(
    "(?:有人|多人|数人|好些人|不少人|几个人|(?:其余|部分|多名)(?:人员|船员|乘客|群众|工人|学生)?|(?:好几|几|多|数)(?:户|家|名|位|个)[^，。没无]{0,4})[^，。没无]{0,5}$"
)


class Count(Struct, frozen=True):
    """How many, and where the numeral stands in the text."""

    amount: Amount
    start: int
    end: int


def count_people(text: str, start: int, end: int, floor: int, ceiling: int) -> Count | None:
    """The number of people that belongs to the word of harm at `start` to `end`.

    `floor` and `ceiling` bound the clause, or the part of it that no other word of harm has used yet.
    """
    floor, near = max(floor, start - REACH), min(ceiling, end + REACH)
    count = _left(text, start, floor, terse=text[start:end] in _TERSE) or _right(text, end, near)
    return _mended(text, count, ceiling) if count else None


def people(text: str, start: int, end: int) -> list[Amount]:
    """Every number of people between two places, left to right, whatever befell them."""
    return [number for match in _BEFORE.finditer(text, start, end) if (number := _amount(match))]


def count_yuan(text: str, start: int, end: int, floor: int, ceiling: int) -> Count | None:
    """The loss in yuan that belongs to the word 损失 at `start` to `end`; other currencies are not read."""
    if after := _YUAN.match(text, end, min(ceiling, end + REACH)):
        return _count(after)
    before = _YUAN_BEFORE.search(text[max(floor, start - REACH) : start])
    return _count(before, max(floor, start - REACH)) if before else None


def victims(text: str, start: int, floor: int) -> int:
    """How many victims the words before a word of harm name without a number: 老人和小孩 2, 司机 1, none 0."""
    return named(text[max(floor, start - REACH) : start])


def victims_meant(text: str, start: int, end: int, floor: int, ceiling: int) -> Amount | None:
    """Victims without a number: the one whom the verb hurts (砸伤居民), or some (有人, 好几户): one at least."""
    if text[end - 1 : end] in "死伤断" and end - start > 1 and _OBJECT_ONE.match(text, end, min(ceiling, end + REACH)):
        return Amount(1, 1)
    return Amount(None, 1) if _VAGUE.search(text[max(floor, start - REACH) : start]) else None


def _mended(text: str, count: Count, ceiling: int) -> Count:
    """The number by which the words at once replace the one that they gave first."""
    before = text[max(0, count.start - _NOT_WITHIN) : count.start]
    behind = _TAKEN_BACK if _NOT.search(before) else _MENDED
    right = behind.match(text, count.end, ceiling)
    return (right and _count(right)) or count


def _left(text: str, start: int, floor: int, *, terse: bool) -> Count | None:
    before = text[floor:start]
    if (couple := _COUPLE.search(before)) and (number := _couple(couple)):
        return Count(number, floor + couple.start(), start)
    if terse and (beside := _JOINED.search(before)):
        return _count(beside, floor)
    counts = list(_BEFORE.finditer(before))
    return _sum(before, counts, floor) if counts else None


def _sum(before: str, counts: list[re.Match[str]], floor: int) -> Count | None:
    """The last number and those that stand beside it: 两名儿童和一名妇女, 司机和三名乘客, 东县2人、西县3人."""
    last = counts.pop()
    number, start = _amount(last), last.start()
    if number is None:
        return None
    while counts and _AND.fullmatch(before, counts[-1].end(), start) and (more := _amount(counts[-1])):
        number, start = _plus(number, more), counts.pop().start()
    beside = 0 if _ALTOGETHER.search(before, 0, start) else joined(before[:start])
    others = beside + (named(before[last.end() :]) - 1 if number.value == 1 else 0)
    if others > 0:
        number = _plus(number, Amount(others, others))
    return Count(number, floor + start, floor + last.end())


def _plus(one: Amount, other: Amount) -> Amount:
    values = None if one.value is None or other.value is None else one.value + other.value
    return Amount(values, one.least + other.least)


def _amount(match: re.Match[str]) -> Amount | None:
    """The number of people of a match of _BEFORE: as written, or what 俩 and 仨 stand for."""
    if match[2]:
        return Amount(_FEW[match[2]], _FEW[match[2]])
    return amount(match[1])


def _right(text: str, end: int, ceiling: int) -> Count | None:
    after = _AFTER.match(text, end, ceiling) or _NAMED_AFTER.match(text, end, ceiling)
    if after is None and (listed := _LISTED_AFTER.match(text, end, ceiling)) and (members := _members(listed)):
        return members
    after = after or _OBJECT.match(text, end, ceiling) or _NUMBER_OF.match(text, end, ceiling)
    if after:
        count = _count(after)
        while count and (more := _AND_MORE.match(text, count.end, ceiling)) and (others := amount(more[1])):
            count = Count(_plus(count.amount, others), count.start, more.end())
        return count
    if few := _FEW_AFTER.match(text, end, ceiling):
        return Count(Amount(_FEW[few[1]], _FEW[few[1]]), few.start(1), few.end(1))
    couple = _COUPLE.search(text[end:ceiling])
    number = _couple(couple) if couple else None
    return Count(number, end + couple.start(), end + couple.end()) if couple and number else None


def total_after(text: str, end: int, ceiling: int) -> Count | None:
    """The number in the clause behind those who are dead: 遇难者名单公布，共9人."""
    after = _TOTAL_AFTER.match(text, end, ceiling)
    return _count(after) if after else None


def _members(match: re.Match[str]) -> Count | None:
    """How many a list names or counts, when each of its members is a person."""
    number = 0
    for member in re.split("[、和及]", match[1]):
        counted = people(member, 0, len(member))
        if not counted and not _MEMBER.search(member):
            return None
        number += counted[0].least if counted else max(1, named(member))
    return Count(Amount(number, number), match.start(1), match.end())


def _couple(match: re.Match[str]) -> Amount | None:
    men, women = amount(match[1]), amount(match[2])
    if men is None or women is None or men.value is None or women.value is None:
        return None
    return Amount(men.value + women.value, men.least + women.least)


def _count(match: re.Match[str], offset: int = 0) -> Count | None:
    group = match.lastindex or 1
    number = amount(match[group])
    return Count(number, offset + match.start(group), offset + match.end()) if number else None
