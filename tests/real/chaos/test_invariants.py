"""Each invariant of the chaos run holds of a sound end, and catches what is planted."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from streams.topics import MEBIBYTE
from tests.real.chaos import invariants
from tests.real.chaos.invariants import Alert, Ended, Evidence, Letter, Logged, Matter, Offsets, Stored
from tests.real.chaos.report import Outcome

POISON = ("chaos.posts", 0, 3)

WALL = "990101101000 翠湖小区"
LAMP = "990101102000 翠湖小区"

SOUND = Evidence(
    acknowledged=("a", "b", "c", "d", "poison-1"),
    logged=(
        Logged(("chaos.posts", 0, 0), "a", fetched="2026-01-01T00:00:00.001+00:00", matter=WALL, grave=True),
        Logged(("chaos.posts", 0, 1), "a", fetched="2026-01-01T00:00:00.001+00:00", matter=WALL, grave=True),
        Logged(("chaos.posts", 0, 2), "a", fetched="2026-01-01T00:00:00.003+00:00", matter=WALL, grave=True),
        Logged(POISON, "poison-1", "unreadable"),
        Logged(("chaos.posts", 0, 4), "b", fetched="2026-01-01T00:00:00.002+00:00", matter=WALL, grave=True),
        Logged(("chaos.posts", 1, 0), "c", fetched="2026-01-01T00:00:00.004+00:00", matter=LAMP),
        Logged(("chaos.posts", 1, 1), "d", fetched="2026-01-01T00:00:00.005+00:00"),
    ),
    stored=(
        Stored("a", "2026-01-01T00:00:00.003+00:00", "wall", grave=True),
        Stored("b", "2026-01-01T00:00:00.002+00:00", "wall", grave=True),
        Stored("c", "2026-01-01T00:00:00.004+00:00", "lamp"),
        Stored("d", "2026-01-01T00:00:00.005+00:00", None),
    ),
    incidents=(Matter("wall", 2, 3, alerted=True), Matter("lamp", 1, 1)),
    history={("wall", 2), ("wall", 3)},
    alerts=(
        Alert("wall:2", "wall", 2, first=True, content=b"two"),
        Alert("wall:3", "wall", 3, first=False, content=b"three"),
        Alert("wall:2", "wall", 2, first=True, content=b"two"),
    ),
    letters=(Letter(POISON, "unreadable"), Letter(POISON, "unreadable")),
    offsets={0: Offsets(0, 5, 5), 1: Offsets(0, 2, 2)},
    commits=({0: 1, 1: 0}, {0: 4}, {0: 5, 1: 2}),
    exits=(75, 75),
    planned=3,
    faults=3,
    asked=(Ended(1.2, 0), Ended(30.1, 70, refused=True)),
    memory=[(float(second), MEBIBYTE * (300 + second % 7)) for second in range(900)],
    absences=1,
    waited=2,
)
"""An edit, a repeat, a poison record, a repeated letter, a repeated alert, and chatter: all as they should be."""

A, B, C, D = SOUND.stored
WALLS, LAMPS = SOUND.incidents
OTHER = Logged(("chaos.posts", 1, 2), "e", fetched="2026-01-01T00:00:00.006+00:00")

PLANTED: dict[Callable[[Evidence], Any], dict[str, Any]] = {
    invariants.logged: {"acknowledged": ("a", "b", "e", "poison-1")},
    invariants.nothing_lost: {"logged": (*SOUND.logged, OTHER)},
    invariants.nothing_twice: {"stored": (*SOUND.stored, D)},
    invariants.newest: {"stored": (replace(A, fetched="2026-01-01T00:00:00.001+00:00"), B, C, D)},
    invariants.dead: {"letters": ()},
    invariants.counts: {"incidents": (replace(WALLS, posts=3), LAMPS)},
    invariants.nothing_pending: {"incidents": (replace(WALLS, pending=1), LAMPS)},
    invariants.history: {"history": {("wall", 3)}},
    invariants.founded: {"stored": (A, B, replace(C, incident=None), D)},
    invariants.grouped: {"stored": (A, replace(B, incident="other wall"), C, D)},
    invariants.grave: {"incidents": (replace(WALLS, alerted=False), LAMPS)},
    invariants.alerts: {"alerts": (SOUND.alerts[0], SOUND.alerts[2])},
    invariants.repeats: {"alerts": (*SOUND.alerts[:2], replace(SOUND.alerts[0], content=b"other"))},
    invariants.order: {"alerts": SOUND.alerts[1:]},
    invariants.offsets: {"offsets": {**SOUND.offsets, 1: Offsets(0, 0, 1)}},
    invariants.forward: {"commits": ({0: 4}, {0: 3})},
    invariants.exits: {"exits": (70,)},
    invariants.recovery: {"unrecovered": ("zombie",)},
    invariants.deadlines: {"asked": (Ended(33.0, None),)},
    invariants.patience: {"impatient": ("2 exits of a worker",)},
    invariants.flat: {"memory": [(at, size + 1024 * int(at)) for at, size in SOUND.memory]},
}

MORE: list[tuple[Callable[[Evidence], Any], dict[str, Any]]] = [
    (invariants.nothing_twice, {"stored": (*SOUND.stored, Stored("nobody", "", None))}),
    (invariants.dead, {"letters": (*SOUND.letters, Letter(("chaos.posts", 1, 0), "deadly"))}),
    (invariants.counts, {"incidents": ()}),
    (invariants.counts, {"incidents": (*SOUND.incidents, Matter("empty", 1, 1))}),
    (invariants.founded, {"stored": tuple(replace(each, incident=None) for each in SOUND.stored)}),
    (invariants.founded, {"stored": (A, B, C, replace(D, incident="wall"))}),  # Chatter.
    (invariants.grouped, {"stored": (A, B, replace(C, incident="wall"), D)}),  # Two matters in one.
    (invariants.grave, {"stored": (replace(A, incident=None), B, C, D)}),
    (invariants.grave, {"stored": (replace(A, grave=False), B, C, D)}),  # Judged as harmless.
    (invariants.grave, {"stored": (A, B, replace(C, grave=True), D)}),  # Judged as grave, and nobody was told.
    (invariants.grave, {"incidents": ()}),
    (invariants.grave, {"alerts": ()}),
    (invariants.alerts, {"alerts": SOUND.alerts[1:2]}),  # The first one is missing.
    (invariants.alerts, {"alerts": SOUND.alerts[:1]}),  # The last one is.
    (invariants.alerts, {"alerts": ()}),
    (invariants.alerts, {"alerts": (*SOUND.alerts, Alert("wall:4", "wall", 4, first=False, content=b"four"))}),
    (invariants.alerts, {"alerts": (*SOUND.alerts, Alert("flood:1", "flood", 1, first=True, content=b"one"))}),
    (invariants.dead, {"letters": (Letter(POISON, "quarantine"),)}),
    (invariants.dead, {"letters": (*SOUND.letters, Letter(POISON, "deadly"))}),  # Once for this, once for that.
    (invariants.exits, {"exits": (78,)}),
    (invariants.exits, {"exits": (0,)}),
    (invariants.exits, {"exits": (-9,)}),  # Not by us: for its memory, perhaps.
    *((invariants.deadlines, {"asked": (Ended(1.2, code),)}) for code in (70, 75, 78, -11)),
    (invariants.deadlines, {"asked": (Ended(1.2, 78, refused=True),)}),
    (invariants.offsets, {"offsets": {**SOUND.offsets, 1: Offsets(1, 2, 2)}}),
    (invariants.recovery, {"planned": 4}),  # One did not fall.
    (invariants.patience, {"absences": 1, "waited": 0}),
]


def test_a_sound_end_has_no_breach() -> None:
    """Repeats, edits and restarts are not taken for a loss."""
    found = invariants.findings(SOUND)
    assert [each for each in found if each.breaches] == []
    assert all(each.asked for each in found), "each was asked of something"


def test_every_invariant_has_a_planted_breach() -> None:
    """None of them is without a test of its own."""
    assert set(PLANTED) == set(invariants.CHECKS)


@pytest.mark.parametrize(("check", "planted"), [*PLANTED.items(), *MORE])
def test_a_planted_breach_is_found(check: Callable[[Evidence], Any], planted: dict[str, Any]) -> None:
    """What is planted is found by the invariant that is about it."""
    assert check(SOUND).breaches == ()
    assert check(replace(SOUND, **planted)).breaches


def test_an_end_that_nobody_has_seen_is_no_good_end() -> None:
    """What every run must ask is broken where there was no evidence; what this one did not bring is left out."""
    nothing = Evidence(
        acknowledged=(), logged=(), stored=(), incidents=(), history=(), alerts=(), letters=(), offsets={}
    )
    found = invariants.findings(nothing)
    assert {each.promise for each in found if not each.breaches} == {
        "edited posts stand as last edited",
        "repeated alerts are the same",
        "workers ended only to be started again",
        "judged again after each fault",
        "ended in good order when asked to",
        "workers waited for an absent store",
        "memory grows with matters only",
    }
    unseen = {each.promise for each in invariants.findings(replace(SOUND, offsets={}, commits=())) if each.breaches}
    assert unseen == {"offsets stand at the end", "offsets only went forward"}


def test_the_verdict_says_what_is_broken_and_what_was_not_asked() -> None:
    """The last line is enough to know how a run ended."""
    assert _outcome(SOUND).verdict == f"all {len(invariants.CHECKS)} invariants hold"
    assert _outcome(replace(SOUND, memory=())).verdict == (
        f"all {len(invariants.CHECKS) - 1} invariants hold; not asked (-): 1"
    )
    broken = _outcome(replace(SOUND, letters=(), exits=(70,)))
    assert broken.verdict == "BROKEN: dead letters are the poison records; workers ended only to be started again"
    assert not broken.holds


def test_a_leak_is_told_from_what_is_known_of_new_matters() -> None:
    """Memory may grow by what each new matter may take; as much without new matters is a leak."""
    many = tuple(Matter(f"m{number}", 1, 1) for number in range(100))
    growing = [(at, size + round(at / 900 * 100 * 15_000)) for at, size in SOUND.memory]
    assert invariants.flat(replace(SOUND, memory=growing)).breaches
    assert not invariants.flat(replace(SOUND, memory=growing, incidents=many)).breaches
    assert not invariants.flat(replace(SOUND, memory=growing, incidents=(replace(WALLS, voices=20_000),))).breaches


def test_a_step_and_a_busy_minute_are_no_leak() -> None:
    """The allocator takes a piece once, and a batch takes a lot for a second."""
    busy = [(at, size + (80 * MEBIBYTE if int(at) % 9 == 0 and at > 500 else 0)) for at, size in SOUND.memory]
    assert not invariants.flat(replace(SOUND, memory=busy)).breaches
    for when in range(60, 900, 60):
        stepped = [(at, size + (8 * MEBIBYTE if at > when else 0)) for at, size in SOUND.memory]
        assert not invariants.flat(replace(SOUND, memory=stepped)).breaches


@pytest.mark.parametrize("seconds", [0, 1, 121, 600])
def test_a_short_run_says_nothing_of_growth(seconds: int) -> None:
    """Too few looks are no proof, neither of a leak nor of none."""
    finding = invariants.flat(replace(SOUND, memory=[(float(at), MEBIBYTE * at) for at in range(seconds)]))
    assert (finding.asked, finding.breaches) == (0, ())


def _outcome(evidence: Evidence) -> Outcome:
    found = invariants.findings(evidence)
    return Outcome(struck=[], found=found, memory=[], growth=None, behind=[], sending=0.0, killed=0, exits=[], again=0)
