"""A visit publishes what is new, once, and remembers it only when it is safe."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from streams.crawl.arrive import arrive
from streams.crawl.counts import Counts
from streams.crawl.crawler import Crawler
from streams.crawl.memory import Held, Here, Noted
from streams.crawl.news import key_of
from streams.crawl.visit import Visited, visit
from streams.crawl.watch import Event
from streams.crawl.way import Way
from streams.errors import Busy, Refused, Unfetched
from streams.identity import forgotten_author
from streams.pages.page import Raw
from streams.privacy.door import Door, key_of_post
from streams.privacy.pseudonym import Pseudonyms
from streams.records import Post
from streams.source import AnySource, Source, parse_source
from streams.web.fetch import Fetched

BOARD = """
kind: api
url: https://board.example.cn/api
townships: ["330206104", "330206105", "330206106"]
items: list
message: {id: id, title: title, body: body, author: who, answer: answer}
paging: {parameter: page}
"""
FORUM = """
kind: forum
url: https://bbs.example.cn/list-1
townships: ["330206104", "330206105", "330206106"]
list: {row: li, thread: a, stamp: i, next: b a}
thread: {title: h1, post: p, id: "@id", body: span, next: b a}
"""
PLACES = {"青溪": "330206104", "白石": "330206105", "石桥": "330206106", "外乡": "990000001"}


class Clock:
    """A clock that is moved by hand and notes how long somebody slept."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


class Web:
    """Pages by address; a name of a failure in place of a page fails under it. Validators are digests.

    `shown` are the addresses to which some are redirected.
    """

    def __init__(self) -> None:
        self.pages: dict[str, str | Unfetched] = {}
        self.asked: list[str] = []
        self.closed_for, self.ample = 0.0, True
        self.refused: dict[str, str] = {}
        self.shown: dict[str, str] = {}
        self.known: set[str] = set()
        self.recalled: list[tuple[str, date, int]] = []

    async def fetch(
        self,
        address: str,
        etag: str | None = None,
        modified: str | None = None,  # noqa: ARG002
        source: Source | None = None,  # noqa: ARG002
    ) -> Fetched | None:
        self.asked.append(address)
        page = self.pages.get(address, Unfetched("status_404", "no such page"))
        if isinstance(page, Unfetched):
            raise page
        digest = hashlib.sha256(page.encode("utf-8", "surrogatepass")).hexdigest()
        body = page.encode("utf-8", "surrogatepass")
        shown = self.shown.get(address, address)
        return None if etag == digest else Fetched(url=shown, body=body, charset=None, etag=digest, modified=None)

    async def assert_allowed(self, address: str, source: Source) -> None:  # noqa: ARG002
        self.known.add(address)
        if name := self.refused.get(address):
            raise Unfetched(name, address)

    def knows(self, address: str) -> bool:
        return address in self.known

    def rest(self, address: str, until: datetime) -> None:  # noqa: ARG002
        raise AssertionError("a visit closes no host")

    def opens_in(self, source: Source) -> float:  # noqa: ARG002
        return self.closed_for

    def is_ample(self, source: Source) -> bool:  # noqa: ARG002
        return self.ample

    def recall(self, source: Source, day: date, requests: int) -> None:
        self.recalled.append((source.name, day, requests))


class World:
    """A crawler's surroundings, in memory."""

    def __init__(self) -> None:
        self.web, self.clock, self.counts, self.memory = Web(), Clock(), Counts(), Here()
        self.published: list[Post] = []
        self.reported: list[Event] = []
        self.places = dict(PLACES)
        self.log_is_away = False
        self.crawler_name = "1"

    async def publish(self, posts: Sequence[Post]) -> None:
        if self.log_is_away:
            raise Busy("the log is away")
        self.published += posts

    async def report(self, event: Event) -> None:
        self.reported.append(event)

    @property
    def way(self) -> Way:
        return Way(
            web=self.web,
            door=Door(Pseudonyms({1: b"k" * 32})),
            publish=self.publish,
            report=self.report,
            locate=lambda text: [code for word, code in self.places.items() if word in text],
            memory=self.memory,
            clock=self.clock,
            counts=self.counts,
            crawler=self.crawler_name,
        )

    async def visit(self, source: AnySource) -> Visited:
        return await visit(source, self.way)

    def restart(self) -> None:
        """Another process, started later: all that it knows is what was kept."""
        kept = self.memory
        self.memory = Here()
        self.memory.__dict__.update(kept.__dict__)
        self.crawler_name = str(int(self.crawler_name) + 1)

    def crawler(self, *sources: AnySource) -> Crawler:
        return Crawler(sources, self.way, lambda: 0.5)

    def ids(self) -> list[str]:
        return [post.id for post in self.published]

    def board(self, *items: Mapping[str, object], page: int = 1) -> None:
        address = "https://board.example.cn/api" + (f"?page={page}" if page > 1 else "")
        self.web.pages[address] = json.dumps({"list": items})
        self.web.pages.setdefault(f"https://board.example.cn/api?page={page + 1}", '{"list": []}')

    def list(self, *threads: tuple[int, int], page: int = 1, further: bool = False) -> None:
        rows = "".join(f'<li><a href="/t-{thread}-1">x</a><i>{replies}</i></li>' for thread, replies in threads)
        end = f'<b><a href="/list-{page + 1}">次</a></b>' if further else ""
        self.web.pages[f"https://bbs.example.cn/list-{page}"] = f"<ul>{rows}</ul>{end}"

    def thread(self, number: int, *words: str, page: int = 1, further: bool = False, title: str = "事") -> None:
        posts = "".join(f'<p id="{page}{position}"><span>{text}</span></p>' for position, text in enumerate(words))
        end = f'<b><a href="/t-{number}-{page + 1}">次</a></b>' if further else ""
        self.web.pages[f"https://bbs.example.cn/t-{number}-{page}"] = f"<h1>{title}</h1>{posts}{end}"


