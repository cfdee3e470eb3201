"""Watch whether a source still says what it used to: crawlers die in silence."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from streams.source import Manual, Source, Webhook

Trouble = Literal["", "few", "many", "barren", "bare", "erring", "failing", "mute"]
"""`few` or `many`: posts against what the source's file expects, or against its own past where it expects nothing.
`barren`: pages are read, and nothing is in them. `bare`: posts lack what they used to have. `erring`: many of its pages
cannot be had or read. `failing`: none of its visits is whole. `mute`: a week without a first post, or four without a
new one."""

Field = Literal["body", "published", "author"]
"""What a post of a source has, or never had; that it is gone tells of a selector that finds nothing any more."""

DRIFT: Final = frozenset(
    {"page:unreadable", "items:missing", "thread:missing", "post:missing", "thread_id:missing", "message:missing"}
    | {"message_id:missing", "id:rounded", "id:repeated"}
)
"""Signals of a page in which the selectors or keys of its source find nothing, or what is no id."""

_LACKS: Final = frozenset({"missing", "unreadable", "empty", "overgrown", "rounded", "repeated", "left", "login"})
"""Second words of signals that say why nothing is found in a page."""

RESTRAINT: Final = frozenset({"closed", "resting", "robots", "address", "folder"})
"""Failures for which no page was asked for: they say nothing about how well a site answers."""

_ENOUGH: Final = 5
"""Posts that must be due before their absence says something: by chance none comes in 1 window of 150 (Poisson)."""

_SHARE: Final = 5
"""Less than one in so many of the expected posts is silence."""

_LOUD: Final = 2
"""More than so many times the highest number expected is not the village any more."""

_WEEK: Final = timedelta(weeks=1)
_WEEKS: Final = 3
"""The same hours of so many weeks before are a source's own past."""

_DUE: Final = 10
"""Posts that the least of these weeks must have had: by chance one or none comes in 1 window of 2,000 (Poisson)."""

_SURGE: Final = 5
"""More than so many times the most of these weeks; who names no number is told of less."""

_ASKED: Final = 20
"""Pages that must have been asked for before a share of them says something: within hours, a day or a week."""

_BARREN: Final = 3
_BARE: Final = 100
"""Posts in a row without what posts of this source have had: more than a long thread of pictures, or of guests."""
_PATIENCE: Final = timedelta(hours=6)
_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=14)
_PAST: Final = _WEEK * (_WEEKS + 1)
_GAP: Final = timedelta(hours=12)
"""After a pause of the crawler itself, beyond two visits and a night, the watch begins anew: it did not see what it
missed."""


class Past(Struct, frozen=True):
    """What a window of days is held against: the least and the most that the same days of the weeks before had."""

    days: int
    least: int
    most: int


class Watch(Struct, frozen=True, kw_only=True):
    """What is known of a source's health. `trouble` stands `since`, and is empty while all is well.

    `good` is when the last whole visit ended.
    """

    trouble: Trouble = ""
    since: datetime | None = None
    began: datetime | None = None
    last: datetime | None = None
    failing: datetime | None = None
    good: datetime | None = None
    barren: int = 0
    """How many visits or messages in a row gave nothing, and since when."""
    barren_since: datetime | None = None
    fruitful: bool = False
    spoke: bool = False
    """Whether a post was ever listed."""
    heard: datetime | None = None
    """When a visit met a new post last; before that, when the first one ended."""
    errors: tuple[str, ...] = ()
    """What kept the last visit from being whole, by the names of failures."""
    lacks: tuple[str, ...] = ()
    """What the last pages say in which nothing was found, by the names of signals."""
    bare: dict[str, int] = {}
    """Of each field that a post of this source ever had, how many posts in a row have been without."""
    hours: dict[str, int] = {}
    """New posts by the hour in which they were written (hours since 1970), for as long as a window may be."""
    asked: dict[str, int] = {}
    """Pages asked for by the hour, for a week."""
    amiss: dict[str, int] = {}
    """Those of them that could not be had or read."""
    past: Past | None = None
    """What the source was held against when it fell silent or grew loud: its trouble must not become its measure."""


