"""Put `*` in the place of what nobody shall read, one for each character, so that quotations keep their places."""

from collections.abc import Iterable

Span = tuple[int, int]
"""Where something starts and ends, in characters."""


def blotted(text: str, spans: Iterable[Span]) -> str:
    """The text with `*` over these places, which may overlap; as long as before."""
    parts, last = [], 0
    for start, end in sorted(spans):
        if end > last:
            parts += [text[last:start], "*" * (end - max(start, last))]
            last = end
    return "".join([*parts, text[last:]]) if parts else text
