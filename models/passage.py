"""How much a passage tells of danger, by the strings of characters in it: people tell of it in ever other words."""

import re
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from models import artefact
from models.artefact import Fitted
from models.finding import UNKNOWN, Numbers, Rows
from models.linear import scales

LONGEST_STRING: Final = 3

MARK: Final = "#"
"""Stands for whatever is between ideographs: that something ends there counts, not what it is."""

_OTHER: Final = re.compile("[^\u3400-\u9fff]+")
_WIDE: Final = 16
"""Bits of a character, where a string is put into one number."""
_ROW: Final = 32
"""Bits of a row, where the number of a passage is put before it."""


class PassageModel:
    """A linear model over strings of one to three characters, weighed by how rare they are, in a vector of length 1.

    So a long passage gathers no more than a short one, and a string that is said again adds nothing.
    """

    NAME: ClassVar = "danger-passages"
    LABELS: ClassVar = ("hazard", "now")

    def __init__(self, fitted: Fitted) -> None:
        self.strings = fitted.words
        self._bias = fitted.bias.astype(np.float64)
        self._known = Rows(np.array([_number(string) for string in fitted.words], dtype=np.int64))
        self._weights = fitted.weights.astype(np.float64)

    @classmethod
    def load(cls, folder: Path = artefact.FOLDER) -> Self:
        """The model that `danger-passages.npz` and `danger-passages.json` hold.

        Raises:
            Unusable: one of them is missing, damaged or of another version.
        """
        return cls(artefact.load(folder, cls.NAME, fields=1))

    def margins(self, passage: str) -> tuple[float, float]:
        """What a passage has for a hazard and for danger now; above 0 where that is likelier than not.

        One without a known string has nothing for either.
        """
        return self.margins_of_all([passage])[0]

    def margins_of_all(self, passages: Sequence[str]) -> list[tuple[float, float]]:
        """The margins of each of many passages, in a third of the time of one by one."""
        if not passages:
            return []
        sums = self._sums(passages)
        squares = sums[:, -1:]
        margins = np.where(squares > 0, sums[:, :-1] * scales(squares) + self._bias, -inf)
        return [(hazard, now) for hazard, now in margins.tolist()]

    def _sums(self, passages: Sequence[str]) -> NDArray[np.float64]:
        """Of all known strings of each passage, each once: the columns of their weights."""
        plain = [*map(_plain, passages)]
        rows = self._known.of(_strings_at("".join(plain)))
        whose = np.arange(len(plain)).repeat([LONGEST_STRING * len(each) for each in plain])
        known = rows != UNKNOWN
        said = whose[known] << _ROW | rows[known]
        said.sort(kind="stable")  # They stand in order of passages already: half the time of the default kind.
        said = said[np.diff(said, prepend=-1) > 0]
        sums = np.zeros((len(plain), self._weights.shape[1]))
        np.add.at(sums, said >> _ROW, self._weights.take(said & (1 << _ROW) - 1, axis=0))
        return sums


def strings_of(text: str) -> set[str]:
    """Each string of ideographs and marks in a text once."""
    plain = _plain(text)
    sizes = range(1, LONGEST_STRING + 1)
    return {plain[at : at + size] for size in sizes for at in range(len(plain) - size + 1)} - {MARK}


def _plain(text: str) -> str:
    return _OTHER.sub(MARK, f"{MARK}{text}{MARK}")


def _strings_at(plain: str) -> Numbers:
    """The strings of one, two and three characters at each place, as numbers; none goes from passage to passage.

    Where passages meet stand two marks, as within none; so they do behind the last one.
    """
    one = np.frombuffer((plain + MARK * 2).encode("utf-16-le"), dtype=np.uint16).astype(np.int64)
    two = one[:-1] << _WIDE | one[1:]
    return np.stack([one[:-2], two[:-1], two[:-1] << _WIDE | one[2:]], axis=1).ravel()


def _number(string: str) -> int:
    number = 0
    for character in string:
        number = number << _WIDE | ord(character)
    return number
