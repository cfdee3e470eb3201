"""Blot out of addresses and ids what leads to a person, encoded as it may be."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from streams.privacy.blot import blotted
from streams.privacy.handles import handle_of, words
from streams.privacy.mask import mask

_HOST: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/?#@\s]*(?=[/?#]|\Z)")


def address_without(url: str, author: str | None) -> str:
    """An address with numbers masked, and an author's handle blotted out as a word of its own and behind the host.

    The host stays as it is: a handle may be part of its name by chance.
    """
    handle = handle_of(author)
    host = match[0] if (match := _HOST.match(url)) else ""
    rest = url.removeprefix(host)
    rest = blotted(rest, words(rest, handle))
    if "%" in rest:
        for form in _encoded(handle):
            rest = blotted(rest, words(rest, form))
        if any(_leads(text, handle) for text in _decoded(mask(rest))):
            # What only its decoding shows cannot be blotted out in place.
            return f"{host}/{'*' * (len(rest) - 1)}"
    return host + mask(rest)


def leads(text: str, author: str | None) -> bool:
    """Whether an id or a name leads to a person, as it is or in an address's encoding."""
    handle = handle_of(author)
    return _leads(text, handle) or ("%" in text and any(_leads(each, handle) for each in _decoded(text)))


def _leads(text: str, handle: str) -> bool:
    return _is_masked(text) or bool(words(text, handle))


@lru_cache(maxsize=1024)
def _is_masked(text: str) -> bool:
    """Posts come in thousands from a source."""
    return mask(text) != text


def _encoded(handle: str) -> Iterator[str]:
    """A handle as it stands in addresses: many a forum writes them in GBK, and some encode twice."""
    for charset in ("utf-8", "gb18030"):
        form = quote(handle, safe="", encoding=charset, errors="replace")
        if form != handle:
            yield form
            yield quote(form, safe="")


def _decoded(text: str) -> Iterator[str]:
    """A text decoded once and twice."""
    for _ in range(2):
        if "%" not in text:
            return
        text = _unquoted(text)
        yield text


def _unquoted(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return unquote(text, "gb18030")
