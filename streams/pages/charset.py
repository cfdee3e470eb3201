"""Read bytes as text though their charset be named wrongly."""

import codecs
import re
from typing import Final

_NAMED: Final = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_\-:.]{2,40})", re.IGNORECASE)
_HEAD: Final = 2048
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BELIEVED: Final = frozenset(
    {"big5", "big5hkscs", "cp950", "hz", "euc_kr", "cp949", "shift_jis", "cp932", "euc_jp", "euc_jis_2004"}
    | {"iso2022_jp", "utf-8", "utf-8-sig"}
)
"""Charsets that not all bytes are text in. A charset of single bytes reads anything, and is said of anything."""

_TOLERATED: Final = 50
"""UTF-8 in which fewer than one non-ASCII character in 50 is broken is still UTF-8: a cut or a foreign quotation."""


def decoded(body: bytes, said: str | None = None) -> str:
    """The text of a page; never fails.

    The bytes are believed before the page, the page before the server: a byte order mark, valid UTF-8 (Chinese in
    another charset hardly ever is), what the server says, what the page says of itself, GB 18030, and at last
    UTF-8 with marks in place of what is broken.
    """
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return body.decode(marked, "replace")
    for name in ("utf-8", *_believable(said, body), *_believable(_named(body), body)):
        if (text := _strictly(body, name)) is not None:
            return text
    loosely = body.decode("utf-8", "replace")
    return loosely if _is_nearly_whole(loosely) else _strictly(body, "gb18030") or loosely


def _named(body: bytes) -> str | None:
    match = _NAMED.search(body[:_HEAD])
    return match[1].decode("ascii") if match else None


def _believable(name: str | None, body: bytes) -> tuple[str, ...]:
    """A charset that Python knows and that can be wrong."""
    try:
        codec = codecs.lookup(name or "").name
    except LookupError:
        return ()
    if codec in {"gb2312", "gbk"}:
        return ("gb18030",)  # Which holds both, and what pages that say so really use.
    is_wide = codec.startswith("utf-16") and b"\0" in body[:_HEAD]  # As the tags of a page are in it.
    return (codec,) if codec in _BELIEVED or is_wide else ()


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeError:
        return None


def _is_nearly_whole(text: str) -> bool:
    beyond = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") * _TOLERATED < beyond
