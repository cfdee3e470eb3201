"""The worker's process: from its start to its exit code."""

import asyncio
import contextlib
import os
import signal
import time
import traceback
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError

from streams.errors import Busy, Fenced, Misconfigured, NewerState, Refused, StoreRefuses, XiangyinError
from streams.kafka.admin import check_topics
from streams.kafka.ownership import Ownership
from streams.worker.broker import watch_broker
from streams.worker.deadline import Deadline
from streams.worker.processor import Processor
from streams.worker.reader import Reader
from streams.worker.settings import Exit, WorkerSettings
from streams.worker.status import Status
from streams.worker.watch import watch

log = structlog.get_logger()

_OF_THE_TIME: Final = 3 / 4
"""Of what a worker has to end in: so long a store that is away is waited for with a batch in hand."""

_LOOK: Final = 0.05
"""Seconds between two looks whether a server is away."""

OpenProcessor = Callable[[Ownership], AbstractAsyncContextManager[Processor]]
"""Opens clients and waits for the store, before the worker joins the group; closes them at the end."""


def run_worker(settings: WorkerSettings, open_processor: OpenProcessor, status: Status | None = None) -> int:
    """Run a worker until it is asked to end (SIGTERM, SIGINT) or fails; return its exit code (`Exit`).

    Call it in the main thread of a process of its own, and end that soon after: what hangs is ended by force.
    """
    return asyncio.run(_run(settings, open_processor, status or Status()))


def exit_code(error: BaseException) -> Exit:
    """Which exit code tells the supervisor what to do.

    Alerts and dead letters fit into topics as `topics create` makes them: when one is refused, somebody changed them.
    """
    if isinstance(error, Misconfigured | NewerState | StoreRefuses | Refused):
        return Exit.CONFIGURATION
    return Exit.AGAIN if isinstance(error, Busy | Fenced | KafkaError) else Exit.FAILED


def describe(error: BaseException) -> str:
    """What may be logged of a failure: its kind, and the message only of an error of ours.

    Another one's message may quote a record, and a traceback with local variables would.
    """
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, XiangyinError) else kind


def how_to_mend(error: BaseException) -> dict[str, object]:
    """What is logged beside a failure: where a person finds the remedy, or the trace of what nobody expected."""
    if isinstance(error, XiangyinError):
        return {"remedy": "xiangyin check"}
    return {"trace": traceback.format_tb(error.__traceback__)}


async def _run(settings: WorkerSettings, open_processor: OpenProcessor, status: Status) -> int:
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[None] = loop.create_future()
    failed: asyncio.Future[Exit] = loop.create_future()
    ownership = Ownership(session=settings.session, rebalance=settings.rebalance)

    def fail(error: BaseException) -> None:
        code = exit_code(error)
        if asked.done() and code is Exit.AGAIN:  # No fresh start is wanted, and what is not acknowledged comes again.
            log.warning("not all that is in hand can be finished", reason=describe(error))
            code = Exit.DONE
        else:
            log.error("the worker failed", error=describe(error), **how_to_mend(error))
        Deadline(settings.crash, code, "a failed worker did not end by itself")
        if not failed.done():
            failed.set_result(code)

    running = asyncio.ensure_future(_work(settings, open_processor, ownership, status, fail, asked, failed))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _ask, running, settings, status, asked)
    try:
        await running
    except asyncio.CancelledError:
        log.info("ended")
    except Exception as error:  # noqa: BLE001 - turned into an exit code
        fail(error)
        return failed.result()
    return Exit.DONE


def _ask(running: asyncio.Future[None], settings: WorkerSettings, status: Status, asked: asyncio.Future[None]) -> None:
    """End in good order, or at once where nothing has begun: a store may be waited for for hours."""
    log.info("asked to end: what is in hand is finished first", seconds_at_most=settings.stop)
    Deadline(settings.stop, Exit.FAILED, "asked to end, but something did not let go")
    if not asked.done():
        asked.set_result(None)
    if not status.started:
        running.cancel()


async def _work(
    settings: WorkerSettings,
    open_processor: OpenProcessor,
    ownership: Ownership,
    status: Status,
    fail: Callable[[BaseException], None],
    asked: asyncio.Future[None],
    failed: asyncio.Future[Exit],
) -> None:
    async with open_processor(ownership) as processor:
        await check_topics(settings.servers, settings.deployment, partitions=settings.partitions)
        reader = Reader(settings, processor, ownership, status, fail)
        status.started = True

        def begun(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
            task = asyncio.create_task(work)
            task.add_done_callback(look)
            return task

        def look(task: "asyncio.Task[None]") -> None:
            error = None if task.cancelled() else task.exception()
            if error and not (asked.done() or failed.done()):
                fail(error)

        # Nobody waits for these. What ends by an error ends the worker, or it would watch its broker no more, unseen.
        tasks = [begun(_turn(status)), begun(watch_broker(settings.servers, ownership, status))]
        watch(settings, ownership, status)
        tasks.append(begun(reader.start()))
        ends: set[asyncio.Future[Any]] = {asked, failed}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        await _end(reader, settings, status, failed)
        for each in tasks:
            each.cancel()


async def _turn(status: Status) -> None:
    while True:
        status.turned = time.monotonic()
        await asyncio.sleep(0.5)


async def _end(reader: Reader, settings: WorkerSettings, status: Status, failed: asyncio.Future[Exit]) -> None:
    """Finish what is in hand, unless the worker fails, or a server that is away keeps it from that."""
    if not failed.done():
        stopping, kept = asyncio.ensure_future(reader.stop()), asyncio.ensure_future(_kept(settings, status))
        ends: set[asyncio.Future[Any]] = {stopping, kept, failed}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        kept.cancel()
        if stopping.done() and not failed.done():
            await stopping
            log.info("ended")
            return
    # What is not finished is not acknowledged and would be waited for: no orderly end of Faust's.
    if not status.broker:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await asyncio.wait_for(reader.leave(), settings.crash / 2)
    code = failed.result() if failed.done() else Exit.DONE
    if code is Exit.DONE:
        log.info("ended", reason="not all was finished; what is not acknowledged comes again")
    os._exit(code)


async def _kept(settings: WorkerSettings, status: Status) -> None:
    """Return when nothing more can be finished: nobody hears of it, or the store was waited for long enough."""
    until = time.monotonic() + settings.stop * _OF_THE_TIME
    while True:
        if status.broker or (status.held and time.monotonic() >= until):
            return
        await asyncio.sleep(_LOOK)
