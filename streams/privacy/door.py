"""Nothing of ours leaves, and nothing of others' is stored, but through this door."""

import hashlib
import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from msgspec.structs import replace

from streams.identity import forgotten_author, forgotten_post
from streams.privacy.mask import mask
from streams.privacy.pseudonym import Pseudonyms, is_pseudonym
from streams.records import Post

_SHORTEST_HANDLE: Final = 2
"""Characters of the shortest handle that is looked for in texts: a single one would blot out words."""

_LONG_CODE: Final = 12
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""A digest without digits, which now and then would look like somebody's number themselves."""
_DIGESTED: Final = re.compile(r"h-[a-p]{32}")
_HOST: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/?#@\s]*(?=[/?#]|\Z)")


class Door:
    """Makes an author a pseudonym and masks what leads to a person. Pure; passing twice changes nothing."""

    __slots__ = ("_pseudonyms",)

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def admit(self, post: Post) -> Post:
        """The post as it may be published and stored.

        The author becomes a pseudonym. The handle, where it stands in title, body or the path of the url, is
        blotted out, and so are numbers, addresses, plates and mentions; title and body keep their length. An id or
        a source that holds any of these becomes a digest of itself, so that it stays the same. A township code of
        9 digits gets its 000.
        """
        handle = _handle(post.author)
        return replace(
            post,
            id=_identifier(post.id, handle),
            source=source_of(post),
            township=post.township.ljust(_LONG_CODE, "0"),
            url=_url(post.url, handle) if post.url else None,
            title=mask(_without(post.title, handle)),
            body=mask(_without(post.body, handle)),
            author=self._author(post),
        )

    def keys(self, source: str, post: str, author: str | None) -> tuple[str, ...]:
        """Under which keys the list of what was forgotten may hold a post, before or behind the door.

        One of its source and id, and of its author one for each key of the deployment.
        """
        if author is None or not author.strip():
            return (key_of_post(source, post),)
        return (key_of_post(source, post), *map(forgotten_author, self.pseudonyms(source, author)))

    def pseudonyms(self, source: str, author: str) -> tuple[str, ...]:
        """What an author of a source is called, one for each key of the deployment; a pseudonym is its only one."""
        return self._pseudonyms.every(source, author)

    def voice(self, author: str, incident: str) -> str:
        """The mark of an author in one incident; it says nothing about the person in another."""
        return self._pseudonyms.voice(author, incident)

    def _author(self, post: Post) -> str | None:
        if post.author is None or not post.author.strip():
            return None
        return self._pseudonyms.of(post.source, post.author)


def key_of_post(source: str, post: str) -> str:
    """Under which key the list of what was forgotten holds a post, whether or not its id has passed the door."""
    return forgotten_post(_source_digested(source), digested(post))


def digested(identity: str) -> str:
    """A digest of an id, or of a source's name; of what is such a digest already, itself."""
    if _DIGESTED.fullmatch(identity):
        return identity
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return "h-" + digest.translate(_LETTERS)


_source_digested: Final = lru_cache(maxsize=4096)(digested)
"""Posts come in thousands from a source."""


def source_of(post: Post) -> str:
    """The source's name as it may be shown, in a dead letter or a message, too: anybody may send any name."""
    return shown(post.source, post.author)


def shown(source: str, author: str | None) -> str:
    """The same, of a record that is no post."""
    return _identifier(source, _handle(author))


def without(text: str, author: str | None) -> str:
    """A text of somebody else's with an author's handle blotted out, as long as before."""
    return _without(text, _handle(author))


def address_without(url: str, author: str | None) -> str:
    """An address with an author's handle blotted out, as a word of its own and behind the host."""
    return _url(url, _handle(author))


def _handle(author: str | None) -> str:
    """The raw handle to look for, or nothing."""
    name = (author or "").strip()
    return "" if len(name) < _SHORTEST_HANDLE or is_pseudonym(name) else name


def _without(text: str, handle: str) -> str:
    return text.replace(handle, "*" * len(handle)) if handle else text


def _url(url: str, handle: str) -> str:
    """The host stays as it is: a handle may be part of its name by chance."""
    host = match[0] if (match := _HOST.match(url)) else ""
    rest = url.removeprefix(host)
    for form in {handle, quote(handle, safe="")} if handle else ():
        rest = _whole_word(form).sub("*" * len(form), rest) if form in rest else rest
    rest = mask(rest)
    if "%" in rest and _leads(unquote(rest), handle):  # What only its decoding shows cannot be blotted out in place.
        rest = f"/{'*' * (len(rest) - 1)}"
    return host + rest


def _identifier(identity: str, handle: str) -> str:
    if not _leads(identity, handle) and ("%" not in identity or not _leads(unquote(identity), handle)):
        return identity
    return digested(identity)


def _leads(text: str, handle: str) -> bool:
    """Whether a text leads to a person."""
    return mask(text) != text or _names(text, handle)


def _names(identity: str, handle: str) -> bool:
    # The plain search first: it spares nearly every post a pattern made for its author alone.
    return bool(handle) and handle in identity and _whole_word(handle).search(identity) is not None


def _whole_word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])")
