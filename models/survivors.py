"""How many died, told by how many did not: 车上7人，仅1人生还; 船上12人，3人获救，其余全部遇难; 机上人员全部遇难."""

import re
from typing import Final

from msgspec import Struct

from models.casualties import count_people, people
from models.clauses import Clauses
from models.harm import Word
from models.numerals import Amount, added
from models.persons import named

_CLAUSES_BACK: Final = 3
_WITHIN: Final = 80
"""Characters on each side of a word that are looked at, so that time is linear whatever a text repeats."""
_EXCEPT: Final = re.compile("除了?([^，。]{1,14}?)(?:[以之]?外|，)")
_REST: Final = re.compile("其余|其他|其它|剩下|剩余|余下")
_ALL: Final = re.compile(
    "全部?(?:当场|不幸|均)?(?=[死遇罹丧殒身])|全都|无一|无人生|没有?一个|一个[也都]没|(?:没有|无|未发现|没发现|未见)(?:任何)?(?:幸存|生还)|悉数|均(?=[已不遇死身未罹告])"
    "|(?<![人话命电谁])都(?=没|已|死|不治|遇难|身亡|未能|走了|断)|双双|(?<!\\d)[俩仨](?=都|全|没)"
)
"""What tells of everybody at once."""
_ONLY: Final = re.compile(r"仅|(?<![\d一二两三四五六七八九十几数])只|唯|就")
_SOUGHT: Final = re.compile(
    "失踪|失联|下落不明|没找到|未找到|搜[救寻](?!结束|队|人员|工作(?:已|全部)?结束|，)|联系不上|还在|仍"
)
"""Where somebody is still sought, nobody knows that the others died."""
_CLAUSE: Final = re.compile("[^，。；！？、\n]+")
_NOT_THERE: Final = re.compile(
    "[核限]载|核定|定员|限乘|额定|出动|调集|派出|投入|增派|组织|消防|民警|警力|干警|救援[人队力]|搜救|医护|专家|志愿|[抓拘刑]|嫌疑|被告|责任人"
    "|疏散|转移|户|捐|慰问|年|曾|系谣"
)
"""Clauses that count others than those whom it befell."""
_SAVED: Final = re.compile(
    "获救|救[出起活下回上]|脱险|脱困|生还|逃[生出脱]|升井|幸存|自救|送医|送往|住院|受伤|活[着下]|游上|跑出|爬出"
)


class Share(Struct, frozen=True):
    """Those who died, told as all who were there but so many; None: but those whom another sentence tells saved."""

    spared: int | None = 0


class Crowd:
    """How many were there, by what a text says anywhere: 机上共有8人; looked at only where a share is told."""

    def __init__(self, text: str) -> None:
        there: list[Amount] = []
        saved: list[Amount] = []
        for clause in _CLAUSE.finditer(text):
            if _NOT_THERE.search(text, *clause.span()):
                continue
            counted = people(text, *clause.span())
            (saved if _SAVED.search(text, *clause.span()) else there).extend(counted)
        self._there = max(there, key=lambda amount: amount.least, default=None)
        self._saved = added(saved).least

    def without(self, share: Share) -> Amount | None:
        """How many of them died; None when nobody says how many were there."""
        spared = self._saved if share.spared is None else share.spared
        return _less([self._there], [Amount(spared, spared)]) if self._there else None


def lost(clauses: Clauses, word: Word) -> Amount | Share | None:
    """How many died when only those survived of whom the word tells; a share when the sentence says not of how many."""
    floor, ceiling = _near(clauses, word)
    only = _ONLY.search(clauses.text, floor, ceiling)
    if only is None or clauses.says(_SOUGHT):
        return None
    alive = people(clauses.text, only.start(), ceiling)[:1] or [Amount(1, 1)]
    return _less(_crowd(clauses, only.start()), alive) or Share(alive[0].least)


def rest(clauses: Clauses, word: Word) -> Amount | Share | None:
    """How many died when all did but some: 其余全部遇难, 除司机外全部遇难; None when the words do not say so."""
    floor, _ = _near(clauses, word)
    text = clauses.text
    spared = _EXCEPT.search(text, max(floor - _WITHIN, clauses.start), word.start)
    others = _REST.search(text, floor, word.start)
    told = others or spared
    if told is None or people(text, told.end(), word.start):
        return None
    if spared:
        without = people(text, *spared.span(1)) or [Amount(*[named(spared[1])] * 2)]
        return _less(_crowd(clauses, spared.start()), without) or Share(added(without).least)
    crowd = _crowd(clauses, word.start)
    alone = [
        _counted(text, only.end(), end)
        for start, end in clauses.before(floor, most=1)
        if (only := _ONLY.search(text, start, end))
    ]
    return _less(crowd[:1], alone or crowd[1:]) or Share(alone[0].least if alone else None)


def everybody(clauses: Clauses, word: Word) -> Share | None:
    """All who were there, where the sentence counts nobody: 机上人员全部遇难."""
    floor, _ = _near(clauses, word)
    counts = people(clauses.text, max(clauses.start, word.start - _WITHIN), word.end)
    return Share() if not counts and _ALL.search(clauses.text, floor, word.end) else None


def _near(clauses: Clauses, word: Word) -> tuple[int, int]:
    floor, ceiling = clauses.around(word)
    return max(floor, word.start - _WITHIN), min(ceiling, word.end + _WITHIN)


def _crowd(clauses: Clauses, at: int) -> list[Amount]:
    """The numbers of people told before `at`, from the greatest on: those who were there, then who was spared."""
    starts = [start for start, _ in clauses.before(at, _CLAUSES_BACK)]
    counted = people(clauses.text, max(at - _WITHIN, min(starts, default=clauses.start)), at)
    most = max(range(len(counted)), key=lambda place: counted[place].least, default=0)
    return counted[most:]


def _counted(text: str, start: int, end: int) -> Amount:
    """How many a clause tells of, named ones included: 只有船长和一名水手被救起; one where it counts nobody."""
    count = count_people(text, end, end, start, end)
    return count.amount if count else Amount(1, 1)


def _less(crowd: list[Amount], spared: list[Amount]) -> Amount | None:
    """The first of a crowd's numbers without those who were spared."""
    left = crowd[0].least - sum(amount.least for amount in spared) if crowd and spared else 0
    return Amount(left, left) if left > 0 else None
