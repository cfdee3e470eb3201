"""What a source holds no more is noticed by two visits, hours apart, and by nothing that only looks like it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from streams.crawl.archive import Archive
from streams.crawl.gone import APART, reaches_to
from streams.crawl.way import Way
from streams.errors import Unfetched
from streams.identity import document_id
from streams.records import Post
from streams.source import Source
from tests.unit.streams.crawl.test_visit import FORUM, World, source

LIST = """
kind: api
url: https://board.example.cn/api
township: "330206104"
items: list
message: {id: id, body: body, time: at}
complete: true
"""
OPEN_ONES = LIST.replace("complete: true", "link: https://board.example.cn/m/{id}")
START = datetime(2026, 1, 1, tzinfo=UTC)
NOTICE = "<title>提示信息</title><div id='messagetext'>抱歉，指定的主题不存在或已被删除或正在被审核</div>"
LOGIN = "<title>提示信息</title><div id='messagetext'>抱歉，您需要先登录才能继续本操作</div>"
NOT_THERE = Unfetched("status_404", "no such page")


class Stored(Archive):
    """What a worker would have stored of what was published: of each post its newest version."""

    def __init__(self, published: Sequence[Post]) -> None:
        self._published = published
        self.open: list[str] = []
        self.known: list[str] = []
        self.asked = 0

    async def posts(self, documents: Mapping[str, str]) -> Sequence[Post]:
        newest = {document_id(each.township, each.source, each.id): each for each in self._published}
        return [newest[document] for document in documents if document in newest]

    async def threads(self, source: Source, since: datetime, most: int) -> Sequence[str]:  # noqa: ARG002
        self.asked += 1
        return self.open[:most]

    async def recent(self, source: Source, since: datetime, most: int) -> Sequence[str]:  # noqa: ARG002
        return self.known[:most]


class Site(World):
    """A forum and a list, with a store behind the crawler."""

    def __init__(self) -> None:
        super().__init__()
        self.archive = Stored(self.published)

    @property
    def way(self) -> Way:
        return replace(super().way, archive=self.archive)

    def says(self, number: int, *ids: str) -> None:
        """A thread with these posts; the first one founds it."""
        posts = "".join(f'<p id="{each}"><span>话{each}</span></p>' for each in ids)
        self.web.pages[f"https://bbs.example.cn/t-{number}-1"] = f"<h1>事</h1>{posts}"

    def lists(self, *numbers: int) -> None:
        """A list of posts: one of each number, written in that hour, in this order."""
        self.board(*({"id": n, "body": f"话{n}", "at": (START + timedelta(hours=n)).isoformat()} for n in numbers))

    async def visits(self, text: str, number: int, *, apart: timedelta = timedelta(hours=1)) -> None:
        for _ in range(number):
            await self.visit(source(text))
            self.clock.time += apart

    @property
    def gone(self) -> list[str]:
        return [post.id for post in self.published if post.gone]


@pytest.fixture
def site() -> Site:
    return Site()


async def test_a_post_that_leaves_its_thread_is_told_to_be_gone_once(site: Site) -> None:
    """Missed twice, six hours apart; its last words are told once more, with the time. Its neighbours stay."""
    site.list((7, 1))
    site.says(7, "a", "b", "c")
    await site.visits(FORUM, 1)
    site.list((7, 2))
    site.says(7, "a", "c")
    await site.visits(FORUM, 6)
    assert site.gone == []
    await site.visits(FORUM, 12)
    assert site.gone == ["7-b"]
    (told,) = [post for post in site.published if post.gone]
    assert told.body == "话b"
    assert told.gone == told.fetched
    assert told.gone is not None
    assert told.gone - START >= APART
    assert site.counts.total("gone") == 1


async def test_a_thread_that_misses_a_post_is_asked_again_only_when_that_is_due(site: Site) -> None:
    """Its stamp stays, so it is left alone, but for the one look after six hours."""
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    site.list((7, 2))
    site.says(7, "a")
    await site.visits(FORUM, 20)
    assert sum("t-7-1" in address for address in site.web.asked) == 3


async def test_what_is_back_is_published_and_gone_no_more(site: Site) -> None:
    """The same words: no edit, and no second voice; the worker clears the note."""
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    site.list((7, 2))
    site.says(7, "a")
    await site.visits(FORUM, 10)
    assert site.gone == ["7-b"]
    site.list((7, 3))
    site.says(7, "a", "b")
    await site.visits(FORUM, 3)
    last = site.published[-1]
    assert (last.id, last.gone, last.body) == ("7-b", None, "话b")
    assert (site.counts.total("back"), site.counts.total("edited"), site.counts.total("spread")) == (1, 0, 0)


async def test_what_is_there_the_second_time_was_never_gone(site: Site) -> None:
    """A page that lost a post for an hour says nothing; the count begins anew."""
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    for replies in range(2, 30):
        site.list((7, replies))
        site.says(7, *("a", "b")[: 1 + replies % 2])
        await site.visits(FORUM, 1, apart=timedelta(hours=5))
    assert site.gone == []


async def test_a_thread_that_is_no_more_takes_its_posts_along(site: Site) -> None:
    """404 of a thread that was read before, twice; one failed page, or a server's error, says nothing."""
    site.list((7, 1), (8, 1), (9, 1))
    for number in (7, 8, 9):
        site.says(number, "a", "b")
    await site.visits(FORUM, 1)
    for replies, page in ((2, NOT_THERE), (3, Unfetched("server", "500")), (4, NOT_THERE)):
        site.list((7, replies), (8, 1), (9, 1))
        site.web.pages["https://bbs.example.cn/t-7-1"] = page
        await site.visits(FORUM, 1, apart=timedelta(hours=7))
    assert sorted(site.gone) == ["7", "7-b"]


