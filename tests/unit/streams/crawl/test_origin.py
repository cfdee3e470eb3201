"""A gateway's items are read by the rules of the sites they come from, and followed to their whole texts."""

import asyncio
import json
from datetime import timedelta

import pytest
from aiohttp import web
from msgspec.structs import replace

from streams.crawl.origin import Origin
from streams.errors import Busy, Unfetched
from streams.pages.page import Raw
from streams.source import Source
from tests.unit.streams.crawl.test_visit import Web, World, source
from tests.unit.streams.web.site import Clock, Site, polite

GATEWAY = """
kind: api
url: https://gate.example.cn/weibo
origin: https://weibo.example.com
township: "330206104"
message: {id: id, body: body, url: url, answer: answer}
"""
FEED = """
kind: feed
url: https://news.example.cn/feed
township: "330206104"
full: article
"""
OPEN, CLOSED = "https://weibo.example.com/open/1", "https://weibo.example.com/closed/2"


@pytest.fixture
def world() -> World:
    return World()


def entries(*numbers: int, text: str = "开头") -> str:
    items = [
        {
            "id": f"n{number}",
            "title": "事",
            "content_text": f"{text}{number}",
            "url": f"https://news.example.cn/n/{number}",
        }
        for number in numbers
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})


async def test_an_item_that_its_own_site_closes_is_not_published(world: World) -> None:
    """It is counted by why, its answer too, and the sums add up; what the site allows is published."""
    items = [{"id": 1, "body": "路灯坏了", "url": OPEN}, {"id": 2, "body": "水黄", "url": CLOSED, "answer": "已办"}]
    world.web.pages["https://gate.example.cn/weibo"] = json.dumps(items)
    world.web.refused[CLOSED] = "robots"
    await world.visit(source(GATEWAY))
    assert world.ids() == ["1"]
    counts = world.counts.of("s")
    assert (counts["listed"], counts["published"], counts["refused:robots"]) == (3, 1, 2)
    assert world.web.asked == ["https://gate.example.cn/weibo"]


async def test_a_gateway_leads_to_a_few_new_sites_a_visit(world: World) -> None:
    """Fifty; the others' items are left for the next one, which asks the first ones no more."""
    items = [{"id": n, "body": "路灯坏了", "url": f"https://h{n}.example.com/1"} for n in range(120)]
    world.web.pages["https://gate.example.cn/weibo"] = json.dumps(items)
    for published in (50, 100, 120):
        await world.visit(source(GATEWAY))
        assert len(world.web.known) == len(world.published) == published
    assert world.counts.of("s")["refused:later"] == 70 + 20


