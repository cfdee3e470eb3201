"""From facts to grade and colour, by rules."""

from agents import severity
from models.rulepack import Rule, RulePack, Term
from streams.matter import Facts
from streams.records import Evidence, Severity

DEAD = Rule("a.III.deaths", "III", None, ("火灾",), ((Term("deaths", least=3),),), "norm")
HINT = Rule("a.unknown.hint", "unknown", None, (), ((Term("hint"),),), "norm")
BLUE = Rule("a.blue.hazard", None, "blue", (), ((Term("hazard"),),), "norm")
RULES = RulePack((BLUE, HINT, DEAD))
THREE, CRACK, RUMOUR = Evidence("3人死亡", 10, 14), Evidence("墙裂了", 0, 3), Evidence("听说死了人", 4, 9)


def test_a_grade_carries_its_rule_and_its_words() -> None:
    """Whoever reads the alert sees by which rule and in whose words."""
    facts = Facts(kind="火灾", least={"deaths": 3}, quotes={"deaths": (THREE,)})
    assert severity.run(facts, RULES) == Severity("III", "火灾", rules=("a.III.deaths",), evidence=(THREE,))


def test_danger_stands_beside_the_grade() -> None:
    """A colour needs no grade, and a grade no colour; the quotes stand in reading order."""
    facts = Facts(kind="火灾", least={"deaths": 3}, quotes={"deaths": (THREE,), "hazard": (CRACK,)})
    found = severity.run(facts, RULES)
    assert (found.grade, found.warning, found.hazard, found.immediate) == ("III", "blue", True, False)
    assert found.evidence == (THREE, CRACK)
    assert found.rules == ("a.III.deaths", "a.blue.hazard")


def test_a_hint_alone_is_unknown() -> None:
    """A rumour asks a person; beside what is stated it changes nothing."""
    assert severity.run(Facts(hints=(RUMOUR,)), RULES).grade == "unknown"
    assert severity.run(Facts(hints=(RUMOUR,)), RULES).evidence == (RUMOUR,)
    stated = Facts(kind="火灾", least={"deaths": 3}, quotes={"deaths": (THREE,)}, hints=(RUMOUR,))
    assert severity.run(stated, RULES).grade == "III"


def test_nothing_stated_is_none() -> None:
    """Most posts have no grade, no colour and no rule."""
    assert severity.run(Facts(), RULES) == Severity()


def test_a_rule_of_another_kind_does_not_grade() -> None:
    """Thresholds belong to the kind of event that their norm speaks of."""
    assert severity.run(Facts(kind="地震", least={"deaths": 3}, quotes={"deaths": (THREE,)}), RULES).grade == "none"
