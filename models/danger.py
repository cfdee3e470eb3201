"""Which clauses tell of danger in words that no list holds: by what sentences of danger have in common."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from typing import Final

from msgspec import Struct

from models.artefact import Fitted
from models.classifier import Classifier
from models.linear import Head, heads
from models.segment import ENDS, Tokens
from models.table import Sums

Span = tuple[int, int]

NOW: Final = 4.0
HAZARD: Final = 5.0
"""Log-odds from which words tell of people in danger, or of what may hurt somebody (models/cards/danger.md)."""

_GLANCE: Final = 4.0
"""How much less a whole sentence may have for its clauses to be looked at one by one."""

_MOST: Final = 500
"""Sentences of a text that are looked at; no honest one sounds dangerous more often."""

_BREAKS: Final = ENDS | frozenset("，,、：: \u3000（）()…～~")
"""Words that part clauses."""


class Dangerous(Struct, frozen=True):
    """Clauses that tell of danger, as characters of the title, a newline and the body."""

    now: tuple[Span, ...] = ()
    hazard: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.now or self.hazard)


NOTHING: Final = Dangerous()


class DangerModel(Classifier):
    """A linear model over the words of clauses; see models/cards/danger.md.

    A sentence is as dangerous as those of its clauses, side by side, that tell of danger most; a word that is said
    again adds nothing. So anger behind a comma takes nothing away, and saying it often adds nothing.
    """

    NAME = "danger"
    FIELDS = 1
    LABELS = ("hazard", "neither", "now")

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        super().__init__(fitted, head or heads((fitted.words, fitted.weights), last_by_sentence=True)[0])
        hazard, neither, now = self._bias.tolist()
        self._least_now, self._least_hazard = NOW + neither - now, HAZARD + neither - hazard

    def dangerous(self, tokens: Tokens, sums: Sums) -> Dangerous:
        """The clauses that tell of danger now, and of a danger that has hurt nobody yet."""
        least_now, least_hazard = self._least_now - _GLANCE, self._least_hazard - _GLANCE
        glanced = [
            at
            for at, (hazard, neither, now) in enumerate(sums.sentences)
            if now - neither > least_now or hazard - neither > least_hazard
        ]
        return self._read(tokens, glanced[:_MOST]) if glanced else NOTHING

    def _read(self, tokens: Tokens, sentences: Iterable[int]) -> Dangerous:
        words, begins = tokens.whole, [*tokens.sentences, len(tokens.whole)]
        now, hazard = list[Span](), list[Span]()  # of words
        for at in sentences:
            clauses = _clauses(words, range(begins[at], begins[at + 1]))
            hazards, acute = self._odds([[words[each] for each in clause] for clause in clauses])
            for odds, rivals, least, found in (
                (acute, hazards, self._least_now, now),
                (hazards, acute, self._least_hazard, hazard),
            ):
                best = _best(odds)
                if sum(odds[each] for each in best) > max(least, sum(rivals[each] for each in best)):
                    found.append((clauses[best[0]][0], clauses[best[-1]][-1]))
        return Dangerous(_characters(tokens, now), _characters(tokens, hazard)) if now or hazard else NOTHING

    def _odds(self, clauses: Sequence[Sequence[str]]) -> tuple[list[float], list[float]]:
        """What each clause says for a hazard and for danger now, by words that were not said before it."""
        clause_of = {word: at for at, clause in reversed([*enumerate(clauses)]) for word in clause}
        hazards, acute = [0.0] * len(clauses), [0.0] * len(clauses)
        for at, (hazard, neither, now) in zip(clause_of.values(), self.table.by_word([*clause_of]), strict=True):
            hazards[at] += hazard - neither
            acute[at] += now - neither
        return hazards, acute


def _best(odds: Sequence[float]) -> range:
    """The clauses side by side whose odds are the greatest together (Bentley 1984)."""
    best, highest, first, together = range(0), -inf, 0, 0.0
    for at, one in enumerate(odds):
        if together <= 0:
            first, together = at, 0.0
        together += one
        if together > highest:
            best, highest = range(first, at + 1), together
    return best


def _clauses(words: Sequence[str], sentence: Iterable[int]) -> list[list[int]]:
    """The numbers of the words of each clause, without what parts them."""
    clauses: list[list[int]] = [[]]
    for each in sentence:
        if words[each] in _BREAKS:
            clauses.append([])
        else:
            clauses[-1].append(each)
    return [clause for clause in clauses if clause]


def _characters(tokens: Tokens, found: Sequence[Span]) -> tuple[Span, ...]:
    """From where to where first and last words stand in the title, a newline and the body."""
    if not found:
        return ()
    begins = [0, *accumulate(map(len, tokens.whole))]
    place = [begin + (0 < tokens.titled <= at) for at, begin in enumerate(begins)]
    return tuple((place[first], place[last] + len(tokens.whole[last])) for first, last in found)
