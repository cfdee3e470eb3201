"""A page that cannot be read takes no words away, loses none, and keeps nobody from the others."""

import json
from datetime import timedelta

import pytest

from streams.crawl.day import Day, with_share
from streams.elasticsearch.health import day_document
from streams.errors import Unfetched
from tests.unit.streams.crawl.test_gone import LOGIN, NOT_THERE, NOTICE, Site
from tests.unit.streams.crawl.test_origin import FEED, entries
from tests.unit.streams.crawl.test_visit import FORUM, source

LIST = "https://bbs.example.cn/list-1"
OVERGROWN = "<a>" * 31_000


@pytest.fixture
def site() -> Site:
    return Site()


def listed(site: Site, stamps: dict[int, str]) -> None:
    rows = (f'<li><a href="/t-{number}-1">事</a><i>{stamp}</i></li>' for number, stamp in stamps.items())
    site.web.pages[LIST] = f"<ul>{''.join(rows)}</ul>"


def newest(site: Site) -> dict[str, str]:
    """What stands of each post."""
    return {post.id: post.body for post in site.published}


@pytest.mark.parametrize(
    "wall",
    [LOGIN, OVERGROWN, NOT_THERE, *(Unfetched(name, "no") for name in ("status_403", "large", "robots", "server"))],
    ids=["login", "overgrown", "404", "403", "large", "robots", "500"],
)
async def test_a_thread_that_could_not_be_read_is_read_when_it_can(site: Site, wall: str | Unfetched) -> None:
    """Though its list says nothing new after that: the stamp of a thread is that under which it was read."""
    listed(site, {1: "08:15", 2: "07:00"})
    site.says(1, "a")
    site.says(2, "b")
    await site.visits(FORUM, 1)
    listed(site, {1: "09:30", 2: "07:00"})
    site.web.pages["https://bbs.example.cn/t-1-1"] = wall
    await site.visits(FORUM, 1)
    site.says(1, "a", "c")
    await site.visits(FORUM, 2)
    assert newest(site) == {"1": "话a", "1-c": "话c", "2": "话b"}
    asked = len(site.web.asked)
    await site.visits(FORUM, 3)
    assert site.web.asked[asked:] == [LIST] * 3


async def test_threads_that_could_not_be_read_are_counted(site: Site) -> None:
    """At each visit that lists them, whether they are asked for or left alone: one of twenty is no whole site."""
    listed(site, dict.fromkeys(range(1, 21), "x"))
    site.says(1, "a")
    for number in range(2, 21):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = Unfetched("status_403", "no")
    await site.visits(FORUM, 1)
    await site.visits(FORUM, 2, apart=timedelta(minutes=1))
    counts = site.counts.of("s")
    assert (counts["listed"], counts["unread"]) == (1, 3 * 19)
    day = Day(source="s", day=site.clock.time.date(), begins=site.clock.time, shares={"1": counts})
    assert day.coverage == 1 / (1 + 3 * 19)
    assert day_document(day)["unread"] == 3 * 19
    for number in range(2, 21):
        site.says(number, "a")
    site.clock.time += timedelta(hours=1)
    await site.visits(FORUM, 2)
    assert site.counts.of("s")["unread"] == 3 * 19


async def test_the_note_of_a_thread_that_is_listed_is_never_old(site: Site) -> None:
    """Nothing is said there for a year, so it is not read: the sweep would take its notes, its posts', its list's."""
    listed(site, {1: "x", 2: "x"})
    site.thread(1, "一", "二", further=True)
    site.thread(1, "三", page=2)
    site.web.pages["https://bbs.example.cn/t-2-1"] = Unfetched("status_403", "no")
    await site.visits(FORUM, 1, apart=timedelta(days=3))
    site.web.asked.clear()
    thread = ("https://bbs.example.cn/t-1-1", "https://bbs.example.cn/t-1-2")
    for _ in range(100):
        await site.visits(FORUM, 1, apart=timedelta(days=3))
        pages = await site.memory.pages("s", (LIST, *thread, "https://bbs.example.cn/t-2-1"))
        posts = await site.memory.posts("s", [key for each in thread for key in pages[each].keys])
        met = [*(held.visited for held in pages.values()), *(noted.listed for noted in posts.values())]
        assert len(met) == 4 + 3
        assert all(each and site.clock.time - each < timedelta(days=28) for each in met)
    assert not set(thread) & set(site.web.asked)


