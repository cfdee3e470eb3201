"""One run: posts flow, faults fall, and in the end everything is counted."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import yaml
from aiokafka.errors import KafkaError
from msgspec import Struct
from rich.console import Console

from tests.embedded.county import County
from tests.real.chaos.content import ESTATES, FOUNDING, MATTERS, Content
from tests.real.chaos.faults import AWAY, Fault, Scene, away, drawn
from tests.real.chaos.fleet import Fleet, Nobody
from tests.real.chaos.invariants import Evidence, Offsets, findings, growth
from tests.real.chaos.producer import Producer
from tests.real.chaos.proxy import Proxy
from tests.real.chaos.report import Outcome, Struck
from tests.real.chaos.witness import Witness
from tests.real.servers import RealServers

NAME: Final = "chaos"
SESSION: Final = 6.0
RECOVERY: Final = 300.0
"""Seconds within which posts must be judged again after a fault: after a worker's death 500 records of each partition
are judged alone, which took 140 s on two cores that others kept busy, too."""

DRAIN: Final = 900.0
"""Seconds within which everything must be acknowledged in the end."""

LAST_LOOK: Final = 300.0
"""Seconds for the broker to say where the group stands in the end: without that nothing is proved."""


class Plan(Struct, frozen=True, kw_only=True):
    """What is asked for."""

    seed: int
    posts: int = 100_000
    faults: int = 20
    rate: float = 500.0
    """Posts a second at most."""
    away: float = 0.0
    """Seconds for which the search server is away in the end, besides; 0 leaves it out."""


class Run:
    """A run in a folder, on servers that have started.

    Args:
        plan: what is asked for.
        servers: the real ones.
        folder: of the deployment's files and the workers' logs.
        console: where it tells how it goes.
    """

    def __init__(self, plan: Plan, servers: RealServers, folder: Path, console: Console) -> None:
        self._plan, self._servers, self._folder, self._console = plan, servers, folder, console
        self._dice, self._begun = random.Random(plan.seed), time.monotonic()
        self._content = Content(random.Random(plan.seed), founding=min(FOUNDING, MATTERS / plan.posts))
        self._commits: list[dict[int, int]] = []
        self._behind: list[int] = []
        self._sending = 0.0

    async def __call__(self) -> Outcome:
        """Run; raises nothing for what does not hold."""
        proxy = Proxy(self._servers.elasticsearch, random.Random(self._plan.seed))
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(proxy)
            environment = await asyncio.to_thread(self._set_up, proxy.url)
            self._witness = await stack.enter_async_context(Witness(self._servers, NAME))
            self._producer = await stack.enter_async_context(Producer(self._servers.kafka, f"{NAME}.posts"))
            fleet = Fleet(environment, self._folder)
            scene = Scene(self._servers, proxy, fleet, self._dice, SESSION)
            watching = asyncio.create_task(self._watch())
            async with fleet:
                struck = [each async for each in self._faults(scene)]
                await self._drained()
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            evidence = await self._evidence(fleet, struck)
            return Outcome(
                struck=struck,
                found=findings(evidence),
                memory=[size for _, size in fleet.memory],
                growth=growth(evidence),
                behind=self._behind,
                sending=self._sending,
                killed=fleet.killed,
                exits=fleet.exits,
                again=self._producer.again,
            )

    def _set_up(self, elasticsearch: str) -> dict[str, str]:
        county = County(SimpleNamespace(kafka=self._servers.kafka, elasticsearch=elasticsearch), NAME, self._folder)
        with (self._folder / "deployment.yaml").open("a", encoding="utf-8") as settings:
            yaml.safe_dump({"session_seconds": SESSION}, settings)
        for file in (self._folder / "townships").iterdir():
            township = yaml.safe_load(file.read_text("utf-8"))
            township["places"] += [{"name": estate, "kind": "estate"} for estate in ESTATES]
            file.write_text(yaml.safe_dump(township, allow_unicode=True), "utf-8")
        county.set_up()
        return county.environment

    async def _faults(self, scene: Scene) -> AsyncIterator[Struck]:
        """Let a share of the posts flow for each fault, and the fault fall while they do."""
        for _ in range(2):
            await scene.fleet.join()
        await self._wait_of_a_probe()
        each = self._plan.posts // (self._plan.faults + 1 + bool(self._plan.away))
        absence = [(AWAY, away(self._plan.away))] if self._plan.away else []
        for name, fault in [*drawn(self._dice, self._plan.faults), *absence]:
            flowing = asyncio.create_task(self._send(each))
            await asyncio.sleep(self._dice.uniform(0.5, 5))
            struck = await self._strike(name, fault, scene)
            again = "never" if struck.waited is None else f"{struck.waited:.1f} s"
            self._console.print(f"{struck.at:7.1f} s  {name}: {struck.what}; judged again after {again}")
            yield struck
            await flowing
        await self._send(each)

    async def _send(self, posts: int) -> None:
        begun = time.monotonic()
        await self._producer.send(self._content.records(posts), rate=self._plan.rate)
        self._sending += time.monotonic() - begun

    async def _strike(self, name: str, fault: Fault, scene: Scene) -> Struck:
        """Have the fault fall while a post a second comes from each township; what the longest of their waits was."""
        begun, waits = time.monotonic(), list[asyncio.Task[float | None]]()
        falling = asyncio.ensure_future(fault(scene))
        while not falling.done():
            waits.append(asyncio.create_task(self._wait_of_a_probe()))
            await asyncio.wait({falling}, timeout=1.0 + (time.monotonic() - begun) / 10)
        lasted = time.monotonic() - begun
        waits.append(asyncio.create_task(self._wait_of_a_probe()))
        waited = [each for each in await asyncio.gather(*waits) if each is not None]
        longest = max(waited) if len(waited) == len(waits) else None
        try:
            return Struck(begun - self._begun, name, falling.result(), lasted, longest)
        except Nobody:
            return Struck(begun - self._begun, name, "found nobody to fall on", lasted, longest, fell=False)

    async def _wait_of_a_probe(self) -> float | None:
        """Seconds from now until a post of each township is stored; None when it takes too long."""
        probes, begun = self._content.probes(), time.monotonic()
        await self._producer.send(probes, rate=1_000)
        names = {probe.name for probe in probes}
        while not await self._witness.has(names):
            if (waited := time.monotonic() - begun) > RECOVERY + self._plan.away:
                return None
            await asyncio.sleep(0.2 + waited / 20)
        return time.monotonic() - begun

    async def _watch(self) -> None:
        """Note how far the group has acknowledged, again and again."""
        while True:
            if seen := await self._offsets():
                self._commits.append({number: at.committed for number, at in seen.items() if at.committed})
                self._behind.append(sum(at.end - at.committed for at in seen.values()))
            await asyncio.sleep(1)

    async def _offsets(self) -> dict[int, Offsets]:
        """How far the group has acknowledged; empty while the broker is away."""
        with contextlib.suppress(KafkaError, TimeoutError):
            return await self._witness.offsets(within=10)
        return {}

    async def _drained(self) -> None:
        """Wait until everything is acknowledged, or for as long as is reasonable."""
        until = time.monotonic() + DRAIN
        while time.monotonic() < until:
            seen = await self._offsets()
            if seen and all(at.committed == at.end for at in seen.values()):
                return
            await asyncio.sleep(1)

    async def _evidence(self, fleet: Fleet, struck: Sequence[Struck]) -> Evidence:
        witness = self._witness
        return Evidence(
            acknowledged=self._producer.acknowledged,
            logged=await witness.logged(),
            stored=await witness.stored(),
            incidents=await witness.incidents(),
            history=await witness.history(),
            alerts=await witness.alerts(),
            letters=await witness.letters(),
            offsets=await witness.offsets(within=LAST_LOOK),
            commits=self._commits,
            exits=fleet.exits,
            planned=self._plan.faults + bool(self._plan.away),
            faults=sum(each.fell for each in struck),
            unrecovered=[each.name for each in struck if each.waited is None],
            asked=fleet.asked,
            memory=() if struck or fleet.exits else fleet.memory,
            absences=int(bool(self._plan.away)),
            waited=fleet.waited,
            impatient=fleet.impatient,
        )
