"""A crawler's hold on the source that it visits: one that was started later may take it at any time."""

from msgspec.structs import replace

from streams.crawl.memory import Head, Memory


class Hold:
    """Lost once another crawler has written the source's head. `head` is as this one wrote it last."""

    def __init__(self, memory: Memory, head: Head) -> None:
        self._memory, self.head = memory, head
        self.lost = False

    async def stands(self) -> bool:
        """Ask whether the source is still ours: a read, for which nobody else's writing is in the way."""
        if not self.lost:
            self.lost = (await self._memory.head(self.head.source)).crawler != self.head.crawler
        return not self.lost

    async def reached(self, listings: int) -> bool:
        """Note that so many list pages were reached; whether the source is still ours."""
        put = await self._memory.put_head(replace(self.head, reached=listings))
        self.head, self.lost = put or self.head, put is None
        return not self.lost