class Forgetful(Here):
    """A memory that dies when it is to note what was published."""

    async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:  # noqa: ARG002
        raise Busy("the crawler was killed")


def source(text: str, name: str = "s") -> AnySource:
    return parse_source(text, Path(f"{name}.yaml"))


@pytest.fixture
def world() -> World:
    return World()


async def test_a_post_is_published_once(world: World) -> None:
    """A second visit finds nothing new; what is counted adds up."""
    world.board({"id": 1, "body": "路灯坏了"}, {"id": 2, "body": "水黄"})
    assert (await world.visit(source(BOARD))).published == 2
    assert (await world.visit(source(BOARD))).published == 0
    assert sorted(world.ids()) == ["1", "2"]
    counts = world.counts
    assert counts.total("listed") == counts.total("published") + counts.total("unchanged")


async def test_an_edited_post_is_published_again_in_its_township(world: World) -> None:
    """Its words changed, and so did the place they name: it stays where it was, or it would be two posts."""
    world.board({"id": 1, "body": "青溪的路灯坏了"})
    await world.visit(source(BOARD))
    world.board({"id": 1, "body": "白石的路灯坏了"})
    await world.visit(source(BOARD))
    first, second = world.published
    assert (first.id, first.township) == (second.id, second.township) == ("1", "330206104000")
    assert second.fetched > first.fetched


async def test_one_id_with_two_texts_is_published_once(world: World) -> None:
    """Or each visit would take the other text for an edit, for ever."""
    world.board({"id": 1, "body": "甲"}, {"id": 1, "body": "乙"})
    for _ in range(3):
        await world.visit(source(BOARD))
    assert [post.body for post in world.published] == ["甲"]
    assert world.counts.total("duplicate") > 0


async def test_an_id_listed_with_two_texts_for_ever_is_no_edit(world: World) -> None:
    """Though its page changes each time: the text that stands first is the post."""
    for views in range(3):
        world.board({"id": 1, "body": "甲", "views": views}, {"id": 1, "body": "乙"})
        await world.visit(source(BOARD))
    assert [post.body for post in world.published] == ["甲"]
    assert world.counts.total("duplicate") == 3


async def test_what_was_forgotten_is_not_published_and_nothing_is_noted_of_it(world: World) -> None:
    """Neither the post nor what else its author writes, under a newer key too; others' posts are."""
    old = {1: b"k" * 32}
    world.memory.listed |= {key_of_post("s", "1"), forgotten_author(Pseudonyms(old).of("s", "老街坊"))}
    for keys in (old, {**old, 2: b"n" * 32}):
        bodies = {"路灯坏了": "甲", "水黄": "老街坊", "井盖丢了": "乙"}
        world.board(
            *({"id": n, "body": body, "who": who, "n": len(keys)} for n, (body, who) in enumerate(bodies.items(), 1))
        )
        await visit(source(BOARD), replace(world.way, door=Door(Pseudonyms(keys))))
        assert world.ids() == ["3"]
    assert await world.memory.posts("s", [key_of(str(number)) for number in (1, 2)]) == {}
    (page,) = (await world.memory.pages("s", ["https://board.example.cn/api"])).values()
    assert page.keys == (key_of("3"),)
    assert world.counts.total("forgotten") == 4


async def test_an_answer_to_what_was_forgotten_is_not_published_either(world: World) -> None:
    """Its words tell what was asked: by whoever is forgotten, or under an id that is; also of a later message."""
    world.memory.listed |= {forgotten_author(world.way.door.pseudonyms("s", "老街坊")[0]), key_of_post("s", "2")}
    for asked in ("路灯坏了", "路灯还没修"):
        world.board(
            {"id": 1, "body": asked, "who": "老街坊", "answer": f"您反映的{asked}已办结"},
            {"id": 2, "body": f"白石的{asked}", "who": "听风", "answer": f"白石的{asked}已办结"},
            {"id": 3, "body": f"青溪的{asked}", "who": "乙", "answer": f"青溪的{asked}已办结"},
        )
        await world.visit(source(BOARD))
    assert set(world.ids()) == {"3", "3#answer"}
    gone = [key_of(f"{number}{end}") for number in (1, 2) for end in ("", "#answer")]
    assert await world.memory.posts("s", gone) == {}
    assert world.counts.total("forgotten") == 8


async def test_what_others_reply_to_somebody_who_is_forgotten_is_theirs(world: World) -> None:
    """Only an office's answer goes along; a thread's other authors asked for nothing."""
    world.memory.listed.add(forgotten_author(world.way.door.pseudonyms("s", "老街坊")[0]))
    world.list((1, 0))
    world.web.pages["https://bbs.example.cn/t-1-1"] = (
        '<h1>路灯</h1><p id="1"><i>老街坊</i><span>路灯坏了</span></p><p id="2"><i>乙</i><span>桥也坏了</span></p>'
    )
    await world.visit(source(AUTHORED))
    assert [post.body for post in world.published] == ["桥也坏了"]


async def test_what_was_decided_of_a_post_is_dated_though_it_was_never_published(world: World) -> None:
    """A note without a day on which its post was listed would be swept by nobody."""
    world.board({"id": 1, "body": "青溪的路灯坏了"})
    world.log_is_away = True
    with pytest.raises(Busy):
        await world.visit(source(BOARD))
    (noted,) = (await world.memory.posts("s", [key_of("1")])).values()
    assert noted.listed is not None
    assert noted.sent is None


async def test_a_township_once_decided_stands(world: World) -> None:
    """After a restart with another gazetteer, and for another text: or one post would be stored in two townships."""
    world.board({"id": 1, "body": "青溪的路灯坏了"})
    await world.visit(source(BOARD))
    world.restart()
    world.places["青溪"] = "330206105"
    world.board({"id": 1, "body": "青溪的路灯坏了"}, {"id": 2, "body": "青溪的桥"})
    await world.visit(source(BOARD))
    world.board({"id": 1, "body": "石桥的路灯坏了"}, {"id": 2, "body": "青溪的桥"})
    await world.visit(source(BOARD))
    assert [(post.id, post.township[:9]) for post in world.published] == [
        ("1", "330206104"),
        ("2", "330206105"),
        ("1", "330206104"),
    ]


