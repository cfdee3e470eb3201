"""The flow names every step, and a step can depend on nothing that it does not name."""

from pathlib import Path
from typing import get_type_hints

import pytest

import agents
from agents import flow, severity
from models.rulepack import RulePack
from streams.matter import Facts
from streams.stage import Stage


def steps_on_disk() -> set[str]:
    folder = Path(agents.__file__).parent
    return {file.stem for file in folder.glob("*.py")} - {"__init__", "flow"}


def test_the_flow_names_every_step() -> None:
    """A step that nobody runs does not exist: each module of agents/ has its place in the flow."""
    named = {step for stage in flow.STAGES for step in stage.steps}
    assert named == steps_on_disk()


def test_the_step_that_grades_sees_facts_and_rules_and_nothing_else() -> None:
    """Mood, reach and author are not parameters of the step that grades, so they cannot matter."""
    hints = get_type_hints(severity.run)
    hints.pop("return")
    assert set(hints.values()) == {Facts, RulePack}


def test_a_step_that_asks_for_what_nobody_gives_stops_the_start() -> None:
    """A flow that cannot run is refused when it is stated, not when the first record comes."""
    with pytest.raises(TypeError, match="step severity asks for Facts"):
        Stage("short", given=(RulePack,), steps=(severity,))


def test_the_judging_alone_is_a_part_of_the_whole() -> None:
    """`xiangyin judge` runs the very steps that the worker runs, in their order."""
    whole = flow.POST.steps
    at = whole.index(flow.JUDGE.steps[0])
    assert whole[at : at + len(flow.JUDGE.steps)] == flow.JUDGE.steps
