"""A source that fell silent is named once, and once when it speaks again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from streams.crawl.watch import Event, Field, Past, Seen, Watch, look
from streams.source import AnySource, parse_source

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(expects: str = "", townships: str = '"330206104"') -> AnySource:
    text = f"kind: feed\nurl: https://a.example/rss\ntownships: [{townships}]\n"
    return parse_source(text + (f"expects: {{posts_a_day: {expects}}}\n" if expects else ""), Path("s.yaml"))


class Village:
    """A source that is visited every hour, and what was said about it."""

    def __init__(self, expects: str = "") -> None:
        self.source, self.watch, self.now = source(expects), Watch(), START
        self.said: list[tuple[float, Event]] = []

    def hours(self, number: float, posts: Callable[[int], int] = lambda _: 0, **seen: Any) -> "Village":
        for _ in range(int(number)):
            self.now += HOUR
            times = [self.now] * posts(self.now.hour)
            self.watch, event = look(self.watch, self.source, Seen(times=times, **seen), self.now)
            if event:
                self.said.append(((self.now - START) / HOUR, event))
        return self

    def events(self) -> list[tuple[float, str, str]]:
        return [(hour, event.event, event.reason) for hour, event in self.said]


def by_day(hour: int) -> int:
    """One an hour from 6 to 22, as people write."""
    return int(6 <= hour < 22)


def test_a_source_as_expected_says_nothing() -> None:
    """Sixteen posts a day where 10 to 60 are expected: nights are no silence."""
    assert Village("[10, 60]").hours(24 * 10, by_day).events() == []


def test_a_silent_source_is_named_once_and_once_when_it_speaks() -> None:
    """Less than a fifth of the least that is expected, over a day at least; back when it is two fifths."""
    village = Village("[10, 60]").hours(48, by_day).hours(72).hours(48, by_day)
    (fell, silent, _), (rose, recovered, reason) = village.events()
    assert (silent, recovered, reason) == ("source_silent", "source_recovered", "few")
    assert 48 + 12 <= fell <= 48 + 24
    assert 120 <= rose <= 120 + 16
    said = village.said[0][1]
    assert (said.source, said.township, said.expected, said.window_days) == ("s", "330206104000", (10, 60), 1)
    assert said.seen < 2
    assert village.said[1][1].since == said.since == START + fell * HOUR


def test_a_quiet_source_is_given_as_long_as_it_needs() -> None:
    """Where one post a day is the least, five days without one say something, and two do not."""
    assert Village("[1, 20]").hours(24 * 4).events() == []
    assert Village("[1, 20]").hours(24 * 6).events() == [(121, "source_silent", "few")]
    assert Village("[0, 20]").hours(24 * 30).events() == []


def test_old_posts_of_the_first_visit_are_not_counted_as_todays() -> None:
    """A hundred posts of last year, then nothing: the posts' own dates count."""
    village = Village("[5, 20]")
    old = [START - timedelta(days=300)] * 100
    village.watch, _ = look(village.watch, village.source, Seen(times=old, fruitful=True), START)
    assert village.hours(26).events()[0][1:] == ("source_silent", "few")


def test_a_crawler_that_was_away_begins_its_watch_anew() -> None:
    """What it did not see it cannot miss: no alarm after its own outage."""
    village = Village("[10, 60]").hours(48, by_day)
    village.now += timedelta(days=3)
    assert village.hours(20).events() == []
    assert village.hours(10).events()[0][1] == "source_silent"


def test_a_source_that_is_visited_once_in_two_days_is_watched_too() -> None:
    """Its pauses are its schedule, no outage."""
    rare = Village("[5, 60]")
    rare.source = structs.replace(rare.source, schedule=48 * 3600.0)
    for _ in range(3):
        rare.now += timedelta(hours=47)
        rare.hours(1)
    assert [event[1:] for event in rare.events()] == [("source_silent", "few")]


def test_a_source_that_is_visited_by_day_only_is_watched_too() -> None:
    """Its nights are its hours, no outage, though they be longer than its days."""
    office = Village("[5, 60]")
    office.source = structs.replace(office.source, hours="08:00-16:00")
    for _ in range(3):
        office.hours(8)
        office.now += timedelta(hours=16)
    assert [event[1:] for event in office.events()] == [("source_silent", "few")]


