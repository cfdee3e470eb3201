"""Which passages tell of danger in words that no list holds: by what sentences of danger have in common."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import accumulate, islice, pairwise
from math import inf
from pathlib import Path
from typing import Final, NamedTuple, Self

from msgspec import Struct

from models.artefact import FOLDER, Fitted
from models.classifier import Classifier
from models.linear import Head, heads
from models.passage import PassageModel
from models.segment import ENDS, Tokens
from models.table import Sums

Span = tuple[int, int]

NOW: Final = 0.0
HAZARD: Final = 2.7
"""Margins from which a passage tells of people in danger, or of what may hurt somebody (models/cards/danger.md)."""
DENIED: Final = -2.5
"""Margin up to which a passage that names a hazard tells of none."""

_GLANCE_NOW: Final = -5.5
_GLANCE_HAZARD: Final = 1.5
_GLANCE_FURTHER: Final = 0.9
"""Log-odds of a sentence's words from which its passage is read, and what each further sentence adds to them: of many
some sound dangerous by chance. Reading a passage costs a quarter of all that is done to a post."""

_LONGEST: Final = 150
"""Characters of a passage: most posts are one. What stands around a sentence says whether it is meant."""

_MOST: Final = 50
"""Passages of a text that are read; no honest one sounds dangerous more often."""

_CLAUSE: Final = re.compile("[^{}，,、：: \u3000（）()…～~]+".format("".join(sorted(ENDS))))


class Dangerous(Struct, frozen=True):
    """Clauses that tell of danger, as characters of the title, a newline and the body."""

    now: tuple[Span, ...] = ()
    hazard: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.now or self.hazard)


NOTHING: Final = Dangerous()


class _Part(NamedTuple):
    """From where to where a sentence stands, or a part of a long one."""

    sentence: int
    start: int
    end: int


class DangerModel(Classifier):
    """Two linear models, a cheap one that says where to look and one that reads there; see models/cards/danger.md.

    The first one weighs words, sentence by sentence, by the table that all models share; the other one the strings of
    characters of whole passages.
    """

    NAME = "danger"
    FIELDS = 1
    LABELS = ("hazard", "neither", "now")

    def __init__(self, fitted: Fitted, passages: PassageModel, head: Head | None = None) -> None:
        super().__init__(fitted, head or heads((fitted.words, fitted.weights), last_by_sentence=True)[0])
        self._passages, self.strings = passages, passages.strings
        hazard, neither, now = self._bias.tolist()
        self._least_now, self._least_hazard = _GLANCE_NOW + neither - now, _GLANCE_HAZARD + neither - hazard

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """The models with a table of their own.

        Raises:
            Unusable: one of their files is missing, damaged or of another version.
        """
        return cls(cls.fitted(folder), PassageModel.load(folder))

    def dangerous(self, tokens: Tokens, sums: Sums) -> Dangerous:
        """The clauses that tell of danger now, and of a danger that has hurt nobody yet."""
        chance = _GLANCE_FURTHER * (len(sums.sentences) - 1)
        least_now, least_hazard = self._least_now + chance, self._least_hazard + chance
        glanced = {
            at: max(now - least_now, hazard - least_hazard) - neither
            for at, (hazard, neither, now) in enumerate(sums.sentences)
            if now - neither > least_now or hazard - neither > least_hazard
        }
        return self._read(tokens, glanced) if glanced else NOTHING

    def believes(self, tokens: Tokens, named: int) -> bool:
        """Whether the passage of a character, at which words name a hazard, tells of one, or of danger now."""
        text = _text(tokens)
        for parts in _passages(tokens, range(len(tokens.sentences))):
            if named < parts[-1].end:
                risky, acute = self._passages.margins(text[parts[0].start : parts[-1].end])
                return risky > DENIED or acute > NOW
        return False

    def _read(self, tokens: Tokens, glanced: Mapping[int, float]) -> Dangerous:
        """Read the passages with glanced sentences; of each that tells of danger, quote a clause."""
        text, now, hazard = _text(tokens), list[Span](), list[Span]()
        for parts in islice(_passages(tokens, glanced), _MOST):
            risky, acute = self._passages.margins(text[parts[0].start : parts[-1].end])
            if acute <= NOW and risky <= HAZARD:
                continue
            if said := [part for part in parts if _CLAUSE.search(text, part.start, part.end)]:
                quoted = max(said, key=lambda part: glanced.get(part.sentence, -inf))
                (now if acute > NOW else hazard).append(self._clause(text, quoted, now=acute > NOW))
        return Dangerous(tuple(now), tuple(hazard)) if now or hazard else NOTHING

    def _clause(self, text: str, part: _Part, *, now: bool) -> Span:
        """From where to where the clause stands that says most of it: what is said in anger beside it is not quoted."""
        clauses = [clause.span() for clause in _CLAUSE.finditer(text, part.start, part.end)]
        return max(clauses, key=lambda clause: self._passages.margins(text[clause[0] : clause[1]])[now])


def _text(tokens: Tokens) -> str:
    """The title, a newline and the body."""
    title, body = "".join(tokens.title), "".join(tokens.body)
    return f"{title}\n{body}" if title else body


def _passages(tokens: Tokens, glanced: Container[int]) -> Iterator[Sequence[_Part]]:
    """The passages that hold a glanced sentence: sentences while they are short enough together."""
    passage: list[_Part] = []
    wanted = False
    for part in _parts(tokens):
        if passage and part.end - passage[0].start > _LONGEST:
            if wanted:
                yield passage
            passage, wanted = [], False
        passage.append(part)
        wanted = wanted or part.sentence in glanced
    if wanted:
        yield passage


def _parts(tokens: Tokens) -> Iterator[_Part]:
    """The sentences; one that is too long for a passage is cut."""
    ends = [0, *accumulate(map(len, tokens.whole))]
    numbers = (*tokens.sentences, len(tokens.whole))
    begins = [ends[number] + (0 < tokens.titled <= number) for number in numbers]
    for sentence, (start, end) in enumerate(pairwise(begins)):
        for cut in range(start, end, _LONGEST):
            yield _Part(sentence, cut, min(end, cut + _LONGEST))
