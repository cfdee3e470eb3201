"""Three invented sites on free loopback ports: an RSS feed, a forum of two townships, a JSON message board."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import urlencode

from aiohttp import web
from msgspec import json

from deploy.demo.content import Showing, Site

THREADS_A_PAGE: Final = 20
POSTS_A_PAGE: Final = 10
MESSAGES_A_PAGE: Final = 50
ROBOTS: Final = "User-agent: *\nAllow: /\n"

T = TypeVar("T")
Shown = Sequence[Showing]
Page = Callable[[web.Request], Awaitable[web.Response]]


class Sites:
    """The county's sites, for as long as the asynchronous context lasts.

    Args:
        showings: what they show, and from when on.
        clock: time now; a post is there once its hour has come.

    Attributes:
        urls: address of each site, without a slash at the end.
    """

    urls: Mapping[Site, str]

    def __init__(self, showings: Shown, clock: Callable[[], datetime]) -> None:
        self._showings, self._clock = showings, clock
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> Self:
        self.urls = {
            "feed": await self._open({"/feed.xml": self._feed}),
            "forum": await self._open({"/": self._threads, "/thread/{id}": self._thread}),
            "board": await self._open({"/api/messages": self._messages}),
        }
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for runner in self._runners:
            await runner.cleanup()

    async def _open(self, pages: Mapping[str, Page]) -> str:
        app = web.Application()
        app.add_routes([web.get(path, page) for path, page in {**pages, "/robots.txt": _robots}.items()])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    def _shown(self, site: Site) -> Shown:
        now = self._clock()
        return [showing for showing in self._showings if showing.posting.site == site and showing.appears <= now]

    def _changed(self, shown: Shown) -> datetime | None:
        """The whole second after the last change; unknown until it is over, for HTTP dates have no fractions."""
        last = max((one.appears for one in shown), default=None)
        second = last and last.replace(microsecond=0) + timedelta(seconds=1)
        return second if second and second <= self._clock() else None

    async def _feed(self, request: web.Request) -> web.Response:
        shown = sorted(self._shown("feed"), key=_appears, reverse=True)
        return _page(request, feed(shown, _root(request)), "application/rss+xml", self._changed(shown))

    async def _threads(self, request: web.Request) -> web.Response:
        shown = self._shown("forum")
        return _page(request, threads(shown, _number(request)), "text/html", self._changed(shown))

    async def _thread(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        shown = [one for one in self._shown("forum") if name in (one.posting.id, one.posting.thread)]
        if not shown:
            raise web.HTTPNotFound
        return _page(request, thread(shown, _number(request)), "text/html", self._changed(shown))

    async def _messages(self, request: web.Request) -> web.Response:
        shown = sorted(self._shown("board"), key=_appears, reverse=True)
        return _page(request, messages(shown, _number(request)), "application/json", self._changed(shown))


def feed(shown: Shown, root: str) -> str:
    """RSS 2.0, https://www.rssboard.org/rss-specification."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{one.posting.id}</guid><title>{escape(one.posting.title)}</title>"
        f"<link>{root}/{one.posting.id}</link><description>{escape(one.posting.body)}</description>"
        f"<dc:creator>{escape(one.posting.author)}</dc:creator>"
        f"<pubDate>{format_datetime(one.published)}</pubDate></item>"
        for one in shown
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>鹿坪茶话</title>"
        f"<link>{root}</link><description>鹿坪乡的家长里短</description>{items}</channel></rss>"
    )


def threads(shown: Shown, number: int) -> str:
    """The forum's list of threads, the last active first, with the number of replies of each."""
    replies: dict[str, list[Showing]] = {}
    for one in shown:
        replies.setdefault(one.posting.thread or one.posting.id, []).append(one)
    listed = sorted(replies.values(), key=lambda group: max(one.appears for one in group), reverse=True)
    here, following = _cut(listed, number, THREADS_A_PAGE)
    rows = "".join(
        f"<li class='thread'><a class='title' href='/thread/{group[0].posting.id}'>{escape(group[0].posting.title)}</a>"
        f"<span class='author'>{escape(group[0].posting.author)}</span>"
        f"<span class='replies'>{len(group) - 1}</span>"
        f"<time datetime='{max(map(_published, group)).isoformat()}'></time></li>"
        for group in here
    )
    return _html("青岚论坛", f"<ul id='threads'>{rows}</ul>{_next('/', number, more=following)}")


def thread(shown: Shown, number: int) -> str:
    """A page of one thread: its first post and the replies, the oldest first."""
    here, following = _cut(shown, number, POSTS_A_PAGE)
    posts = "".join(
        f"<article class='post' data-floor='{one.posting.id.partition('-')[2]}'>"
        f"<a class='author'>{escape(one.posting.author)}</a>"
        f"<time datetime='{one.published.isoformat()}'></time>"
        f"<div class='body'><p>{escape(one.posting.body)}</p></div></article>"
        for one in here
    )
    title, name = shown[0].posting.title, shown[0].posting.id
    heading = f"<h1 id='subject'>{escape(title)}</h1>"
    return _html(title, heading + posts + _next(f"/thread/{name}", number, more=following))


def messages(shown: Shown, number: int) -> str:
    """A page of the message board, the newest first."""
    here, following = _cut(shown, number, MESSAGES_A_PAGE)
    page = {
        "total": len(shown),
        "next": f"/api/messages?page={number + 1}" if following else None,
        "messages": [
            {
                "id": one.posting.id,
                "title": one.posting.title,
                "content": one.posting.body,
                "nickname": one.posting.author,
                "created_at": one.published.isoformat(),
            }
            for one in here
        ],
    }
    return json.encode(page).decode()


async def _robots(_: web.Request) -> web.Response:
    return web.Response(text=ROBOTS)


def _page(request: web.Request, text: str, kind: str, changed: datetime | None) -> web.Response:
    """The page, or 304 where the reader has it already (RFC 9110, 13.1.2 and 13.1.3)."""
    tag = sha256(text.encode()).hexdigest()[:32]
    response = web.Response(text=text, content_type=kind)
    if tag in {known.value for known in request.if_none_match or ()} or _is_known(request, changed):
        response = web.Response(status=304)
    response.etag = tag
    response.last_modified = changed
    return response


def _is_known(request: web.Request, changed: datetime | None) -> bool:
    since = request.if_modified_since
    return request.if_none_match is None and since is not None and changed is not None and changed <= since


def _cut(rows: Sequence[T], number: int, size: int) -> tuple[Sequence[T], bool]:
    return rows[(number - 1) * size : number * size], len(rows) > number * size


def _next(path: str, number: int, *, more: bool) -> str:
    return f"<a class='next' href='{path}?{urlencode({'page': number + 1})}'>下一页</a>" if more else ""


def _html(title: str, body: str) -> str:
    return (
        f"<!doctype html><html lang='zh'><meta charset='utf-8'><title>{escape(title)}</title><body>{body}</body></html>"
    )


def _number(request: web.Request) -> int:
    given = request.query.get("page", "1")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 6 else 1  # noqa: PLR2004


def _root(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _published(one: Showing) -> datetime:
    return one.published


def _appears(one: Showing) -> datetime:
    """Sites list what came last first, whatever date it bears: a post waits for its moderator."""
    return one.appears
