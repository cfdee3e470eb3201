"""Feeds that have only the beginnings of their texts, and the pages to which each entry is followed."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Final
from urllib.parse import quote

from msgspec.structs import replace

from tests.embedded.farm.kinds import EVERYWHERE, RSS, Make, html, rss_of
from tests.embedded.farm.site import CLOSED_SITE, Answer, Reply, Site, placed, says
from tests.embedded.farm.voices import Said, Voices

WHOLE: Final = "div.whole"


def truncated(name: str, voices: Voices) -> Site:
    """RSS, each entry's text on its own page; in the second season one has another title, and one is new."""
    posts, new = voices.posts(name, voices.random.randint(3, 6)), voices.post(name)
    site = truncated_of(name, posts)
    more = "（补充）"
    edited = replace(posts[0], title=posts[0].title + more, seen_title=posts[0].seen_title + more)
    site.later = truncated_of(name, [new, edited, *posts[1:]])
    return site


def truncated_of(name: str, posts: Iterable[Said]) -> Site:
    """The feed of these posts, with their pages."""
    posts, path = list(posts), f"/{name}/feed"
    feed = rss_of(map(beginning, posts), link=path_of)
    return Site(
        name,
        sources={name: {"kind": "feed", **EVERYWHERE, "full": WHOLE, "url": path}},
        pages={path: says(feed, RSS), **{path_of(said): whole(said) for said in posts}},
        posts=posts,
    )


def path_of(said: Said) -> str:
    """Where an entry's page is; its author's name stands in it."""
    return f"/{said.source}/a/{said.serial}/{quote(said.author)}"


def whole(said: Said) -> Answer:
    """An entry's page."""
    return html(f"<h1>{escape(said.title)}</h1><div class='whole'><p>{escape(said.body)}</p></div><p>上一篇</p>")


def beginning(said: Said) -> Said:
    """The post as its feed has it."""
    first = f"{said.body.partition('，')[0]}（{said.marker}）……"
    assert len(first) < len(said.body)
    return replace(said, body=first, seen_body=first)


def _pages(entry: Callable[[Said], Answer], named: str) -> Make:
    """Every other entry has this page, and what the feed says of it must do."""

    def make(name: str, voices: Voices) -> Site:
        site = truncated_of(name, voices.posts(name, 4))
        short = site.posts[::2]
        site.pages |= {path_of(said): entry(said) for said in short}
        site.posts = [beginning(said) if said in short else said for said in site.posts]
        site.named = {name: [named]}
        return site

    return make


def _closed(name: str, voices: Voices) -> Site:
    """Robots close the page of an entry, and another one leads to what they close."""
    site = truncated_of(name, voices.posts(name, 4))
    closed, leading, *others = site.posts
    site.closed = (path_of(closed), f"/{name}/closed/")
    site.pages[path_of(leading)] = lambda _: Reply(status=302, headers={"Location": f"/{name}/closed/page"})
    site.posts, site.named = [beginning(closed), beginning(leading), *others], {name: ["full:robots"]}
    return site


def _foreign(name: str, voices: Voices) -> Site:
    """Entries lead to another host, which is none of the source's."""
    site = truncated_of(name, voices.posts(name, 3))
    short = [beginning(said) for said in site.posts]
    feed = rss_of(short, link=lambda said: f"site://{CLOSED_SITE}{path_of(said)}")
    site.pages[f"/{name}/feed"] = lambda asked: says(placed(feed, asked.roots), RSS)(asked)
    site.posts, site.named = short, {name: ["signal:link:foreign"]}
    return site


FULL_FAULTS: Final[Mapping[str, Make]] = {
    "full-closed": _closed,
    "full-gone": _pages(lambda _: lambda _: Reply(status=404), "full:status_404"),
    "full-away": _pages(lambda _: lambda _: Reply(status=500), "full:server"),
    "full-missing": _pages(lambda said: html(f"<p>{escape(said.body)}</p>"), "signal:full:missing"),
    "full-shorter": _pages(lambda _: html("<div class='whole'>请登录</div>"), "signal:full:shorter"),
    "full-foreign": _foreign,
}