async def test_a_post_that_says_less_than_it_did_is_listed_still(site: Site) -> None:
    """A moderator blanked it years ago: its note goes when it does, or it would come once more, as new."""
    listed(site, {1: "x"})
    site.says(1, "a", "b")
    await site.visits(FORUM, 1)
    site.web.pages["https://bbs.example.cn/t-1-1"] = '<h1>事</h1><p id="a"></p><p id="b"><span>话b</span></p>'
    listed(site, {1: "y"})
    site.clock.time += timedelta(days=100)
    await site.visits(FORUM, 1)
    (page,) = (await site.memory.pages("s", ["https://bbs.example.cn/t-1-1"])).values()
    posts = await site.memory.posts("s", page.keys)
    assert len(posts) == 2
    assert all(each.listed and site.clock.time - each.listed < timedelta(days=1) for each in posts.values())


async def test_a_thread_that_no_list_leads_to_is_not_unread(site: Site) -> None:
    """It was deleted, perhaps: coverage is of what is listed."""
    listed(site, {1: "x", 2: "x"})
    site.says(1, "a")
    site.says(2, "a")
    await site.visits(FORUM, 1)
    listed(site, {2: "x"})
    site.archive.open = ["https://bbs.example.cn/t-1-1"]
    site.web.pages["https://bbs.example.cn/t-1-1"] = NOT_THERE
    await site.visits(FORUM, 3)
    assert "unread" not in site.counts.of("s")