async def test_a_thread_of_which_the_site_says_that_it_is_no_more_is_gone(site: Site) -> None:
    """With 200, as Discuz! does; the same words in a post, and a page to log in, say nothing."""
    site.list((7, 1), (8, 1), (9, 1))
    for number in (7, 8, 9):
        site.says(number, "a", "b")
    await site.visits(FORUM, 1)
    for replies in (2, 3, 4):
        site.list((7, replies), (8, replies), (9, replies))
        site.web.pages["https://bbs.example.cn/t-7-1"] = NOTICE
        site.web.pages["https://bbs.example.cn/t-8-1"] = LOGIN
        site.says(9, "a", "b", "该帖已被删除")
        await site.visits(FORUM, 1, apart=timedelta(hours=7))
    assert sorted(site.gone) == ["7", "7-b"]
    assert (site.counts.total("error:gone"), site.counts.total("signal:post:missing")) == (3, 3)


@pytest.mark.parametrize("reply", ["前天发的帖子被删除了，再发一次", "该帖已被删除"])
async def test_a_thread_in_another_skin_is_not_gone(site: Site, reply: str) -> None:
    """No post is found in it, and somebody writes in it of a deletion; but what he answers stands there, too."""
    words = "桥裂了，三人受伤"
    site.thread(7, words, reply)
    for number in (8, 9):
        site.says(number, "a")
    site.list((7, 1), (8, 1), (9, 1))
    await site.visits(FORUM, 1)
    page = f"<h1>事</h1><article><section>{words}</section><section>{reply}</section></article>"
    site.web.pages["https://bbs.example.cn/t-7-1"] = page
    for replies in range(2, 14):
        site.list((7, replies), (8, 1), (9, 1))
        await site.visits(FORUM, 1)
    assert site.gone == []
    assert site.counts.total("signal:post:missing") > 0


@pytest.mark.parametrize("instead", [NOTICE, NOT_THERE])
async def test_a_site_that_says_so_of_everything_deleted_nothing(site: Site, instead: str | Unfetched) -> None:
    """Three threads of three, by a notice or by 404: it has trouble of its own or other addresses, which is told."""
    site.list((7, 1), (8, 1), (9, 1))
    for number in (7, 8, 9):
        site.says(number, "a", "b")
    await site.visits(FORUM, 1)
    for replies in range(2, 6):
        site.list((7, replies), (8, replies), (9, replies))
        for number in (7, 8, 9):
            site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = instead
        await site.visits(FORUM, 1, apart=timedelta(hours=7))
    assert site.gone == []
    assert site.counts.total("signal:gone:many") == 4


