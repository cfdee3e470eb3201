"""How much a shared pair of characters says: rare pairs tell matters apart, common ones do not."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from math import log
from operator import add
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from models.artefact import FOLDER, REMEDY, Unusable
from models.remembered import Remembered

WEIGHTS: Final = FOLDER / "rarity.json"
"""In how many of the residents' messages of the training data each pair stands; no texts."""

LEAST: Final = 20
"""A pair in fewer documents is as rare as one never seen: so no resident's name is in the table."""

WITH_DIGITS: Final = 0.5
"""Rarity of a pair with a digit in it: dates and sums say little, house numbers and bus lines something."""

_RUN: Final = re.compile(r"[\u3400-\u9fffA-Za-z0-9]+")


class Counts(Struct, frozen=True):
    """The table as it is stored: in how many of `documents` each pair stands, for pairs in at least `LEAST`."""

    documents: int
    counts: dict[str, int]

    def stored(self) -> bytes:
        """The same bytes for the same documents."""
        return json.format(json.encode(self, order="sorted"), indent=0)


class Rarity:
    """Inverse document frequency (Sparck Jones 1972) of pairs of neighbouring characters.

    Pairs rather than words: half of the names of estates and firms are in no dictionary.
    """

    def __init__(self, table: Counts) -> None:
        widest = log(table.documents / LEAST)
        self._rarity = {pair: log(table.documents / count) / widest for pair, count in table.counts.items()}
        self.of_word: Callable[[str], float] = Remembered(self._of_rarest_pair).__getitem__
        """As rare as the word's rarest pair; 0 for a single character or punctuation."""
        self._weight = {pair: _weight(rarity) for pair, rarity in self._rarity.items()}

    def of(self, pair: str) -> float:
        """From 0, a pair of every message, to 1, one that is not in the table."""
        rarity = self._rarity.get(pair)
        return _unknown(pair) if rarity is None else rarity

    def weights(self, pairs: Iterable[str]) -> dict[str, int]:
        """Of each pair the square of its rarity in thousandths: whole numbers, whose sum is the same in any order."""
        known = self._weight
        return {pair: known[pair] if pair in known else _weight(_unknown(pair)) for pair in pairs}

    def _of_rarest_pair(self, word: str) -> float:
        return max([self.of(pair) for pair in word_pairs(word)], default=0.0)


def _unknown(pair: str) -> float:
    return 1.0 if pair.isalpha() else WITH_DIGITS


def _weight(rarity: float) -> int:
    return round(1_000 * rarity * rarity)


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters, none across punctuation."""
    return {pair for run in _RUN.findall(text) for pair in map(add, run, run[1:])}


def word_pairs(word: str) -> list[str]:
    """The pairs of a single word, in order; none of punctuation."""
    return list(map(add, word, word[1:])) if word.isalnum() else []


def counted(texts: Iterable[str]) -> Counts:
    """Count in how many texts each pair without digits stands."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update(pair for pair in pairs(text) if pair.isalpha())
        total += 1
    return Counts(total, {pair: count for pair, count in counts.items() if count >= LEAST})


def load(path: Path = WEIGHTS) -> Rarity:
    """Read the table.

    Raises:
        Unusable: the file is missing or no such table; the message names it.
    """
    try:
        table = json.decode(path.read_bytes(), type=Counts)
    except OSError as error:
        raise Unusable(f"{path}: cannot be read ({error.strerror}); {REMEDY}") from error
    except ValueError as error:
        raise Unusable(f"{path}: no table of rarities ({error}); {REMEDY}") from error
    if table.documents <= LEAST or any(not LEAST <= count <= table.documents for count in table.counts.values()):
        raise Unusable(f"{path}: impossible counts; {REMEDY}")
    return Rarity(table)
