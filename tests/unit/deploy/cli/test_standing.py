"""`xiangyin source list` says how a source stands, and why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.cli.sources.standing import Standing, coverage, last_visit, standing
from streams.crawl.day import Day
from streams.crawl.memory import Head
from streams.crawl.watch import Trouble, Watch
from streams.errors import Unfetched
from streams.source import parse_source
from tests.unit.streams.crawl.test_visit import BOARD, World
from tests.unit.streams.crawl.test_visit import source as source_of

NEWS = parse_source(
    'kind: feed\nurl: https://n.example.cn/rss\ntownship: "330206104"\nhours: 06:00-22:00\n', Path("n.yaml")
)
HOOK = parse_source(
    'kind: webhook\nurl: https://n.example.cn/\ntownship: "330206104"\nsecret_file: a.secret\nitems: list\n'
    "message: {id: id, body: body}\n",
    Path("h.yaml"),
)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WELL = Watch(good=NOW, fruitful=True, spoke=True)


def head(minutes: float = 0, watch: Watch = WELL, failures: int = 0, *, walked: bool = False) -> Head:
    return Head(source="n", visited=NOW - timedelta(minutes=minutes), watch=watch, failures=failures, walked=walked)


def day(**counts: int) -> Day:
    counted = {name.replace("__", ":"): number for name, number in counts.items()}
    return Day(source="n", day=NOW.date(), begins=NOW, time=NOW, shares={"1": counted})


def said(head: Head, counted: Day | None = None) -> str:
    return standing(NEWS, head, counted, NOW).words


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (Head(source="n"), "never visited"),
        (Head(source="n", visited=NOW + timedelta(days=300), walked=True), "never visited"),
        (head(20, walked=True), "well"),
        (head(9 * 60, walked=True), "well"),  # A night.
        (head(10 * 60, walked=True), "not visited since 2026-02-28 22:00"),
        (head(20 * 60, walked=False), "well"),  # Its requests of the day are spent.
        (
            Head(source="n", visited=NOW - timedelta(days=40), failures=40, watch=Watch(errors=("robots",))),
            "not visited since 2026-01-20 08:00; never read: robots",
        ),
    ],
)
def test_a_source_that_nobody_visits_is_not_well(head: Head, words: str) -> None:
    """Whatever it said of itself when somebody did: beyond three schedules, its night and an hour of rest."""
    assert standing(NEWS, head, day(), NOW) == Standing(words, is_bad=words != "well")


def test_a_site_that_asked_to_be_left_alone_is() -> None:
    """Until then its last visit may be days ago."""
    closed = Head(source="n", visited=NOW - timedelta(days=2), closed=NOW + timedelta(hours=1), failures=1, watch=WELL)
    assert "not visited" not in said(closed)


@pytest.mark.parametrize("errors", [("robots",), ("folder",), ("server (500)",), ()])
def test_a_source_that_was_never_read_says_why(errors: tuple[str, ...]) -> None:
    """From its first visit on, which is bad; what is not remembered was counted today."""
    found = standing(NEWS, head(watch=Watch(errors=errors), failures=1), day(error__robots=1), NOW)
    assert found == Standing(f"never read: {(*errors, 'robots')[0]}", is_bad=True)


def test_a_source_whose_visits_fail_says_since_when_and_why() -> None:
    """A single failure is said, and no matter for a person yet: most pass by themselves."""
    watch = Watch(good=NOW, fruitful=True, failing=NOW, errors=("server (500)",))
    words = "failing since 2026-03-01 08:00: server (500)"
    assert standing(NEWS, head(watch=watch, failures=1), day(), NOW) == Standing(words)
    assert standing(NEWS, head(watch=watch, failures=2), day(), NOW) == Standing(words, is_bad=True)


def test_pages_in_which_nothing_is_found_are_named_with_what_they_lack() -> None:
    """At once where nothing was ever found; else a second visit tells a source from a thread that is no more."""
    lacks = ("body:missing", "id:missing")
    words = "read, but nothing in it: body:missing, id:missing"
    assert standing(NEWS, head(watch=Watch(good=NOW, lacks=lacks, barren=1)), day(), NOW) == Standing(
        words, is_bad=True
    )
    for barren in (1, 2):
        watch = Watch(good=NOW, fruitful=True, lacks=lacks, barren=barren)
        assert standing(NEWS, head(watch=watch), day(), NOW) == Standing(words, is_bad=barren > 1)


def test_a_page_that_asks_to_log_in_is_named_at_once() -> None:
    """Nobody waits for a third visit: the login expired."""
    watch = Watch(good=NOW, fruitful=True, lacks=("items:missing", "page:login"), barren=1)
    assert standing(NEWS, head(watch=watch), day(), NOW) == Standing("asks to log in", is_bad=True)


@pytest.mark.parametrize(
    ("trouble", "lacks", "words"),
    [
        ("few", (), "fell silent"),
        ("barren", ("thread:missing",), "pages without posts"),
        ("barren", ("page:login",), "asks to log in"),
        ("bare", (), "posts lack what they had"),
    ],
)
def test_a_trouble_says_since_when_and_why(trouble: Trouble, lacks: tuple[str, ...], words: str) -> None:
    """Which signals, and which fields posts have no more."""
    why = {"pages without posts": ": thread:missing", "posts lack what they had": ": author"}.get(words, "")
    watch = Watch(good=NOW, fruitful=True, trouble=trouble, since=NOW, lacks=lacks, barren=3, bare={"author": 100})
    found = standing(NEWS, head(watch=watch), day(), NOW)
    assert found == Standing(f"{words} since 2026-03-01 08:00{why}", is_bad=True)


def test_a_source_of_which_nothing_was_read_yet_is_not_well() -> None:
    """An empty feed, a webhook that nobody called yet: nothing is amiss, and nothing was read."""
    assert said(head(5, watch=Watch(good=NOW), walked=True)) == "read, but nothing in it yet"
    assert said(head(5, watch=Watch())) == "its first visit is not at its end"
    assert standing(HOOK, head(watch=Watch(good=NOW), walked=True), day(), NOW) == Standing("no message yet")
    died = standing(NEWS, head(watch=Watch(good=NOW), walked=True), day(error__parser__KeyError=1), NOW)
    assert died == Standing("never read: parser:KeyError", is_bad=True)
    shut = standing(NEWS, head(watch=Watch(good=NOW), walked=True), day(error__file__a=1), NOW)
    assert shut == Standing("never read; left unread today: a", is_bad=True)


def test_counts_that_are_not_written_yet_are_promised() -> None:
    """They come once a minute: a clerk who looks at once is told that they follow."""
    assert said(head(0.5, walked=True)) == "well; counts follow"
    assert said(head(5, walked=True)) == "well"


def test_a_message_is_a_visit() -> None:
    """Of a source that is brought the last message counts, too."""
    hook = head(20, watch=Watch(last=NOW))
    assert (last_visit(HOOK, hook), last_visit(NEWS, hook)) == (NOW, NOW - timedelta(minutes=20))


def test_files_that_are_left_unread_are_named() -> None:
    """Five of them, and how many there are; a source that reads its others is well."""
    counts = {f"error__file__{number}.csv": 1 for number in range(6)}
    assert said(head(walked=True), day(signal__file__ignored__日报=1)) == "well; left unread today: 日报"
    assert said(head(walked=True), day(**counts)).endswith("3.csv, 4.csv and 1 more")


def test_coverage_below_all_says_what_became_of_the_rest() -> None:
    """By name, the most frequent first; of threads that were not read what failed, too."""
    assert coverage(None) == ""
    assert coverage(day(listed=2, published=2)) == "100%"
    assert coverage(day(listed=7, published=5, empty=2, error__timeout=1)) == "71%: empty 2"
    assert coverage(day(listed=7, published=5, signal__id__missing=1, duplicate=1)) == "71%: duplicate 1, id:missing 1"
    unread = day(listed=1, published=1, unread=1, error__server=1, signal__full__shorter=1)
    assert coverage(unread) == "50%: unread 1, server, full:shorter"


async def test_a_visit_remembers_why() -> None:
    """What failed, with the site's answer, and what pages lack: from the first visit, a restart forgets nothing."""
    world, board = World(), source_of(BOARD.replace("paging: {parameter: page}\n", ""))

    async def stands_with(page: str | Unfetched) -> str:
        world.web.pages[board.url] = page
        await world.visit(board)
        world.restart()
        return standing(board, await world.memory.head("s"), day(), world.clock.time).words

    assert await stands_with(Unfetched("server", "500", status=500)) == "never read: server (500)"
    unknown = '{"list": [{"nummer": 1, "text": "路坏了"}]}'
    assert await stands_with(unknown) == "read, but nothing in it: id:missing"
    assert await stands_with('{"code": 401, "msg": "请先登录"}') == "asks to log in"
    assert await stands_with('{"list": [{"id": 1, "body": "路坏了"}]}') == "well"