async def test_a_page_in_another_layout_deleted_nothing(site: Site) -> None:
    """Its first post is not found: whatever the selectors find in it, it is not the page that it was."""
    site.list((7, 1))
    site.says(7, "a", "b", "c")
    await site.visits(FORUM, 1)
    for replies, page in enumerate(["<h1>事</h1><div>新版</div>", "", "<p>"] * 4):
        site.list((7, replies + 2))
        site.web.pages["https://bbs.example.cn/t-7-1"] = page
        await site.visits(FORUM, 1, apart=timedelta(hours=7))
    assert site.gone == []


async def test_a_post_that_leaves_a_list_which_reaches_beyond_it_is_gone(site: Site) -> None:
    """Older ones are still listed, and the source's file says that the list holds all: it was taken out."""
    site.lists(9, 8, 7, 6, 5)
    await site.visits(LIST, 1)
    site.lists(10, 9, 8, 6, 5)
    await site.visits(LIST, 1, apart=APART)
    assert site.gone == []
    site.lists(11, 10, 9, 8, 6, 5)
    await site.visits(LIST, 3)
    assert site.gone == ["7"]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param((12, 11, 10, 9), id="it fell off the end"),
        pytest.param((9, 8), id="the list got shorter"),
        pytest.param((5, 9, 6, 8), id="the list is in no order of time"),
        pytest.param((9, 5), id="most of the list is another one"),
        pytest.param((), id="the list is empty"),
    ],
)
async def test_a_list_that_only_changed_deleted_nothing(site: Site, later: tuple[int, ...]) -> None:
    """However often it is read."""
    site.lists(9, 8, 7, 6, 5)
    await site.visits(LIST, 1)
    for number in range(6):
        site.lists(*(20 + number,) * bool(later), *later)
        await site.visits(LIST, 1, apart=timedelta(hours=7))
    assert site.gone == []


class Board(Site):
    """A list of what is open, of which each message has a page of its own."""

    def shows(self, *numbers: int) -> None:
        for number in range(99):
            self.web.pages.pop(self.page(number), None)
        self.web.pages.update({self.page(number): "<h1>事</h1>" for number in numbers})

    @staticmethod
    def page(number: int) -> str:
        return f"https://board.example.cn/m/{number}"

    async def answers(self, number: int, text: str = OPEN_ONES, days: int = 3) -> None:
        """One of five is listed no more, and new ones come."""
        newest = 9
        while newest < 10 + 4 * days:
            self.lists(*(n for n in range(newest, 4, -1) if n != number or newest == 9))
            await self.visits(text, 1, apart=APART)
            newest += 1

    def asked(self, number: int) -> int:
        return self.web.asked.count(self.page(number))


@pytest.fixture
def board() -> Board:
    return Board()


async def test_what_leaves_a_list_of_open_matters_is_not_gone(board: Board) -> None:
    """It was answered: its own page is asked for once, and stands."""
    board.shows(*range(99))
    await board.answers(7)
    assert (board.gone, board.asked(7)) == ([], 1)
    assert sum("/m/" in address for address in board.web.asked) == 1


async def test_what_leaves_a_list_and_has_no_page_any_more_is_gone(board: Board) -> None:
    """Told once, in its last words; another one of the list is found at its place."""
    board.shows(*(number for number in range(99) if number != 7))
    await board.answers(7)
    assert (board.gone, board.asked(7)) == (["7"], 1)
    assert board.counts.total("requests") == len(board.web.asked)


async def test_where_no_page_is_found_nothing_is_gone(board: Board) -> None:
    """`link` says a wrong address, or the site has moved: neither is that of what is listed."""
    board.shows()
    await board.answers(7)
    assert (board.gone, board.asked(7), board.counts.total("signal:gone:many")) == ([], 1, 1)