async def test_a_township_is_noted_before_the_post_is_published(world: World) -> None:
    """Killed in between, or with the log away: the next crawler publishes it, and where the first one would have."""
    world.board({"id": 1, "body": "青溪的路灯坏了"})
    world.log_is_away = True
    with pytest.raises(Busy):
        await world.visit(source(BOARD))
    world.restart()
    world.log_is_away = False
    world.places["青溪"] = "330206105"
    await world.visit(source(BOARD))
    assert [(post.id, post.township) for post in world.published] == [("1", "330206104000")]


async def test_a_crash_after_publishing_repeats_the_post_as_it_was(world: World) -> None:
    """Killed before it could note what the log had acknowledged: one repeat, of the same id in the same township."""
    world.board({"id": 1, "body": "青溪的路灯坏了"})
    world.memory = Forgetful()
    with pytest.raises(Busy):
        await world.visit(source(BOARD))
    world.restart()
    world.places["青溪"] = "330206105"
    for _ in range(2):
        await world.visit(source(BOARD))
    assert [(post.id, post.township) for post in world.published] == [("1", "330206104000")] * 2


@pytest.mark.parametrize("done", [True, False], ids=["after", "before"])
async def test_killed_anywhere_nothing_is_lost_and_no_post_moves(done: bool) -> None:  # noqa: FBT001
    """Before or after any one write, and started again with another gazetteer: every post, each in one township.

    A kill repeats the posts of one page at most.
    """
    writes, repeats = 0, 0
    while True:
        fresh = World()
        fresh.list((1, 1), (2, 2), page=1, further=True)
        fresh.list((3, 0), page=2)
        fresh.thread(1, "青溪的桥", "白石的路", further=True)
        fresh.thread(1, "石桥", page=2)
        fresh.thread(2, "青溪的灯", "没有地名")
        fresh.thread(3, "白石的水")
        killed = await _killed(fresh, writes, done=done)
        fresh.restart()
        fresh.places = {"青溪": "330206106", "白石": "330206104", "石桥": "330206105"}
        for _ in range(3):
            await fresh.visit(source(FORUM))
        townships = {(post.id, post.township) for post in fresh.published}
        assert sorted(identity for identity, _ in townships) == ["1", "1-11", "1-20", "2", "2-11", "3"]
        repeats = max(repeats, len(fresh.published) - len(townships))
        writes += 1
        if not killed:
            break
    assert writes > 10
    assert repeats <= 2


