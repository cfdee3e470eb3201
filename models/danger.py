"""Which passages tell of danger in words that no list holds: by what sentences of danger have in common."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import accumulate, islice, pairwise
from math import inf
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from msgspec import Struct

from models.artefact import FOLDER, Fitted
from models.classifier import Classifier
from models.linear import Head, heads
from models.passage import PassageModel
from models.segment import ENDS, Tokens
from models.table import Sums

Span = tuple[int, int]

NOW: Final = -0.7
HAZARD: Final = 1.5
"""Margins from which a passage tells of people in danger, or of what may hurt somebody (models/cards/danger.md)."""
_APART: Final = 3.0
"""How far a hazard's margin passes that of danger now where a passage tells of a hazard alone."""
_SURELY: Final = 3.0
"""Margin from which people are in danger now beyond doubt."""
DENIED: Final = -2.5
"""Margin up to which a passage that names a hazard tells of none."""
DENIED_NOW: Final = -3.0
"""Margin up to which a passage that names a danger now tells of none."""

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
    surely: bool = False
    """Whether people are in danger now beyond doubt."""

    def __bool__(self) -> bool:
        return bool(self.now or self.hazard)


NOTHING: Final = Dangerous()


class _Part(NamedTuple):
    """From where to where a sentence stands, or a part of a long one."""

    sentence: int
    start: int
    end: int


class _Passage(NamedTuple):
    """A passage of one of many posts."""

    post: int
    text: str
    """All of the post's."""
    parts: Sequence[_Part]


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
        return self.dangerous_of_all([tokens], [sums])[0]

    def dangerous_of_all(self, posts: Sequence[Tokens], sums: Sequence[Sums]) -> list[Dangerous]:
        """The clauses of each of many posts; their passages are read together."""
        glanced = self._glanced(sums)
        passages = [
            _Passage(post, text, parts)
            for post, sentences in glanced.items()
            for text in [_text(posts[post])]
            for parts in islice(_passages(posts[post], sentences), _MOST)
        ]
        now, hazard = defaultdict[int, list[Span]](list), defaultdict[int, list[Span]](list)
        surely = set[int]()
        for (post, text, parts), (risky, acute) in zip(passages, self._margins(passages), strict=True):
            if not (is_now := acute > max(NOW, risky - _APART)) and risky <= HAZARD:
                continue
            if said := [part for part in parts if _CLAUSE.search(text, part.start, part.end)]:
                quoted = max(said, key=lambda part: glanced[post].get(part.sentence, -inf))
                (now if is_now else hazard)[post].append(self._clause(text, quoted, now=is_now))
                if is_now and acute > _SURELY:
                    surely.add(post)
        told = now.keys() | hazard.keys()
        return [
            Dangerous(tuple(now[at]), tuple(hazard[at]), at in surely) if at in told else NOTHING
            for at in range(len(posts))
        ]

    def believes(self, named: Sequence[tuple[Tokens, int]], *, now: bool = False) -> list[bool]:
        """Whether the passage of a post's character, at which words name a danger, may tell of it.

        Args:
            named: the post, and the place of the words.
            now: whether they name one to people now, or a hazard.
        """
        passages = [_Passage(at, _text(tokens), _passage_at(tokens, place)) for at, (tokens, place) in enumerate(named)]
        least = DENIED_NOW if now else NOW
        return [acute > least or (not now and risky > DENIED) for risky, acute in self._margins(passages)]

    def _glanced(self, sums: Sequence[Sums]) -> Mapping[int, Mapping[int, float]]:
        """The sentences that may tell of danger, and by how much they pass what tells them from others: by post."""
        counts = np.array([len(post.sentences) for post in sums])
        hazard, neither, now = np.concatenate([post.sentences for post in sums]).T
        chance = (_GLANCE_FURTHER * (counts - 1)).repeat(counts)
        least_now, least_hazard = self._least_now + chance, self._least_hazard + chance
        may = ((now - neither > least_now) | (hazard - neither > least_hazard)).nonzero()[0]
        by = (np.maximum(now - least_now, hazard - least_hazard) - neither)[may].tolist()
        post = np.arange(len(sums)).repeat(counts)[may]
        sentence = (may - (counts.cumsum() - counts)[post]).tolist()
        glanced = defaultdict[int, dict[int, float]](dict)
        for which, at, much in zip(post.tolist(), sentence, by, strict=True):
            glanced[which][at] = much
        return glanced

    def _margins(self, passages: Sequence[_Passage]) -> list[tuple[float, float]]:
        return self._passages.margins_of_all([text[parts[0].start : parts[-1].end] for _, text, parts in passages])

    def _clause(self, text: str, part: _Part, *, now: bool) -> Span:
        """From where to where the clause stands that says most of it: what is said in anger beside it is not quoted."""
        clauses = [clause.span() for clause in _CLAUSE.finditer(text, part.start, part.end)]
        margins = self._passages.margins_of_all([text[start:end] for start, end in clauses])
        return max(zip(margins, clauses, strict=True), key=lambda each: each[0][now])[1]


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


def _passage_at(tokens: Tokens, character: int) -> Sequence[_Part]:
    """The passage in which a character stands."""
    passages = _passages(tokens, range(len(tokens.whole)))
    return next(parts for parts in passages if character < parts[-1].end)


def _parts(tokens: Tokens) -> Iterator[_Part]:
    """The sentences; one that is too long for a passage is cut."""
    ends = [0, *accumulate(map(len, tokens.whole))]
    numbers = (*tokens.sentences, len(tokens.whole))
    begins = [ends[number] + (0 < tokens.titled <= number) for number in numbers]
    for sentence, (start, end) in enumerate(pairwise(begins)):
        for cut in range(start, end, _LONGEST):
            yield _Part(sentence, cut, min(end, cut + _LONGEST))
