"""Hostile sizes: whatever 200 kB are made of, reading them takes no longer than a large page may."""

import json
from time import process_time
from typing import Final

import pytest

from streams.crawl.kinds import read
from streams.pages.page import LISTING, Page
from tests.unit.streams.parsers.test_hostile import ENTRY, FETCHED, SOURCES, source

SIZE: Final = 200_000
SECONDS: Final = 8.0
"""Of one processor, and a slow one; the worst takes two. Each of these shapes once took minutes, or no end of them."""

SHAPES: Final = {
    "posts": "<div class=post id=p{n}><div class=body>字",
    "posts without": "<div class=post id=p{n}><i>",
    "closed late": "<div class=post id=p{n}>字" * 390 + "</div>" * 390,
    "rows": "<tr class=row><td><a class=title href=/thread-{n}-1><table>",
    "rows with stamps": "<table><tr class=row><td class='state replies'><a href=/thread-{n}-1>字",
    "letters": "<div class=letter><div class=question><div class=answer>字",
    "formats": "<p><font size={n}>",
    "hidden formats": "<p><font size={n}><!--</font>-->字",
    "quoted formats": "<p><font title='>{n}'>字",
    "lists": "<ul><li>",
    "entries": "<item><guid>{n}</guid><title>",
    "categories": "<category>x</category>",
    "escaped": "<item><description>" + "&lt;div>" * 300,
    "ampersands": "&#1",
    "quotes": '"',
    "commas": ",",
    "lines": "{n},字\n",
    "numbers": "1 ",
}
TREES: Final = tuple(shape for shape in SHAPES if "<" in SHAPES[shape])
READ: Final = {
    "thread": ("forum", TREES[: TREES.index("entries")]),
    "message": ("board", ("posts", "letters", "hidden formats", "lists")),
    "entry": ("full", ("closed late", "formats")),
    "forum": ("forum", ("rows", "rows with stamps", "lists")),
    "board": ("board", ("rows", "rows with stamps", "quoted formats")),
    "feed": ("feed", ("entries", "categories", "escaped", "ampersands", "quotes", "quoted formats")),
    "table": ("table", ("lines", "quotes", "commas", "numbers")),
    "api": ("api", ("commas", "quotes", "numbers")),
}
"""By a page's role, or by the kind whose listing it is, what it may be made of."""

HEADS: Final = {"feed": '<rss version="2.0"><channel><item>', "board": "<table>", "table": "编号,内容\n", "api": "["}


def shaped(kind: str, shape: str, size: int = SIZE) -> bytes:
    parts, long = [HEADS.get(kind, "<h1 id=subject>x</h1>")], 0
    while long < size:
        parts.append(SHAPES[shape].replace("{n}", str(len(parts))))
        long += len(parts[-1].encode())
    return "".join(parts).encode()


def seconds(kind: str, body: bytes, role: str) -> float:
    """For which a page holds a processor."""
    page = Page(url="https://www.example.cn/thread-101-1.html", body=body, fetched=FETCHED, role=role, entry=ENTRY)
    begun = process_time()
    read(page, source(kind))
    return process_time() - begun


@pytest.mark.parametrize(("role", "shape"), [(role, shape) for role, (_, shapes) in READ.items() for shape in shapes])
def test_no_shape_of_a_page_holds_a_processor(role: str, shape: str) -> None:
    """Nested, unclosed, or one thing over and over."""
    kind = READ[role][0]
    assert seconds(kind, shaped(kind, shape), LISTING if role in SOURCES else role) < SECONDS


@pytest.mark.parametrize("shape", ["posts", "closed late", "hidden formats", "quoted formats", "lists"])
def test_no_shape_of_values_holds_a_processor(shape: str) -> None:
    """A JSON page's texts may be HTML, many times over."""
    value = shaped("forum", shape, 12_000).decode()
    items = [{"id": str(number), "content": value} for number in range(SIZE // len(value))]
    assert seconds("api", json.dumps({"data": {"list": items}}).encode(), LISTING) < SECONDS
