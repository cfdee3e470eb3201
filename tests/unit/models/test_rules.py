"""Every case that stands beside a rule, judged from text to grade and colour."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.grading import Grader
from models.rulepack import read_file
from streams.records import Text

RULES = Path(__file__).parents[3] / "models" / "rules"
GRADE = Grader()


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(RULES.glob("*.yaml")):
        file = read_file(path)
        yield from ((entry.id, case) for entry in file.rules for case in entry.cases)
        yield from ((f"{path.stem}.{name}", case) for name, group in file.cases.items() for case in group)


def judged(case: dict[str, Any]) -> dict[str, Any]:
    text = Text(case.get("title", ""), case["text"])
    stated, found = GRADE(text)
    assert all(text.whole[quote.start : quote.end] == quote.text for quote in found.evidence)
    assert bool(found.rules) == bool(found.evidence)
    asked = {name for name in case if name not in {"title", "text"}}
    return {name: getattr(stated.toll if hasattr(stated.toll, name) else found, name) for name in asked}


@pytest.mark.parametrize(("name", "case"), [pytest.param(n, c, id=f"{n}: {c['text'][:24]}") for n, c in cases()])
def test_every_case_beside_a_rule_is_judged_as_it_says(name: str, case: dict[str, Any]) -> None:
    """A rule is as good as its cases: each text gets the grade, colour and numbers that stand beside it."""
    assert judged(case) == {key: value for key, value in case.items() if key not in {"title", "text"}}, name


def test_every_rule_has_a_case_that_only_it_explains() -> None:
    """No rule without a text that meets it: each rule's own cases name it among the rules met."""
    for path in sorted(RULES.glob("*.yaml")):
        for entry in read_file(path).rules:
            met = [GRADE(Text("", case["text"]))[1].rules for case in entry.cases]
            assert any(entry.id in rules for rules in met), entry.id
