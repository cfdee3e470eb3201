"""A busy server is waited for, and everybody can see why."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from streams.batch.patience import Patience
from streams.errors import Busy, Fenced, Why
from streams.protocols import Conflict, Done, Outcome, Overloaded


class World:
    """A log, a clock and a tally, and what was told."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.told: list[Why | None] = []
        self.counted = 0
        self.owned = True

    def patience(self) -> Patience:
        return Patience(self, self, self, self.tell)  # type: ignore[arg-type]

    def tell(self, why: Why | None, detail: str) -> None:
        assert bool(why) == bool(detail)
        self.told.append(why)

    def add(self, name: str, amount: int = 1, **_: str) -> None:
        self.counted += amount if name == "busy" else 0

    def assert_owned(self) -> None:
        if not self.owned:
            raise Fenced("not ours")

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_a_busy_server_is_asked_again_and_the_reason_told() -> None:
    """Longer and longer pauses; once it answers nothing is waited for any more."""
    world, answers = World(), [Busy("away"), Busy("no room", "disk_full"), Busy("no room", "disk_full")]

    async def ask() -> str:
        if answers:
            raise answers.pop(0)
        return "done"

    assert await world.patience().insist(ask) == "done"
    assert world.told == ["away", "disk_full", "disk_full", None]
    assert world.slept == [0.1, 0.3, 1.0]
    assert world.counted == 3


async def test_only_what_was_not_taken_is_written_again() -> None:
    """Of a bulk the refused items alone; between the attempts the wait does not seem to be over."""
    world, asked = World(), list[Sequence[str]]()

    async def write(items: Sequence[str]) -> Sequence[Outcome]:
        asked.append(items)
        return [
            Conflict() if i == "b" else Overloaded("full", "disk_full") if len(asked) < 3 else Done(1, 1) for i in items
        ]

    done = [each async for each in world.patience().until_written(["a", "b", "c"], write)]
    assert done == [("b", Conflict()), ("a", Done(1, 1)), ("c", Done(1, 1))]
    assert asked == [["a", "b", "c"], ["a", "c"], ["a", "c"]]
    assert world.told == ["disk_full", "disk_full", None]


async def test_who_has_lost_its_partitions_waits_no_longer() -> None:
    """The next owner tries; but why it came to this was told before."""
    world = World()
    world.owned = False

    async def ask() -> None:
        raise Busy("away")

    with pytest.raises(Fenced):
        await world.patience().insist(ask)
    assert (world.told, world.slept) == (["away"], [])
