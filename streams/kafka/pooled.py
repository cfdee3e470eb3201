"""Produce what many ask for at the same time in one go: a partition takes one request at a time, of any size."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from streams.errors import Refused
from streams.protocols import Message

Send = Callable[[Sequence[Message]], Awaitable[None]]
"""As `streams.protocols.Log.send`."""


class Pooled:
    """Sends for many; each knows of its own messages that they stand.

    While one request is under way, what comes meanwhile waits and goes as the next one. The order of a caller's own
    messages holds, and so does what `send` promises of failures: after one, any of them may stand.
    """

    def __init__(self, send: Send) -> None:
        self._send, self._under_way = send, asyncio.Lock()
        self._waiting: list[tuple[Sequence[Message], asyncio.Future[None]]] = []

    async def send(self, messages: Sequence[Message]) -> None:
        """Return when every message is acknowledged. Raises as the log's `send` does."""
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((messages, outcome))
        async with self._under_way:
            if not outcome.done():  # Else somebody sent them along.
                these, self._waiting = self._waiting, []
                await self._go(these)
        await outcome

    async def _go(self, these: Sequence[tuple[Sequence[Message], "asyncio.Future[None]"]]) -> None:
        try:
            await self._send([message for messages, _ in these for message in messages])
        except Refused as refusal:
            if len(these) == 1:
                _fail(these, refusal)
            else:  # One of them is too large: no reason to refuse the others'.
                for each in these:
                    await self._go([each])
        except Exception as error:  # noqa: BLE001 - each caller's own to raise
            _fail(these, error)
        except BaseException:  # We are to end; what the others asked for is not known to stand.
            for _, outcome in these:
                outcome.cancel()
            raise
        else:
            for _, outcome in these:
                outcome.set_result(None)


def _fail(these: Sequence[tuple[Sequence[Message], "asyncio.Future[None]"]], error: Exception) -> None:
    for _, outcome in these:
        outcome.set_exception(error)
        outcome.exception()  # Seen, though its caller may have gone.
