"""What a crawler asks of the store about its source's posts; it writes nothing there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from streams.records import Post
from streams.source import Source


class Archive(Protocol):
    """Posts as the store has them. Each call raises Busy when it failed and may succeed later."""

    async def posts(self, documents: Mapping[str, str]) -> Sequence[Post]:
        """Those of these posts (document id -> township) that are stored."""

    async def threads(self, source: Source, since: datetime, most: int) -> Sequence[str]:
        """Addresses of the source's threads that stand in open incidents and were heard of since, the latest first."""

    async def recent(self, source: Source, since: datetime, most: int) -> Sequence[str]:
        """Addresses of the source's threads that were written since and are not gone, the latest first."""


class Empty(Archive):
    """Nothing is stored: for a crawler without a store."""

    async def posts(self, documents: Mapping[str, str]) -> Sequence[Post]:  # noqa: ARG002
        return ()

    async def threads(self, source: Source, since: datetime, most: int) -> Sequence[str]:  # noqa: ARG002
        return ()

    async def recent(self, source: Source, since: datetime, most: int) -> Sequence[str]:  # noqa: ARG002
        return ()
