"""Proposes a source's YAML for an address: what kind of page it is, and how such pages are commonly read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import yaml
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from deploy.boards import QUESTION, letters
from deploy.explaining.paging import more
from deploy.guessing import guessed
from streams.pages.charset import decoded
from streams.pages.columns import column_of
from streams.pages.links import absolute
from streams.pages.markup import document
from streams.pages.spreadsheet import Unreadable, is_spreadsheet
from streams.pages.table import BadRow, rows
from streams.parsers.table import UNPACKED
from streams.web.fetch import Fetched

_FEEDS: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_XML_FEED: Final = re.compile(r"\A\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,2000}>\s*)?<(?:rss|feed|rdf:RDF)\b")
_DISCUZ: Final = {
    "list": {"row": "tbody[id^=normalthread]", "thread": "a.s.xst", "stamp": "td.num a", "next": "a.nxt"},
    "thread": {
        "title": "#thread_subject",
        "post": "#postlist > div[id^=post_]",
        "id": "@id",
        "body": "td.t_f",
        "without": [".quote", "blockquote", "i.pstatus"],
        "time": "em[id^=authorposton] span@title",
        "author": "a.xw1",
        "next": "a.nxt",
    },
    "thread_id": r"(?:thread-|tid=)(\d+)",
    "ignores": ["em", "sup", "sign", "authorposton"],
}
"""Of the default template of Discuz! X; a forum's own template may differ, which `xiangyin source try` shows."""

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "tid", "uuid", "no", "number", "code", "msgId", "bh"),
    "body": ("content", "body", "text", "message", "description", "summary", "nr", "lynr"),
    "title": ("title", "subject", "name", "bt"),
    "time": (
        "created_at",
        "createTime",
        "create_time",
        "created",
        "publishTime",
        "pubDate",
        "date",
        "time",
        "cjsj",
        "fbsj",
    ),
    "author": ("author", "user", "username", "nickname", "nick", "yhm"),
    "url": ("url", "link", "href"),
    "answer": ("reply", "replyContent", "answer", "hf", "hfnr"),
    "answer_time": ("replyTime", "reply_time", "answerTime", "hfsj"),
}
"""Keys by which interfaces commonly say what; those of offices' own are the first letters of the words (bt: 标题)."""

_LETTERS: Final = (
    "a letter box, whose list leads to its letters",
    f"what holds question and answer? `source try` looks for it: write it for {QUESTION}, and `answer` and others",
)

_GUESSED_FROM: Final = 200
"""Items."""

_CUT: Final = re.compile(r"(?:\.\.\.|…|阅读全文[\]】]?)\s*(?:</\w+>\s*)*(?:\]\]>)?\s*</(?:description|summary)>")
"""How the text of an entry ends that goes on elsewhere."""


class Proposal(Struct, frozen=True):
    """A source's YAML to be completed, or none and another address to look at; `remarks` say what was seen."""

    fields: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    elsewhere: str = ""

    def yaml(self) -> str:
        """The text of a source's file."""
        return yaml.safe_dump(dict(self.fields), allow_unicode=True, sort_keys=False)


def proposal(page: Fetched) -> Proposal:
    """What a page looks like. Pure; fetches nothing."""
    text = decoded(page.body, page.charset)
    if is_spreadsheet(page.body) or urlsplit(page.url).path.lower().endswith((".csv", ".xlsx", ".xls")):
        return _table(page)
    if _XML_FEED.match(text):
        return _feed(text, page.url)
    if text.lstrip()[:1] in {"{", "["}:
        return _json(text, page.url)
    return _html(text, page.url)


def _html(text: str, url: str) -> Proposal:
    parsed = document(text)
    if parsed is None:
        return Proposal({}, ("a page with more tags than any page needs",))
    if _is_discuz(parsed):
        return _discuz(parsed, url)
    feeds = list(_feeds(parsed, url))
    if box := letters(parsed, url):
        beside = (f"it names a feed, too, which has no answers: {feeds[0]}",) * bool(feeds)
        return Proposal(box, (*_LETTERS, *beside))
    if feeds:
        return Proposal({}, (f"a page that names its feed{'s' * (len(feeds) > 1)}: {' '.join(feeds[:5])}",), feeds[0])
    return Proposal(
        {},
        ("neither feed, Discuz! forum nor letter box, and it names no feed: write the selectors, docs/sources.md",),
    )


