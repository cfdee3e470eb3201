"""Watch whether a source still says what it used to: crawlers die in silence."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from streams.source import Source

Trouble = Literal["", "few", "many", "barren", "bare", "failing"]
"""`few` or `many`: posts against what the source's file expects. `barren`: pages are read, and nothing is in them.
`bare`: posts lack what they used to have. `failing`: its pages cannot be had."""

Field = Literal["body", "published", "author"]
"""What a post of a source has, or never had; that it is gone tells of a selector that finds nothing any more."""

DRIFT: Final = frozenset({"page:unreadable", "items:missing", "thread:missing", "post:missing", "thread_id:missing"})
"""Signals of a page in which the selectors or keys of its source find nothing."""

_ENOUGH: Final = 5
"""Posts that must be due before their absence says something: by chance none comes in 1 window of 150 (Poisson)."""

_SHARE: Final = 5
"""Less than one in so many of the expected posts is silence."""

_LOUD: Final = 2
"""More than so many times the highest number expected is not the village any more."""

_BARREN: Final = 3
_BARE: Final = 100
"""Posts in a row without what posts of this source have had: more than a long thread of pictures, or of guests."""
_PATIENCE: Final = timedelta(hours=6)
_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=14)
_GAP: Final = timedelta(hours=12)
"""After a pause of the crawler itself, beyond two visits, the watch begins anew: what it did not see it can't miss."""


class Watch(Struct, frozen=True, kw_only=True):
    """What is known of a source's health. `trouble` stands `since`, and is empty while all is well."""

    trouble: Trouble = ""
    since: datetime | None = None
    began: datetime | None = None
    last: datetime | None = None
    failing: datetime | None = None
    barren: int = 0
    fruitful: bool = False
    bare: dict[str, int] = {}
    """Of each field that a post of this source ever had, how many posts in a row have been without."""
    hours: dict[str, int] = {}
    """New posts by the hour in which they were written (hours since 1970), for as long as a window may be."""


class Seen(Struct, frozen=True, kw_only=True):
    """What a visit saw: when its new posts were written, whether its pages held anything, whether it failed."""

    times: Sequence[datetime] = ()
    posts: Sequence[Collection[Field]] = ()
    """Of each post that was listed, what it had."""
    fruitful: bool = False
    barren: bool = False
    drifted: bool = False
    failed: bool = False


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
    window_days: int | None = None
    """Days over which `seen` was counted."""
    missing: tuple[str, ...] = ()
    """What posts have no more."""


def look(watch: Watch, source: Source, seen: Seen, now: datetime) -> tuple[Watch, Event | None]:
    """How a source stands after a visit, and what is to be said: once when trouble begins, and once when it ends."""
    watch = _counted(_begun(watch, source, now), source, seen, now)
    trouble = _trouble(watch, source, now)
    if bool(trouble) == bool(watch.trouble):
        return watch, None
    since = now if trouble else watch.since or now
    event = Event(
        event="source_recovered" if not trouble else "source_loud" if trouble == "many" else "source_silent",
        source=source.name,
        township=source.served[0] if len(source.served) == 1 else source.inbox,
        reason=trouble or watch.trouble,
        seen=_within(watch, _window(source), now),
        since=since,
        time=now,
        expected=source.expects.posts_a_day if source.expects else None,
        window_days=_window(source).days,
        missing=_missing(watch),
    )
    return replace(watch, trouble=trouble, since=since if trouble else None), event


def _begun(watch: Watch, source: Source, now: datetime) -> Watch:
    rested = watch.last is None or now - watch.last > _GAP + 2 * timedelta(seconds=source.schedule)
    return replace(watch, began=now, last=now) if rested else replace(watch, last=now)


def _counted(watch: Watch, source: Source, seen: Seen, now: datetime) -> Watch:
    hours = {hour: number for hour, number in watch.hours.items() if int(hour) > _hour(now - _LONGEST)}
    for time in seen.times:
        if now - _LONGEST < time:
            hour = str(_hour(min(time, now)))
            hours[hour] = hours.get(hour, 0) + 1
    bare = dict(watch.bare)
    for had in seen.posts:
        bare = {field: number + 1 for field, number in bare.items()} | dict.fromkeys(had, 0)
    wrong = seen.drifted or watch.fruitful or bool(source.expects and source.expects.posts_a_day[0])
    barren = watch.barren + 1 if seen.barren and wrong else 0 if seen.fruitful else watch.barren
    failing = (watch.failing or now) if seen.failed else None
    fruitful = watch.fruitful or seen.fruitful
    return replace(watch, hours=hours, bare=bare, barren=barren, failing=failing, fruitful=fruitful)


def _missing(watch: Watch) -> tuple[str, ...]:
    return tuple(sorted(field for field, number in watch.bare.items() if number >= _BARE))


def _trouble(watch: Watch, source: Source, now: datetime) -> Trouble:
    """What is wrong now; a trouble that stands ends only when things are clearly better."""
    if watch.failing and now - watch.failing >= _PATIENCE:
        return "failing"
    if watch.barren >= _BARREN:
        return "barren"
    if _missing(watch):
        return "bare"
    if not source.expects or watch.began is None:
        return ""
    (low, high), window = source.expects.posts_a_day, _window(source)
    due = low * window.days * (2 if watch.trouble == "few" else 1)
    if now - watch.began >= window and _within(watch, window, now) * _SHARE < due:
        return "few"
    most = high if watch.trouble == "many" else high * _LOUD
    return "many" if now - watch.began >= _DAY and _within(watch, _DAY, now) > most else ""


def _window(source: Source) -> timedelta:
    """Whole days, in which enough posts are due, and no more than two weeks."""
    low = source.expects.posts_a_day[0] if source.expects else 0
    return min(_LONGEST, timedelta(days=ceil(_ENOUGH / low))) if low else _DAY


def _within(watch: Watch, window: timedelta, now: datetime) -> int:
    return sum(number for hour, number in watch.hours.items() if int(hour) > _hour(now - window))


def _hour(time: datetime) -> int:
    return int(time.astimezone(UTC).timestamp()) // 3600
