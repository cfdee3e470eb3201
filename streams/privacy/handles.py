"""Find a handle in a text in any case and width, with characters in it that nobody sees."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from streams.privacy.blot import Span, blotted
from streams.privacy.digits import UNSEEN
from streams.privacy.pseudonym import is_pseudonym

_SHORTEST: Final = 2
"""Characters of the shortest handle that is looked for in texts: a single one would blot out words."""

_UNSEEN: Final = re.compile(f"[{UNSEEN}]")
_DISGUISED: Final = re.compile(f"[{UNSEEN}０-９Ａ-Ｚａ-ｚ＿－．Ⓐ-ⓩ\U0001d400-\U0001d7ff]")
"""What a handle may be written in, so that it is not seen to be the same."""

_GOES_ON: Final = re.compile("[0-9A-Za-z]{2}")


@lru_cache(maxsize=4096)
def handle_of(author: str | None) -> str:
    """The raw handle to look for; empty when there is none, or none long enough."""
    name = (author or "").strip()
    return "" if min(len(name), len(folded(name))) < _SHORTEST or is_pseudonym(name) else name


def places(text: str, handle: str) -> list[Span]:
    """Where a handle stands in a text, in characters. Takes time linear in the text."""
    if not handle:
        return []
    is_plain = text.isascii() or not _DISGUISED.search(text)
    seen = text if is_plain else unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    if folded(handle) not in seen.casefold():
        return _places(text, handle) if handle in text else []
    letters, at = with_places(text)
    return [(at[start], at[end - 1] + 1) for start, end in _places(letters, folded(handle))]


def with_places(text: str) -> tuple[str, Sequence[int]]:
    """A text as handles are compared, and where each of its characters stands."""
    if not _DISGUISED.search(text) and len(plain := text.casefold()) == len(text):
        return plain, range(len(text))
    pairs = [(letter, position) for position, character in enumerate(text) for letter in _letters(character)]
    return "".join([letter for letter, _ in pairs]), [position for _, position in pairs]


def words(text: str, handle: str) -> list[Span]:
    """The same, where no word of letters goes on beside it: zhang is none in zhang3."""
    return [
        (start, end)
        for start, end in places(text, handle)
        if not (_GOES_ON.fullmatch(text, start - 1, start + 1) or _GOES_ON.fullmatch(text, end - 1, end + 1))
    ]


def without(text: str, author: str | None) -> str:
    """The text with an author's handle blotted out wherever it stands, as long as before."""
    return blotted(text, places(text, handle_of(author)))


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A name as it is compared."""
    return "".join(map(_letters, name))


def _letters(character: str) -> str:
    return "" if _UNSEEN.match(character) else unicodedata.normalize("NFKC", character).casefold()


def _places(text: str, name: str) -> list[Span]:
    return [match.span() for match in re.finditer(re.escape(name), text)]
