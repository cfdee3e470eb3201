"""Nothing of ours leaves, and nothing of others' is stored, but through this door."""

import hashlib
import re
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from streams.identity import ANSWER, asked_id, forgotten_author, forgotten_post
from streams.privacy.addresses import address_without, leads
from streams.privacy.handles import without
from streams.privacy.mask import mask
from streams.privacy.pseudonym import Pseudonyms
from streams.records import Post

_LONG_CODE: Final = 12
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""A digest without digits, which now and then would look like somebody's number themselves."""
_DIGESTED: Final = re.compile(r"h-[a-p]{32}")


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
        return replace(
            post,
            id=shown(post.id, post.author),
            source=source_of(post),
            township=post.township.ljust(_LONG_CODE, "0"),
            url=address_without(post.url, post.author) if post.url else None,
            title=mask(without(post.title, post.author)),
            body=mask(without(post.body, post.author)),
            author=self._author(post),
        )

    def keys(self, source: str, post: str, author: str | None) -> tuple[str, ...]:
        """Under which keys the list of what was forgotten may hold a post, before or behind the door.

        One of its source and id, for an office's answer one of what was asked, too, and of its author one for each key
        of the deployment.
        """
        posts = [key_of_post(source, each) for each in (post, asked_id(post)) if each]
        authors = self.pseudonyms(source, author) if author and author.strip() else ()
        return (*posts, *map(forgotten_author, authors))

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
    """A digest of an id, or of a source's name; of what is such a digest already, itself.

    An answer's is that of what was asked, with the same end: so who knows the one finds the other.
    """
    asked = identity.removesuffix(ANSWER)
    if _DIGESTED.fullmatch(asked):
        return identity
    digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return "h-" + digest.translate(_LETTERS) + identity[len(asked) :]


_source_digested: Final = lru_cache(maxsize=4096)(digested)
"""Posts come in thousands from a source."""


def source_of(post: Post) -> str:
    """The source's name as it may be shown, in a dead letter or a message, too: anybody may send any name."""
    return shown(post.source, post.author)


def shown(identity: str, author: str | None) -> str:
    """An id or a source's name, or a digest of what leads to a person."""
    return digested(identity) if leads(identity.removesuffix(ANSWER), author) else identity
