"""Sound sites of pages: a source's file, the pages that it leads to, and what must come out of them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import format_datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote

from msgspec.structs import replace

from tests.embedded.county import TOWNSHIPS
from tests.embedded.farm.site import Answer, Site, says
from tests.embedded.farm.voices import Said, Voices

Make = Callable[[str, Voices], Site]

A_PAGE: Final = 4
"""Posts, threads or messages of one page."""

RSS: Final = "application/rss+xml"
EVERYWHERE: Final = {"townships": list(TOWNSHIPS)}


def rss(name: str, voices: Voices) -> Site:
    """RSS 2.0; an entry's id is its address."""
    return _feed(name, voices, rss_of, RSS, lambda identity: f"https://news.example/{quote(identity)}")


def atom(name: str, voices: Voices) -> Site:
    """Atom; an entry's id is a URN."""
    return _feed(name, voices, atom_of, "application/atom+xml", lambda identity: f"urn:farm:{identity}")


def json_feed(name: str, voices: Voices) -> Site:
    """JSON Feed; an entry's id is whatever it is."""
    return _feed(name, voices, json_feed_of, "application/feed+json", str)


def _feed(
    name: str, voices: Voices, page_of: Callable[[Iterable[Said]], str], kind: str, named: Callable[[str], str]
) -> Site:
    """Of one township, with a new entry in the second season."""
    township = voices.random.choice(list(TOWNSHIPS))
    posts, path = voices.posts(name, voices.random.randint(3, 6), (township,)), f"/{name}/feed"
    new, *posts = [replace(said, id=named(said.id)) for said in (voices.post(name, (township,)), *posts)]

    def made(shown: list[Said]) -> Site:
        return Site(
            name,
            sources={name: {"kind": "feed", "url": path, "township": township}},
            pages={path: says(page_of(shown), kind)},
            posts=shown,
        )

    site = made(posts)
    site.later = made([new, *posts])
    return site


def rss_of(posts: Iterable[Said], encoding: str = "utf-8", link: Callable[[Said], str] = lambda said: said.id) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{escape(said.id)}</guid><title>{escape(said.title)}</title>"
        f"<link>{escape(link(said))}</link><description>{escape(f'<p>{said.body}</p>')}</description>"
        f"<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>{said.author}</dc:creator>"
        f"<pubDate>{format_datetime(said.published)}</pubDate></item>"
        for said in posts
    )
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    return f"{head}<rss version='2.0'><channel><title>村里的事</title>{items}</channel></rss>"


def atom_of(posts: Iterable[Said]) -> str:
    entries = "".join(
        f"<entry><id>{escape(said.id)}</id><title>{escape(said.title)}</title>"
        f"<link href='/{quote(said.author)}/{said.marker}'/>"
        f"<content type='text'>{escape(said.body)}</content><author><name>{said.author}</name></author>"
        f"<updated>{said.published.isoformat()}</updated></entry>"
        for said in posts
    )
    return f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>邻里</title>{entries}</feed>"


def json_feed_of(posts: Iterable[Said]) -> str:
    items = [
        {
            "id": said.id,
            "url": f"/{said.author}/{said.marker}",
            "title": said.title,
            "content_text": said.body,
            "authors": [{"name": said.author}],
            "date_published": said.published.isoformat(),
        }
        for said in posts
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})  # With \u for each character.


FORUM: Final[Mapping[str, Any]] = {
    "kind": "forum",
    **EVERYWHERE,
    "list": {"row": "li.thread", "thread": "a.title", "stamp": "span.replies", "next": "a.next"},
    "thread": {
        "title": "#subject",
        "post": "article",
        "id": "@data-id",
        "body": "div.body",
        "time": "time@datetime",
        "author": "a.author",
        "next": "a.next",
    },
    "thread_id": r"/t/([^/?]+)",
}