async def test_a_question_and_its_answer_are_asked_for_once(board: Board) -> None:
    """They stand on one page: both are gone with it."""
    board.shows(*(number for number in range(99) if number != 7))
    answered = OPEN_ONES.replace("time: at", "time: at, answer: answer, answer_time: at")
    for newest in range(9, 14):
        times = {n: (START + timedelta(hours=n)).isoformat() for n in range(newest, 4, -1) if n != 7 or newest == 9}
        board.board(*({"id": n, "body": f"话{n}", "at": at, "answer": f"已派人处理第{n}件"} for n, at in times.items()))
        await board.visits(answered, 1, apart=APART)
    assert (sorted(board.gone), board.asked(7)) == (["7", "7#answer"], 1)


@pytest.mark.parametrize("page", ["server", "timeout", "budget"])
async def test_a_page_that_cannot_be_had_now_is_asked_for_again(board: Board, page: str) -> None:
    """Each six hours, until it says something."""
    board.shows(*(number for number in range(99) if number != 7))
    board.web.pages[board.page(7)] = Unfetched(page, "not now")
    await board.answers(7)
    assert board.gone == []
    assert board.asked(7) > 5
    del board.web.pages[board.page(7)]
    board.lists(*(number for number in range(30, 4, -1) if number != 7))
    await board.visits(OPEN_ONES, 1)
    assert board.gone == ["7"]


@pytest.mark.parametrize(
    "link",
    ["", "link: https://elsewhere.example.cn/m/{id}", "link: https://board.example.cn/u/13812345678/{id}"],
    ids=["none", "of another site", "one that the door masks"],
)
async def test_what_has_no_page_to_ask_for_is_not_gone(board: Board, link: str) -> None:
    """Unless its source's file says that the list holds all."""
    await board.answers(7, LIST.replace("complete: true", link))
    assert (board.gone, len(set(board.web.asked))) == ([], 1)


async def test_new_posts_come_before_what_left_a_list(board: Board) -> None:
    """Where half of the day's requests are spent, no page is asked for; the day after it is."""
    board.shows(*(number for number in range(99) if number != 7))
    board.web.ample = False
    await board.answers(7, days=1)
    assert (board.gone, board.asked(7)) == ([], 0)
    board.web.ample = True
    board.lists(*(number for number in range(30, 4, -1) if number != 7))
    await board.visits(OPEN_ONES, 1)
    assert board.gone == ["7"]


async def test_nothing_is_gone_for_a_crawler_without_a_note(site: Site) -> None:
    """After a restart the notes are there, so it goes on; a post that no store holds is told to nobody."""
    site.lists(9, 8, 7, 6, 5)
    await site.visits(LIST, 1)
    site.lists(10, 9, 8, 6, 5)
    await site.visits(LIST, 1, apart=APART)
    site.restart()
    site.archive = Stored([])
    site.lists(11, 10, 9, 8, 6, 5)
    await site.visits(LIST, 3)
    assert site.gone == []


async def test_a_post_that_goes_while_the_worker_is_behind_is_told_when_it_is_there(site: Site) -> None:
    """Its last words are in the store then, and until then in the log. Its thread stays as it is."""
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    store, site.archive = site.archive, Stored([])
    site.list((7, 2))
    site.says(7, "a")
    await site.visits(FORUM, 20)
    assert site.gone == []
    site.archive = store
    await site.visits(FORUM, 7)
    assert site.gone == ["7-b"]
    await site.visits(FORUM, 20)
    assert site.gone == ["7-b"]


async def test_what_no_store_will_ever_hold_is_not_looked_for_for_ever(site: Site) -> None:
    """After a week the log does not have it either."""
    site.archive = Stored([])
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    site.list((7, 2))
    site.says(7, "a")
    await site.visits(FORUM, 32, apart=APART)
    asked = len(site.web.asked)
    await site.visits(FORUM, 8, apart=APART)
    assert len(site.web.asked) == asked + 8