class Hanging(Web):
    """Of some sites nobody learns what they allow; `most` of them were asked at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.answers, self.most, self._asked = asyncio.Event(), 0, 0

    async def assert_allowed(self, address: str, source: Source) -> None:
        if "hangs" in address:
            self._asked += 1
            self.most = max(self.most, self._asked)
            await self.answers.wait()
            self._asked -= 1
        await super().assert_allowed(address, source)


async def test_sites_that_hang_hold_up_no_other_source_of_the_gateway(world: World) -> None:
    """Three sources lead to fifty of them each: the fourth is visited meanwhile. Ten are asked at once for each."""
    world.web = web = Hanging()
    gate, sources = "https://gate.example.cn/", []
    for name in ("a", "b", "c", "good"):
        hosts = [f"{name}{n}.hangs" for n in range(50)] if name != "good" else ["there"]
        items = [{"id": name, "body": "路灯坏了", "url": f"https://{host}.example.com/1"} for host in hosts]
        world.web.pages[gate + name] = json.dumps(items)
        sources.append(source(GATEWAY.replace(f"{gate}weibo", gate + name), name))
    crawling = asyncio.create_task(world.crawler(*sources).once())
    await asyncio.sleep(0.3)
    assert (world.ids(), web.most) == (["good"], 30)
    web.answers.set()
    assert await crawling == []
    assert sorted(world.ids()) == ["a", "b", "c", "good"]


async def test_what_ends_a_visit_is_raised_as_it_is(world: World) -> None:
    """Though several sites were asked at the same time."""

    class Away(Web):
        async def assert_allowed(self, address: str, source: Source) -> None:
            raise Busy(f"{address} for {source.name}")

    world.web = Away()
    items = [{"id": n, "body": "路灯坏了", "url": f"https://h{n}.example.com/1"} for n in range(3)]
    world.web.pages["https://gate.example.cn/weibo"] = json.dumps(items)
    with pytest.raises(Busy):
        await world.visit(source(GATEWAY))


async def test_an_items_site_costs_a_request_of_the_source(site: Site) -> None:
    """Once while its robots.txt is known; without one left nobody is asked."""
    text = GATEWAY.replace("https://gate.example.cn", f"http://{site.address}") + "budget: 1\n"
    gateway = source(text)
    async with polite(site) as web:
        await web.assert_allowed(site.url("/1"), gateway)
        await web.assert_allowed(site.url("/2"), gateway)
        with pytest.raises(Unfetched) as spent:
            await web.assert_allowed("https://elsewhere.example.com/1", gateway)
    assert (spent.value.name, site.asked) == ("budget", ["/robots.txt"])


async def test_a_site_asked_for_two_items_at_once_costs_one_request(site: Site) -> None:
    """Its robots.txt is asked for once, whoever waits for it."""
    gateway = source(GATEWAY.replace("https://gate.example.cn", f"http://{site.address}") + "budget: 1\n")
    async with polite(site) as web:
        await asyncio.gather(*(web.assert_allowed(site.url(f"/{number}"), gateway) for number in range(5)))
    assert site.asked == ["/robots.txt"]


async def test_a_robots_txt_that_leads_on_costs_each_request(site: Site) -> None:
    """The site was asked for two pages, and answered both."""
    gateway = source(GATEWAY.replace("https://gate.example.cn", f"http://{site.address}") + "budget: 2\n")
    site.says("/robots.txt", status=301, Location="/robots")
    async with polite(site) as web:
        await web.assert_allowed(site.url("/1"), gateway)
        with pytest.raises(Unfetched) as spent:
            await web.fetch(gateway.url, source=gateway)
    assert (spent.value.name, site.asked) == ("budget", ["/robots.txt", "/robots"])


async def test_a_site_that_may_not_be_asked_takes_nothing_from_others(site: Site, world: World) -> None:
    """However many items stand there, it costs no request, and counts as one of the visit's new sites."""
    gateway = source(GATEWAY.replace("https://gate.example.cn", f"http://{site.address}") + "budget: 1\n")
    rests, inner = "https://rests.example.com/", "http://10.0.0.1/"
    addresses = [f"{home}{number}" for home in (rests, inner) for number in range(60)]
    posts = [Raw(id=address, body="路灯坏了", url=address) for address in [*addresses, site.url("/1")]]
    clock = Clock()
    async with polite(site, clock) as web:
        web.rest(rests, clock.now() + timedelta(hours=1))
        origin = Origin(gateway, replace(world.way, web=web))
        assert await origin.allowed(posts) == (posts[-1],)
    counts = world.counts.of("s")
    assert (counts["refused:closed"], counts["refused:address"], origin.left) == (60, 60, False)
    assert site.asked == ["/robots.txt"]


async def test_a_refusal_is_no_decision_for_ever(world: World) -> None:
    """The page is fetched in full again, and what its site has opened since is published."""
    world.web.pages["https://gate.example.cn/weibo"] = json.dumps([{"id": 2, "body": "水黄", "url": CLOSED}])
    world.web.refused[CLOSED] = "robots_away"
    await world.visit(source(GATEWAY))
    assert world.ids() == []
    world.web.refused.clear()
    await world.visit(source(GATEWAY))
    assert world.ids() == ["2"]


async def test_a_refused_entry_is_followed_once_its_site_opens(world: World) -> None:
    """Its feed says the same all the while: what is remembered of it is no decision either."""
    gate, page = "https://gate.example.cn/feed", "https://news.example.cn/n/1"
    followed = source(
        FEED.replace("news.example.cn/feed", "gate.example.cn/feed") + "origin: https://news.example.cn\n"
    )
    world.web.pages[gate], world.web.pages[page] = entries(1), Unfetched("robots", "closed")
    world.web.refused[page] = "robots"
    await world.visit(followed)
    assert world.ids() == []
    world.web.refused.clear()
    world.web.pages[page] = "<article>开头1，全文。</article>"
    await world.visit(followed)
    assert [post.body for post in world.published] == ["开头1，全文。"]
    asked = len(world.web.asked)
    await world.visit(followed)
    assert world.web.asked[asked:] == [gate]


