"""Make a raw post a record: within the schema's limits, in its township, through the door."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from streams.identity import ANSWER
from streams.pages.page import Raw
from streams.privacy.addresses import address_without
from streams.privacy.door import Door, shown
from streams.privacy.handles import without
from streams.privacy.others import Writers
from streams.records import Post

LONGEST_BODY: Final = 50_000
"""Characters of a body that are published; the schema allows more, for other programs."""

LONGEST_TITLE: Final = 2000
_LONGEST_ID: Final = 512
_LONGEST_URL: Final = 2048
_SLACK: Final = 256
"""Characters masked beyond the cut, so that no number is cut in two and stays as its half."""


def arrive(raw: Raw, source: str, township: str, fetched: datetime, door: Door, answered: str | None = None) -> Post:
    """The post as it may be published. Whether its text was cut says `is_long`.

    `answered` is the handle of whom a reply or an office answers: the thread's address may hold it, and its id, and
    offices begin with it.
    """
    url = raw.url if raw.url and len(raw.url) <= _LONGEST_URL and raw.url.startswith(("http://", "https://")) else None
    asker = answered if raw.kind == "answer" else None
    post = door.admit(
        Post(
            id=shown(shortened(raw.id), answered),
            township=township,
            source=source,
            fetched=fetched,
            kind=raw.kind,
            url=address_without(url, answered) if url else None,
            title=without(raw.title[: LONGEST_TITLE + _SLACK], asker),
            body=without(raw.body[: LONGEST_BODY + _SLACK], asker),
            published=raw.published,
            author=raw.author,
            reach=raw.reach,
        )
    )
    return replace(post, title=post.title[:LONGEST_TITLE], body=post.body[:LONGEST_BODY])


def writers_of(raws: Iterable[Raw]) -> Mapping[str, Writers]:
    """Who wrote on a page, by thread."""
    authors: dict[str, set[str]] = {}
    for raw in raws:
        if raw.author:
            authors.setdefault(raw.thread or raw.id, set()).add(raw.author)
    return {thread: Writers(names) for thread, names in authors.items()}


def unnamed(raw: Raw, writers: Mapping[str, Writers]) -> Raw:
    """A post that names nobody who wrote another one of its thread."""
    there = writers.get(raw.thread or raw.id)
    if there is None:
        return raw
    title, body = (there.without_others(text, raw.author) for text in (raw.title, raw.body))
    return replace(raw, title=title, body=body)


def keys(raw: Raw, source: str, door: Door, asker: str | None = None) -> tuple[str, ...]:
    """Under which keys the list of what was forgotten may hold the post.

    An office's answer tells what was asked: it may be held under the keys of that, too, and of its `asker`, a handle.
    What other people reply is theirs.
    """
    its = door.keys(source, shortened(raw.id), raw.author)
    if raw.kind != "answer" or raw.thread is None:
        return its
    return (*its, *door.keys(source, shortened(raw.thread), asker))


def shortened(identity: str) -> str:
    """A post's id within the schema's limits; an answer's ends as before."""
    if len(identity) <= _LONGEST_ID:
        return identity
    asked = identity.removesuffix(ANSWER)
    return hashlib.sha256(asked.encode()).hexdigest() + identity[len(asked) :]


def is_long(raw: Raw) -> bool:
    return len(raw.title) > LONGEST_TITLE or len(raw.body) > LONGEST_BODY


def digest_of(post: Post) -> str:
    """What a reader would call another text. Not its author: a new key would make every post an edited one."""
    return hashlib.sha256(f"{post.title}\n{post.body}".encode()).hexdigest()[:32]