class Seen(Struct, frozen=True, kw_only=True):
    """What a visit saw: when its new posts were written, whether its pages held anything, whether it failed."""

    times: Sequence[datetime] = ()
    posts: Sequence[Collection[Field]] = ()
    """Of each post that was listed, what it had."""
    fruitful: bool = False
    barren: bool = False
    drifted: bool = False
    failed: bool = False
    cut: bool = False
    """Whether it ended before its time, through no fault of the site."""
    asked: int = 0
    """Pages that were asked for."""
    errors: tuple[str, ...] = ()
    """Why it failed."""
    lacks: tuple[str, ...] = ()
    """Signals of pages in which nothing was."""
    amiss: int = 0
    """Those that could not be had, or in which the selectors find nothing."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message to `.operations`: a source fell silent, grew loud or recovered. `reason` is the trouble."""

    event: Literal["source_silent", "source_loud", "source_recovered"]
    source: str
    township: str
    reason: Trouble
    seen: int
    since: datetime
    time: datetime
    expected: tuple[int, int] | None = None
    """Posts a day."""
    past: Past | None = None
    """What it is held against where its file expects nothing."""
    window_days: int | None = None
    """Days over which `seen` was counted."""
    missing: tuple[str, ...] = ()
    """What posts have no more."""
    why: tuple[str, ...] = ()
    """Failures of the last visit, or signals of pages in which nothing is found."""


def look(watch: Watch, source: Source, seen: Seen, now: datetime) -> tuple[Watch, Event | None]:
    """How a source stands after a visit, and what is to be said: once when trouble begins, and once when it ends."""
    watch = _counted(_begun(watch, source, now), source, seen, now)
    if not source.expects and watch.past is None:
        watch = replace(watch, past=_past(watch, now))
    trouble = _trouble(watch, source, now)
    if bool(trouble) == bool(watch.trouble):
        return watch, None
    since = now if trouble else watch.since or now
    past = watch.past
    window = timedelta(days=past.days) if past else _window(source)
    event = Event(
        event="source_recovered" if not trouble else "source_loud" if trouble == "many" else "source_silent",
        source=source.name,
        township=source.served[0] if len(source.served) == 1 else source.inbox,
        reason=trouble or watch.trouble,
        seen=_within(watch, window, now),
        since=since,
        time=now,
        expected=source.expects.posts_a_day if source.expects else None,
        past=past,
        window_days=window.days,
        missing=missing(watch),
        why=watch.errors if trouble == "failing" else watch.lacks if trouble == "barren" else (),
    )
    return replace(watch, trouble=trouble, since=since if trouble else None), event


def _begun(watch: Watch, source: Source, now: datetime) -> Watch:
    rested = watch.last is None or now - watch.last > _GAP + source.night + 2 * timedelta(seconds=source.schedule)
    return replace(watch, began=now, last=now) if rested else replace(watch, last=now)


def _counted(watch: Watch, source: Source, seen: Seen, now: datetime) -> Watch:
    kept = _LONGEST if source.expects else _PAST
    hours = _lately(watch.hours, kept, now)
    for time in seen.times:
        if now - kept < time:
            hours = _added(hours, 1, min(time, now))
    bare = dict(watch.bare)
    for had in seen.posts:
        bare = {field: number + 1 for field, number in bare.items()} | dict.fromkeys(had, 0)
    wrong = seen.drifted or bool(seen.lacks) or watch.fruitful or bool(source.expects and source.expects.posts_a_day[0])
    barren = watch.barren + 1 if seen.barren and wrong else 0 if seen.fruitful else watch.barren
    barren_since = now if barren and not watch.barren else watch.barren_since if barren else None
    failing = (watch.failing or now) if seen.failed else None
    return replace(
        watch,
        hours=hours,
        asked=_added(_lately(watch.asked, _WEEK, now), seen.asked, now),
        amiss=_added(_lately(watch.amiss, _WEEK, now), seen.amiss, now),
        bare=bare,
        barren=barren,
        barren_since=barren_since,
        failing=failing,
        errors=seen.errors,
        lacks=() if not barren else seen.lacks if seen.barren else watch.lacks,
        good=watch.good if seen.failed or seen.cut else now,
        fruitful=watch.fruitful or seen.fruitful,
        spoke=watch.spoke or bool(seen.posts or hours or bare),
        heard=now if seen.times else watch.heard or now,
        past=watch.past if watch.trouble in ("few", "many") else None,
    )


def lacking(signals: Iterable[str]) -> frozenset[str]:
    """Those of a page's signals that say why nothing is found in it; what nobody uses has names of its own."""
    parts = ((each, *each.partition(":")) for each in signals)
    return frozenset(each for each, what, _, found in parts if what != "unused" and found in _LACKS)


