"""One sentence's words of the lexicon, by the clauses in which they stand."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from models.harm import Word
from models.numerals import NUMERAL

_PAUSE: Final = re.compile('[，,、（）()…“”" \u3000](?:(?<![ \u3000])|(?=[^ -~]))')
_MENDS: Final = re.compile(
    rf"[，,](?:而|其实|实际上?|现在|后来|现|已|应该?)*(?:更正为|修正为|订正为|[是为])(?:死了|死亡)?{NUMERAL}(?:个|名|人|位|$)"
)
"""A clause that only puts another number: 死的不是两个，是四个."""
_NAMES: Final = re.compile("[为是系致:：]|分别|造成|包括|中有")
"""Behind these, a list names those of whom the word of harm speaks: 遇难者为周某、吴某."""
_BLANKS: Final = " \u3000"
_LISTED: Final = 12
"""Characters of a list's member: a word of harm so near before 、 is a statement of its own."""
FURTHEST: Final = 500
"""Characters before a word, within its clause, in which people are looked for; no honest clause is longer."""
LONGEST_QUOTE: Final = 60
_BESIDE: Final = 20
"""Characters that are quoted on each side of a word in a clause that is too long to be quoted."""

PEOPLE: Final = {
    "death": ("deaths",),
    "dead": ("deaths",),
    "mourned": ("deaths",),
    "lives": ("deaths",),
    "survived": ("deaths",),
    "injury": ("injured",),
    "serious": ("injured_serious", "injured"),
    "poisoned": ("poisoned",),
    "ill": ("ill",),
    "missing": ("missing",),
    "trapped": ("trapped",),
    "rescued": ("trapped",),
    "evacuated": ("evacuated",),
    "casualties": ("casualties",),
    "loss": ("loss_yuan",),
}
"""Words of harm, by category, and the fields of the toll that they count."""
EVENTS: Final = frozenset(
    {"event", "happened", "ongoing", "mention", "leak", "ruin", "ruined", "intake", "intake_town"}
)
"""Categories of words for what happened."""
_TELLS: Final = frozenset({*PEOPLE, *EVENTS})


class Clauses:
    """A sentence from `start` to `end` of a text.

    Args:
        text: the whole text.
        words: those of the sentence, left to right.
        start: where the sentence begins.
        end: where it ends, its mark left out.
    """

    def __init__(self, text: str, words: tuple[Word, ...], start: int, end: int) -> None:
        self.text, self.words, self.start, self.end = text, words, start, end
        self.categories = {word.category for word in words}
        self._pauses = [start - 1]
        for mark in _PAUSE.finditer(text, start, end):
            if self._parts(mark.group(), mark.start(), self._pauses[-1]):
                self._pauses.append(mark.start())
        self._pauses.append(end)

    def _parts(self, mark: str, at: int, last: int) -> bool:
        """Whether a mark ends a clause: 、 does behind a harm, but not between people (9名乘客、船长和厨师遇难).

        A blank does, when it does not set off a number or a foreign word.
        """
        if mark == "、":
            floor = max(last, at - _LISTED)
            return any(
                floor < word.end <= at and word.category in _TELLS and not _NAMES.search(self.text, word.end, at)
                for word in self.words
            )
        if mark in _BLANKS:
            return not self.text[at - 1].isascii()
        return mark not in "，," or not _MENDS.match(self.text, at, self.end)

    def around(self, word: Word) -> tuple[int, int]:
        """Where the clause of a word begins and ends."""
        index = bisect_right(self._pauses, word.start)
        return self._pauses[index - 1] + 1, self._pauses[index]

    def before(self, at: int, most: int) -> Iterator[tuple[int, int]]:
        """At most so many clauses that end before `at`, the nearest first; `at` within a clause begins with that."""
        place = bisect_left(self._pauses, at - 1)
        for index in range(min(place, len(self._pauses) - 1), max(0, place - most), -1):
            yield self._pauses[index - 1] + 1, self._pauses[index]

    def begins(self, at: int) -> bool:
        """Whether a clause begins at `at`."""
        return at - 1 in self._pauses

    def near(self, category: str, floor: int, ceiling: int) -> bool:
        """Whether a word of a category begins between two places."""
        return category in self.categories and any(
            floor <= word.start < ceiling for word in self.words if word.category == category
        )

    def holds(self, words: str) -> bool:
        """Whether the sentence holds some words: asked first where a pattern without them would be sought in vain."""
        return self.text.find(words, self.start, self.end) >= 0

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether the sentence holds a pattern anywhere."""
        return bool(pattern.search(self.text, self.start, self.end))

    def quote(self, word: Word) -> tuple[int, int]:
        """The clause around a word, or the part of it that is near."""
        floor, ceiling = self.around(word)
        if ceiling - floor <= LONGEST_QUOTE:
            return floor, ceiling
        return max(floor, word.start - _BESIDE), min(ceiling, word.end + _BESIDE)
