"""What one sentence states about harm: to whom, what happened, and what threatens."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from models.clauses import EVENTS, PEOPLE, Clauses
from models.harm import TRIGGERS, Word
from models.harmless import harmless, supposed
from models.numerals import Amount
from models.standing import Reading, Standing
from models.statements import Statements
from models.tally import Mention, is_part, note
from models.victims import Victims

_READ: Final = TRIGGERS | {"mourned", "fear", "again", "after", "freed", "growing", "lost", "hurt"}
"""Categories for which a sentence is read, in a text that has a trigger."""
TELLING: Final = _READ | {"film", "drill", "clinic", "press"}
"""Categories without any word of which a sentence tells nothing, about itself or about others."""
_INTAKES: Final = frozenset({"intake", "intake_town"})
"""Whose drinking water is cut off by what was let out."""
_CERTAIN: Final = frozenset({"happened", "ongoing", "leak", "ruined"}) | _INTAKES
"""Words that say by themselves that something happened."""
_REMAINS: Final = frozenset({"leak", "ruin", "ruined"})
"""What happened and endangers as long as it is not mended."""
_GOES_ON: Final = frozenset({"now", "cry", "over", "contained"})
_FATAL: Final = frozenset({"death", "dead", "mourned"})
_NONE_OF: Final = {"casualties": ("deaths", "injured")}
"""What 无人员伤亡 denies; 8人伤亡 does not say how many died."""
_HAZARDS: Final = frozenset({"hazard", "looming", "crack", "unsafe", "menace"})
_DISEASES: Final = frozenset({"cholera", "grave", "lungs", "unexplained", "hospitalborne"})
_COURSE: Final = _DISEASES | {"now", "cry", "peril", "contained", "rescued", "trapped", "growing", "stuck", "lost"}
_SAID: Final = frozenset({"risk", "fear", "again", "hurt", "over", "after", "freed", "urgent"})
"""Words that are kept for the whole text, however they are meant."""
_THREATS: Final = frozenset({"now", "cry", "peril", "ongoing", "trapped", "missing", "leak", "ruin", "ruined"})
_PLIGHTS: Final = frozenset({"peril", "lost", "menace"})
"""What somebody does or suffers, what comes upon them: told of yesterday, it is over."""
_ANCHORS: Final = frozenset({"today", "now", "cry", "peril", "ongoing", "over", "contained", "rescued", "vouched"})
"""Words by which a sentence stands on its own, whatever was told before it."""

_HELD: Final = re.compile(
    "(?<!曾)(?<!次)(?<!期)(?<!常)(?:举行|组织|开展|进行|参加|举办|启动|拉练|观摩|搞)[^，。；]{0,24}(?:演练|演习)|其实[^，。；]{0,6}(?:演练|演习)|(?:演练|演习)(?:开始|结束|现场|中|圆满|正式)"
)
"""How a drill is told that is held, and not one that is asked for or missed."""
_STILL: Final = re.compile("[今刚]|现在|此刻|到现在|至今|还[在没]|仍|正在|已经|快|马上|越来越")
"""What says that what began on a day before goes on."""
_COLLAPSE: Final = re.compile("[塌垮]|滑坡")
_DATED: Final = re.compile(r"(?:1[89]|20)\d\d年\d{1,2}月")
"""Who names the year and the month tells of what is long past."""
_BYGONE: Final = re.compile(
    "[昨前][天日晚夜]|[年月日号]|凌晨|[上中下]午|傍晚|晚上|深夜|夜里|当时|后来|之后|[上那]次|时许|点钟|曾"
)
"""What says that an event told without its end is not of this moment."""
_UNDER_WAY: Final = re.compile("正在|正(?:紧急|组织|连夜)|还在")
_WISHED: Final = re.compile("(?:求|请|尽快|赶快|赶紧|马上|立即)[^，]{0,8}$")
"""What is asked for is not over: 求派车扑灭."""


_Told = Sequence[tuple[Word, Standing]]
"""The words of harm and danger, left to right, and how each is meant."""


class Sentence:
    """One sentence of a text, from `start` to `end`, and its words of the lexicon; `recent` is no history yet."""

    def __init__(self, text: str, words: tuple[Word, ...], start: int, end: int, recent: int = 0) -> None:
        self._recent = recent
        self._clauses = Clauses(text, words, start, end)
        self._text, self._categories = text, self._clauses.categories
        self._victims = Victims(self._clauses)
        self._stated = Statements()
        self._tolled = False

    def read(self) -> Statements:
        """Everything that the sentence states."""
        stated, categories = self._stated, self._categories
        stated.frame = "film" if "film" in categories else ""
        stated.clinic = "clinic" in categories
        stated.press = "press" in categories
        if "drill" in categories:
            stated.drill = self._clauses.says(_HELD)
        elif not stated.frame and categories & _READ:
            stated.says, stated.vouched = self._clauses.says, bool(categories & _ANCHORS)
            self._note_all()
        return stated

    def note_surroundings(self, words: Iterable[Word]) -> None:
        """Note where and whom the sentence's danger threatens."""
        for word in words:
            self._quote(word.category, word)

    def _note_all(self) -> None:
        reading = Reading(self._clauses, self._recent)
        told = [(word, reading.standing(word)) for word in self._clauses.words if not reading.heeds(word)]
        self._note_people(told)
        self._note_events(told)
        self._note_dangers(told)
        self._stated.frame = _frame(told, past=reading.past)

    def _quote(self, name: str, word: Word) -> None:
        self._stated.quotes[name][self._clauses.quote(word)] = None

    def _hint(self, word: Word) -> None:
        self._stated.hints[self._clauses.quote(word)] = None

    def _note_people(self, told: _Told) -> None:
        found: dict[str, list[Mention]] = defaultdict(list)
        for word, standing in told:
            if word.category in PEOPLE and standing == "denied":
                self._note_nobody(word)
            elif word.category in PEOPLE:
                self._note_harm(word, standing, found)
        for name, mentions in found.items():
            if mentions:
                note(self._clauses, self._stated, name, mentions)

    def _note_nobody(self, word: Word) -> None:
        self._tolled = True
        for name in _NONE_OF.get(word.category, PEOPLE[word.category]):
            self._stated.amounts[name].append(Amount(0, 0))
            self._quote("none " + name, word)

    def _note_harm(self, word: Word, standing: Standing, found: dict[str, list[Mention]]) -> None:
        amount = self._victims.of(word, found)
        self._tolled |= self._victims.beasts
        if standing == "hint" and word.category != "loss" and (amount or word.category in _FATAL):
            self._hint(word)
        if standing != "stated":
            return
        if word.kind:
            self._stated.kinds[word.kind] += 1
        if self._victims.share:
            self._stated.shares[self._clauses.quote(word)] = self._victims.share
        if amount is None:
            if word.category == "poisoned" and word.kind:
                self._quote("event", word)
            return
        self._tolled = True
        for name in PEOPLE[word.category]:
            if not self._is_told_already(word, amount, found[name]):
                found[name].append(Mention(word, amount, is_part(self._clauses, word), self._victims.bare))
                self._quote(name, word)

    def _is_told_already(self, word: Word, amount: Amount, mentions: Sequence[Mention]) -> bool:
        return (
            bool(mentions)
            and mentions[-1].amount is amount
            and mentions[-1].word.start >= self._clauses.around(word)[0]
        )

    def _note_events(self, told: _Told) -> None:
        claimed = "claim" in self._categories and not self._tolled
        for word, standing in told:
            if word.category not in EVENTS or standing in {"void", "denied"} or claimed:
                continue
            if self._clauses.near("often", *self._clauses.around(word)):
                continue
            if standing == "hint":
                if word.category in _CERTAIN:
                    self._hint(word)
                continue
            self._stated.spoken[word.kind] += 1
            if word.category in _CERTAIN or (word.category != "mention" and self._occurred()):
                self._note_event(word)

    def _occurred(self) -> bool:
        return self._tolled or bool(self._categories & _GOES_ON) or self._stated.occurred

    def _note_event(self, word: Word) -> None:
        self._stated.kinds[word.kind] += 1
        self._quote("event", word)
        if _COLLAPSE.search(self._text, word.start, word.end) and not self._clauses.says(_DATED):
            self._quote("ruin", word)
        if word.category in _INTAKES:
            self._quote(word.category, word)
        if word.category in _REMAINS:
            self._quote("hazard", word)
            self._quote("remains", word)
        bygone = self._tolled or self._clauses.says(_BYGONE)
        if word.category == "leak" or (word.category == "ongoing" and not bygone):
            self._quote("going", word)

    def _note_dangers(self, told: _Told) -> None:
        near = False
        for word, standing in told:
            near |= self._note_danger(word, standing)
        self._stated.threatens = near or bool(self._categories & _THREATS)

    def _note_danger(self, word: Word, standing: Standing) -> bool:
        """Note what the word says of danger; tell whether it is one, so that where and whom matters."""
        if word.category in _PLIGHTS and self._stated.yesterday and not self._clauses.says(_STILL):
            return False
        if word.category in _HAZARDS:
            return self._note_hazard(word, standing)
        before = self._clauses.around(word)[0], word.start
        if word.category == "evacuated" and _UNDER_WAY.search(self._text, *before):
            self._quote("now", word)
        elif word.category == "over" and _WISHED.search(self._text, *before):
            return False
        elif word.category in _SAID or (word.category in _COURSE and standing == "stated"):
            self._quote(word.category, word)
        elif word.category == "poisoned" and standing == "stated" and "中毒" in self._text[word.start : word.end]:
            self._quote("poison", word)
        return word.category == "risk"

    def _note_hazard(self, word: Word, standing: Standing) -> bool:
        if self._is_removed(word) or (word.category == "crack" and standing == "denied"):
            return False
        self._quote("hazard", word)
        if word.category in {"crack", "unsafe"}:
            self._quote(word.category, word)
        elif word.category == "menace" and standing == "stated":
            self._quote("peril", word)
            self._quote("menace", word)
        return True

    def _is_removed(self, word: Word) -> bool:
        """Whether a danger is mended, or only supposed: 万一这桥断了."""
        clause, sentence = self._clauses.around(word), (self._clauses.start, self._clauses.end)
        return harmless(self._text, (word.start, word.end), clause, sentence) or (
            word.category == "hazard" and supposed(self._text, word.start, clause[0])
        )


def _frame(told: _Told, *, past: bool) -> str:
    """Whose harm it is, when it is not the text's own: what follows in other sentences may be theirs, too."""
    standings = {standing for word, standing in told if word.category in PEOPLE or word.category in EVENTS}
    if not standings or "stated" in standings:
        return ""
    return "hint" if "hint" in standings else "past" if past else ""
