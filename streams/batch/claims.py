"""Of commands that reach for the same dead letter at once, one sends it again: the one whose claim stands first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from streams.batch.register import Dealing

LEASE: Final = timedelta(minutes=1)
"""How long a claim holds: the letters of a command that died are free then. One that lives sends in half that time."""


class Claim(Struct, frozen=True, kw_only=True):
    """That a command is about to send a letter again: a record in `.operations`, before the dealing."""

    event: Literal["letter_claimed"] = "letter_claimed"
    letter: str
    recorded: Annotated[datetime, Meta(tz=True)]
    """The letter's own time."""
    by: str
    """Role account, never a person."""
    run: str
    """Names the run of a command, among all."""
    time: Annotated[datetime, Meta(tz=True)]


def others(told: Iterable[Claim | Dealing], run: str) -> dict[tuple[str, datetime], Claim | Dealing]:
    """By letter, why it is not this run's to send: it was dealt with, or another run has claimed it before.

    Args:
        told: in the order of the log, with the log's times: those of two machines tell nothing of a lease.
        run: which has claimed all letters that it asks about.
    """
    by_letter: dict[tuple[str, datetime], list[Claim | Dealing]] = {}
    for each in told:
        by_letter.setdefault((each.letter, each.recorded), []).append(each)
    return {letter: other for letter, about in by_letter.items() if (other := _other(about, run))}


def _other(about: list[Claim | Dealing], run: str) -> Claim | Dealing | None:
    if dealt := [each for each in about if isinstance(each, Dealing)]:
        return dealt[-1]
    claims = [each for each in about if isinstance(each, Claim)]
    ours = [each.time for each in claims if each.run == run]
    if not ours:
        return None
    first = next(each for each in claims if each.time > max(ours) - LEASE)
    return None if first.run == run else first
