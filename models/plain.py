"""A text as the lexicon's words are written, simplified and in half width, one character for one."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_HALF_WIDTH: Final = {0xFF01 + i: 0x21 + i for i in range(0x5E) if chr(0xFF01 + i) not in "，：；！？（）"}
"""Full-width digits and letters; Chinese punctuation stays."""
_SURROGATES: Final = "\ud800-\udfff"
"""Halves of characters, which only broken texts hold: nothing can search them."""


class Plain:
    """Writes texts plainly: traditional characters simplified, full width halved; every place stays where it is.

    Args:
        simplified: simplified characters by traditional ones.
    """

    def __init__(self, simplified: Mapping[str, str]) -> None:
        self._table = str.maketrans(dict(simplified)) | _HALF_WIDTH
        self._odd = re.compile(f"[{_SURROGATES}{re.escape(''.join(map(chr, self._table)))}]")
        self._broken = re.compile(f"[{_SURROGATES}]")

    @classmethod
    def load(cls, path: Path | None = None) -> "Plain":
        """Read the pairs of a file, by default those that come with the program: 傷伤 亡亡 ...

        Raises:
            ValueError: a word of the file is no pair of characters; names the file.
        """
        path = path or Path(__file__).parent / "words" / "traditional.txt"
        lines = path.read_text(encoding="utf-8").splitlines()
        pairs = [pair for line in lines if not line.startswith("#") for pair in line.split()]
        if wrong := [pair for pair in pairs if len(pair) != 2]:  # noqa: PLR2004
            raise ValueError(f"{path}: not a pair of characters: {wrong[0]}")
        return cls({pair[0]: pair[1] for pair in pairs})

    def write(self, text: str) -> str:
        """The text as the lexicon knows it; most texts are that already."""
        if not self._odd.search(text):
            return text
        return self._broken.sub("?", text.translate(self._table))
