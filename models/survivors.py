"""How many died, told by how many did not: 车上7人，仅1人生还; 船上12人，3人获救，其余全部遇难."""

import re
from typing import Final

from models.casualties import people
from models.clauses import Clauses
from models.harm import Word
from models.numerals import Amount
from models.persons import named

_CLAUSES_BACK: Final = 3
_WITHIN: Final = 80
"""Characters on each side of a word that are looked at, so that time is linear whatever a text repeats."""
_EXCEPT: Final = re.compile("除了?([^，。]{1,12}?)[以之]?外")
_REST: Final = re.compile("其余|其他|其它|剩下|剩余|余下")
_ONLY: Final = re.compile(r"仅|(?<![\d一二两三四五六七八九十几数])只|唯|就")
_SOUGHT: Final = re.compile("失踪|失联|下落不明|没找到|未找到|搜[救寻]|联系不上|还在|仍")
"""Where somebody is still sought, nobody knows that the others died."""


def lost(clauses: Clauses, word: Word) -> Amount | None:
    """How many died when only those survived of whom the word tells; None when nobody says of how many."""
    floor, ceiling = _near(clauses, word)
    only = _ONLY.search(clauses.text, floor, ceiling)
    if only is None or clauses.says(_SOUGHT):
        return None
    alive = people(clauses.text, only.start(), ceiling)
    return _less(_crowd(clauses, only.start()), alive[:1] or [Amount(1, 1)])


def rest(clauses: Clauses, word: Word) -> Amount | None:
    """How many died when all did but some: 其余全部遇难, 除司机外全部遇难; None when the words do not say so."""
    floor, _ = _near(clauses, word)
    text = clauses.text
    spared, others = _EXCEPT.search(text, floor, word.start), _REST.search(text, floor, word.start)
    told = others or spared
    if told is None or people(text, told.end(), word.start):
        return None
    if spared:
        without = people(text, *spared.span(1)) or [Amount(*[named(spared[1])] * 2)]
        return _less(_crowd(clauses, spared.start()), without)
    crowd = _crowd(clauses, word.start)
    alone = [Amount(1, 1)] if any(_ONLY.search(text, *clause) for clause in clauses.before(floor, most=1)) else []
    return _less(crowd[:1], crowd[1:] or alone)


def _near(clauses: Clauses, word: Word) -> tuple[int, int]:
    floor, ceiling = clauses.around(word)
    return max(floor, word.start - _WITHIN), min(ceiling, word.end + _WITHIN)


def _crowd(clauses: Clauses, at: int) -> list[Amount]:
    """The numbers of people told before `at`, from the greatest on: those who were there, then who was spared."""
    starts = [start for start, _ in clauses.before(at, _CLAUSES_BACK)]
    counted = people(clauses.text, max(at - _WITHIN, min(starts, default=clauses.start)), at)
    most = max(range(len(counted)), key=lambda place: counted[place].least, default=0)
    return counted[most:]


def _less(crowd: list[Amount], spared: list[Amount]) -> Amount | None:
    """The first of a crowd's numbers without those who were spared."""
    left = crowd[0].least - sum(amount.least for amount in spared) if crowd and spared else 0
    return Amount(left, left) if left > 0 else None
