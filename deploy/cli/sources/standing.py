"""How a source stands, in words, and why: from what its crawlers remember of it and counted today."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from streams.crawl.day import Day
from streams.crawl.ledger import EVERY
from streams.crawl.memory import Head
from streams.crawl.watch import Watch, missing
from streams.pages.login import LOGIN
from streams.source import AnySource, Manual, Webhook

TROUBLES: Final = {
    "few": "fell silent",
    "many": "louder than expected",
    "barren": "pages without posts",
    "bare": "posts lack what they had",
    "failing": "cannot be read",
    "erring": "pages fail",
    "mute": "nothing new for weeks",
}
"""Trouble in words of the table; a new one stands as it is called."""

LONGEST: Final = timedelta(hours=1)
"""For which a source is left alone that fails."""

A_DAY: Final = timedelta(days=1)

_SHOWN: Final = 5
"""Files that are named; the health index has more of them."""


class Standing(Struct, frozen=True):
    """Words for the table; `is_bad` where a person should look.

    One visit that fails, or finds nothing where the one before found something, is said, and is not bad yet.
    """

    words: str
    is_bad: bool = False


def standing(source: AnySource, head: Head, day: Day | None, now: datetime) -> Standing:
    """How a source stands. A crawler that stands still tells nobody: not being visited for long is bad, too.

    Args:
        source: with its schedule, hours and time zone.
        head: what crawlers remember of it.
        day: what they counted today; None where nothing is written yet.
        now: the time.
    """
    head = head.believed(now)
    if head.visited is None:
        return Standing("never visited", is_bad=True)
    found = list(_amiss(source, head, day, now)) or [Standing("well")]
    if files := _files(day):
        found.append(Standing(f"left unread today: {files}"))
    if _is_ahead(source, head, day, now):
        found.append(Standing("counts follow"))
    return Standing("; ".join(each.words for each in found), any(each.is_bad for each in found))


def last_visit(source: AnySource, head: Head) -> datetime | None:
    """When it was visited last, or a message came."""
    last = head.watch.last if isinstance(source, Webhook | Manual) else None
    return max(filter(None, (head.visited, last)), default=None)


def coverage(day: Day | None) -> str:
    """Which part of what was listed is published, and what became of the rest."""
    if day is None or day.coverage is None:
        return ""
    share = f"{day.coverage:.0%}"
    if day.coverage >= 1:
        return share
    said = [f"{name} {number}" for name, number in day.uncovered.items()]
    if "unread" in day.uncovered or not said:
        said += _errors(day) + [each for each in day.names("signal") if each.startswith("full:")]
    return share + _because(said)


def time_at(source: AnySource, time: datetime | None) -> str:
    """A time as its source's clock shows it; empty without one."""
    return f"{time.astimezone(source.zone):%Y-%m-%d %H:%M}" if time else ""


def _amiss(source: AnySource, head: Head, day: Day | None, now: datetime) -> Iterator[Standing]:
    """All that keeps a source that was visited from being well."""
    watch = head.watch
    if _is_left(source, head, now):
        yield Standing(f"not visited since {time_at(source, head.visited)}", is_bad=True)
    if watch.trouble and not (watch.trouble == "failing" and head.failures):
        yield _trouble(source, watch)
    if head.failures:
        yield _failing(source, head, day)
    elif watch.lacks and watch.trouble != "barren":
        yield _void(watch)
    elif not (watch.spoke or watch.fruitful):
        yield _new(source, head, day)


def _is_left(source: AnySource, head: Head, now: datetime) -> bool:
    """Whether nobody visited it for longer than it explains."""
    patience = 3 * timedelta(seconds=source.schedule) + source.night + LONGEST
    if not head.walked and not head.failures:
        patience += A_DAY  # Its visit was cut short, so it may wait for tomorrow's requests.
    return head.visited is not None and now - max(head.visited, head.closed or head.visited) > patience


def _trouble(source: AnySource, watch: Watch) -> Standing:
    since = f" since {time_at(source, watch.since)}"
    if watch.trouble == "barren" and LOGIN in watch.lacks:
        return Standing(f"asks to log in{since}", is_bad=True)
    why = {"barren": watch.lacks, "bare": missing(watch)}.get(watch.trouble, ())
    return Standing(f"{TROUBLES.get(watch.trouble, watch.trouble)}{since}{_because(why)}", is_bad=True)


def _failing(source: AnySource, head: Head, day: Day | None) -> Standing:
    watch = head.watch
    why = _because(watch.errors or _errors(day))
    if not (watch.good or watch.spoke or watch.fruitful):
        return Standing(f"never read{why}", is_bad=True)
    since = time_at(source, watch.failing or head.visited)
    return Standing(f"failing since {since}{why}", is_bad=head.failures > 1)


def _void(watch: Watch) -> Standing:
    """Its last pages were read, and nothing was in them."""
    if LOGIN in watch.lacks:
        return Standing("asks to log in", is_bad=True)
    is_bad = watch.barren > 1 or not watch.fruitful
    return Standing(f"read, but nothing in it{_because(watch.lacks)}", is_bad)


def _new(source: AnySource, head: Head, day: Day | None) -> Standing:
    """Nothing was ever read of it, and nothing says that it should have been."""
    if isinstance(source, Webhook | Manual):
        return Standing("no message yet")
    errors = _errors(day)
    if errors or (day and day.names("error:file")):
        return Standing(f"never read{_because(errors)}", is_bad=True)
    return Standing("read, but nothing in it yet" if head.walked else "its first visit is not at its end")


def _is_ahead(source: AnySource, head: Head, day: Day | None, now: datetime) -> bool:
    """Whether it was visited so lately that the counts are still to be written."""
    last = last_visit(source, head)
    written = day.time if day else None
    return last is not None and now - last < timedelta(seconds=2 * EVERY) and (written is None or written < last)


def _errors(day: Day | None) -> list[str]:
    return [each for each in day.names("error") if not each.startswith("file:")] if day else []


def _files(day: Day | None) -> str:
    """Files of a folder that could not be read, or are none that is."""
    files = {*day.names("error:file"), *day.names("signal:file:ignored")} if day else set[str]()
    named = sorted(files, key=lambda each: (each == "other", each))  # Of more than fifty the rest are so called.
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return ", ".join(named[:_SHOWN]) + more


def _because(names: Iterable[str]) -> str:
    said = ", ".join(names)
    return f": {said}" if said else ""