def missing(watch: Watch) -> tuple[str, ...]:
    """What posts of the source have no more, by name."""
    return tuple(sorted(field for field, number in watch.bare.items() if number >= _BARE))


def _trouble(watch: Watch, source: Source, now: datetime) -> Trouble:
    """What is wrong now; a trouble that stands ends only when things are clearly better."""
    if watch.failing and now - watch.failing >= _PATIENCE:
        return "failing"
    if watch.barren >= _BARREN and not _is_a_moment(watch, source, now):
        return "barren"
    if _is_erring(watch, now):
        return "erring"
    if missing(watch):
        return "bare"
    if watch.began is None:
        return ""
    return _against_its_file(watch, source, now) if source.expects else _against_its_past(watch, source, now)


def _is_a_moment(watch: Watch, source: Source, now: datetime) -> bool:
    """Whether all that gave nothing came within one moment. Visits lie apart by themselves, messages may not."""
    since = watch.barren_since if isinstance(source, Webhook | Manual) else None
    return since is not None and now - since < timedelta(seconds=source.schedule)


def _is_erring(watch: Watch, now: datetime) -> bool:
    """Whether many pages fail, of those of the shortest time in which enough were asked for."""
    for window in (_PATIENCE, _DAY, _WEEK):
        asked = sum(_lately(watch.asked, window, now).values())
        if asked >= _ASKED:
            amiss = sum(_lately(watch.amiss, window, now).values())
            return amiss * (4 if watch.trouble == "erring" else 2) >= asked
    return False


def _against_its_file(watch: Watch, source: Source, now: datetime) -> Trouble:
    if not source.expects or watch.began is None:
        return ""
    (low, high), window = source.expects.posts_a_day, _window(source)
    due = low * window.days * (2 if watch.trouble == "few" else 1)
    if now - watch.began >= window and _within(watch, window, now) * _SHARE < due:
        return "few"
    most = high if watch.trouble == "many" else high * _LOUD
    return "many" if now - watch.began >= _DAY and _within(watch, _DAY, now) > most else ""


def _past(watch: Watch, now: datetime) -> Past | None:
    """A day where a day of each of these weeks says enough, else a week; None for a source too quiet or too new."""
    for window in (_DAY, _WEEK):
        weeks = [_within(watch, window, now - week * _WEEK) for week in range(1, _WEEKS + 1)]
        if min(weeks) >= _DUE:
            return Past(window.days, min(weeks), max(weeks))
    return None


def _against_its_past(watch: Watch, source: Source, now: datetime) -> Trouble:
    past = watch.past
    if past is None or watch.began is None or now - watch.began < timedelta(days=past.days):
        return "mute" if _is_mute(watch, source, now) else ""
    seen = _within(watch, timedelta(days=past.days), now)
    if seen * _SHARE < past.least * (2 if watch.trouble == "few" else 1):
        return "few"
    return "many" if seen > past.most * (_LOUD if watch.trouble == "many" else _SURGE) else ""


def _is_mute(watch: Watch, source: Source, now: datetime) -> bool:
    """Whether a source that nobody writes himself says nothing, or stands still: a page of last year in a cache."""
    if watch.began is None or isinstance(source, Manual):
        return False
    heard = max(watch.began, watch.heard or watch.began)
    return now - heard >= _PAST or (not watch.spoke and now - watch.began >= _WEEK)


def _window(source: Source) -> timedelta:
    """Whole days, in which enough posts are due, and no more than two weeks."""
    low = source.expects.posts_a_day[0] if source.expects else 0
    return min(_LONGEST, timedelta(days=ceil(_ENOUGH / low))) if low else _DAY


def _within(watch: Watch, window: timedelta, end: datetime) -> int:
    begin, last = _hour(end - window), _hour(end)
    return sum(number for hour, number in watch.hours.items() if begin < int(hour) <= last)


def _lately(hours: dict[str, int], window: timedelta, now: datetime) -> dict[str, int]:
    return {hour: number for hour, number in hours.items() if int(hour) > _hour(now - window)}


def _added(hours: dict[str, int], number: int, time: datetime) -> dict[str, int]:
    hour = str(_hour(time))
    return hours | {hour: hours.get(hour, 0) + number} if number else hours


def _hour(time: datetime) -> int:
    return int(time.astimezone(UTC).timestamp()) // 3600