def forum(name: str, voices: Voices) -> Site:
    """List pages, threads, replies over several pages; in the second season another reply in one, and a new thread."""
    founding = voices.threads(name, voices.random.randint(3, 5))
    threads = [[first, *_replies(first, voices, voices.random.choice((0, 1, 4)))] for first in founding]
    site = forum_of(name, threads, by_author=True)
    said_again = [*threads[0], *_replies(threads[0][0], voices, 1)]
    site.later = forum_of(name, [voices.threads(name, 1), said_again, *threads[1:]], by_author=True)
    return site


def forum_of(name: str, threads: Sequence[list[Said]], *, by_author: bool = False) -> Site:
    """The forum of these threads; each begins with the post that founded it, whose handle may be in its address."""
    root = f"/{name}/"
    paths = {
        posts[0].id: f"{root}{f'u/{quote(posts[0].author)}/' if by_author else ''}t/{posts[0].id}" for posts in threads
    }
    pages: dict[str, Answer] = {}
    for number, (here, further) in enumerate(_cut(threads)):
        rows = "".join(row(paths[posts[0].id], posts) for posts in here)
        following = f"{root}?page={number + 1}" if further else ""
        pages[f"{root}?page={number}" if number else root] = html(f"<ul>{rows}</ul>", following)
    for posts in threads:
        path = paths[posts[0].id]
        for number, (shown, further) in enumerate(_cut(posts)):
            articles = "".join(article(said) for said in shown)
            following = f"{path}?page={number + 1}" if further else ""
            heading = f"<h1 id='subject'>{escape(posts[0].title)}</h1>"
            pages[f"{path}?page={number}" if number else path] = html(heading + articles, following)
    return Site(
        name, sources={name: {**FORUM, "url": root}}, pages=pages, posts=[said for posts in threads for said in posts]
    )


def _replies(first: Said, voices: Voices, number: int) -> list[Said]:
    return [voices.post(first.source, thread=first) for _ in range(number)]


def row(address: str, posts: Sequence[Said]) -> str:
    """A thread in a list."""
    title = f"<a class='title' href='{address}'>{escape(posts[0].title)}</a>"
    return f"<li class='thread'>{title}<span class='replies'>{len(posts) - 1}</span></li>"


def article(said: Said) -> str:
    """A post in a thread."""
    return (
        f"<article data-id='{escape(said.id)}'><a class='author'>{said.author}</a>"
        f"<time datetime='{said.published.isoformat()}'></time>"
        f"<div class='body'><p>{escape(said.body)}</p></div></article>"
    )


def html(body: str, following: str = "", charset: str = "utf-8") -> Answer:
    """A page, in the charset that it names."""
    further = f"<a class='next' href='{following}'>下一页</a>" if following else ""
    text = f"<!doctype html><meta charset='{charset}'><title>村</title><body>{body}{further}</body>"
    return says(text.encode(charset), "text/html", charset=charset)


BOARD: Final[Mapping[str, Any]] = {
    "kind": "board",
    **EVERYWHERE,
    "list": {"row": "tr.row", "message": "a.title", "stamp": "td.state", "next": "a.next"},
    "message": {
        "within": "div.letter",
        "title": "h2",
        "body": "div.question",
        "time": "span.asked",
        "author": "span.who",
        "office": "span.office",
        "answer": "div.answer",
        "answer_time": "span.replied",
    },
    "message_id": r"id=n(\d+)",
}


def board(name: str, voices: Voices) -> Site:
    """A government's message board: a page a message; in the second season one is answered, and one is new."""
    asked = [replace(said, id=str(said.serial)) for said in voices.posts(name, voices.random.randint(2, 6))]
    new, reply, who = voices.posts(name, 1), voices.post(name, thread=asked[0]), asked[0].author
    answer = replace(
        reply,
        id=f"{asked[0].id}#answer",
        thread="",
        title=OFFICE,
        body=f"{who}网友：您好，已经安排。（{reply.marker}）",
        seen_title=OFFICE,
        seen_body=f"{'*' * len(who)}网友：您好，已经安排。（{reply.marker}）",
    )
    site = board_of(name, [[said] for said in asked])
    site.later = board_of(
        name, [[replace(new[0], id=str(new[0].serial))], [asked[0], answer], *([said] for said in asked[1:])]
    )
    return site