async def test_a_gateways_item_leads_to_no_other_page_of_the_gateway(world: World) -> None:
    """RSSHub fetches any address for whoever asks it, and what an item links to is written by strangers."""
    gate, inner = "http://127.0.0.1:1200/weibo/1", "http://127.0.0.1:1200/transform/html/http%3A%2F%2F10.0.0.1%2Fadmin"
    gateway = source(
        FEED.replace("https://news.example.cn/feed", gate).replace("article", "body") + "origin: https://weibo.com\n"
    )
    world.web.pages[gate] = entries(1).replace("https://news.example.cn/n/1", inner)
    world.web.pages[inner] = "<body>开头1，内网的秘密。</body>"
    await world.visit(gateway)
    assert world.web.asked == [gate]
    assert [post.body for post in world.published] == ["开头1"]


async def test_an_entry_that_its_own_site_closes_is_not_asked_for(world: World) -> None:
    """A page of the origin is fetched only when its site allows it: a refusal is known before."""
    gate, page = "https://gate.example.cn/feed", "https://news.example.cn/n/1"
    gateway = source(FEED.replace("news.example.cn/feed", "gate.example.cn/feed") + "origin: https://news.example.cn\n")
    world.web.pages[gate], world.web.pages[page] = entries(1), "<article>开头1，全文。</article>"
    world.web.refused[page] = "robots"
    await world.visit(gateway)
    assert (world.web.asked, world.ids()) == ([gate], [])
    counts = world.counts.of("s")
    assert counts["listed"] == counts["refused:robots"] == 1


async def test_an_origins_page_leads_to_no_inner_gateway(site: Site) -> None:
    """Not through a redirect either: an inner host is asked only by what began there."""
    inner, origin = await site.named("127.0.0.2"), site.address
    gateway = source(GATEWAY.replace("https://gate.example.cn", f"http://{inner}"))
    gateway = replace(gateway, origin=f"http://{origin}")

    async def leads(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"http://{inner}/secret")

    site.does("/leads", leads)
    site.says("/secret", "secret")
    async with polite(site, allow=[inner, origin]) as fetcher:
        with pytest.raises(Unfetched) as caught:
            await fetcher.fetch(f"http://{origin}/leads", source=gateway)
        assert caught.value.name == "address"
        page = await fetcher.fetch(f"http://{inner}/leads", source=gateway)
    assert page is not None
    assert page.body == b"secret"


async def test_an_item_without_an_address_stands_with_its_origin(world: World) -> None:
    """There is nothing else that could be asked about it."""
    world.web.pages["https://gate.example.cn/weibo"] = json.dumps([{"id": 3, "body": "停电"}])
    world.web.refused["https://weibo.example.com"] = "robots"
    await world.visit(source(GATEWAY))
    assert world.ids() == []


async def test_a_gateway_whose_origin_closes_everything_is_reported(world: World) -> None:
    """Or nobody would learn why nothing comes."""
    world.web.pages["https://gate.example.cn/weibo"] = json.dumps([{"id": 2, "body": "水黄", "url": CLOSED}])
    world.web.refused[CLOSED] = "robots"
    for _ in range(3):
        await world.visit(source(GATEWAY + "expects: {posts_a_day: [5, 50]}\n"))
    assert [(each.event, each.reason) for each in world.reported] == [("source_silent", "barren")]


async def test_the_robots_txt_of_an_items_own_site_is_asked_and_its_page_is_not(site: Site) -> None:
    """A written permission that covers it is kept as if we fetched it ourselves; a site that is away closes all."""
    site.says("/robots.txt", "User-agent: *\nDisallow: /closed/")
    home = f"http://{site.address}"
    text = GATEWAY.replace("https://gate.example.cn", home)
    covers = f'["{home}/closed/2"]'
    letter = f"permission: {{by: 站务组, date: 2025-12-01, covers: {covers}, note: registry 2025-7}}\n"
    gateway, permitted = source(text), source(text + letter)
    async with polite(site) as web:
        await web.assert_allowed(f"{home}/open/1", gateway)
        with pytest.raises(Unfetched, match="closed to us"):
            await web.assert_allowed(f"{home}/closed/2", gateway)
        await web.assert_allowed(f"{home}/closed/2", permitted)
        with pytest.raises(Unfetched, match="closed to us"):
            await web.assert_allowed(f"{home}/closed/3", permitted)
        with pytest.raises(Unfetched) as caught:
            await web.assert_allowed("http://10.0.0.1/", gateway)
        assert caught.value.name == "address"
    assert site.asked == ["/robots.txt"]


