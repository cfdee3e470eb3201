"""A disk that does not answer holds up its own folder, and nobody else."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from streams.crawl import folder
from streams.crawl.crawler import Crawler
from streams.crawl.disk import Disk
from tests.unit.streams.crawl.test_visit import World, source

FOLDER = 'kind: folder\nurl: file:///dead/{0}\ntownship: "330206104"\n'
WEBHOOK = 'kind: webhook\nsecret_file: x\ntownship: "330206104"\n'


@pytest.fixture
def dead() -> Iterator[threading.Event]:
    """Until it is set no folder can be listed."""
    event = threading.Event()
    yield event
    event.set()


async def test_what_is_read_in_time_is_returned_or_raised() -> None:
    """As it is."""
    disk = Disk()
    assert await disk.read("s", lambda: 7) == 7
    with pytest.raises(FileNotFoundError):
        await disk.read("s", lambda: Path("/no/such/file").read_bytes())
    assert await disk.read("s", lambda: 8) == 8


async def test_a_reading_that_hangs_is_left_and_no_second_one_is_begun(dead: threading.Event) -> None:
    """Or each visit would leave a thread behind; when it ends its source is read again."""
    disk, began = Disk(0.05), list[str]()

    def hang() -> None:
        began.append("reading")
        dead.wait()

    for said in ("within", "since the last time"):
        with pytest.raises(TimeoutError) as error:
            await disk.read("s", hang)
        assert said in str(error.value.strerror)
    assert (began, await disk.read("another", lambda: 7)) == (["reading"], 7)
    dead.set()
    await asyncio.sleep(0.05)
    assert await disk.read("s", lambda: 7) == 7


async def test_dead_disks_hold_up_no_other_source(dead: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hang: a webhook is watched, and each dead folder's visit ends as a failure with a name."""
    monkeypatch.setattr(folder, "_dropped", lambda *_: dead.wait())
    world = World()
    way = replace(world.way, disk=Disk(0.5))
    folders = [source(FOLDER.format(n), f"dead{n}") for n in range(12)]
    crawling = asyncio.create_task(Crawler([*folders, source(WEBHOOK, "hook")], way, lambda: 0.5).once())
    await asyncio.sleep(0.2)
    assert (await world.memory.head("hook")).walked
    assert await crawling == [each.name for each in folders]
    assert {world.counts.of(each.name)["error:folder"] for each in folders} == {1}
