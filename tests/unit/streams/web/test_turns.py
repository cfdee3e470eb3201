"""Reading a page holds up nobody else."""

import threading

import pytest

from streams.crawl import kinds
from streams.pages.page import Page, Reading
from streams.source import AnySource
from tests.unit.streams.crawl.test_visit import FORUM, World, source


async def test_a_page_is_read_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it be far from large: 36 kB can be seconds of work."""
    threads: list[threading.Thread] = []

    def read(page: Page, source: AnySource) -> Reading:
        threads.append(threading.current_thread())
        return Reading()

    monkeypatch.setattr(kinds, "read", read)
    world = World()
    world.web.pages["https://bbs.example.cn/list-1"] = "<p>" * 12_000
    await world.visit(source(FORUM))
    assert threads
    assert threading.main_thread() not in threads