async def test_an_entry_is_followed_to_its_whole_text(world: World) -> None:
    """It is published once, whole, with what the feed says of it; while the feed says the same, nobody asks again."""
    world.web.pages["https://news.example.cn/feed"] = entries(1)
    world.web.pages["https://news.example.cn/n/1"] = (
        "<nav>首页</nav><article>开头1，桥墩露出钢筋，货车还在走。</article>"
    )
    await world.visit(source(FEED))
    (post,) = world.published
    assert (post.id, post.title, post.body) == ("n1", "事", "开头1，桥墩露出钢筋，货车还在走。")
    asked = len(world.web.asked)
    await world.visit(source(FEED))
    assert world.web.asked[asked:] == ["https://news.example.cn/feed"]
    assert len(world.published) == 1


@pytest.mark.parametrize("text", ["刚刚，桥塌了", "发布于3天前，" * 100])
async def test_words_that_look_like_a_time_make_no_entry_be_asked_for_again(world: World, text: str) -> None:
    """What the feed says of an entry is no stamp of a list, which may be told from now."""
    world.web.pages["https://news.example.cn/feed"] = entries(1, text=text)
    world.web.pages["https://news.example.cn/n/1"] = f"<article>{text}，全文。</article>"
    for _ in range(3):
        await world.visit(source(FEED))
    assert world.web.asked.count("https://news.example.cn/n/1") == 1
    assert "signal:stamp:relative" not in world.counts.of("s")


async def test_an_edited_entry_is_followed_again(world: World) -> None:
    """Its page says something else now."""
    world.web.pages["https://news.example.cn/feed"] = entries(1)
    world.web.pages["https://news.example.cn/n/1"] = "<article>开头1，第一版的全文。</article>"
    await world.visit(source(FEED))
    world.web.pages["https://news.example.cn/feed"] = entries(1, text="改了的开头")
    world.web.pages["https://news.example.cn/n/1"] = "<article>改了的开头1，第二版的全文。</article>"
    await world.visit(source(FEED))
    assert [post.body for post in world.published] == ["开头1，第一版的全文。", "改了的开头1，第二版的全文。"]


@pytest.mark.parametrize("name", ["robots", "status_404", "timeout", "large", "budget", "hours"])
async def test_the_entrys_own_text_is_used_when_its_page_is_closed(world: World, name: str) -> None:
    """An early word is better than a whole one that never comes; it is counted by why."""
    world.web.pages["https://news.example.cn/feed"] = entries(1, 2)
    for number in (1, 2):
        world.web.pages[f"https://news.example.cn/n/{number}"] = Unfetched(name, "closed", 60.0)
    await world.visit(source(FEED))
    assert [post.body for post in world.published] == ["开头1", "开头2"]
    assert world.counts.of("s")[f"full:{name}"] >= 1
    counts = world.counts.of("s")
    assert counts["listed"] == counts["published"] == 2


async def test_what_could_not_be_had_is_asked_for_again(world: World) -> None:
    """A server's error passes, and robots.txt may open a page; then the whole text is an edit."""
    world.web.pages["https://news.example.cn/feed"] = entries(1, 2)
    world.web.pages["https://news.example.cn/n/1"] = Unfetched("server", "500")
    world.web.pages["https://news.example.cn/n/2"] = Unfetched("robots", "closed")
    await world.visit(source(FEED))
    world.web.pages["https://news.example.cn/n/1"] = "<article>开头1，全文。</article>"
    asked = len(world.web.asked)
    await world.visit(source(FEED))
    assert world.web.asked[asked:] == [f"https://news.example.cn/{page}" for page in ("feed", "n/1", "n/2")]
    assert [post.body for post in world.published] == ["开头1", "开头2", "开头1，全文。"]


async def test_a_page_without_the_text_leaves_the_entrys(world: World) -> None:
    """A layout that changed is said."""
    world.web.pages["https://news.example.cn/feed"] = entries(1)
    world.web.pages["https://news.example.cn/n/1"] = "<div>改版了</div>"
    await world.visit(source(FEED))
    assert [post.body for post in world.published] == ["开头1"]
    assert world.counts.of("s")["signal:full:missing"] == 1


async def test_what_entries_say_is_kept_nowhere(world: World) -> None:
    """The feed's page leads to texts and authors that have passed no door: it is not remembered."""
    world.web.pages["https://news.example.cn/feed"] = entries(1)
    world.web.pages["https://news.example.cn/n/1"] = "<article>开头1，全文。</article>"
    await world.visit(source(FEED))
    assert "开头" not in str(world.memory.__dict__)