def _feed(text: str, url: str) -> Proposal:
    if "mod=rss" in url:
        return Proposal({"kind": "feed", "url": url, "full": "td.t_f"}, ("the feed of a board of a Discuz! forum",))
    cut = (
        ("its texts are cut: name the whole one on an entry's own page, `full: div.article`",)
        if _CUT.search(text)
        else ()
    )
    return Proposal({"kind": "feed", "url": url}, ("a feed (RSS or Atom)", *cut))


def _table(page: Fetched) -> Proposal:
    try:
        found = (
            row for _, row in rows(page.body, charset=page.charset, unpacked=UNPACKED) if not isinstance(row, BadRow)
        )
        header = list(next(found, {}))
    except Unreadable as error:
        return Proposal({}, (f"a table that {error}",))
    if not header:
        return Proposal({}, ("no table with a row below a header",))
    named = [column_of(field, dict.fromkeys(header), {}) for field in ("id", "body")]
    missing = [field for field, column in zip(("id", "body"), named, strict=True) if column is None]
    remarks = [f"a table with the columns {', '.join(header[:30])}"]
    remarks += [f"which column says {field}? write it under columns" for field in missing]
    return Proposal({"kind": "table", "url": page.url, **({"columns": {}} if missing else {})}, tuple(remarks))


def _feeds(parsed: LexborHTMLParser, base: str) -> Iterator[str]:
    for node in parsed.css("link[rel~=alternate][href]"):
        kind = (node.attributes.get("type") or "").lower()
        if kind in _FEEDS and (url := absolute(base, node.attributes.get("href") or "")):
            yield url


def _is_discuz(parsed: LexborHTMLParser) -> bool:
    generators = (node.attributes.get("content") or "" for node in parsed.css("meta[name=generator]"))
    return any("discuz" in each.lower() for each in generators) or parsed.css_first("[id^=normalthread_]") is not None


def _discuz(parsed: LexborHTMLParser, url: str) -> Proposal:
    if not parsed.css("[id^=normalthread_]"):
        return Proposal({}, ("a page of a Discuz! forum without a list of threads: give the address of a board",))
    remarks = ["a board of a Discuz! forum, read by the selectors of its default template"]
    for board in parse_qs(urlsplit(url).query).get("fid", [])[:1]:
        feed = absolute(url, f"forum.php?mod=rss&fid={board}")
        remarks.append(f"its feed has the newest threads only, and no replies: {feed}")
    return Proposal({"kind": "forum", "url": url, **_DISCUZ}, tuple(remarks))


def _json(text: str, url: str) -> Proposal:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Proposal({}, ("it begins like JSON and is none",))
    if isinstance(value, dict) and str(value.get("version", "")).startswith("https://jsonfeed.org/"):
        return Proposal({"kind": "feed", "url": url}, ("a feed (JSON Feed)",))
    path, items = _list(value)
    if not items:
        return Proposal({}, ("JSON without a list of objects",))
    message = {field: key for field, keys in _KEYS.items() for key in keys if _says(items[0], key)}
    guesses = guessed(items[:_GUESSED_FROM], message)
    message |= guesses
    missing = [field for field in ("id", "body") if field not in message]
    remarks = [f"a JSON interface with {len(items)} items, whose keys are {', '.join(sorted(items[0])[:30])}"]
    remarks += [f"{field} is {key}, guessed by its values: look whether it is" for field, key in guesses.items()]
    if beyond := more(value, len(items)):
        remarks.append(beyond)
    remarks += [f"which key says {field}? write it under message" for field in missing]
    fields = {"kind": "api", "url": url, **({"items": path} if path else {}), "message": message}
    return Proposal(fields, tuple(remarks))


def _says(item: Mapping[str, Any], key: str) -> bool:
    return isinstance(item.get(key), str | int) and item.get(key) not in ("", None)


def _list(value: Any, path: str = "", depth: int = 4) -> tuple[str, list[dict[str, Any]]]:
    """The longest list of objects, and where it stands."""
    if isinstance(value, list):
        return path, [each for each in value if isinstance(each, dict)]
    if not isinstance(value, dict) or not depth:
        return "", []
    named = [(f"{path}.{key}" if path else key, each) for key, each in value.items() if key.isidentifier()]
    lists = [_list(each, there, depth - 1) for there, each in named]
    return max(lists, key=lambda each: len(each[1]), default=("", []))
