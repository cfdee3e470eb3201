"""A source as its YAML says: where it is, how to read it, how much is normal, what is knowingly left."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import yaml
from msgspec import Meta, Struct
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from streams.errors import Misconfigured
from streams.identity import county_inbox
from streams.records import TownshipCode

_LONG_CODE: Final = 12

Selector = Annotated[str, Meta(min_length=1, description="A CSS selector; `@name` after it takes an attribute.")]
Key = Annotated[str, Meta(min_length=1, description="A key of the JSON object; a dot leads into an object within.")]


class Expects(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is normal; beyond it something is wrong with the source or with the township."""

    posts_a_day: tuple[Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=0)]]


class Source(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag=lambda name: name.lower()
):
    """What all kinds have. `kind` says which: feed, forum or board. Times between visits are seconds."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$")]
    url: Annotated[str, Meta(max_length=2048)]
    townships: Annotated[tuple[TownshipCode, ...], Meta(description="Codes of the townships it serves.")] = ()
    township: TownshipCode | None = None
    """The one township it serves; `townships` where there are several."""
    schedule: Annotated[float, Meta(gt=0, description="Seconds between visits.")] = 600.0
    pages: Annotated[int, Meta(ge=1, description="At most so many listing pages a visit.")] = 20
    expects: Expects | None = None
    ignores: tuple[str, ...] = ()
    """Fields (feed, board), classes, ids or elements (forum) that are knowingly left."""
    contact: str = ""
    licence: Annotated[str, Meta(description="By which right it is read: a licence, or who permitted it and when.")] = (
        ""
    )
    encoding: str | None = None
    """The charset, where the site says a wrong one and the bytes do not tell."""
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if not self.served:
            raise ValueError("no township: give `township`, or `townships` with several codes")
        if urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).hostname:
            raise ValueError(f"field `url`: {self.url!r} is no web address: begin it with https:// or http://")
        if self.expects and self.expects.posts_a_day[0] > self.expects.posts_a_day[1]:
            raise ValueError("field `expects`: of posts_a_day, the lower number comes first")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"field `timezone`: {self.timezone!r} is unknown: write it like Asia/Shanghai") from error

    @property
    def served(self) -> tuple[str, ...]:
        """The 12-digit codes of the townships, each once."""
        codes = (*((self.township,) if self.township else ()), *self.townships)
        return tuple(dict.fromkeys(code.ljust(_LONG_CODE, "0") for code in codes))

    @property
    def inbox(self) -> str:
        """Code of the county's own inbox: where its posts go that name no township or several."""
        return county_inbox(self.served[0])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Feed(Source, frozen=True, kw_only=True):
    """RSS, Atom or JSON Feed: its fields are named by their standards."""


class Listing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a forum's list page is read. `stamp` is what changes when a thread does: its last reply or their count."""

    thread: Selector
    row: Selector | None = None
    stamp: Selector | None = None
    next: Selector | None = None

    def __post_init__(self) -> None:
        _check_selectors(self)
        if self.stamp and not self.row:
            raise ValueError("`stamp` needs `row`: the element that holds a thread's link and its stamp")


class Thread(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a forum's thread page is read. `post` holds one post; all below it but `title` and `next` is within it."""

    title: Selector
    post: Selector
    id: Selector
    body: Selector
    time: Selector | None = None
    author: Selector | None = None
    likes: Selector | None = None
    views: Selector | None = None
    replies: Selector | None = None
    next: Selector | None = None

    def __post_init__(self) -> None:
        _check_selectors(self)


def _check_selectors(fields: Struct) -> None:
    for name in fields.__struct_fields__:
        selector = (getattr(fields, name) or "").partition("@")[0]
        try:
            LexborHTMLParser("").css(selector or "*")
        except (SelectolaxError, ValueError) as error:
            raise ValueError(f"field `{name}`: {selector!r} is no CSS selector") from error


class Forum(Source, frozen=True, kw_only=True):
    """HTML: a list page with links to threads, threads with replies, both over several pages.

    `thread_id` finds a thread's id in its address; its first group is the id.
    """

    list: Listing
    thread: Thread
    thread_id: str = r"(\d+)"

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        try:
            groups = re.compile(self.thread_id).groups
        except re.error as error:
            raise ValueError(f"field `thread_id` is no regular expression: {error}") from error
        if groups != 1:
            raise ValueError("field `thread_id` needs one group in brackets, around the id")


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which keys of a board's item say what."""

    id: Key
    body: Key
    title: Key | None = None
    time: Key | None = None
    author: Key | None = None
    url: Key | None = None
    views: Key | None = None
    likes: Key | None = None
    replies: Key | None = None
    answer: Key | None = None
    """The official reply's text."""
    answer_time: Key | None = None


class Paging(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the next page is asked for: by number, until one is empty, or by the cursor that each page gives."""

    parameter: str
    cursor: Key | None = None
    """Where a page says the next one's cursor; without it the parameter counts pages."""
    first: int = 1


class Board(Source, frozen=True, kw_only=True):
    """A message board with a JSON interface: questions, and what the office answered."""

    items: str = ""
    """Where the list of items stands in the answer; empty when the answer is the list."""
    message: Message
    paging: Paging | None = None
    link: str | None = None
    """Address of a message for readers, with {id} in it, where the items do not say it."""


AnySource = Feed | Forum | Board


def parse_source(text: str, path: Path) -> AnySource:
    """The source that a YAML text describes; its name is the file's where it gives none.

    Raises:
        Misconfigured: no YAML, or a field that is missing, unknown or wrong; says file, line and remedy.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Misconfigured(f"{path}:{mark.line + 1 if mark else 1}: no YAML: {error}") from error
    if not isinstance(values, dict):
        raise Misconfigured(f"{path}:1: a source is a list of `field: value` lines; see docs/sources.md")
    try:
        source: AnySource = msgspec.convert({"name": path.stem, **values}, AnySource)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"{path}:{_line(node, str(error))}: {error}; {_remedy(str(error))}") from error
    return source


_PATH: Final = re.compile(r" - at `\$(.*)`$")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")
_FIELD: Final = re.compile(r"field `(\w+)`")


def _line(node: Any, message: str) -> int:
    """The line of what an error speaks of, as near as the YAML leads to it."""
    for step in _steps(message):
        inner = _inner(node, step)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _steps(message: str) -> Iterator[str]:
    path, field = _PATH.search(message), _FIELD.search(message)
    for name, index in _STEP.findall(path[1] if path else ""):
        yield name or index
    if field:
        yield field[1]


def _inner(node: Any, step: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return node.value[int(step)] if isinstance(node, yaml.SequenceNode) and step.isdigit() else None


def _remedy(message: str) -> str:
    if "Expected `str" in message and "got `int`" in message:
        return "put the number in quotes"
    if "[0-9]{9}|" in message:
        return "a township's code has 9 or 12 digits"
    if "unknown field" in message:
        return "remove it, or see docs/sources.md for the fields of each kind"
    if "missing required field" in message:
        return "add it; docs/sources.md has an example of each kind"
    return "see docs/sources.md"