async def test_threads_of_open_incidents_are_read_again(site: Site) -> None:
    """The list leads to them no more; their reach goes on. Every half hour at most, and only pages that are known."""
    site.list((7, 1))
    site.says(7, "a")
    await site.visits(FORUM, 1, apart=timedelta(minutes=1))
    site.list((8, 1))
    site.says(8, "a")
    site.archive.open = ["https://bbs.example.cn/t-7-1", "https://bbs.example.cn/t-99-1", "https://other.example.cn/"]
    site.says(7, "a", "b")
    await site.visits(FORUM, 60, apart=timedelta(minutes=1))
    assert sum("t-7-1" in address for address in site.web.asked) == 1 + 2
    assert not any("t-99" in address or "other" in address for address in site.web.asked)
    assert site.archive.asked == 3
    assert "7-b" in site.ids()


async def test_a_thread_to_which_its_site_redirects_is_read_again_too(site: Site) -> None:
    """Its posts name the address that the site shows; it is asked for by that to which the list leads, once."""
    site.web.shown = {f"https://bbs.example.cn/t-{n}-1": f"https://bbs.example.cn/thread-{n}-1" for n in (7, 8)}
    site.list((7, 1))
    site.says(7, "a")
    await site.visits(FORUM, 1)
    site.list((8, 1))
    site.says(8, "a")
    site.archive.open = [site.published[0].url or "", "https://bbs.example.cn/thread-99-1"]
    assert site.archive.open[0] == "https://bbs.example.cn/thread-7-1"
    site.says(7, "a", "b")
    site.restart()
    await site.visits(FORUM, 3)
    assert "7-b" in site.ids()
    assert sum("t-7-1" in address for address in site.web.asked) == 1 + 3
    assert not any("thread-" in address for address in site.web.asked)


async def test_a_thread_that_left_the_list_is_noticed_when_it_is_deleted(site: Site) -> None:
    """Nobody else would ask for it; once it is gone the store names it no more."""
    site.list((7, 1))
    site.says(7, "a")
    await site.visits(FORUM, 1)
    site.list((8, 1))
    site.says(8, "a")
    site.archive.open = ["https://bbs.example.cn/t-7-1"]
    site.web.pages["https://bbs.example.cn/t-7-1"] = NOT_THERE
    await site.visits(FORUM, 10)
    assert site.gone == ["7"]


async def test_every_thread_is_looked_at_once_a_day(site: Site) -> None:
    """No list leads to them, and they are no matter; one that was deleted is noticed, the others stay as they are."""
    site.list((7, 1), (8, 1), (9, 1))
    for number in (7, 8, 9):
        site.says(number, "a", "b")
    await site.visits(FORUM, 1)
    site.list((99, 1))
    site.says(99, "a")
    site.archive.known = [f"https://bbs.example.cn/t-{number}-1" for number in (7, 8, 9, 55)]
    await site.visits(FORUM, 1)
    site.web.asked.clear()
    site.web.pages["https://bbs.example.cn/t-7-1"] = NOTICE
    await site.visits(FORUM, 24 * 2)
    looked = [sum(f"t-{number}-1" in address for address in site.web.asked) for number in (7, 8, 9, 55)]
    assert looked == [2, 2, 2, 0]
    assert sorted(site.gone) == ["7", "7-b"]
    assert site.counts.total("edited") == 0


@pytest.mark.parametrize("further", [False, True], ids=["one page", "two pages"])
async def test_a_reply_that_is_deleted_where_no_list_leads_is_noticed(site: Site, further: bool) -> None:  # noqa: FBT001
    """By the daily look, and the one after it. What moved to the first page from the next one is not gone."""
    site.list((7, 1), (8, 1))
    site.says(8, "a")
    site.thread(7, "一", "二", "三", further=further)
    site.thread(7, "四", "五", page=2)
    await site.visits(FORUM, 1)
    site.list((8, 1))
    site.archive.known = [f"https://bbs.example.cn/t-{number}-1" for number in (7, 8)]
    first = "https://bbs.example.cn/t-7-1"
    site.web.pages[first] = str(site.web.pages[first]).replace('<p id="11"><span>二</span></p>', "")
    site.web.asked.clear()
    await site.visits(FORUM, 24 * 4)
    assert site.gone == ["7-11"]
    assert 4 <= site.web.asked.count(first) <= 5
    assert site.web.asked.count("https://bbs.example.cn/t-7-2") == 2 * further