def test_pages_without_anything_in_them_are_named_after_three_visits() -> None:
    """Where something was found before, where something is expected, or where the selectors say that they miss it."""
    assert Village("[1, 9]").hours(3, barren=True).events() == [(3, "source_silent", "barren")]
    assert Village().hours(1, fruitful=True).hours(3, barren=True).events() == [(4, "source_silent", "barren")]
    assert Village().hours(3, barren=True, drifted=True).events() == [(3, "source_silent", "barren")]
    assert Village().hours(3, barren=True, lacks=("id:missing",)).events() == [(3, "source_silent", "barren")]
    assert Village().hours(9, barren=True).events() == []


def test_what_is_said_of_a_trouble_names_why() -> None:
    """The failures of the last visit, or what the last pages lack: a 304 takes nothing back."""
    barren = Village().hours(2, barren=True, lacks=("id:missing", "page:login")).hours(1)
    barren.hours(1, barren=True, lacks=("page:login",))
    assert [event.why for _, event in barren.said] == [("page:login",)]
    assert barren.hours(1).watch.lacks == ("page:login",)
    assert barren.hours(1, fruitful=True).watch.lacks == ()
    failing = Village().hours(7, failed=True, errors=("robots",))
    assert [event.why for _, event in failing.said] == [("robots",)]
    assert failing.hours(1).watch.errors == ()


def test_a_field_that_posts_have_no_more_is_named() -> None:
    """A hundred posts in a row without the date or author that posts of this source had; what never was is no loss."""
    village = Village()

    def read(number: int, *fields: Field) -> None:
        village.watch, event = look(village.watch, village.source, Seen(posts=[fields] * number), village.now)
        village.said += [(0, event)] if event else []

    read(50, "published", "body")
    read(99, "body")
    read(1, "body", "published")
    read(99, "body")
    assert village.events() == []
    read(1, "body")
    read(200, "body")
    read(1, "body", "published", "author")
    assert [event[1:] for event in village.events()] == [("source_silent", "bare"), ("source_recovered", "bare")]
    assert [event.missing for _, event in village.said] == [("published",), ()]


def test_unchanged_pages_are_neither_good_nor_bad() -> None:
    """A site that says 304 all day was read as it stands; a page with something in it ends the trouble."""
    village = Village("[1, 9]").hours(2, barren=True).hours(5).hours(1, barren=True).hours(4)
    village.hours(1, fruitful=True)
    assert village.events() == [(8, "source_silent", "barren"), (13, "source_recovered", "barren")]


def test_a_source_that_cannot_be_read_is_named_after_six_hours() -> None:
    """Whatever it expects; a single good visit in between begins the count anew."""
    village = Village().hours(5, failed=True).hours(1).hours(8, failed=True).hours(1)
    assert village.events() == [(13, "source_silent", "failing"), (15, "source_recovered", "failing")]


def test_a_loud_source_is_named_too() -> None:
    """More than twice the most that is expected in a day is not the village any more; well below it is again."""
    village = Village("[1, 20]").hours(48, by_day).hours(12, lambda _: 10).hours(40)
    assert [event[1:] for event in village.events()] == [("source_loud", "many"), ("source_recovered", "many")]
    assert village.said[0][1].seen > 40


def test_a_source_that_names_no_number_is_held_against_its_own_past() -> None:
    """Less than a fifth of the least that the same hours of three weeks before had, and more than five times the most.

    It stays so until it speaks again: weeks of silence are no measure.
    """
    village = Village().hours(24 * 7 * 4, by_day)
    assert village.events() == []
    village.hours(24 * 30).hours(48, by_day)
    (fell, silent, _), (rose, recovered, reason) = village.events()
    assert (silent, recovered, reason) == ("source_silent", "source_recovered", "few")
    assert fell <= 24 * 28 + 24 < 24 * 58 <= rose <= 24 * 58 + 16
    said = village.said[0][1]
    assert (said.expected, said.past, said.window_days) == (None, Past(1, 16, 16), 1)
    loud = Village().hours(24 * 7 * 4, by_day).hours(12, lambda _: 20).hours(48, by_day)
    assert [event[1:] for event in loud.events()] == [("source_loud", "many"), ("source_recovered", "many")]


