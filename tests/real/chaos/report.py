"""The tables that are printed at the end."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from tests.real.chaos.fleet import MEBIBYTE
from tests.real.chaos.invariants import Finding, Growth

SHOWN: Final = 5


class Struck(Struct, frozen=True):
    """A fault as it happened, in seconds: when it fell, how long it lasted, how long at most a post had to wait."""

    at: float
    name: str
    what: str
    lasted: float
    waited: float | None
    fell: bool = True
    """False when it found nobody to fall on: then it does not count."""


class Outcome(Struct, kw_only=True):
    """What came of a run."""

    struck: list[Struck]
    found: list[Finding]
    memory: list[int]
    """Bytes of the largest worker, second by second."""
    growth: Growth | None
    behind: list[int]
    """Records that were not acknowledged yet, look by look."""
    sending: float
    """Seconds in which posts were sent."""
    killed: int
    exits: list[int]
    """Codes with which workers ended without our doing."""
    again: int
    """Records that the producer sent once more for want of an answer."""

    @property
    def holds(self) -> bool:
        """Whether no invariant is broken, be it for want of evidence that every run must bring."""
        return bool(self.found) and not self.broken

    @property
    def broken(self) -> list[str]:
        """The promises that do not hold."""
        return [each.promise for each in self.found if each.breaches]

    @property
    def verdict(self) -> str:
        """All of it in a line."""
        asked = sum(bool(each.asked) for each in self.found)
        if not self.holds:
            return f"BROKEN: {'; '.join(self.broken) or 'nothing was asked'}"
        left = f"; not asked (-): {len(self.found) - asked}" if asked < len(self.found) else ""
        return f"all {asked} invariants hold{left}"


def show(console: Console, outcome: Outcome) -> None:
    """Print all of it."""
    console.print(_faults(outcome.struck))
    codes = ", ".join(f"{code} x {times}" for code, times in sorted(Counter(outcome.exits).items()))
    console.print(f"workers that we killed: {outcome.killed}; others ended unasked with: {codes or 'none did'}")
    console.print(f"sent again for want of an answer: {outcome.again:,}")
    console.print(f"posts were sent for {outcome.sending:,.0f} s")
    console.print(f"records behind at most, by tenths of the run: {_tenths(outcome.behind, 1)}")
    console.print(f"memory of the largest worker in MiB, by tenths of the run: {_tenths(outcome.memory, MEBIBYTE)}")
    if grown := outcome.growth:
        hourly, bound = grown.hourly / MEBIBYTE, grown.bound / MEBIBYTE
        console.print(f"in {grown.minutes} warm minutes it grew by {hourly:,.1f} MiB an hour; {bound:,.1f} are allowed")
    console.print(_invariants(outcome.found))
    console.print(outcome.verdict)


def _faults(struck: Sequence[Struck]) -> Table:
    table = Table(title="Faults", title_justify="left")
    for name in ("at, s", "fault", "what", "lasted, s", "judged again after, s"):
        table.add_column(name, justify="right" if name.endswith("s") else "left")
    for each in struck:
        again = "never" if each.waited is None else f"{each.waited:.1f}"
        table.add_row(f"{each.at:.1f}", each.name, each.what, f"{each.lasted:.1f}", again)
    return table


def _invariants(found: Sequence[Finding]) -> Table:
    table = Table(title="Invariants", title_justify="left")
    for name in ("", "promise", "of", "breaches"):
        table.add_column(name, justify="right" if name == "of" else "left")
    for each in found:
        breaches = "; ".join((*each.breaches[:SHOWN], *(["..."] if len(each.breaches) > SHOWN else [])))
        said = f"{len(each.breaches)}: {breaches}" if each.breaches else "0"
        mark = "✗" if each.breaches else "✓" if each.asked else "-"
        table.add_row(mark, each.promise, f"{each.asked:,}" if each.asked else "-", said if mark != "-" else "-")
    return table


def _tenths(values: Sequence[int], unit: int) -> str:
    """The largest of each tenth."""
    step = max(1, -(-len(values) // 10))
    return "; ".join(f"{max(values[at : at + step]) / unit:,.0f}" for at in range(0, len(values), step))
