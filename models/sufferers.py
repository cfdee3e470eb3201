"""Of whom a clause without a subject speaks: those of the clause before it, or all of a list."""

import re
from typing import Final

from models.casualties import REACH, count_people, victims
from models.clauses import FURTHEST, PEOPLE, Clauses
from models.harm import Word
from models.numerals import RANGE, Amount, added, amount
from models.persons import PERSON

_SUFFERED: Final = re.compile(
    "被[^，]{0,6}[埋压困砸撞烧冲卷卡夹电咬轧碾淹蛰蜇击刺捅砍打绞割烫剐拖带]|[晕昏]倒|昏迷|倒(?:下|地|在)|瘫倒|落水|溺水|掉|坠|中毒|触电|[砸压撞埋困淹]|冲走|卷|跌|滑|烧[伤死成着]|受伤|下井|下去|不适"
)
_SAVED: Final = re.compile("(?:[推拉护掩救托顶](?:开|住|护|助|起|下|出|上)?|[抢营施]救)了?$")
"""Before those whom the victim saved: 为推开两名战友被压住."""
_SAME_CLAUSES: Final = 3
"""Clauses looked back at for those of whom a clause without a subject speaks."""
_OTHERS: Final = re.compile(rf"{PERSON}|[他她]们|别人|[^，]者|嫌疑人|凶手|歹徒|枪手|医生|大夫|官方|警方|死者|其中|另")
"""Who could have died instead of those before the pause; 医生宣布死亡 is told of them, however."""
_TOLD_BY: Final = re.compile(
    "(?:医生|大夫|医院|警方|公安|民警|法医|官方|人员|消防员|救援队)[^，。]{0,6}(?:确认|宣布|宣告|证实|认定|发现)|[掏捞挖拉抬找救拖背]"
)
"""Who finds the victims, and is none."""
_LIST: Final = 200
"""Characters before a word in which those whom it befell are listed."""
_AGED: Final = re.compile("[（(][^（）()]{0,6}\\d{1,3}岁[^（）()]{0,8}[）)]")
ALL: Final = re.compile(
    "全部?|全都|悉数|无一|无人生|没有?一个|一个[也都]|谁[也都]|(?:没有|无|未发现|没发现|未见)(?:任何)?(?:幸存|生还)|均|都|双双|皆|[俩仨]"
)
"""What counts those of the clause before: 机上150人，全部遇难."""
_BODY: Final = re.compile("(?:人|身子|身体|尸体)?(?:已经?|都|早已?|就|却)*")
"""Before a death that speaks of those of whom the clause before does: 被找到，人已经僵了."""
_HELPERS: Final = re.compile("消防|民警|救援|救护|医生|医护|120|[赶来]到")
"""A clause that tells of those who came, and not of those who died."""
_ENTRY: Final = re.compile(rf"({RANGE})[人名例]")
"""How an entry of a list ends: 理河县19人，松木县6人，均为房屋垮塌致死."""
_MOST_ENTRIES: Final = 12
"""Clauses that are read of a list."""


def subject(clauses: Clauses, floor: int) -> int:
    """Who stands in the clause before a passive without a subject: 我叔出事了，被石头压在下面."""
    if not clauses.text.startswith("被", floor):
        return 0
    return sum(victims(clauses.text, floor - 1, start) for start, _ in clauses.before(floor, most=1))


def sufferers(clauses: Clauses, word: Word, floor: int, since: int = 0) -> Amount | None:
    """Those whom a clause before counts and harms: 两名工人被埋，挖出时已无生命体征.

    Clauses before `since` are not looked at: those whom they count are told of already.
    """
    near = max(floor, word.start - FURTHEST)
    if _OTHERS.search(clauses.text, near, word.start) and not _TOLD_BY.search(clauses.text, near, word.start):
        return None
    everybody = ALL.search(clauses.text, floor, word.end) or (
        word.category == "death" and _BODY.fullmatch(clauses.text, floor, word.start)
    )
    for start, end in clauses.before(floor, _SAME_CLAUSES):
        if start < since:
            return None
        suffered = _SUFFERED.search(clauses.text, start, end)
        if suffered is None and (not everybody or _HELPERS.search(clauses.text, start, end)):
            continue
        until = suffered.start() if suffered else end
        count = count_people(clauses.text, until, until, start, until)
        if count and _SAVED.search(clauses.text, start, count.start):
            return None
        number = count.amount if count else Amount(*[victims(clauses.text, until, start)] * 2)
        if number.least:
            return number
    return None


def entries(clauses: Clauses, floor: int) -> Amount | None:
    """The sum of a list that stands before: 理河县19人，松木县6人，均为…."""
    told = []
    for start, end in clauses.before(floor, _MOST_ENTRIES):
        if any(word.category in PEOPLE and start <= word.start < end for word in clauses.words):
            break
        last = [match for match in _ENTRY.finditer(clauses.text, max(start, end - REACH), end) if match.end() == end]
        number = amount(last[0][1]) if last else None
        if number is None:
            break
        told.append(number)
    return added(told) if len(told) > 1 else None


def listed(clauses: Clauses, word: Word) -> Amount:
    """One, or all those whom the sentence lists with their ages: 杜某（44岁）、妻子韩某（41岁）."""
    ages = len(_AGED.findall(clauses.text, max(clauses.start, word.start - _LIST), word.start))
    return Amount(max(1, ages), max(1, ages))
