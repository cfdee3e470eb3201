"""What may happen to the workers, to the broker, and to the search server.

A fault returns what it did, and raises `Nobody` when it fell on nobody: that one does not count.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from msgspec import Struct

from deploy.child import Child
from tests.real.chaos.fleet import MEBIBYTE, Fleet, Nobody
from tests.real.chaos.proxy import HARMS, Proxy
from tests.real.java import JavaServer
from tests.real.servers import RealServers

MOST, LEAST = 3, 1
"""Workers at a time."""


class Scene(Struct, frozen=True):
    """On what faults fall."""

    servers: RealServers
    proxy: Proxy
    fleet: Fleet
    dice: random.Random
    session: float
    """Seconds after which the group gives up a worker that is silent."""


LIFE: Final = 120.0
"""Seconds within which somebody must be there to fall on: a worker pauses for a minute at most between two lives."""

Fault = Callable[[Scene], Awaitable[str]]


async def kill(scene: Scene) -> str:
    """Kill -9 of a worker."""
    return f"worker {scene.fleet.kill(await _anyone(scene))}"


async def kill_all(scene: Scene) -> str:
    """Kill -9 of all workers at once."""
    await _anyone(scene)
    return f"workers {', '.join(str(pid) for worker in scene.fleet.workers if (pid := scene.fleet.kill(worker)))}"


async def terminate(scene: Scene) -> str:
    """SIGTERM to a worker."""
    return str(await scene.fleet.terminate(await _anyone(scene)))


async def terminate_while_bulks_fail(scene: Scene) -> str:
    """SIGTERM to a worker whose writes are all refused."""
    with scene.proxy.doing("429", share=1.0):
        await asyncio.sleep(2)
        return str(await scene.fleet.terminate(await _anyone(scene), refused=True))


async def zombie(scene: Scene) -> str:
    """SIGSTOP to a worker for longer than the group waits for it, then SIGCONT."""
    pid, seconds = (await _anyone(scene)).pid, scene.session * scene.dice.uniform(1.3, 2)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return f"worker {pid}, {seconds:.1f} s"


async def join_or_leave(scene: Scene) -> str:
    """A worker comes, or goes."""
    fleet = scene.fleet
    if len(fleet.workers) <= LEAST or (len(fleet.workers) < MOST and scene.dice.random() < 0.6):
        await fleet.join()
        return f"one came: {len(fleet.workers)}"
    await fleet.leave(await _anyone(scene))
    return f"one went: {len(fleet.workers)}"


async def broker_stops(scene: Scene) -> str:
    """The broker is stopped in good order and comes back."""
    return await _away(scene, scene.servers.broker, scene.servers.broker.stop)


async def broker_dies(scene: Scene) -> str:
    """The broker is killed and comes back."""
    return await _away(scene, scene.servers.broker, scene.servers.broker.kill)


async def search_stops(scene: Scene) -> str:
    """The search server is stopped in good order and comes back."""
    return await _away(scene, scene.servers.search, scene.servers.search.stop)


async def search_dies(scene: Scene) -> str:
    """The search server is killed and comes back."""
    return await _away(scene, scene.servers.search, scene.servers.search.kill)


def harm(kind: str) -> Fault:
    """The proxy does this for some seconds."""

    async def harmed(scene: Scene) -> str:
        before = scene.proxy.done[kind]
        with scene.proxy.doing(kind):
            await asyncio.sleep(scene.dice.uniform(3, 8))
            await _until(lambda: scene.proxy.done[kind] > before)
        return f"{scene.proxy.done[kind] - before} requests"

    return harmed


AWAY: Final = "Elasticsearch away for long"


def away(seconds: float) -> Fault:
    """The search server is away for as long as that: workers hold what they have, and wait."""

    async def absent(scene: Scene) -> str:
        server, fleet = scene.servers.search, scene.fleet
        before, size = [len(worker.exits) for worker in fleet.workers], fleet.largest
        await asyncio.to_thread(server.stop)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(1)
            size = max(size, fleet.largest)
        await asyncio.to_thread(server.start)
        await asyncio.sleep(2 * scene.session)  # In which they find it again, or one another.
        exits = [len(worker.exits) - earlier for worker, earlier in zip(fleet.workers, before, strict=True)]
        fleet.judge_patience(exits, size)
        return f"{seconds:g} s; exits of each worker {exits}, the largest had {size // MEBIBYTE} MiB"

    return absent


ALL: Final[dict[str, Fault]] = {
    "kill -9": kill,
    "kill -9 of all": kill_all,
    "SIGTERM": terminate,
    "SIGTERM while bulks fail": terminate_while_bulks_fail,
    "zombie": zombie,
    "a worker comes or goes": join_or_leave,
    "broker stopped": broker_stops,
    "broker killed": broker_dies,
    "Elasticsearch stopped": search_stops,
    "Elasticsearch killed": search_dies,
    **{f"Elasticsearch: {kind}": harm(kind) for kind in HARMS},
}


def drawn(dice: random.Random, number: int) -> Iterator[tuple[str, Fault]]:
    """So many faults in random order, each kind as often as the others, as far as the number allows."""
    while number > 0:
        kinds = dice.sample(sorted(ALL), len(ALL))
        yield from ((name, ALL[name]) for name in kinds[:number])
        number -= len(kinds)


async def _away(scene: Scene, server: JavaServer, end: Callable[[], None]) -> str:
    seconds = scene.dice.uniform(1, 8)
    await asyncio.to_thread(end)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(server.start)
    return f"{seconds:.1f} s, and its start"


async def _anyone(scene: Scene) -> Child:
    """A worker that lives; it does until we wait for something."""
    await _until(lambda: any(worker.pid for worker in scene.fleet.workers))
    return scene.dice.choice([worker for worker in scene.fleet.workers if worker.pid])


async def _until(is_there: Callable[[], bool]) -> None:
    until = time.monotonic() + LIFE
    while not is_there():
        if time.monotonic() > until:
            raise Nobody
        await asyncio.sleep(0.1)