def test_a_quiet_source_without_a_number_is_held_against_whole_weeks() -> None:
    """Two posts a day say nothing about a day; fourteen a week do. One of fewer is let alone."""

    def at(*hours: int) -> Callable[[int], int]:
        return lambda hour: int(hour in hours)

    village = Village().hours(24 * 7 * 4, at(8, 18)).hours(24 * 8)
    assert [event[1:] for event in village.events()] == [("source_silent", "few")]
    assert village.said[0][1].past == Past(7, 14, 14)
    assert village.said[0][0] > 24 * (28 + 5)
    assert Village().hours(24 * 7 * 4, at(8)).hours(24 * 20).events() == []


def test_a_new_source_has_no_past() -> None:
    """What its list reached back to is no whole week, and its silence is no news before there are three."""
    assert Village().hours(24 * 12, by_day).hours(24 * 8).events() == []


def test_a_source_whose_pages_fail_in_numbers_is_named() -> None:
    """Half of twenty pages or more within six hours, though its lists can be read; over when it is a quarter."""
    village = Village().hours(12, by_day, asked=10, amiss=4).hours(6, by_day, asked=10, amiss=7)
    village.hours(12, by_day, asked=10, amiss=1)
    assert [event[1:] for event in village.events()] == [("source_silent", "erring"), ("source_recovered", "erring")]
    assert Village().hours(6, asked=2, amiss=2).events() == []


def test_a_source_of_few_pages_is_given_a_day_or_a_week_until_enough_of_them_fail() -> None:
    """A page every other hour, all of them closed by a login: named when there were twenty, well again in a day."""
    village = Village()
    for _ in range(30):
        village.hours(1, asked=1, amiss=1).hours(1)
    ((named, _, reason),) = village.events()
    assert (named, reason) == (39, "erring")
    assert Village().hours(150, asked=0).hours(10, asked=1, amiss=1).events() == []
    village.hours(48, by_day, asked=1)
    assert village.events()[1][1:] == ("source_recovered", "erring")
    assert village.events()[1][0] <= 60 + 24


def test_a_source_that_never_says_anything_is_named_after_a_week() -> None:
    """Where no number is expected."""
    (named,) = Village().hours(24 * 25, asked=1).events()
    assert named == (24 * 7 + 1, "source_silent", "mute")
    assert Village("[0, 5]").hours(24 * 60).events() == []
    late = Village().hours(24 * 8).hours(1, lambda _: 1)
    assert late.events()[-1][1:] == ("source_recovered", "mute")


def test_a_source_that_stands_still_is_named_after_four_weeks() -> None:
    """A cache that gives the same page for ever says nothing else; whoever is as quiet as that expects `[0, 5]`."""
    village = Village().hours(1, lambda _: 1).hours(24 * 40, fruitful=True).hours(1, lambda _: 1)
    assert village.events() == [(24 * 28 + 1, "source_silent", "mute"), (24 * 40 + 2, "source_recovered", "mute")]
    assert Village("[0, 5]").hours(1, lambda _: 1).hours(24 * 60).events() == []
    rare = Village()
    for _ in range(3):
        rare.hours(1, lambda _: 1).hours(24 * 20)
    assert rare.events() == []


def test_what_is_new_may_be_old() -> None:
    """Posts of last year that are listed today are news of the source, though none of its hours."""
    village = Village()
    for _ in range(60 * 2):
        village.hours(11)
        village.now += HOUR
        times = [village.now - timedelta(days=300)]
        village.watch, event = look(village.watch, village.source, Seen(times=times, fruitful=True), village.now)
        assert event is None


def test_the_last_whole_visit_is_known() -> None:
    """Failures since do not move it."""
    village = Village().hours(3).hours(2, failed=True)
    assert village.watch.good == START + 3 * HOUR


def test_a_shared_source_is_reported_to_the_countys_inbox() -> None:
    """It belongs to no single township."""
    shared = source("[1, 9]", '"330206104", "330206105"')
    _, event = look(Watch(barren=2, began=START, last=START), shared, Seen(barren=True), START + HOUR)
    assert event
    assert event.township == "330206000000"


def test_what_is_remembered_stays_small() -> None:
    """Two weeks of hours at most, however long a source lives, and whatever dates its posts claim."""
    village = Village("[1, 2000]").hours(24 * 30, lambda _: 1)
    village.watch, _ = look(village.watch, village.source, Seen(times=[START + timedelta(days=9999)]), village.now)
    assert len(village.watch.hours) <= 14 * 24
    assert len(Village().hours(24 * 40, lambda _: 1, asked=9, amiss=1).watch.hours) <= 28 * 24