async def test_who_is_asked_whether_another_is_gone_keeps_what_he_misses(site: Site) -> None:
    """A witness is a thread like others: a post that it lacks is looked for, though it was read on that occasion."""
    site.list((7, 1), (8, 1))
    for number in (7, 8):
        site.says(number, "a", "b")
    await site.visits(FORUM, 1)
    site.archive.open = ["https://bbs.example.cn/t-7-1"]
    site.web.pages["https://bbs.example.cn/t-7-1"] = NOT_THERE
    site.says(8, "a")
    await site.visits(FORUM, 1)
    assert "https://bbs.example.cn/t-8-1" in site.web.asked[-2:]
    site.list((7, 1), (8, 2))
    await site.visits(FORUM, 20)
    assert sorted(site.gone) == ["7", "7-b", "8-b"]


async def test_a_look_that_is_kept_out_changes_nothing(site: Site) -> None:
    """A page to log in, for two days: nobody is gone, and what is said meanwhile is read when the page is back."""
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    site.list((99, 1))
    site.says(99, "a")
    site.archive.known = ["https://bbs.example.cn/t-7-1"]
    site.web.pages["https://bbs.example.cn/t-7-1"] = LOGIN
    await site.visits(FORUM, 24 * 2)
    site.says(7, "a", "b", "c")
    await site.visits(FORUM, 24)
    assert site.gone == []
    assert "7-c" in site.ids()


async def test_a_look_that_ends_in_trouble_goes_on_half_an_hour_later(site: Site) -> None:
    """Three failures in a row end it: whoever was to come after them had his turn for nothing, and waited a day."""
    pages = [f"https://bbs.example.cn/t-{number}-1" for number in range(1, 7)]
    site.list(*((number, 1) for number in range(1, 7)))
    for number in range(1, 7):
        site.says(number, "a")
    site.archive.known = pages
    await site.visits(FORUM, 1, apart=timedelta(days=1))
    site.list((99, 1))
    site.says(99, "a")
    there = {page: site.web.pages[page] for page in pages}
    site.web.pages |= dict.fromkeys(pages, Unfetched("server", "500"))
    await site.visits(FORUM, 1, apart=timedelta(minutes=40))
    site.web.pages |= there
    site.web.asked.clear()
    await site.visits(FORUM, 2, apart=timedelta(minutes=40))
    assert set(pages) <= set(site.web.asked)


async def test_new_posts_come_before_a_look_at_old_ones(site: Site) -> None:
    """Where half of the day's requests are spent, nobody is looked at."""
    site.list((7, 1))
    site.says(7, "a", "b")
    await site.visits(FORUM, 1)
    site.list()
    site.archive.known = ["https://bbs.example.cn/t-7-1"]
    site.web.ample = False
    site.web.asked.clear()
    await site.visits(FORUM, 50)
    assert not any("t-7-1" in address for address in site.web.asked)


async def test_nothing_is_gone_where_no_thread_is_found(site: Site) -> None:
    """One after the other they are said to be gone, a few a visit: the site has moved, or shut us out."""
    numbers = range(1, 8)
    site.list(*[(number, 1) for number in numbers])
    for number in numbers:
        site.says(number, "a", "b")
    await site.visits(FORUM, 1)
    site.archive.known = [f"https://bbs.example.cn/t-{number}-1" for number in numbers]
    for number in numbers:
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = NOT_THERE
    await site.visits(FORUM, 24 * 3)
    assert site.gone == []
    site.says(3, "a", "b")
    await site.visits(FORUM, 24 * 2)
    assert "1" in site.gone
    assert "3" not in site.gone


def test_how_far_a_list_reaches() -> None:
    """To its oldest, when it is in order; what is pinned to its top may be old."""
    hours = [START + timedelta(hours=number) for number in range(9)]
    assert reaches_to([hours[8], hours[7], hours[7], hours[2]]) == hours[2]
    assert reaches_to([hours[0], hours[8], hours[7]]) == hours[7]
    assert reaches_to([hours[8], hours[2], hours[7]]) is None
    assert reaches_to([hours[8], None]) is None
    assert reaches_to([]) is None
