"""Rules are checked when they are read."""

from pathlib import Path

import pytest

from models.rulepack import RulePack, Term

GOOD = """
kinds: [火灾]
norm: 条例第三条
rules:
  - {id: fire.IV.event, grade: IV, when: event}
  - {id: fire.III.deaths, grade: III, when: deaths >= 3 or deaths and poisoned > 100}
  - {id: fire.red.now, warning: red, when: immediate and not over}
"""


def pack(tmp_path: Path, text: str) -> RulePack:
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    return RulePack.load(tmp_path)


def test_rules_come_most_severe_first(tmp_path: Path) -> None:
    """The first rule met decides, so the order in the file must not."""
    rules = pack(tmp_path, GOOD)
    assert [rule.grade for rule in rules.of("火灾")] == ["III", "IV"]
    assert [rule.warning for rule in rules.warnings] == ["red"]
    assert rules.of("地震") == ()


def test_conditions_mean_what_they_say(tmp_path: Path) -> None:
    """`>=` includes, `>` does not, `and` binds before `or`, `not` is the absence of a statement."""
    deaths = pack(tmp_path, GOOD).of("火灾")[0]
    assert deaths.met_by({"deaths": 3}) == ("deaths",)
    assert deaths.met_by({"deaths": 2}) == ()
    assert deaths.met_by({"deaths": 1, "poisoned": 100}) == ()
    assert deaths.met_by({"deaths": 1, "poisoned": 101}) == ("deaths", "poisoned")
    now = pack(tmp_path, GOOD).warnings[0]
    assert now.met_by({"immediate": 1}) == ("immediate",)
    assert now.met_by({"immediate": 1, "over": 1}) == ()
    assert Term("deaths").holds({"deaths": 0}) is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("deaths >= 3", "deaths >= many"), "fire.III.deaths: condition `deaths >= many`"),
        (("deaths >= 3", "import os"), "condition `import os`"),
        (("fire.III.deaths", "fire.IV.event"), "ids stand twice: fire.IV.event"),
        (("norm: 条例第三条", "norm: ''"), "norm"),
        (("norm: 条例第三条", ""), "norm"),
        (("grade: IV, ", ""), "give either a grade or a warning"),
        (("grade: IV, ", "grade: IV, warning: blue, "), "give either a grade or a warning"),
        (("grade: IV, ", "grade: VI, "), "VI"),
        (("when: event", "wenn: event"), "wenn"),
        (("fire.IV.event", "fire event"), "rules"),
        (("rules:", "rules: ["), "rules.yaml"),
    ],
)
def test_a_mistake_in_a_rule_file_is_refused_with_its_place(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    """A rule without a norm, with an unknown field or a condition that does not parse never reaches a post."""
    with pytest.raises(ValueError, match="(?s)" + message.replace("`", ".")):
        pack(tmp_path, GOOD.replace(*change, 1))


def test_every_rule_that_comes_with_the_program_names_its_norm() -> None:
    """Whoever is graded may ask by which law."""
    rules = RulePack.load().rules
    assert len(rules) > 30
    assert all(rule.norm for rule in rules)
