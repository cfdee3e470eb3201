"""Set a post's township before it is keyed by it."""

from collections.abc import Callable, Sequence

from streams.pages.page import Raw
from streams.source import Source

Locate = Callable[[str], Sequence[str]]
"""Codes of the townships whose places a text names."""


def township_of(post: Raw, source: Source, locate: Locate, thread: str | None = None) -> str:
    """The 12-digit code of the township that a post belongs to.

    Its source's, when that serves one. Else the one of the source's townships whose places the post names; a reply
    that names none or several goes where its thread went. Where several or none are named, it is the county's own
    inbox, from which an officer moves it.
    """
    served = source.served
    if len(served) == 1:
        return served[0]
    named = {code.ljust(12, "0") for code in locate(f"{post.title}\n{post.body}")}.intersection(served)
    if len(named) == 1:
        return named.pop()
    return thread or source.inbox