OFFICE: Final = "镇便民服务中心"


def board_of(name: str, letters: Sequence[list[Said]]) -> Site:
    """The board of these messages, each with its answer if it has one."""
    root = f"/{name}/"
    pages: dict[str, Answer] = {}
    for number, (here, further) in enumerate(_cut(letters)):
        rows = "".join(
            f"<tr class='row'><td><a class='title' href='{root}d?id=n{said[0].id}'>{said[0].title}</a></td>"
            f"<td class='state'>{'已办结' if len(said) > 1 else '办理中'}</td></tr>"
            for said in here
        )
        following = f"{root}?page={number + 1}" if further else ""
        pages[f"{root}?page={number}" if number else root] = html(f"<table>{rows}</table>", following)
    for question, *answers in letters:
        reply = "".join(
            f"<span class='office'>{each.title}</span><div class='answer'>{each.body}</div>"
            f"<span class='replied'>{each.published.isoformat()}</span>"
            for each in answers
        )
        pages[f"{root}d?id=n{question.id}"] = html(
            f"<div class='letter'><h2>{question.title}</h2><span class='who'>{question.author}</span>"
            f"<span class='asked'>{question.published.isoformat()}</span>"
            f"<div class='question'>{question.body}</div>{reply or '<div class=answer>暂无回复</div>'}</div>"
        )
    posts = [said for letter in letters for said in letter]
    return Site(name, sources={name: {**BOARD, "url": root}}, pages=pages, posts=posts)


API: Final[Mapping[str, Any]] = {
    "kind": "api",
    **EVERYWHERE,
    "items": "data.list",
    "message": {"id": "id", "title": "title", "body": "text", "time": "at", "author": "user.name"},
    "link": "https://board.example/message/{id}",
}


def api(name: str, voices: Voices) -> Site:
    """JSON, over pages by number or by cursor; in the second season one message is edited and one is new."""
    posts, by_cursor = voices.posts(name, voices.random.randint(3, 9)), voices.random.random() < 0.5
    site = api_of(name, posts, by_cursor=by_cursor)
    edit = "，还是没人来"
    first = posts[0]
    edited = replace(first, body=first.body + edit, seen_body=first.seen_body + edit)
    site.later = api_of(name, [voices.post(name), edited, *posts[1:]], by_cursor=by_cursor)
    return site


def api_of(name: str, posts: Sequence[Said], *, by_cursor: bool = False) -> Site:
    """The interface to these messages, the newest first."""
    root, pages = f"/{name}/api", {}
    cut = _cut(posts)
    names = ["", *(f"c{number}x" if by_cursor else str(number + 1) for number in range(1, len(cut) + 1))]
    for number, (here, further) in enumerate(cut):
        parameter = "cursor" if by_cursor else "page"
        path = f"{root}?{parameter}={names[number]}" if number else root
        pages[path] = says(messages(here, names[number + 1] if further else None), "application/json")
        if not by_cursor and not further:
            pages[f"{root}?page={number + 2}"] = says(messages([], None), "application/json")
    paging = {"parameter": "cursor", "cursor": "data.next"} if by_cursor else {"parameter": "page"}
    return Site(name, sources={name: {**API, "url": root, "paging": paging}}, pages=pages, posts=list(posts))


def messages(posts: Iterable[Said], following: str | None) -> str:
    """What it answers."""
    shown = [
        {
            "id": said.id,
            "title": said.title,
            "text": said.body,
            "at": said.published.isoformat(),
            "user": {"name": said.author},
        }
        for said in posts
    ]
    return json.dumps({"data": {"list": shown, "next": following}}, ensure_ascii=False)


def _cut(rows: Sequence[Any]) -> list[tuple[Sequence[Any], bool]]:
    """The rows page by page, and whether another page follows."""
    starts = range(0, max(len(rows), 1), A_PAGE)
    return [(rows[start : start + A_PAGE], start + A_PAGE < len(rows)) for start in starts]
