"""How telling a word is: rare among residents' messages, frequent in this one."""

import re
from collections.abc import Mapping
from functools import cached_property
from heapq import nsmallest
from math import log
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct, ValidationError, json

from models.artefact import FOLDER, REMEDY, Unusable
from models.segment import Tokens

NAME: Final = "keywords"
MOST: Final = 8
_WORD: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,12}")


class Keywords(Struct, frozen=True):
    """The most telling words of a post, the most telling first."""

    words: tuple[str, ...]


class KeywordWeights(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """In how many of the training documents each word stands; no texts.

    Args:
        documents: how many were counted.
        counts: documents of each word that stands in at least three.
    """

    documents: int
    counts: dict[str, int]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "KeywordWeights":
        """Read the counts from `keywords.json`.

        Raises:
            Unusable: the file is missing or damaged.
        """
        file = folder / f"{NAME}.json"
        try:
            return json.decode(file.read_bytes(), type=cls)
        except OSError as error:
            raise Unusable(f"{file}: cannot be read ({error.strerror}); {REMEDY}") from error
        except (DecodeError, ValidationError, UnicodeDecodeError) as error:
            raise Unusable(f"{file}: is not a table of counts ({error}); {REMEDY}") from error

    def save(self, folder: Path) -> None:
        """Write `keywords.json`, one word a line."""
        (folder / f"{NAME}.json").write_bytes(json.format(json.encode(self), indent=1) + b"\n")

    def rarity(self, word: str) -> float:
        """Inverse document frequency (Sparck Jones 1972), smoothed; a word never seen is the rarest."""
        return log((1 + self.documents) / (1 + self.counts.get(word, 0)))

    def telling(self, tokens: Tokens) -> Keywords:
        """The words with the highest tf-idf, title and body together; among equals by code point.

        Only words of two to twelve ideographs: no numbers, no Latin names.
        """
        times, rarities, rarest = tokens.counts, self._rarities, self.rarity("")
        weighed = [
            (-count * rarities.get(word, rarest), word)
            for word, count in times.items()
            if len(word) > 1 and (word in rarities or _WORD.fullmatch(word))
        ]
        return Keywords(tuple(word for _, word in nsmallest(MOST, weighed)))

    @cached_property
    def _rarities(self) -> Mapping[str, float]:
        """Of all known words: a logarithm for each word of each post would take longer than all the rest."""
        return {word: self.rarity(word) for word in self.counts if len(word) > 1}
