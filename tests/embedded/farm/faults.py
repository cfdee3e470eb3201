"""Sites at which something is wrong, each with what must still come out, and the name that the crawler must give it."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from msgspec.structs import replace

from tests.embedded.farm.every import FETCHED
from tests.embedded.farm.folders import FOLDER_FAULTS
from tests.embedded.farm.gateways import ORIGIN_FAULTS
from tests.embedded.farm.kinds import (
    RSS,
    Make,
    api,
    api_of,
    article,
    atom,
    board,
    forum,
    forum_of,
    html,
    messages,
    row,
    rss,
    rss_of,
)
from tests.embedded.farm.site import ALL, CLOSED_SITE, INNER_SITE, Answer, Asked, Reply, Site, rules, says
from tests.embedded.farm.tables import TABLE_FAULTS, table
from tests.embedded.farm.truncated import FULL_FAULTS
from tests.embedded.farm.voices import Voices
from tests.embedded.farm.webhooks import WEBHOOK_FAULTS

Change = Callable[[Answer], Answer]

PASSES: Final = 2
"""Requests of a path that fail before one succeeds."""


def _changed(change: Change, named: str, *makes: Make, reads: bool = False, first: bool = False) -> Make:
    """A sound site of one of these kinds whose pages are all answered otherwise, or the `first` one is.

    `reads`: its posts come out yet.
    """

    def make(name: str, voices: Voices) -> Site:
        site = voices.random.choice(makes or FETCHED)(name, voices)
        for season in filter(None, (site, site.later)):
            begin = season.sources[name]["url"]
            season.pages = {
                path: change(answer) if path == begin or not first else answer for path, answer in season.pages.items()
            }
            season.named = {name: [named]} if named else {}
            season.posts = season.posts if reads else []
        return site

    return make


def _always(reply: Reply) -> Change:
    return lambda _: lambda _: reply


def _with(**fields: object) -> Change:
    """The page, sent in another way, and never as `not modified`."""

    def change(answer: Answer) -> Answer:
        def changed(asked: Asked) -> Reply:
            reply = answer(asked)
            headers = {name: said for name, said in reply.headers.items() if name != "ETag"}
            return replace(reply, headers=headers, **fields)

        return changed

    return change


def _packed(pack: Callable[[bytes], bytes], encoding: str = "gzip") -> Change:
    def change(answer: Answer) -> Answer:
        def packed(asked: Asked) -> Reply:
            reply = answer(asked)
            return replace(reply, body=pack(reply.body), headers={**reply.headers, "Content-Encoding": encoding})

        return packed

    return change


def _at_first(reply: Reply, times: int = 1) -> Change:
    def change(answer: Answer) -> Answer:
        return lambda asked: reply if asked.turn < times else answer(asked)

    return change


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()


def _leads(where: Callable[[Asked], str]) -> Change:
    return lambda _: lambda asked: Reply(status=302, headers={"Location": where(asked)})


def _cut_gzip(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[: len(packed) * 2 // 3]


# What robots.txt says


def _robots(robots: Answer | None, named: str, closed: tuple[str, ...] = ALL, *, later: bool = False) -> Make:
    """A sound site with this robots.txt; `later`: in the second season."""

    def make(name: str, voices: Voices) -> Site:
        site = voices.random.choice(FETCHED)(name, voices)
        for season in filter(None, (None if later else site, site.later)):
            season.robots, season.closed = robots, closed
            season.named = {name: [named]} if named else {}
            season.posts = [] if closed == ALL else season.posts
        return site

    return make


def _some_closed(name: str, voices: Voices) -> Site:
    """Robots close one thread."""
    threads = [[said] for said in voices.threads(name, 5)]
    site = forum_of(name, threads)
    site.closed = (next(path for path in site.pages if "/t/" in path),)
    site.posts, site.named = site.posts[1:], {name: ["error:robots"]}
    return site


def _unhurried(name: str, voices: Voices) -> Site:
    site = voices.random.choice(FETCHED)(name, voices)
    site.delay = 0.4
    if site.later:
        site.later.delay = 0.4
    return site


def _guest(name: str, voices: Voices) -> Site:
    """One path leads to another that robots.txt closes."""
    site = _changed(_leads(lambda _: "/closed/page"), "error:robots")(name, voices)
    for season in filter(None, (site, site.later)):
        season.closed = ("/closed/",)
        season.pages["/closed/page"] = says("no", "text/html")
    return site


# Charsets


def _gbk_feed(said: str | None, declared: str) -> Make:
    def make(name: str, voices: Voices) -> Site:
        site = rss(name, voices)
        for season in filter(None, (site, site.later)):
            body = rss_of(season.posts, declared).encode("gb18030")
            season.pages = dict.fromkeys(season.pages, says(body, RSS, charset=said))
        return site

    return make


def _recoded(charset: str, said: str | None) -> Change:
    """A page in one charset, said to be in another, or in none."""

    def change(answer: Answer) -> Answer:
        def changed(asked: Asked) -> Reply:
            reply = answer(asked)
            kind = reply.headers["Content-Type"].partition(";")[0] + (f"; charset={said}" if said else "")
            headers = {**reply.headers, "Content-Type": kind}
            return replace(reply, body=reply.body.decode().encode(charset), headers=headers)

        return changed

    return change


# Contents


def _new_layout(make: Make, old: bytes, new: bytes, named: str) -> Make:
    """In the second season the selectors or keys find nothing."""

    def made(name: str, voices: Voices) -> Site:
        site = make(name, voices)
        assert site.later
        site.later.pages = {path: _replaced(page, old, new) for path, page in site.later.pages.items()}
        site.later.posts, site.later.named = [], {name: [named]}
        return site

    return made


def _replaced(answer: Answer, old: bytes, new: bytes) -> Answer:
    def changed(asked: Asked) -> Reply:
        reply = answer(asked)
        return replace(
            reply, body=reply.body.replace(old, new), headers={"Content-Type": reply.headers["Content-Type"]}
        )

    return changed


def _dates(dates: tuple[str, ...], named: str = "") -> Make:
    """A feed whose dates are not of this world."""

    def make(name: str, voices: Voices) -> Site:
        site = rss(name, voices)
        site.later = None
        shown = rss_of(site.posts)
        for said in site.posts:
            date = shown[shown.index("<pubDate>", shown.index(said.marker)) :].partition("</pubDate>")[0]
            shown = shown.replace(date, f"<pubDate >{voices.random.choice(dates)}", 1)
        site.pages = dict.fromkeys(site.pages, says(shown, RSS))
        site.named = {name: [named]} if named else {}
        return site

    return make


def _twice(name: str, voices: Voices) -> Site:
    """On one page one post stands twice, and another post under the id of a third: the first one counts."""
    posts = voices.posts(name, 2)
    again = replace(voices.post(name), id=posts[1].id)
    site = api_of(name, [*posts, posts[0], again])
    site.posts, site.named = posts, {name: ["duplicate"]}
    return site


def _round_and_round(name: str, voices: Voices) -> Site:
    """A list that leads back to its beginning, and a thread whose next pages say the same, under ever new addresses."""
    founding = voices.threads(name, 4)
    reply = voices.post(name, thread=founding[0])
    site = forum_of(name, [[said] for said in founding])
    root, thread = f"/{name}/", f"/{name}/t/{founding[0].id}"
    site.pages[root], site.pages[thread] = (
        _following(site.pages[root], root),
        _following(site.pages[thread], f"{thread}?page=1"),
    )
    site.pages |= {f"{thread}?page={n}": html(article(reply), f"{thread}?page={n + 1}") for n in range(1, 600)}
    site.posts.append(reply)
    site.named = {name: ["signal:next:endless"]}
    return site


def _following(answer: Answer, address: str) -> Answer:
    return _replaced(answer, b"</body>", f"<a class='next' href='{address}'>下一页</a></body>".encode())


def _liar(name: str, voices: Voices) -> Site:
    """Its ETag never changes though its pages do, and it sends them whole to whoever asks by it; or it always does."""
    site = voices.random.choice(FETCHED)(name, voices)
    always = voices.random.random() < 0.5
    for season in filter(None, (site, site.later)):
        season.pages = {path: _tagged(answer, always=always) for path, answer in season.pages.items()}
    return site


def _tagged(answer: Answer, *, always: bool) -> Answer:
    def changed(asked: Asked) -> Reply:
        reply = answer(asked)
        tag = f'"{asked.turn}"' if always else 'W/"same"'
        # Not under the name by which our server compares.
        return replace(reply, headers={**{k: v for k, v in reply.headers.items() if k != "ETag"}, "etag": tag})

    return changed


def _soup(name: str, voices: Voices) -> Site:
    """A thread page of more tags than any page needs."""
    site = forum_of(name, [[said] for said in voices.threads(name, 3)])
    path = next(path for path in site.pages if "/t/" in path)
    site.pages[path] = html("<div><b>" * 40_000)
    site.posts, site.named = site.posts[1:], {name: ["signal:page:overgrown"]}
    return site


def _soup_in_a_feed(name: str, voices: Voices) -> Site:
    site = rss(name, voices)
    site.later = None
    shown = rss_of(site.posts).replace("&lt;p&gt;", "&lt;b&gt;" * 40_000, 1)
    site.pages = dict.fromkeys(site.pages, says(shown, RSS))
    return site


def _bare(body: str | Callable[[Asked], str], kind: str, make: Make, *named: str) -> Make:
    """A site of this kind that says something else, in which no post is."""

    def made(name: str, voices: Voices) -> Site:
        site = make(name, voices)

        def answer(asked: Asked) -> Reply:
            return says(body if isinstance(body, str) else body(asked), kind)(asked)

        site.pages = dict.fromkeys(site.pages, answer)
        site.posts, site.later, site.named = [], None, {name: list(named)}
        return site

    return made


def _laughs(asked: Asked) -> str:
    entities = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return (
        f"<!DOCTYPE rss [<!ENTITY l0 '哈哈'>{entities}]><rss version='2.0'><channel><title>&l9;</title></channel></rss>"
    )


def _external(asked: Asked) -> str:
    trap = asked.roots[CLOSED_SITE]
    entities = f"<!ENTITY a SYSTEM '{trap}/entity'><!ENTITY b SYSTEM 'file:///etc/passwd'>"
    channel = "<channel><title>&a;&b;</title></channel>"
    return f"<!DOCTYPE rss SYSTEM '{trap}/dtd' [{entities}]><rss version='2.0'>{channel}</rss>"


def _gone(name: str, voices: Voices) -> Site:
    """One thread of the list is gone, one row leads to another host."""
    said = voices.threads(name, 4)
    site = forum_of(name, [[each] for each in said[1:]])
    rows = "".join(row(f"/{name}/t/{each.id}", [each]) for each in said)

    def listing(asked: Asked) -> Reply:
        return html(f"<ul>{rows}{row(asked.roots[CLOSED_SITE] + '/t/n1', [said[0]])}</ul>")(asked)

    site.pages = {path: page for path, page in site.pages.items() if "/t/" in path}
    site.pages |= {
        f"/{name}/t/{each.id}": html(f"<h1 id='subject'>{each.title}</h1>{article(each)}") for each in said[1:]
    }
    site.pages[f"/{name}/"] = listing
    site.named = {name: ["error:status_404", "signal:link:foreign"]}
    return site


def _odd_items(name: str, voices: Voices) -> Site:
    """An item without an id, one without words, a field that nobody named, a NUL and half a character in a text."""
    posts = voices.posts(name, 3)
    site = api_of(name, posts)
    path = f"/{name}/api"
    shown = messages(posts, None).replace('"text": "', '"text": "\\u0000\\ud83d', 1)
    odd = '{"text": "没有编号"}, {"id": "x1", "text": ""}, {"id": "x2", "mood": "好"}, 7, '
    site.pages[path] = says(shown.replace('"list": [', f'"list": [{odd}'), "application/json")
    site.named = {name: ["signal:id:missing", "signal:body:empty", "signal:unused:mood", "signal:item:unreadable"]}
    return site


_FAR: Final = ("http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://2130706433/", "file:///etc/passwd")
_ERRORS: Final = (401, 403, 404, 410, 451)
_HELD: Final[Mapping[str, str]] = {"Retry-After": "1"}

FAULTS: Final[Mapping[str, Make]] = {
    # Servers
    "fails": _changed(_always(Reply(status=500)), "error:server"),
    "fails-at-first": _changed(_at_first(Reply(status=502), PASSES), "error:server", reads=True, first=True),
    "hangs": _changed(_with(wait=60.0), "error:timeout"),
    "drips": _changed(_with(piece=1, drip=0.3), "error:timeout"),
    "slow": _changed(_with(wait=0.3), "", reads=True),
    "busy": _changed(_at_first(Reply(status=429, headers=_HELD)), "error:busy", reads=True, first=True),
    "away": _changed(_at_first(Reply(status=503, headers=_HELD)), "error:server", reads=True, first=True),
    **{f"status-{code}": _changed(_always(Reply(status=code)), f"error:status_{code}") for code in _ERRORS},
    "unmodified": _changed(_always(Reply(status=304)), "error:status_304"),
    "resets": _changed(_always(Reply(raw=b"")), "error:unreachable"),
    "babbles": _changed(_always(Reply(raw=b"\x00\x01 is no HTTP\r\n\r\n")), "error:broken"),
    "long-headers": _changed(_always(Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000)), "error:broken"),
    # Bodies
    "large": _changed(_always(Reply(body=b" " * 1_000_000, times=100)), "error:large"),
    "without-length": _changed(_always(Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 8_000_000)), "error:large"),
    "bomb": _changed(lambda _: lambda _: Reply(body=_bomb(), headers={"Content-Encoding": "gzip"}), "error:bomb"),
    "packed": _changed(_packed(gzip.compress), "", reads=True),
    "half-a-gzip": _changed(_packed(_cut_gzip), "error:broken"),
    "no-gzip": _changed(_packed(bytes), "error:broken"),
    "other-packing": _changed(_packed(bytes, "br"), "error:broken"),
    "cut": _changed(_with(cut=100), "error:broken"),
    # Redirects
    "loops": _changed(_leads(lambda asked: asked.path), "error:redirects"),
    "to-a-closed-path": _guest,
    # Which the deployment names for another source.
    "to-anothers-inner-site": _changed(_leads(lambda asked: f"{asked.roots[CLOSED_SITE]}/page"), "error:address"),
    "to-an-inner-site": _changed(_leads(lambda asked: f"{asked.roots[INNER_SITE]}/page"), "error:address"),
    **{f"far-{n}": _changed(_leads(lambda _, far=far: far), "error:address") for n, far in enumerate(_FAR)},  # type: ignore[misc]
    # Robots
    "robots-500": _robots(lambda _: Reply(status=500), "error:robots_away"),
    "robots-429": _robots(lambda _: Reply(status=429), "error:robots_away"),
    "robots-hang": _robots(lambda _: Reply(wait=60.0), "error:robots_away"),
    "robots-reset": _robots(lambda _: Reply(raw=b""), "error:robots_away"),
    "robots-inner": _robots(
        lambda asked: Reply(status=301, headers={"Location": asked.roots[INNER_SITE]}), "error:address"
    ),
    "robots-404": _robots(lambda _: Reply(status=404), "", ()),
    "robots-403": _robots(lambda _: Reply(status=403), "", ()),
    "robots-loop": _robots(lambda _: Reply(status=301, headers={"Location": "/robots.txt"}), "", ()),
    "closed": _robots(None, "error:robots"),
    "closed-to-us": _robots(
        says("User-agent: *\nAllow: /\n\nUser-agent: xiangyin\nDisallow: /", "text/plain"), "error:robots"
    ),
    "closed-with-mark": _robots(says("\ufeffUser-agent: *\r\nDisallow: /\r\n", "text/plain"), "error:robots"),
    "closed-at-length": _robots(
        lambda _: Reply(body=f"{rules(ALL)}\n{'#' * 1_000_000}\n".encode(), times=20), "error:robots"
    ),
    "closed-later": _robots(None, "error:robots", later=True),
    "away-later": _robots(lambda _: Reply(status=503), "error:robots_away", later=True),
    "some-closed": _some_closed,
    "unhurried": _unhurried,
    # Charsets
    "gbk-said-utf-8": _gbk_feed("utf-8", "utf-8"),
    "gbk-not-said": _gbk_feed(None, "gbk"),
    "gbk-said-latin": _gbk_feed("iso-8859-1", "utf-8"),
    "page-gbk-said-utf-8": _changed(_recoded("gb18030", "utf-8"), "", forum, board, api, reads=True),
    "page-gbk-not-said": _changed(_recoded("gb18030", None), "", forum, board, api, reads=True),
    "utf-8-said-gbk": _changed(_recoded("utf-8", "gbk"), "", rss, forum, board, api, reads=True),
    "utf-8-said-nonsense": _changed(_recoded("utf-8", "no-such-charset"), "", rss, forum, board, api, reads=True),
    # Contents
    "new-list": _new_layout(forum, b"thread", b"topic", "signal:thread:missing"),
    "new-thread": _new_layout(forum, b"article", b"section", "signal:post:missing"),
    "new-letter": _new_layout(board, b"'letter'", b"'brief'", "signal:message:missing"),
    "new-keys": _new_layout(api, b'"list"', b'"rows"', "signal:items:missing"),
    "dates-of-no-age": _dates(("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT")),
    "no-dates": _dates(("昨天晚上", "Sun, 31 Feb 2026 99:00"), "signal:time:unreadable"),
    "twice": _twice,
    "round-and-round": _round_and_round,
    "liar": _liar,
    "soup": _soup,
    "soup-in-a-feed": _soup_in_a_feed,
    "deep": _bare("[" * 100_000, "application/json", api, "signal:page:overgrown"),
    "laughs": _bare(_laughs, RSS, rss, "signal:page:unreadable"),
    "external": _bare(_external, RSS, atom, "signal:page:unreadable"),
    "login-for-a-feed": _bare("<html><form>登录</form></html>", "text/html", rss, "signal:page:unreadable"),
    "login-for-an-api": _bare("<html><form>登录</form></html>", "text/html", api, "signal:page:unreadable"),
    "login-for-a-forum": _bare("<html><form>登录</form></html>", "text/html", forum, "signal:thread:missing"),
    "login-for-a-table": _bare("<html><form>登录</form></html>", "text/html", table, "signal:page:unreadable"),
    "gone": _gone,
    "odd-items": _odd_items,
    # Kinds
    **FULL_FAULTS,
    **ORIGIN_FAULTS,
    **TABLE_FAULTS,
    **FOLDER_FAULTS,
    **WEBHOOK_FAULTS,
}
