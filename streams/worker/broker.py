"""Notice a broker that is away: Kafka's client tells its log only, and tries again for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from streams.kafka.access import Servers
from streams.kafka.failures import answers
from streams.kafka.ownership import Ownership
from streams.worker.status import Status

QUIET: Final = 1 / 4
"""Of a session: the group was silent for longer than between two heartbeats, a sixth, so the broker is tried."""

PATIENCE: Final = 1 / 6
"""Of a session: a broker that answers nothing for so long is away."""

PAUSE: Final = 1 / 12
"""Of a session, between two looks."""


async def watch_broker(servers: Servers, ownership: Ownership, status: Status) -> None:
    """Look again and again, until cancelled."""
    while True:
        await asyncio.sleep(PAUSE * ownership.session)
        await look(servers, ownership, status)


async def look(
    servers: Servers,
    ownership: Ownership,
    status: Status,
    *,
    answers: Callable[[Servers, float], Awaitable[bool]] = answers,
) -> None:
    """Say that the broker is away, when the group is silent and no broker answers; or that the group hears us again.

    Between the two, while a broker answers and the group is silent, the worker is not well, and the watch may end it:
    its group may have been given to others.
    """
    if ownership.silent_for < QUIET * ownership.session:
        status.tell_of_broker(None)
    elif not await answers(servers, PATIENCE * ownership.session):
        status.tell_of_broker(f"Kafka at {servers} does not answer")
