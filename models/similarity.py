"""How much a shared pair of characters says: rare pairs tell matters apart, common ones do not."""

import re
from collections import Counter
from collections.abc import Iterable
from math import log
from pathlib import Path
from typing import Final

from msgspec import Struct, json

WEIGHTS: Final = Path(__file__).parent / "weights" / "rarity.json"
"""In how many of the residents' messages of the training data each pair stands; no texts."""

LEAST: Final = 20
"""A pair in fewer documents is as rare as one never seen: so no resident's name is in the table."""

WITH_DIGITS: Final = 0.5
"""Rarity of a pair with a digit in it: dates and sums say little, house numbers and bus lines something."""

_RUN: Final = re.compile(r"[\u3400-\u9fffA-Za-z0-9]+")
_DIGIT: Final = re.compile(r"[0-9]")


class Rarity(Struct, frozen=True):
    """Inverse document frequency (Sparck Jones 1972) of pairs of neighbouring characters.

    Pairs rather than words: half of the names of estates and firms are in no dictionary.

    Args:
        documents: how many were counted.
        counts: in how many of them each pair stands, for pairs in at least `LEAST` of them.
    """

    documents: int
    counts: dict[str, int]

    def of(self, pair: str) -> float:
        """From 0, a pair of every message, to 1, one that is not in the table."""
        count = self.counts.get(pair)
        if count is None:
            return WITH_DIGITS if _DIGIT.search(pair) else 1.0
        return log(self.documents / count) / log(self.documents / LEAST)

    def of_word(self, word: str) -> float:
        """As rare as the word's rarest pair; 0 for a single character."""
        return max(map(self.of, pairs(word)), default=0.0)

    def stored(self) -> bytes:
        """The table as it is stored: the same for the same documents."""
        return json.format(json.encode(self, order="sorted"), indent=0)


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters, none across punctuation."""
    return {run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run) - 1)}


def counted(texts: Iterable[str]) -> Rarity:
    """Count in how many texts each pair without digits stands."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update(pair for pair in pairs(text) if not _DIGIT.search(pair))
        total += 1
    return Rarity(total, {pair: count for pair, count in counts.items() if count >= LEAST})


def load(path: Path = WEIGHTS) -> Rarity:
    """Read the table.

    Raises:
        ValueError: the file is no such table; the message names it.
    """
    try:
        rarity = json.decode(path.read_bytes(), type=Rarity)
    except ValueError as error:
        raise ValueError(f"{path}: no table of rarities ({error}); `xiangyin train` writes it") from error
    if rarity.documents <= LEAST or any(not LEAST <= count <= rarity.documents for count in rarity.counts.values()):
        raise ValueError(f"{path}: impossible counts; `xiangyin train` writes the table anew")
    return rarity
