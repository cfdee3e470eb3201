"""The two halves of the texts with known severity."""

import hashlib
from typing import Literal


def half(identifier: str) -> Literal["A", "B"]:
    """A: words and rules were tuned on it. B: it was kept clean. A hash of the row's id decides."""
    return "B" if hashlib.sha256(identifier.encode()).digest()[0] % 2 else "A"
