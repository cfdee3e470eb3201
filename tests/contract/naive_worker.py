"""Faust workers written the obvious way, to show why ours is not: run as processes of their own by the tests.

Options:
    servers, deployment, notebook: as in notebook_worker.py
    way: one of WAYS, which name the idioms; each way is a consumer group of its own
    fail_at: a record with this value fails
    settings: of the app, besides ours
    port: of the web server
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import faust


class Naive:
    """An app that reads posts and notes what it has processed."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.app = faust.App(
            f"{options['deployment']}-{options['way']}",
            broker=f"kafka://{options['servers']}",
            autodiscover=False,
            broker_commit_interval=0.2,
            broker_heartbeat_interval=0.3,
            broker_request_timeout=5.0,
            broker_session_timeout=2.0,
            consumer_auto_offset_reset="earliest",
            datadir=f"{options['notebook']}-{os.getpid()}",
            stream_wait_empty=True,
            topic_allow_declare=False,
            topic_disable_leader=True,
            value_serializer="raw",
            **{"web_enabled": False, **options.get("settings", {})},
        )
        self.posts = self.app.topic(f"{options['deployment']}.posts", value_type=bytes)

    def note(self, **line: object) -> None:
        """Append a line: what is in the file happened."""
        with Path(self.options["notebook"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"way": self.options["way"], **line}) + "\n")

    def process(self, value: bytes) -> None:
        """Note the value, or fail."""
        if value.decode() == self.options.get("fail_at"):
            self.note(failed=value.decode())
            raise RuntimeError("the record fails, as asked")
        self.note(value=value.decode())


def each(naive: Naive) -> None:
    """Faust acknowledges each record when the next one is asked for."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for value in stream:
            naive.process(value)


def take(naive: Naive) -> None:
    """Faust acknowledges each batch when the next one is asked for."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for values in stream.take(1, within=0.05):
            for value in values:
                naive.process(value)


def let_out(naive: Naive) -> None:
    """Acknowledges by hand, and only what succeeded; the exception is let out."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for events in stream.noack_take(1, within=0.05):
            naive.process(events[0].value)
            events[0].ack()


def go_on(naive: Naive) -> None:
    """Acknowledges by hand, and only what succeeded; after a failure it goes on to the next batch."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for events in stream.noack_take(1, within=0.05):
            try:
                naive.process(events[0].value)
            except RuntimeError:
                continue
            events[0].ack()


def insist(naive: Naive) -> None:
    """Tries a failed batch again until it succeeds, as one does while a server is away."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for events in stream.noack_take(1, within=0.05):
            while True:
                try:
                    naive.process(events[0].value)
                except RuntimeError:
                    await asyncio.sleep(0.1)
                else:
                    break
            events[0].ack()


def end(naive: Naive) -> None:
    """Ends after a failure, for its supervisor to start it again."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for events in stream.noack_take(1, within=0.05):
            try:
                naive.process(events[0].value)
            except RuntimeError:
                os._exit(70)
            events[0].ack()
            await naive.app.consumer.commit()


def load_when_assigned(naive: Naive) -> None:
    """Loads its state, which takes a while, when it is given partitions."""
    let_out(naive)

    @naive.app.on_partitions_assigned.connect
    async def load(*_: Any, **__: Any) -> None:
        naive.note(load=True)
        await asyncio.sleep(2.0)
        naive.note(loaded=True)


def load_when_complete(naive: Naive) -> None:
    """Loads its state, which takes a while, at the end of a rebalance, and is careful in all other ways, too."""
    let_out(naive)

    @naive.app.on_rebalance_complete.connect
    async def load(*_: Any, **__: Any) -> None:
        naive.note(load=True)
        await asyncio.sleep(0.8)
        naive.note(loaded=True)


def two_at_once(naive: Naive) -> None:
    """Two actors, since a batch mostly waits; odd numbers take longer."""

    @naive.app.agent(naive.posts, concurrency=2)
    async def work(stream: Any) -> None:
        async for events in stream.noack_take(1, within=0.05):
            await asyncio.sleep(1.0 if int(events[0].value) % 2 else 0.0)
            naive.process(events[0].value)
            events[0].ack()


def store_and_wait(naive: Naive) -> None:
    """Writes each record to a store, and takes a while before it is done with it."""

    @naive.app.agent(naive.posts)
    async def work(stream: Any) -> None:
        async for value in stream:
            naive.process(value)
            await asyncio.sleep(5.0)


def serve(naive: Naive) -> None:
    """Starts as Faust's manual shows it: with its command."""
    let_out(naive)
    naive.app.conf.web_port = naive.options["port"]
    naive.app.finalize()
    sys.argv = ["faust", "worker", "--loglevel", "error"]
    naive.app.main()


WAYS: Final[Mapping[str, Callable[[Naive], None]]] = {
    way.__name__: way
    for way in (
        each,
        take,
        let_out,
        go_on,
        insist,
        end,
        load_when_assigned,
        load_when_complete,
        two_at_once,
        store_and_wait,
        serve,
    )
}


def run(options: Mapping[str, Any]) -> NoReturn:
    """Run the worker in a forked process, in the notebook's folder."""
    os.chdir(Path(options["notebook"]).parent)
    naive = Naive(options)
    WAYS[options["way"]](naive)
    naive.app.finalize()
    faust.Worker(naive.app, loglevel="CRITICAL", redirect_stdouts=False).execute_from_commandline()
    sys.exit()