async def test_a_defect_of_ours_loses_no_thread(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that a parser dies of is read by the release that mends it."""
    listed(site, {1: "x"})
    site.says(1, "a")

    def dies(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("streams.parsers.forum._thread", dies)
        await site.visits(FORUM, 1)
    await site.visits(FORUM, 2)
    assert newest(site) == {"1": "话a"}


@pytest.mark.parametrize("broken", [1, 3])
async def test_threads_that_never_can_be_read_keep_nobody_from_those_below(site: Site, broken: int) -> None:
    """They are asked for less and less often, at last once a day, and the visits between are whole."""
    listed(site, dict.fromkeys(range(1, 21), "x"))
    for number in range(1, 21):
        site.says(number, f"p{number}")
    for number in range(1, broken + 1):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = Unfetched("server", "500")
    await site.visits(FORUM, 100, apart=timedelta(minutes=30))
    assert len(site.published) == 20 - broken
    asked = len(site.web.asked)
    await site.visits(FORUM, 48, apart=timedelta(minutes=30))
    assert sum("t-1-1" in address for address in site.web.asked[asked:]) <= 2
    head = await site.memory.head("s")
    assert head.walked
    assert head.watch.trouble == ""


async def test_threads_that_failed_before_come_last(site: Site) -> None:
    """Those of the top that always fail cost the others a visit for each three of them, and then nothing."""
    dead, good, new = range(1, 31), range(101, 121), range(201, 221)
    listed(site, dict.fromkeys((*dead, *good), "x"))
    for number in (*good, *new):
        site.says(number, f"p{number}")
    for number in dead:
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = Unfetched("server", "500")
    await site.visits(FORUM, 10, apart=timedelta(minutes=10))
    assert site.published == []
    await site.visits(FORUM, 1, apart=timedelta(minutes=10))
    assert len(site.published) == 20
    for number in range(201, 221):
        listed(site, dict.fromkeys((*dead, *good, *range(201, number + 1)), "x"))
        site.web.asked.clear()
        assert (await site.visit(source(FORUM))).failures == 0
        assert len(site.published) == 20 + number - 200
        assert len(site.web.asked) <= 2 + 3
        site.clock.time += timedelta(minutes=10)
    site.says(30, "back")
    await site.visits(FORUM, 24, apart=timedelta(hours=1))
    assert "30" in newest(site)


@pytest.mark.parametrize("name", ["unreachable", "resting", "closed", "busy"])
async def test_threads_that_fail_again_with_their_whole_site_end_the_visit(site: Site, name: str) -> None:
    """What says that nobody is to ask further counts, whatever failed before."""
    listed(site, dict.fromkeys(range(1, 7), "x"))
    for number in range(1, 7):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = Unfetched("server", "500")
    await site.visits(FORUM, 2)
    for number in range(1, 7):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = Unfetched(name, "no", 60.0)
    visited = await site.visit(source(FORUM))
    assert (visited.failures, visited.retry_after) == (3, 60.0)


@pytest.mark.parametrize(
    "wall", [NOT_THERE, LOGIN, NOTICE, Unfetched("server", "500")], ids=["404", "login", "gone", "500"]
)
async def test_a_thread_that_cannot_be_read_is_asked_for_less_and_less_often(site: Site, wall: str | Unfetched) -> None:
    """Whatever its list says, and though its posts are missed meanwhile."""
    listed(site, dict.fromkeys((1, 2), "x"))
    for number in (1, 2):
        site.says(number, "a")
    await site.visits(FORUM, 1)
    site.web.pages["https://bbs.example.cn/t-1-1"] = wall
    site.web.asked.clear()
    for visit in range(6 * 12):
        listed(site, {1: f"{visit}", 2: f"{visit}"})
        await site.visits(FORUM, 1, apart=timedelta(minutes=10))
    assert 4 <= site.web.asked.count("https://bbs.example.cn/t-1-1") <= 6


@pytest.mark.parametrize("error", [Unfetched("timeout", "away"), Unfetched("budget", "spent", 3_600.0)])
async def test_a_bad_minute_takes_no_words_away(site: Site, error: Unfetched) -> None:
    """Pages of three new entries cannot be had: the thirty known ones stay whole, and the new ones become it."""
    site.web.pages["https://news.example.cn/feed"] = entries(*range(1, 31))
    for number in range(1, 34):
        site.web.pages[f"https://news.example.cn/n/{number}"] = f"<article>开头{number}，死三人。</article>"
    await site.visits(FEED, 1)
    good = dict(site.web.pages)
    site.web.pages["https://news.example.cn/feed"] = entries(31, 32, 33, *range(1, 31))
    site.web.pages |= {f"https://news.example.cn/n/{number}": error for number in (31, 32, 33)}
    await site.visits(FEED, 1)
    site.web.pages |= {page: text for page, text in good.items() if "/n/" in page}
    assert newest(site)["n1"] == "开头1，死三人。"
    await site.visits(FEED, 3)
    assert newest(site) == {f"n{number}": f"开头{number}，死三人。" for number in range(1, 34)}


async def test_a_page_of_hundreds_of_classes_hides_no_trouble(site: Site) -> None:
    """As style sheets that are made by programs name them: what fails afterwards is told of, and coverage is known."""
    listed(site, {1: "08:15"})
    parts = "".join(f'<em class="css-x{number}y">词</em>' for number in range(300))
    site.web.pages["https://bbs.example.cn/t-1-1"] = f'<h1>事</h1><p id="a"><span>桥塌了</span>{parts}</p>'
    await site.visits(FORUM, 1)
    site.web.pages[LIST] = Unfetched("timeout", "away")
    await site.visits(FORUM, 8)
    counts = site.counts.of("s")
    assert (counts["error:timeout"], counts["trouble:failing"] > 0, counts["source_silent"]) == (8, True, 1)
    day = Day(source="s", day=site.clock.time.date(), begins=site.clock.time, shares=with_share({}, "1", counts))
    assert (day.coverage, day.names("error"), day.counts["signal:unused"]) == (1.0, ["timeout"], 300)


async def test_an_entry_that_slides_behind_those_that_are_followed_keeps_its_whole_text(site: Site) -> None:
    """Of 230 entries thirty are not followed: what stands of them stands, it is named, and nothing is amiss."""
    for number in range(1, 231):
        site.web.pages[f"https://news.example.cn/n/{number}"] = f"<article>开头{number}，死三人。</article>"
    site.web.pages["https://news.example.cn/feed"] = entries(*range(200, 0, -1))
    await site.visits(FEED, 1)
    site.web.pages["https://news.example.cn/feed"] = entries(*range(230, 0, -1))
    await site.visits(FEED, 30)
    assert newest(site) == {f"n{number}": f"开头{number}，死三人。" for number in range(1, 231)}
    counts = site.counts.of("s")
    assert counts["signal:full:many"] == 30
    assert counts["published"] + counts["unchanged"] == counts["listed"]
    assert not counts.keys() & {"edited", "signal:body:partial", "unread"}
    assert (await site.memory.head("s")).watch.amiss == {}


async def test_what_the_feed_says_of_an_entry_twice_keeps_it_from_no_whole_text(site: Site) -> None:
    """Under its own address or another one: an entry is its page's whole text from the first visit on."""
    twice = json.loads(entries(1, 1, 1))
    twice["items"][2]["url"] = "https://elsewhere.example.com/n/1"
    site.web.pages["https://news.example.cn/feed"] = json.dumps(twice)
    site.web.pages["https://news.example.cn/n/1"] = "<article>开头1，死三人。</article>"
    await site.visits(FEED, 2)
    assert [post.body for post in site.published] == ["开头1，死三人。"]


async def test_an_entry_that_moves_to_another_host_keeps_its_whole_text(site: Site) -> None:
    """Its page is not asked for, and a beginning is no news of it; where nothing whole stands, it is, and its edits."""
    site.web.pages["https://news.example.cn/feed"] = entries(1)
    site.web.pages["https://news.example.cn/n/1"] = "<article>开头1，死三人。</article>"
    await site.visits(FEED, 1)
    for text in ("开头", "改了的开头"):
        site.web.pages["https://news.example.cn/feed"] = entries(1, 2, text=text).replace("//news", "//www")
        await site.visits(FEED, 2)
    assert [post.body for post in site.published] == ["开头1，死三人。", "开头2", "改了的开头2"]


@pytest.mark.parametrize("wall", ["<div>验证</div>", LOGIN])
async def test_an_edited_entry_whose_page_is_walled_waits(site: Site, wall: str) -> None:
    """Its beginning replaces no whole text; when the wall is gone, the new text stands."""
    site.web.pages["https://news.example.cn/feed"] = entries(1)
    site.web.pages["https://news.example.cn/n/1"] = "<article>开头1，死三人。</article>"
    await site.visits(FEED, 1)
    site.web.pages["https://news.example.cn/feed"] = entries(1, text="改了的开头")
    site.web.pages["https://news.example.cn/n/1"] = wall
    await site.visits(FEED, 1)
    assert newest(site) == {"n1": "开头1，死三人。"}
    assert site.counts.total("signal:body:partial") == 1
    site.web.pages["https://news.example.cn/n/1"] = "<article>改了的开头1，死四人。</article>"
    await site.visits(FEED, 2)
    assert newest(site) == {"n1": "改了的开头1，死四人。"}


async def test_a_new_layout_empties_no_post(site: Site) -> None:
    """The selector of the words finds nothing: that is said, the words stay, and the pages are read again."""
    forum = FORUM.replace("body: span", "body: span.said")
    listed(site, dict.fromkeys((1, 2), "x"))
    page = '<h1>事</h1><p id="{}"><span class="{}">桥塌了</span></p>'
    for number in (1, 2):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = page.format("a", "said")
    await site.visits(forum, 1)
    listed(site, dict.fromkeys((1, 2), "y"))
    for number in (1, 2):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = page.format("a", "words")
    await site.visits(forum, 1)
    assert len(site.published) == 2
    assert site.counts.total("signal:body:vanished") == 2
    for number in (1, 2):
        site.web.pages[f"https://bbs.example.cn/t-{number}-1"] = page.format("a", "said").replace("塌了", "修好了")
    await site.visits(forum, 2)
    assert newest(site) == {"1": "桥修好了", "2": "桥修好了"}


@pytest.mark.parametrize("others", [("二", "三"), ()], ids=["with replies", "alone"])
async def test_a_post_whose_words_were_taken_away_delays_no_reply(site: Site, others: tuple[str, ...]) -> None:
    """A moderator blanked it: it stays as it stands, and what is written below is read at once, for days."""
    site.list((1, 0), (2, 1))
    site.thread(1, "一", *others)
    site.thread(2, "甲")
    await site.visits(FORUM, 1)
    replies: list[str] = []
    for hour in range(1, 73):
        replies.append(f"回复{hour}")
        site.list((1, hour), (2, 1))
        site.thread(1, "", *others, *replies)
        await site.visits(FORUM, 1)
        assert site.published[-1].body == replies[-1]
    assert newest(site)["1"] == "一"
    assert site.gone == []
    assert site.counts.total("unread") == 0


async def test_a_thread_with_a_post_without_its_words_is_read_again_less_and_less_often(site: Site) -> None:
    """Though its list says nothing new: they may come back. At last it is once a day."""
    site.list((1, 1))
    site.thread(1, "一", "二")
    await site.visits(FORUM, 1)
    site.list((1, 2))
    site.thread(1, "", "二")
    await site.visits(FORUM, 24)
    site.web.asked.clear()
    await site.visits(FORUM, 24 * 3)
    assert 3 <= site.web.asked.count("https://bbs.example.cn/t-1-1") <= 4
    site.thread(1, "一，改了", "二")
    await site.visits(FORUM, 25)
    assert newest(site)["1"] == "一，改了"
    site.web.asked.clear()
    await site.visits(FORUM, 48)
    assert site.web.asked == [LIST] * 48


@pytest.mark.parametrize("stamp", ["1 小时前", "刚刚", "3 天前", "半小时前"])
async def test_a_stamp_that_is_told_from_now_hides_no_reply(site: Site, stamp: str) -> None:
    """An hour later the list says the same of another reply; a stamp that names a moment is believed."""
    listed(site, {1: stamp, 2: "11-23 08:15"})
    site.says(1, "a")
    site.says(2, "b")
    await site.visits(FORUM, 1)
    site.says(1, "a", "c")
    asked = len(site.web.asked)
    await site.visits(FORUM, 1)
    assert newest(site)["1-c"] == "话c"
    assert site.web.asked[asked:] == [LIST, "https://bbs.example.cn/t-1-1"]
    assert site.counts.total("signal:stamp:relative") >= 1
