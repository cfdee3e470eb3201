"""A worker whose processor only writes down what it was given: run as a process of its own by the tests.

Options:
    servers, deployment, partitions: as in WorkerSettings; settings: other fields of it
    notebook: file to which each processed record is appended as a JSON line
    delay: seconds that each batch takes
    fail_at, stop_at, wait_at: a record with this value fails the batch, never ends, or waits for a tick
    away_at: a record with this value waits for a store that is away
    block_at: a record with this value never gives the loop back
    open_delay, load_delay: seconds; fail_load: the load fails
    pause_at: after this value the client fetches nothing more, without an error
    lose_at, lost_for: after this value the group's coordinator cannot be found, for so many seconds
    lose_offsets: the coordinator cannot say what is committed
    careful: records are judged one by one
    note_begin: a batch is noted when it begins
    note_ticks, wait_for_ever: ticks are noted; nothing that waits is ever done
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, cast

import msgspec
import pytest
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError

from streams.kafka.ownership import Ownership
from streams.protocols import Record
from streams.worker.consumer import ConsumerThread
from streams.worker.run import run_worker
from streams.worker.settings import WorkerSettings
from streams.worker.status import Status


class Client:
    """The worker's client of the broker, harmed as libraries and networks harm it. It lives in a thread of its own."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.consumer = patch, cast("Any", None)
        create = ConsumerThread._create_consumer

        def keep(thread: ConsumerThread, loop: asyncio.AbstractEventLoop) -> Any:
            self.consumer = create(thread, loop)
            return self.consumer

        patch.setattr(ConsumerThread, "_create_consumer", keep)

    def pause(self) -> None:
        """Fetch nothing more, without an error."""
        self.consumer._loop.call_soon_threadsafe(lambda: self.consumer.pause(*self.consumer.assignment()))

    def lose_offsets(self) -> None:
        """The coordinator has just started, and still reads what the group has committed."""

        async def load(*_: Any) -> NoReturn:
            raise GroupLoadInProgressError

        self.patch.setattr(GroupCoordinator, "_do_fetch_commit_offsets", load)

    def lose_coordinator(self, seconds: float) -> None:
        """The group's coordinator is gone, and where it is now nobody knows for so long."""
        find, until = self.consumer._client.coordinator_lookup, time.monotonic() + seconds

        async def lookup(*which: Any) -> Any:
            if time.monotonic() < until:
                raise GroupCoordinatorNotAvailableError
            return await find(*which)

        self.patch.setattr(self.consumer._client, "coordinator_lookup", lookup)
        self.consumer._loop.call_soon_threadsafe(self.consumer._coordinator.coordinator_dead)


class Notebook:
    """Writes a line for each event of its life, flushed: what is in the file happened."""

    def __init__(self, options: Mapping[str, Any], ownership: Ownership, status: Status, client: Client) -> None:
        self.options, self.ownership, self.status, self.client = options, ownership, status, client
        self.waiting: list[Record] = []

    def careful(self, partition: int) -> bool:
        assert partition in range(self.options["partitions"])
        return bool(self.options.get("careful"))

    def note(self, **line: object) -> None:
        self.write([line])

    def write(self, lines: Sequence[Mapping[str, object]]) -> None:
        with Path(self.options["notebook"]).open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))

    async def drop(self) -> None:
        self.note(dropped=True)
        self.waiting.clear()

    async def load(self, partitions: Collection[int]) -> None:
        self.waiting.clear()
        self.note(load=list(partitions))
        if lost := self.status.lost.total():
            self.note(lost=lost)
        await asyncio.sleep(self.options.get("load_delay", 0))
        if self.options.get("fail_load"):
            raise RuntimeError("the load fails, as asked")
        self.note(loaded=list(partitions))

    async def process(self, records: Sequence[Record]) -> Sequence[Record]:
        if self.options.get("note_begin"):
            self.note(begun=True)
        await asyncio.sleep(self.options.get("delay", 0))
        values = [text(record) for record in records]
        if self.options.get("fail_at") in values:
            raise RuntimeError("the batch fails, as asked")
        if self.options.get("stop_at") in values:
            self.note(stuck=True)
            await asyncio.Event().wait()
        while self.options.get("away_at") in values:
            self.status.tell("away", "the store is away")
            await asyncio.sleep(0.1)
        if self.options.get("block_at") in values:
            time.sleep(600)  # noqa: ASYNC251 - as a step does that computes for ever
        self.ownership.check()
        self.write([line(record) for record in records])
        if self.options.get("pause_at") in values:
            self.client.pause()
        if self.options.get("lose_at") in values:
            self.client.lose_coordinator(self.options["lost_for"])
        held = [record for record in records if text(record) == self.options.get("wait_at")]
        self.waiting += held
        return [record for record in records if record not in held]

    async def tick(self, passed: Mapping[int, datetime]) -> Sequence[Record]:
        if self.options.get("note_ticks"):
            self.note(passed={partition: time.isoformat() for partition, time in passed.items()})
        if self.options.get("wait_for_ever"):
            return []
        done, self.waiting = self.waiting, []
        return done


def text(record: Record) -> str:
    return (record.value or b"").decode(errors="replace")


def line(record: Record) -> dict[str, object]:
    at = record.position
    return {
        "value": text(record),
        "key": (record.key or b"").decode(),
        "role": record.role,
        "partition": at.partition,
        "offset": at.offset,
        "incarnation": at.incarnation,
        "time": record.time.isoformat(),
        "headers": {name: value.decode() for name, value in record.headers.items()},
        "damage": record.damage,
    }


def run(options: Mapping[str, Any]) -> NoReturn:
    """Run the worker in a forked process, in the notebook's folder, and end with its exit code."""
    os.chdir(Path(options["notebook"]).parent)
    embedded = WorkerSettings.embedded(options["servers"], options["deployment"], partitions=options["partitions"])
    settings = msgspec.structs.replace(embedded, **options.get("settings", {}))
    status, client = Status(), Client(pytest.MonkeyPatch())
    if options.get("lose_offsets"):
        client.lose_offsets()

    @asynccontextmanager
    async def open_processor(ownership: Ownership) -> AsyncIterator[Notebook]:
        notebook = Notebook(options, ownership, status, client)
        notebook.note(opened=True)
        await asyncio.sleep(options.get("open_delay", 0))
        yield notebook

    sys.exit(run_worker(settings, open_processor, status))
