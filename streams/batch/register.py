"""Which dead letters are open, told from the letters and from what people did with them: pure, any order will do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from streams.records import Letter

RETRIED: Final = "letter_retried"
DROPPED: Final = "letter_dropped"

State = Literal["open", "retried", "died again", "dropped"]
"""`retried`: its record was sent again, and no later letter says that it died again."""


class Dealing(Struct, frozen=True, kw_only=True):
    """What a person did with a letter: a record in `.operations`, which keeps it as long as `.dead` the letter."""

    event: Literal["letter_retried", "letter_dropped"]
    letter: str
    recorded: Annotated[datetime, Meta(tz=True)]
    """The letter's own time."""
    township: str | None
    source: str | None
    by: str
    """Role account, never a person."""
    reason: str
    time: Annotated[datetime, Meta(tz=True)]


class Filed(Struct, frozen=True):
    """A letter with its own place in `.dead`: partition and offset."""

    letter: Letter
    place: tuple[int, int]


class Standing(Struct, frozen=True):
    """A letter as it stands now, and the last thing that was done with it."""

    filed: Filed
    state: State
    dealing: Dealing | None = None

    @property
    def letter(self) -> Letter:
        return self.filed.letter

    @property
    def is_open(self) -> bool:
        """Whether somebody should look at it."""
        return self.state == "open"


def standing(letters: Iterable[Filed], dealings: Iterable[Dealing]) -> list[Standing]:
    """Every letter once, as it stands, by topic, partition and offset: the order in which their records came."""
    filed: dict[tuple[str, datetime], Filed] = {}
    for each in letters:
        filed.setdefault(each.letter.identity, each)
    last: dict[tuple[str, datetime], Dealing] = {}
    for dealing in dealings:
        about = dealing.letter, dealing.recorded
        last[about] = max(last.get(about, dealing), dealing, key=_order)
    died = {each.letter.line for each in filed.values()}
    found = [Standing(each, _state(each.letter, last.get(each.letter.identity), died), last.get(each.letter.identity))
             for each in filed.values()]  # fmt: skip
    return sorted(found, key=lambda each: (each.letter.topic, each.letter.partition, each.letter.offset))


def _state(letter: Letter, dealing: Dealing | None, died: set[tuple[str, int]]) -> State:
    if dealing is None:
        return "open"
    if dealing.event == DROPPED:
        return "dropped"
    first, retries = letter.line
    return "died again" if (first, retries + 1) in died else "retried"


def _order(dealing: Dealing) -> tuple[datetime, str, str, str]:
    return dealing.time, dealing.event, dealing.by, dealing.reason


class Wanted(Struct, frozen=True, kw_only=True):
    """Which letters somebody asks for; None asks for any."""

    step: str | None = None
    reason: str | None = None
    error: str | None = None
    """Words of the error."""
    township: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def has(self, letter: Letter) -> bool:
        """Whether the letter is one of them."""
        named = ("step", "reason", "township", "source")
        return (
            all(getattr(self, name) in (None, getattr(letter, name)) for name in named)
            and (self.error or "").casefold() in letter.error.casefold()
            and (self.since is None or letter.time >= self.since)
            and (self.until is None or letter.time < self.until)
        )


def quarantined(letters: Sequence[Standing]) -> dict[tuple[str, str], tuple[int, datetime]]:
    """Township and source of each that was set aside: how many open letters say so, and when the last one died."""
    found: dict[tuple[str, str], tuple[int, datetime]] = {}
    for each in letters:
        letter = each.letter
        if each.is_open and letter.reason == "quarantine":
            about = letter.township or "", letter.source or ""
            number, latest = found.get(about, (0, letter.time))
            found[about] = number + 1, max(latest, letter.time)
    return found