async def _killed(world: World, writes: int, *, done: bool) -> bool:
    """Visit with a crawler that dies at this write; whether it did."""
    left = writes

    def mortal(write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def dying(*arguments: object) -> object:
            nonlocal left
            left -= 1
            if left < 0 and not done:
                raise Busy("killed")
            answer = await write(*arguments)
            if left < 0:
                raise Busy("killed")
            return answer

        return dying

    memory = Here()
    memory.__dict__.update(world.memory.__dict__)
    with pytest.MonkeyPatch.context() as patched:
        for name in ("put_head", "decide", "remember"):
            patched.setattr(memory, name, mortal(getattr(memory, name)))
        try:
            await visit(source(FORUM), replace(world.way, memory=memory, publish=mortal(world.publish)))
        except Busy:
            return True
    return False


async def test_a_restarted_crawler_publishes_nothing_again(world: World) -> None:
    """Nor does it ask for a page without the validators that the last one was given, nor for an old thread at all."""
    world.list((1, 1), (2, 0))
    world.thread(1, "甲", "乙")
    world.thread(2, "丁")
    await world.visit(source(FORUM))
    world.restart()
    world.web.asked.clear()
    assert (await world.visit(source(FORUM))).published == 0
    assert world.web.asked == ["https://bbs.example.cn/list-1"]
    assert world.counts.total("unmodified") == 1
    assert len(world.published) == 3


async def test_a_source_that_is_read_otherwise_is_read_anew(world: World) -> None:
    """Its selectors were mended: pages and threads that did not change are read again, once, to the last one."""
    world.list((1, 1), page=1, further=True)
    world.list((2, 2), page=2)
    world.thread(1, "甲")
    world.thread(2, "丁")
    await world.visit(source(FORUM))
    mended = FORUM.replace("title: h1", "title: h1, likes: u") + "expects: {posts_a_day: [0, 9]}\n"
    world.web.asked.clear()
    await world.visit(source(mended))
    assert len(world.web.asked) == 4
    assert world.counts.total("unmodified") == 0
    world.web.asked.clear()
    await world.visit(source(mended + "schedule: 60\n"))
    assert world.web.asked == ["https://bbs.example.cn/list-1"]


async def test_a_page_that_always_fails_does_not_make_the_others_be_read_anew(world: World) -> None:
    """Mended selectors cost each page one reading, though the source is never read to its end."""
    world.list((1, 1), (2, 2))
    world.thread(1, "甲")
    world.web.pages["https://bbs.example.cn/t-2-1"] = Unfetched("server", "500")
    for _ in range(2):
        await world.visit(source(FORUM.replace("title: h1", "title: h1, likes: u")))
    assert world.web.asked.count("https://bbs.example.cn/t-1-1") == 1


async def test_of_two_crawlers_the_later_one_goes_on(world: World) -> None:
    """The other asks the site for nothing, and says so; it goes on when the later one has been silent."""
    world.board({"id": 1, "body": "x"})
    await world.visit(source(BOARD))
    world.restart()
    assert (await world.visit(source(BOARD))).failures == 0
    world.crawler_name = "1"
    world.web.asked.clear()
    assert (await world.visit(source(BOARD))).failures == 1
    assert (world.web.asked, world.counts.total("error:taken")) == ([], 1)
    await world.clock.sleep(3 * 3600)
    assert (await world.visit(source(BOARD))).failures == 0


async def test_a_source_taken_in_the_middle_is_given_up(world: World) -> None:
    """A visit that ends after another crawler's began does not write over what that one noted."""
    world.board({"id": 1, "body": "x"})

    async def publish(_: Sequence[Post]) -> None:
        head = await world.memory.head("s")
        assert await world.memory.put_head(replace(head, crawler="2"))

    assert (await visit(source(BOARD), replace(world.way, publish=publish))).failures == 1
    assert (await world.memory.head("s")).crawler == "2"
    assert world.counts.total("error:taken") == 1


async def test_a_restart_keeps_what_a_site_asked_for(world: World) -> None:
    """Retry-After counts for the next crawler, too: it asks nothing until then."""
    world.web.pages["https://board.example.cn/api"] = Unfetched("busy", "429", retry_after=3600.0)
    await world.visit(source(BOARD))
    world.restart()
    world.board({"id": 1, "body": "x"})
    visited = await world.visit(source(BOARD))
    assert (len(world.web.asked), visited.failures) == (1, 1)
    assert visited.retry_after == pytest.approx(3600, abs=1)
    await world.clock.sleep(3600)
    await world.visit(source(BOARD))
    assert world.ids() == ["1"]


async def test_a_post_that_spreads_is_published_again_and_counts_as_no_news(world: World) -> None:
    """The same words with more readers, half an hour later: not in between, and it makes nobody read further pages."""
    dated, at = source(BOARD.replace("title: title", "title: title, views: views, time: at")), 1767225600
    for views, minutes in ((100, 0), (300, 29), (301, 2), (310, 31), (1000, 31)):
        await world.clock.sleep(60 * minutes)
        world.board({"id": 1, "body": "x", "views": views, "at": at})
        await world.visit(dated)
    assert [post.reach.views for post in world.published] == [100, 301, 1000]
    assert world.counts.total("published") == 1 + world.counts.total("spread") == 3
    assert world.counts.total("listed") == 5


async def test_a_source_whose_layout_changed_is_reported_once(world: World) -> None:
    """Three visits whose selectors find nothing; a restart does not report it again, a repair does."""
    world.list((1, 0))
    world.thread(1, "甲")
    await world.visit(source(FORUM))
    for _ in range(5):
        world.web.pages["https://bbs.example.cn/list-1"] = "<div>新版论坛</div>"
        await world.visit(source(FORUM))
        world.restart()
    world.list((2, 0))
    world.thread(2, "乙")
    await world.visit(source(FORUM))
    assert [(event.event, event.reason) for event in world.reported] == [
        ("source_silent", "barren"),
        ("source_recovered", "barren"),
    ]
    assert world.counts.total("source_silent") == world.counts.total("source_recovered") == 1


async def test_a_selector_that_finds_no_author_any_more_is_reported(world: World) -> None:
    """Posts still come, each without what posts of this source had; as long as it stands each visit counts it."""
    world.board(*[{"id": n, "body": "x", "who": "某人" if n < 10 else None} for n in range(10)])
    await world.visit(source(BOARD))
    for start in (1000, 2000):
        world.board(*[{"id": n, "body": "x", "answer": "答"} for n in range(start, start + 100)])
        await world.visit(source(BOARD))
    assert [(event.reason, event.missing) for event in world.reported] == [("bare", ("author",))]
    assert world.counts.total("trouble:bare") == 2


async def test_threads_in_which_nothing_is_found_are_trouble_too(world: World) -> None:
    """The list still leads on, the selectors of the threads find no post."""
    for number in range(3):
        world.list((number, 0))
        world.web.pages[f"https://bbs.example.cn/t-{number}-1"] = "<h1>题</h1><article>甲</article>"
        await world.visit(source(FORUM))
    assert [event.event for event in world.reported] == ["source_silent"]


async def test_a_report_that_was_not_taken_is_made_again(world: World) -> None:
    """The log was away when a source fell silent: the next visit says so."""
    world.web.pages["https://board.example.cn/api"] = '{"other": []}'

    async def away(_: Event) -> None:
        raise Busy("the log is away")

    for _ in range(2):
        await world.visit(source(BOARD))
    with pytest.raises(Busy):
        await visit(source(BOARD), replace(world.way, report=away))
    await world.visit(source(BOARD))
    assert [event.event for event in world.reported] == ["source_silent"]


async def test_what_is_kept_names_nobody(world: World) -> None:
    """A stamp may hold who answered last, an id who wrote; both are kept as digests."""
    world.list((1, 0))
    listing = "https://bbs.example.cn/list-1"
    world.web.pages[listing] = str(world.web.pages[listing]).replace("<i>0</i>", "<i>老王 5</i>")
    world.thread(1, "甲")
    await world.visit(source(FORUM))
    kept = await world.memory.pages("s", [listing, "https://bbs.example.cn/t-1-1"])
    assert kept[listing].links[0].stamp
    assert "老王" not in str(kept)
    assert kept["https://bbs.example.cn/t-1-1"].stamp


@pytest.mark.parametrize("identity", ["4711", "13812345678", "老街坊-1", "x" * 600])
def test_a_post_has_one_key_before_the_door_and_behind_it(world: World, identity: str) -> None:
    """Who forgets a post knows its id as it is stored; the crawler noted it by the id that its source gave it."""
    raw = Raw(id=identity, body="路灯坏了", author="老街坊")
    stored = arrive(raw, "s", "330206104000", world.clock.now(), world.way.door)
    assert key_of(stored.id) == key_of(identity)


def test_an_answers_id_names_nobody_who_asked(world: World) -> None:
    """It is the question's with a word behind it, and an address with a handle may be one."""
    raw = Raw(id="https://b.example.cn/u/老街坊/5#answer", body="已处理", kind="answer", thread="5")
    stored = arrive(raw, "s", "330206104000", world.clock.now(), world.way.door, "老街坊")
    assert "老街坊" not in stored.id
    assert key_of(stored.id) == key_of(raw.id)


async def test_no_post_names_who_wrote_another_one_of_its_page(world: World) -> None:
    """A page knows all its authors: in quotations and answers they are blotted out, and no words that others wrote."""
    world.list((1, 0))
    world.web.pages["https://bbs.example.cn/t-1-1"] = (
        '<h1>lisi_1988说桥的事</h1><p id="1"><em>张三丰</em><span>桥上三人死亡</span></p><p id="2"><em>lisi_1988</em>'
        "<span>张三丰 发表于 2026-1-1<br>桥上三人死亡<br>回复 张三丰：我也看到了，ＬＩＳＩ_1988的车坏了</span></p>"
        '<p id="3"><em>三人死亡</em><span>Lisi_1988的车在哪，真的三人死亡？</span></p>'
    )
    await world.visit(source(FORUM.replace("body: span,", "body: span, author: em,")))
    said = {post.id: f"{post.title} {post.body}" for post in world.published}
    assert said["1"] == "*********说桥的事 桥上三人死亡"
    assert said["1-2"] == " *** 发表于 2026-1-1\n桥上三人死亡\n回复 ***：我也看到了，*********的车坏了"
    assert said["1-3"] == " *********的车在哪，真的****？"


AUTHORED = FORUM.replace("body: span,", "body: span, author: i,")
TABLE = 'kind: table\nurl: https://d.example.cn/x.csv\ntownship: "330206104"\n'


@pytest.mark.parametrize("kind", ["table", "forum"])
async def test_a_page_of_thousands_of_posts_keeps_nobody_waiting(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a table's rows nor a thread's many authors: no post is taken through the door where the others wait."""
    if kind == "table":
        rows = "".join(f"A{n},第{n}号路灯坏了已经三天没有人管,张{n}丰,已转住建局{n}\n" for n in range(2_000))
        world.web.pages["https://d.example.cn/x.csv"] = f"编号,内容,来电人,答复内容\n{rows}"
    else:
        world.list((1, 0))
        posts = "".join(f'<p id="{n}"><i>user_{n}_abcdefgh</i><span>第{n}楼' for n in range(4_000))
        world.web.pages["https://bbs.example.cn/t-1-1"] = f"<h1>事</h1>{posts}"
    admitted, admit = Counter[int](), Door.admit

    def admitting(door: Door, post: Post) -> Post:
        admitted[threading.get_ident()] += 1
        return admit(door, post)

    monkeypatch.setattr(Door, "admit", admitting)
    await world.visit(source(TABLE if kind == "table" else AUTHORED))
    assert len(world.published) == 4_000
    assert admitted.total() >= 4_000
    assert admitted[threading.get_ident()] == 0


async def test_the_notes_of_a_large_page_are_written_in_portions_and_before_its_own(world: World) -> None:
    """Of all that was published; a crawler that dies between them publishes again what is not noted."""
    written: list[tuple[int, int]] = []

    class Watched(Here):
        async def remember(self, source: str, posts: Mapping[str, Noted], pages: Mapping[str, Held]) -> None:
            written.append((len(posts), len(pages)))
            await super().remember(source, posts, pages)

    world.memory = Watched()
    world.web.pages["https://d.example.cn/x.csv"] = "编号,内容\n" + "".join(f"A{n},灯{n}\n" for n in range(2_300))
    await world.visit(source(TABLE))
    assert written == [(1_000, 0), (1_000, 0), (300, 1)]


async def test_no_address_names_who_founded_the_thread(world: World) -> None:
    """A thread's address may hold its author's handle: a reply has it, too, and so has a reply on a later page."""
    named = FORUM.replace("body: span,", "body: span, author: em,") + "thread_id: t-(\\d+)"
    first, second = ("https://bbs.example.cn/u/%E5%B9%B3%E5%AE%89%E5%93%A5/t-7-" + page for page in "12")
    world.web.pages["https://bbs.example.cn/list-1"] = f"<li><a href='{first}'>事</a></li>"
    begin = '<h1>事</h1><p id="a"><em>平安哥</em><span>灯坏了</span></p><p id="b"><em>老街坊</em><span>同问</span></p>'
    world.web.pages[first] = f"{begin}<b><a href='{second}'>下</a></b>"
    world.web.pages[second] = '<p id="c"><em>老街坊</em><span>还没修</span></p>'
    await world.visit(source(named))
    assert [post.id for post in world.published] == ["7", "7-b", "7-c"]
    assert {post.url and post.url[:25] for post in world.published} == {"https://bbs.example.cn/u/"}
    assert "%E5%B9%B3" not in str(world.published)
    # The first page has not changed, so nobody says whose handle it is.
    world.web.pages[second] = f'{world.web.pages[second]}<p id="d"><em>过路人</em><span>修好了</span></p>'
    await world.visit(source(named))
    assert (world.published[-1].id, world.published[-1].url) == ("7-d", None)


async def test_nothing_is_remembered_that_was_not_published(world: World) -> None:
    """The log was away: the visit fails, and the next one publishes all."""
    world.board({"id": 1, "body": "路灯坏了"})
    world.log_is_away = True
    with pytest.raises(Busy):
        await world.visit(source(BOARD))
    world.log_is_away = False
    await world.visit(source(BOARD))
    assert world.ids() == ["1"]


@pytest.mark.parametrize("cut_after", range(7))
async def test_a_visit_cut_short_loses_nothing(world: World, cut_after: int) -> None:
    """Whichever page fails, the next visits publish every post once, though nothing on the first page is new."""
    world.list((1, 1), (2, 2), page=1, further=True)
    world.list((3, 0), page=2)
    world.thread(1, "甲", "乙", further=True)
    world.thread(1, "丙", page=2)
    world.thread(2, "丁")
    world.thread(3, "戊")
    pages = list(world.web.pages)
    if cut_after < len(pages):
        whole, world.web.pages[pages[cut_after]] = world.web.pages[pages[cut_after]], Unfetched("server", "500")
        assert (await world.visit(source(FORUM))).failures == 1
        world.web.pages[pages[cut_after]] = whole
    await world.visit(source(FORUM))
    await world.visit(source(FORUM))
    assert sorted(world.ids()) == sorted(["1", "1-11", "1-20", "2", "3"])


async def test_a_thread_whose_stamp_stays_is_not_asked(world: World) -> None:
    """Politeness: a list page says that nothing was added; what was is read, further pages too."""
    world.list((1, 1), (2, 0))
    world.thread(1, "甲", "乙")
    world.thread(2, "丁")
    await world.visit(source(FORUM))
    world.list((1, 2), (2, 0))
    world.thread(1, "甲", "乙", further=True)
    world.thread(1, "丙", page=2)
    world.web.asked.clear()
    await world.visit(source(FORUM))
    assert world.web.asked == [f"https://bbs.example.cn/{path}" for path in ("list-1", "t-1-1", "t-1-2")]
    assert world.ids()[-1] == "1-20"


async def test_an_unchanged_page_still_leads_on(world: World) -> None:
    """A full first page of a thread no longer changes; its further pages do."""
    world.list((1, 1))
    world.thread(1, "甲", further=True)
    world.thread(1, "乙", page=2)
    await world.visit(source(FORUM))
    world.list((1, 2))
    world.thread(1, "乙", "丙", page=2)
    await world.visit(source(FORUM))
    assert world.ids() == ["1", "1-20", "1-21"]
    assert world.counts.total("unmodified") > 0


async def test_a_forum_shared_by_three_townships(world: World) -> None:
    """A post goes where the one place that it names is, a reply without a place where its thread went.

    Several places or none lead to the county's own inbox; one that this source does not serve counts for nothing.
    """
    world.list((1, 0), (2, 0), (3, 0), (4, 0))
    world.thread(1, "青溪的桥裂了", "是啊", "我们白石也是")
    world.thread(2, "在青溪和石桥之间", "我在石桥")
    world.thread(3, "哪里都没写")
    world.thread(4, "外乡与白石", title="路")
    await world.visit(source(FORUM))
    assert {post.id: post.township for post in world.published} == {
        "1": "330206104000",
        "1-11": "330206104000",
        "1-12": "330206105000",
        "2": "330206000000",
        "2-11": "330206106000",
        "3": "330206000000",
        "4": "330206105000",
    }


async def test_no_handle_and_no_number_is_published(world: World) -> None:
    """What leaves the crawler went through the door."""
    world.board({"id": 1, "body": "我是青溪老王，电话13812345678", "who": "青溪老王"})
    await world.visit(source(BOARD))
    (post,) = world.published
    assert post.body == "我是****，电话***********"
    assert post.author is not None
    assert post.author.startswith("p1-")


async def test_an_answer_does_not_name_whom_it_answers(world: World) -> None:
    """Offices begin with the handle of who asked; an answer has no author of its own in whom to look for it."""
    world.board({"id": 1, "body": "路灯坏了", "who": "青溪老王", "answer": "青溪老王网友：您好，已修复。"})
    await world.visit(source(BOARD))
    assert [post.body for post in world.published if post.kind == "answer"] == ["****网友：您好，已修复。"]


async def test_a_long_body_is_cut_and_counted(world: World) -> None:
    """At 50,000 characters; a number that the cut would part is masked as a whole first."""
    world.board({"id": 1, "body": "长" * 49_995 + "13812345678" + "长" * 300_000})
    await world.visit(source(BOARD))
    assert len(world.published[0].body) == 50_000
    assert world.published[0].body.endswith("长*****")
    assert world.counts.total("cut") == 1


async def test_what_has_no_words_is_counted_and_left(world: World) -> None:
    """Empty text, blanks, NUL alone; emoji and rare characters are words."""
    world.board(
        {"id": 1, "body": ""},
        {"id": 2, "body": " \0 "},
        {"id": 3, "body": "<script>x</script>"},
        {"id": 4, "body": "😀"},
    )
    world.web.pages["https://board.example.cn/api?page=2"] = '{"list": [{"id": 5, "body": "\\ud800𠮷\\u0000"}]}'
    await world.visit(source(BOARD))
    assert {post.id: post.body for post in world.published} == {"4": "😀", "5": "𠮷"}
    assert world.counts.total("empty") == 3


async def test_the_oldest_is_published_first(world: World) -> None:
    """Sites list the newest first; what happened first is to be judged first."""
    timed = BOARD.replace("title: title", "title: title, time: at")
    world.board(*[{"id": n, "body": "x", "at": 1_700_000_000 + n} for n in (3, 1, 2)])
    await world.visit(source(timed))
    assert world.ids() == ["1", "2", "3"]


async def test_a_page_that_is_its_own_next_page_ends(world: World) -> None:
    """A list or a thread that leads to itself is read once."""
    world.web.pages["https://bbs.example.cn/list-1"] = (
        '<ul><li><a href="/t-1-1">x</a><i>1</i></li></ul><b><a href="/list-1">次</a></b>'
    )
    world.web.pages["https://bbs.example.cn/t-1-1"] = (
        '<h1>t</h1><p id="1"><span>x</span></p><b><a href="/t-1-1">次</a></b>'
    )
    await world.visit(source(FORUM))
    assert len(world.web.asked) == 2


async def test_a_thread_that_says_the_same_under_ever_new_addresses_ends(world: World) -> None:
    """It cost its host 500 requests a visit: now it ends with the first page of which every post is known."""
    source = parse_source(FORUM, Path("bbs.yaml"))
    world.list((1, 0))
    world.thread(1, "水管爆了", further=True)
    for page in range(2, 500):
        world.thread(1, "同问", page=page, further=True)
        address = f"https://bbs.example.cn/t-1-{page}"
        world.web.pages[address] = str(world.web.pages[address]).replace(f'"{page}0"', '"20"')
    await world.visit(source)
    assert world.ids() == ["1", "1-20"]
    assert len(world.web.asked) == 4
    assert world.counts.of("bbs")["signal:next:endless"] == 1


async def test_a_page_that_comes_again_by_another_number_ends_the_walk(world: World) -> None:
    """An interface that does not know the parameter gives its first page for ever; it is said, and not asked on."""
    world.board({"id": 1, "body": "x"}, {"id": 2, "body": "y"})
    page = world.web.pages["https://board.example.cn/api"]
    world.web.pages |= {f"https://board.example.cn/api?page={number}": page for number in range(2, 40)}
    assert (await world.visit(source(BOARD, "board"))).failures == 0
    assert world.counts.of("board")["signal:paging:stuck"] == 1
    assert len(world.web.asked) == 3


async def test_a_page_that_asks_to_log_in_is_named(world: World) -> None:
    """Beside what is missing in it: the layout has not changed."""
    world.web.pages["https://bbs.example.cn/list-1"] = "<title>用户登录</title><form></form>"
    await world.visit(source(FORUM))
    assert world.counts.total("signal:page:login") == 1


async def test_a_last_page_that_comes_again_is_the_end(world: World) -> None:
    """Some interfaces give it for every number beyond: nothing is wrong."""
    world.board({"id": 1, "body": "x"}, {"id": 2, "body": "y"})
    last = json.dumps({"list": [{"id": 3, "body": "z"}, {"id": 4, "body": "w"}]})
    world.web.pages |= {f"https://board.example.cn/api?page={number}": last for number in range(2, 40)}
    await world.visit(source(BOARD, "board"))
    assert "signal:paging:stuck" not in world.counts.of("board")
    assert sorted(world.ids()) == ["1", "2", "3", "4"]
    assert len(world.web.asked) == 4


async def test_a_site_in_trouble_is_left_after_three_failures(world: World) -> None:
    """A visit does not knock on every door of a house on fire."""
    world.list(*[(number, 0) for number in range(1, 21)])
    for number in range(1, 21):
        world.web.pages[f"https://bbs.example.cn/t-{number}-1"] = Unfetched("server", "500")
    visited = await world.visit(source(FORUM))
    assert (visited.failures, len(world.web.asked)) == (3, 4)


async def test_a_thread_that_is_gone_or_closed_does_not_hold_up_the_rest(world: World) -> None:
    """404 and robots.txt are counted by name; they are no failure of the site."""
    world.list((1, 0), (2, 0), (3, 0))
    world.web.pages["https://bbs.example.cn/t-2-1"] = Unfetched("robots", "closed")
    world.thread(3, "戊")
    assert (await world.visit(source(FORUM))).failures == 0
    assert world.ids() == ["3"]
    assert (world.counts.total("error:status_404"), world.counts.total("error:robots")) == (1, 1)


async def test_once_is_once(world: World) -> None:
    """Each source is visited once; a hopeless one is tried once, too, one that may recover three times."""
    world.board({"id": 1, "body": "x"})
    world.list((1, 0))
    world.thread(1, "甲")
    assert await world.crawler(source(BOARD, "board"), source(FORUM, "bbs")).once() == []
    assert sorted(world.ids()) == ["1", "1"]
    assert len(world.web.asked) == len(set(world.web.asked))
    world.web.pages["https://bbs.example.cn/list-1"] = Unfetched("status_404", "gone")
    world.web.pages["https://board.example.cn/api"] = Unfetched("server", "500")
    world.web.asked.clear()
    assert await world.crawler(source(BOARD, "board"), source(FORUM, "bbs")).once() == ["board", "bbs"]
    assert world.web.asked.count("https://bbs.example.cn/list-1") == 1
    assert world.web.asked.count("https://board.example.cn/api") == 3


async def test_the_crawler_outlives_every_trouble_of_a_source(world: World) -> None:
    """A log that is away is counted as that, and the source is visited again later, more rarely."""
    world.board({"id": 1, "body": "x"})
    world.log_is_away = True
    assert await world.crawler(source(BOARD)).once() == ["s"]
    assert world.counts.total("error:away") == 3
    assert world.counts.total("error:visit:") == 0
    assert world.clock.slept == [7.5, 15.0]
    world.log_is_away = False
    assert await world.crawler(source(BOARD)).once() == []
    assert world.ids() == ["1"]


async def test_a_parsers_fault_is_one_pages_trouble(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted under its name, and the page is read again at the next visit."""
    world.board({"id": 1, "body": "x"})

    def faulty(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("streams.crawl.kinds.read", faulty)
        assert (await world.visit(source(BOARD))).published == 0
    assert world.counts.total("error:parser:ZeroDivisionError") == 1
    assert (await world.visit(source(BOARD))).published == 1


class Strict(World):
    """A log that takes no post with more than so many characters, and refuses all that come with one."""

    def __init__(self) -> None:
        super().__init__()
        self.largest, self.offered = 3, list[str]()

    async def publish(self, posts: Sequence[Post]) -> None:
        self.offered += [post.body for post in posts]
        if any(len(post.body) > self.largest for post in posts):
            raise Refused("a record is too large")
        await super().publish(posts)


@pytest.mark.parametrize("number", [1, 2, 3, 7])
async def test_a_post_that_the_log_refuses_keeps_out_no_other(number: int) -> None:
    """It is counted by name at each visit, offered again once a day, and published when the log takes it."""
    world = Strict()
    items = [{"id": each, "body": "话" * (4 if each == number else 3)} for each in range(1, 8)]
    world.board(*items)
    crawler = world.crawler(source(BOARD))
    assert await crawler.once() == []
    assert sorted(world.ids()) == [str(each) for each in range(1, 8) if each != number]
    assert world.counts.of("s")["refused:log"] == 1
    for hour in range(5):
        world.clock.time += timedelta(hours=1)
        world.board(*items, {"id": f"later{hour}", "body": "新"})
        await crawler.once()
    assert len(world.published) == 6 + 5
    assert world.offered.count("话" * 4) <= 4
    counts = world.counts.of("s")
    assert counts["refused:log"] == 6
    assert counts["listed"] == counts["published"] + counts["unchanged"] + counts["refused:log"]
    world.largest = 4
    world.clock.time += timedelta(days=1)
    await crawler.once()
    assert world.ids()[-1] == str(number)
    await crawler.once()
    assert len(world.published) == 7 + 5


@pytest.mark.parametrize("page", [1, 2])
async def test_a_thread_with_a_post_that_the_log_refuses_is_read_again(page: int) -> None:
    """More and more rarely, up to once a day, though its stamp stays and its pages do not change; nothing is lost."""
    world = Strict()
    world.list((1, 1), (2, 1))
    world.thread(1, "甲", "太长的话" if page == 1 else "乙", further=True)
    world.thread(1, "丙", "太长的话" if page == 2 else "丁", page=2)
    world.thread(2, "戊")
    hours = 60
    for hour in range(hours):
        world.largest = 3 if hour < 30 else 9
        await world.visit(source(FORUM))
        world.clock.time += timedelta(hours=1)
    assert len(world.published) == len(set(world.ids())) == 5
    assert "太长的话" in {post.body for post in world.published}
    assert world.web.asked.count("https://bbs.example.cn/t-1-1") <= 8
    assert world.web.asked.count("https://bbs.example.cn/t-2-1") == 1


async def test_a_post_that_the_store_refuses_keeps_out_no_other(world: World) -> None:
    """Where its township cannot be noted it is not published: it would be another post later on. It is counted."""

    class Picky(Here):
        async def decide(self, source: str, posts: Mapping[str, Noted]) -> Mapping[str, Noted]:
            if key_of("2") in posts:
                raise Refused("refuses a note")
            return await super().decide(source, posts)

    world.memory = Picky()
    world.board(*({"id": each, "body": f"话{each}"} for each in range(1, 6)))
    assert await world.crawler(source(BOARD)).once() == []
    assert sorted(world.ids()) == ["1", "3", "4", "5"]
    assert world.counts.of("s")["refused:store"] == 1


class Race(Web):
    """Pages of which, when the one of this number has been asked for, another crawler visits the source."""

    def __init__(self, pages: dict[str, str | Unfetched], number: int, other: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self.pages, self._number, self._other = pages, number, other
        self.late = 0

    async def fetch(
        self, address: str, etag: str | None = None, modified: str | None = None, source: Source | None = None
    ) -> Fetched | None:
        self.late += len(self.asked) >= self._number
        if len(self.asked) + 1 == self._number:
            await self._other()
        return await super().fetch(address, etag, modified, source)


@pytest.mark.parametrize("number", range(1, 25))
async def test_the_older_of_two_crawlers_soon_leaves_the_site_alone(world: World, number: int) -> None:
    """Wherever the newer one takes the source: a list page or ten threads later at most. Nothing is lost or twice."""
    threads = range(1, 31)
    world.list(*((thread, 1) for thread in threads[:20]), page=1, further=True)
    world.list(*((thread, 1) for thread in threads[20:]), page=2)
    for thread in threads:
        world.thread(thread, f"话{thread}")

    async def other() -> None:
        assert (await visit(source(FORUM), replace(world.way, crawler="2"))).failures == 0

    older = Race(world.web.pages, number, other)
    assert (await visit(source(FORUM), replace(world.way, web=older, crawler="1"))).failures == 1
    assert older.late <= 10
    assert {post.id for post in world.published} == {str(thread) for thread in threads}
    assert len(world.published) <= 31  # The page that both had in hand.
    assert world.counts.total("error:taken") == 1
    assert (await world.memory.head("s")).walked


@pytest.mark.parametrize("name", ["hours", "budget"])
async def test_a_visit_that_must_end_early_is_no_failure(name: str) -> None:
    """At night, or when the day's requests are spent: the rest of it is read the next time, and nothing is amiss."""
    world = World()
    world.list((1, 1), (2, 1))
    world.thread(1, "青溪的桥断了")
    world.web.pages["https://bbs.example.cn/t-2-1"] = Unfetched(name, "not now", 3600.0)
    source = parse_source(FORUM, Path("bbs.yaml"))
    visited = await world.visit(source)
    assert (visited.failures, visited.retry_after) == (0, 3600.0)
    head = await world.memory.head("bbs")
    assert (head.walked, head.failures, head.closed, head.watch.failing) == (False, 0, None, None)
    assert world.counts.of("bbs")["asleep" if name == "hours" else "error:budget"] == 1
    world.thread(2, "白石的路塌了")
    await world.visit(source)
    assert {post.body for post in world.published} == {"青溪的桥断了", "白石的路塌了"}


async def test_a_source_that_sleeps_is_not_visited() -> None:
    """It is asked for nothing, and is not noted as visited."""
    world = World()
    world.web.closed_for = 7200.0
    visited = await world.visit(parse_source(FORUM, Path("bbs.yaml")))
    assert (visited.failures, visited.retry_after, world.web.asked) == (0, 7200.0, [])
    assert (await world.memory.head("bbs")).visited is None


@pytest.mark.parametrize("awake", [24, 6])
async def test_a_server_that_says_nothing_ever_changes_is_believed_for_a_day(awake: int) -> None:
    """Once a day a page is asked for in full, by a source that sleeps most of the day, too; else whether it changed."""
    world = World()
    source = replace(parse_source(FORUM, Path("bbs.yaml")), schedule=3600.0)
    asked: list[str | None] = []

    async def fetch(
        address: str,
        etag: str | None = None,
        modified: str | None = None,
        source: Source | None = None,
    ) -> Fetched | None:
        if address == "https://bbs.example.cn/list-1":
            asked.append(etag)
        page = b"<ul><li><a href='/t-1-1'>x</a></li></ul>"
        return None if etag else Fetched(url=address, body=page, charset=None, etag="1", modified=None)

    world.web.fetch = fetch  # type: ignore[method-assign]
    for hour in range(7 * 24):
        if hour % 24 < awake:
            await world.visit(source)
        world.clock.time += timedelta(hours=1)
    assert len(asked) == 7 * awake
    assert 7 <= asked.count(None) <= 8
