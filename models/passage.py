"""How much a passage tells of danger, by the strings of characters in it: people tell of it in ever other words."""

import re
from math import inf
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from models import artefact
from models.artefact import Fitted
from models.linear import scale

LONGEST_STRING: Final = 3

MARK: Final = "#"
"""Stands for whatever is between ideographs: that something ends there counts, not what it is."""

_OTHER: Final = re.compile("[^\u3400-\u9fff]+")
_WIDE: Final = 16
"""Bits of a character, where a string is put into one number."""

Numbers = NDArray[np.int64]


class PassageModel:
    """A linear model over strings of one to three characters, weighed by how rare they are, in a vector of length 1.

    So a long passage gathers no more than a short one, and a string that is said again adds nothing.
    """

    NAME: ClassVar = "danger-passages"
    LABELS: ClassVar = ("hazard", "now")

    def __init__(self, fitted: Fitted) -> None:
        self.strings = fitted.words
        self._bias = fitted.bias.tolist()
        numbers = np.array([_number(string) for string in fitted.words], dtype=np.int64)
        order = numbers.argsort()
        self._known = numbers[order]
        self._weights = fitted.weights[order].astype(np.float64)

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
        hazard, now, squares = self._sums(passage)
        if not squares:
            return -inf, -inf
        length = scale(squares)
        return hazard * length + self._bias[0], now * length + self._bias[1]

    def _sums(self, text: str) -> list[float]:
        """Of all known strings, each once: the columns of their weights."""
        said = _strings_within(_plain(text))
        said.sort()
        rows = np.searchsorted(self._known, said)
        found = (self._known.take(rows, mode="clip") == said) & (np.diff(said, prepend=-1) > 0)
        sums: list[float] = self._weights[rows[found]].sum(axis=0).tolist()
        return sums


def strings_of(text: str) -> set[str]:
    """Each string of ideographs and marks in a text once."""
    plain = _plain(text)
    sizes = range(1, LONGEST_STRING + 1)
    return {plain[at : at + size] for size in sizes for at in range(len(plain) - size + 1)} - {MARK}


def _plain(text: str) -> str:
    return _OTHER.sub(MARK, f"{MARK}{text}{MARK}")


def _strings_within(plain: str) -> Numbers:
    """The strings of one to three characters, as numbers."""
    one = np.frombuffer(plain.encode("utf-16-le"), dtype=np.uint16).astype(np.int64)
    two = one[:-1] << _WIDE | one[1:]
    return np.concatenate([one, two, two[:-1] << _WIDE | one[2:]])


def _number(string: str) -> int:
    number = 0
    for character in string:
        number = number << _WIDE | ord(character)
    return number
