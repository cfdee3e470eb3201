"""The deployment's list of what was forgotten, for commands that publish, show or forget posts."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from deploy.settings.deployment import Settings
from streams.elasticsearch.client import connect
from streams.elasticsearch.forgotten import Forgotten

T = TypeVar("T")


@asynccontextmanager
async def open_list(settings: Settings) -> AsyncIterator[Forgotten]:
    """The list.

    Raises:
        Busy: the search server is away.
    """
    client = await connect(settings.access())
    try:
        yield Forgotten(client, server=settings.elasticsearch, deployment=settings.name)
    finally:
        await client.close()


async def remembered(listed: Forgotten, items: Sequence[tuple[T, Collection[str]]]) -> list[T]:
    """Of things with their keys those that nobody asked to forget."""
    gone = await listed.among([key for _, keys in items for key in keys])
    return [item for item, keys in items if gone.isdisjoint(keys)]
