"""What is new is found at whichever end of a list it stands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from streams.crawl.order import is_ascending
from streams.pages.page import LISTING, Link, Raw, Reading
from streams.source import AnySource
from tests.unit.streams.crawl.test_visit import BOARD, FORUM, World, source

START = datetime(2026, 1, 1, tzinfo=UTC)
BY_TIME = BOARD.replace("{parameter: page}", "{parameter: before, time: at}")
NEXT = Link("https://board.example.cn/api?page=2", LISTING)


@pytest.fixture
def world() -> World:
    return World()


def board(world: World, posts: int, name: Callable[[int], str] = str) -> None:
    """Pages of ten, the oldest first."""
    for page in range(1, posts // 10 + 2):
        numbers = range(page * 10 - 10, min(page * 10, posts))
        world.board(*({"id": name(number), "body": f"话{number}"} for number in numbers), page=page)


async def test_what_is_new_at_the_end_of_the_last_page_is_published(world: World) -> None:
    """Nothing changes on the first one, which the site says; it is told, once a visit, that the list is upside down."""
    board(world, 28)
    await world.visit(source(BOARD))
    board(world, 29)
    world.restart()
    await world.visit(source(BOARD))
    assert len(world.published) == 29
    board(world, 31)
    await world.visit(source(BOARD))
    assert len(world.published) == 31
    assert world.counts.of("s")["signal:list:ascending"] == 3


async def test_the_empty_page_behind_the_last_one_is_no_trouble(world: World) -> None:
    """It is all that is read where nothing changed; a list that is empty from its first page on is another matter."""
    board(world, 28)
    for _ in range(9):
        await world.visit(source(BOARD))
    assert world.reported == []
    world.board()
    for _ in range(3):
        await world.visit(source(BOARD))
    assert [event.reason for event in world.reported] == ["barren"]


async def test_it_is_read_as_far_as_a_visit_goes(world: World) -> None:
    """No list is followed for ever."""
    board(world, 95)
    for _ in range(2):
        world.web.asked.clear()
        await world.visit(source(BOARD + "pages: 3\n"))
    assert len(world.web.asked) == 3


async def test_threads_are_read_from_the_oldest_too(world: World) -> None:
    """By the numbers in their addresses."""
    world.list(*((number, 0) for number in range(8, 14)), further=True)
    world.list((14, 0), page=2)
    for number in range(8, 16):
        world.thread(number, "甲")
    await world.visit(source(FORUM))
    world.list((14, 0), (15, 0), page=2)
    await world.visit(source(FORUM))
    assert len(world.published) == 8


def reading(*times: int | None, ids: tuple[str, ...] = (), further: bool = True) -> Reading:
    posts = tuple(
        Raw(id=identity, body="话", published=None if time is None else START + timedelta(hours=time))
        for identity, time in zip(ids or map(str, range(len(times))), times, strict=True)
    )
    return Reading(posts, (NEXT,) if further else ())


@pytest.mark.parametrize(
    ("page", "text", "answer"),
    [
        pytest.param(reading(1, 2, 3, 4, 5), BOARD, True, id="times"),
        pytest.param(reading(5, 4, 3, 2, 1), BOARD, False, id="times, the newest first, whatever ids say"),
        pytest.param(reading(1, 9, 8, 7, 6), BOARD, False, id="an old one is pinned to the top"),
        pytest.param(reading(1, 2, 3, 4), BOARD, False, id="few"),
        pytest.param(reading(1, 1, 1, 1, 1), BOARD, True, id="times that do not tell, and ids"),
        pytest.param(reading(*[None] * 5, ids=("a9", "a10", "a11", "a12", "b13")), BOARD, True, id="numbers"),
        pytest.param(reading(*[None] * 5, ids=tuple("abcde")), BOARD, False, id="no numbers"),
        pytest.param(reading(*[None] * 5, ids=tuple("9" * 5_000 for _ in range(5))), BOARD, False, id="long numbers"),
        pytest.param(reading(1, 2, 3, 4, 5, further=False), BOARD, False, id="one page"),
        pytest.param(reading(1, 2, 3, 4, 5), BY_TIME, False, id="the next page is the older one"),
    ],
)
def test_which_end_is_new(page: Reading, text: str, answer: bool) -> None:  # noqa: FBT001
    """Five in order of time, else of number, on a page that is followed by others."""
    asked: AnySource = source(text)
    assert is_ascending(page, asked) is answer
