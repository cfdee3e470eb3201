"""Run the demo: servers, sites, crawler, worker and view on this machine, and nothing of them left afterwards."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import Struct
from rich.console import Console
from rich.live import Live

from deploy.child import Child
from deploy.demo import deployment, summary
from deploy.demo.content import PLANTED, STORY_SECONDS, postings, schedule
from deploy.demo.keys import keys
from deploy.demo.ledger import Ledger, ledger
from deploy.demo.show import TOWNS, Show
from deploy.demo.sites import Sites
from deploy.demo.state import State
from deploy.demo.view import line, render
from deploy.demo.words import STORY, Language, Scene, language, words
from deploy.embedded import EmbeddedServers
from deploy.settings.deployment import Settings, load
from deploy.templates import indices
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import create
from streams.errors import Misconfigured
from streams.kafka.admin import create_topics

if TYPE_CHECKING:
    from streams.crawl.crawler import Crawler

FRAME: Final = 0.15
"""Seconds between two pictures."""

DRAIN: Final = 60.0
"""Seconds after the story within which every post must have arrived."""

INTERRUPTED: Final = 130
"""As the shell reports a program that was ended by Ctrl-C."""

Frame = Callable[[State], None]
"""Told every state, as it is drawn."""


class Stage(Struct, frozen=True):
    """What is running while the story is told."""

    ledger: Ledger
    worker: Child
    show: Show
    health: str


def run(*, once: bool, lang: str | None, frame: Frame | None = None) -> int:
    """Show the system on a made-up county.

    Args:
        once: do not wait: everything is on the sites at once; drain, print the sums, end.
        lang: `en` or `zh`; None goes by the locale.
        frame: told every state; for recording.

    Returns:
        0 when all sums add up and the story came out (or a viewer ended it), 1 when not, 130 after Ctrl-C.

    Raises:
        Misconfigured: a server or the worker does not start; says why.
    """
    deployment.forget_others()
    return asyncio.run(_main(language(lang), frame or (lambda _: None), once=once))


async def _main(spoken: Language, frame: Frame, *, once: bool) -> int:
    console, interrupted = Console(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    playing = asyncio.create_task(_play(console, spoken, frame, once=once))
    waiting = asyncio.create_task(interrupted.wait())
    await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if playing.done():
        return playing.result()
    playing.cancel()
    await asyncio.wait({playing})
    console.print(words(spoken)["interrupted"])
    return INTERRUPTED


async def _play(console: Console, spoken: Language, frame: Frame, *, once: bool) -> int:
    async with _stage(skipped=STORY_SECONDS if once else 0) as stage:
        if console.is_terminal and not once:
            await _watch(stage, console, spoken, frame)
            done = True
        else:
            done = await _tell(stage, console, spoken, frame)
    show, leaked = stage.show, len(stage.ledger.leaked)
    for text in summary.lines(show.state, spoken, told=show.told, leaked=leaked, planted=len(PLANTED)):
        _say(console, text)
    for cause, number in stage.ledger.causes.most_common(3):
        _say(console, f"  dead {number}: {cause}")
    return 0 if summary.holds(show.state, told=show.told, leaked=bool(leaked)) and done else 1


@asynccontextmanager
async def _stage(skipped: float) -> AsyncIterator[Stage]:
    """Start everything, so many seconds into the story; end it in the opposite order."""
    began, start = time.monotonic(), datetime.now(UTC) - timedelta(seconds=skipped)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="xiangyin-demo-", ignore_cleanup_errors=True)))
        # Nothing may write between the lines of the view.
        logging.basicConfig(filename=folder / "demo.log", level=logging.WARNING, force=True)
        servers = await stack.enter_async_context(EmbeddedServers())
        sites = await stack.enter_async_context(Sites(schedule(postings(), start), lambda: datetime.now(UTC)))
        file = deployment.write(folder, kafka=servers.kafka, elasticsearch=servers.elasticsearch, sites=sites.urls)
        settings = load(file)
        store = await connect(settings.access())
        stack.push_async_callback(store.close)
        await create_topics(settings.kafka, settings.name, partitions=settings.partitions)
        codes = [town.code for town in TOWNS]
        await create(store, settings.elasticsearch, settings.name, indices(settings.name, codes))
        health = f"http://{settings.health_host}:{settings.health_port}/health"
        worker = Child("work", environment=deployment.environment(file), log=folder / "worker.log")
        await stack.enter_async_context(worker)
        counting = await stack.enter_async_context(ledger(settings.kafka, store, settings.name))
        crawler = await stack.enter_async_context(_crawler(settings))
        stack.push_async_callback(_end, asyncio.create_task(crawler.run()))
        show = Show(counting, began=began, skipped=skipped, elasticsearch=settings.elasticsearch)
        yield Stage(counting, worker, show, health)


def _crawler(settings: Settings) -> "AbstractAsyncContextManager[Crawler]":
    """The real crawler, only more impatient: the sites are our own."""
    # Seconds of imports, while the worker starts.
    from deploy.wiring.crawler import open_crawler  # noqa: PLC0415
    from streams.crawl.counts import Counts  # noqa: PLC0415
    from streams.web.backoff import Backoff  # noqa: PLC0415
    from streams.web.fetch import Limits  # noqa: PLC0415

    return open_crawler(settings, Counts(), limits=Limits(interval=0.01), backoff=Backoff(base=0.5, longest=2.0))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


async def _watch(stage: Stage, console: Console, spoken: Language, frame: Frame) -> None:
    """Draw the view until the viewer has had enough."""
    show, enough = stage.show, asyncio.Event()

    def pressed(key: str) -> None:
        if key in "qQ":
            enough.set()
        elif key in "kK" and stage.worker.kill():
            show.killed()

    with keys(pressed), Live(console=console, screen=True, auto_refresh=False) as live:
        while not enough.is_set():
            await _look(stage)
            frame(show.state)
            live.update(render(show.state, spoken), refresh=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), FRAME)


async def _tell(stage: Stage, console: Console, spoken: Language, frame: Frame) -> bool:
    """Print a line for each thing that happens, until all is told; whether it came to its end in time."""
    show, scenes = stage.show, list(STORY)
    while show.story < STORY_SECONDS + DRAIN:
        await _look(stage)
        frame(show.state)
        while scenes and scenes[0].second <= show.story:
            _say(console, _caption(scenes.pop(0), spoken))
        for alert in show.fresh:
            _say(console, line(alert, show.state, spoken))
        if show.story >= STORY_SECONDS and show.settled:
            return True
        await asyncio.sleep(FRAME)
    return False


async def _look(stage: Stage) -> None:
    if stage.worker.gone:
        raise Misconfigured(stage.worker.gone)
    await stage.show.look()
    if stage.show.recovering and await _is_ready(stage.health):
        stage.show.recovered()


async def _is_ready(health: str) -> bool:
    """Whether a worker has its partitions and has loaded them; says nothing about what it counted."""
    try:
        async with ClientSession(timeout=ClientTimeout(total=1)) as web, web.get(health) as answer:
            return bool((await answer.json())["ready"])
    except (ClientError, TimeoutError):
        return False


def _caption(one: Scene, spoken: Language) -> str:
    return one.zh if spoken == "zh" else one.en


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
