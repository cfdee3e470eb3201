"""Grade a post's severity from the harm that it states, and colour the danger that it names."""

from collections.abc import Iterable, Mapping
from typing import Final

from models.rulepack import Rule, RulePack
from streams.matter import Facts
from streams.records import Evidence, Severity

_NOTHING: Final = Severity()
"""What most posts are."""


def run(facts: Facts, rules: RulePack) -> Severity:
    """Return grade and warning, each by the first rule met, most severe first, with the words that met it.

    Mood, reach and author are not parameters, so that they cannot matter. Source of the thresholds: each rule
    names its own norm.
    """
    if not facts.quotes and not facts.hints:
        return _NOTHING
    stated = _stated(facts)
    grade, warning = _first(rules.of(facts.kind), stated), _first(rules.warnings, stated)
    met = [found for found in (grade, warning) if found]
    return Severity(
        grade=(grade[0].grade if grade else None) or "none",
        kind=facts.kind,
        hazard="hazard" in facts.quotes,
        immediate="immediate" in facts.quotes,
        warning=(warning[0].warning if warning else None) or "none",
        rules=tuple(rule.id for rule, _ in met),
        evidence=tuple(dict.fromkeys(quote for _, names in met for quote in _quotes(facts, names))),
    )


def _stated(facts: Facts) -> Mapping[str, int]:
    """Numbers of the toll, and a 1 for each signal that is quoted."""
    signals = dict.fromkeys(facts.quotes, 1) | ({"hint": 1} if facts.hints else {})
    return signals | facts.least


def _first(rules: Iterable[Rule], stated: Mapping[str, int]) -> tuple[Rule, tuple[str, ...]] | None:
    for rule in rules:
        if names := rule.met_by(stated):
            return rule, names
    return None


def _quotes(facts: Facts, names: Iterable[str]) -> tuple[Evidence, ...]:
    """The words behind the names that met a rule, in reading order."""
    found = [quote for name in names for quote in (facts.hints if name == "hint" else facts.quotes.get(name, ()))]
    return tuple(sorted(found, key=lambda quote: (quote.start, quote.end)))
