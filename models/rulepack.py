"""Rules that grade harm and colour danger: each with its norm, read from YAML beside its cases."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml
from msgspec import Meta, Struct

from models.harm import safe_loader

SEVEREST_FIRST: Final = ("I", "II", "III", "IV", "unknown", "red", "orange", "yellow", "blue")
_TERM: Final = re.compile(r"(not )?([a-z_]+)(?: *(>=|>) *([0-9_]+))?")

RuleGrade = Literal["I", "II", "III", "IV", "unknown"]
RuleColour = Literal["red", "orange", "yellow", "blue"]


class Term(Struct, frozen=True):
    """`name`, `not name`, `name >= 3` or `name > 100`."""

    name: str
    negated: bool = False
    least: int = 1
    """The smallest whole number that meets the term."""

    def holds(self, stated: Mapping[str, int]) -> bool:
        """Whether what is stated meets the term."""
        return (stated.get(self.name, 0) >= self.least) is not self.negated


class Rule(Struct, frozen=True):
    """One rule: when all terms of one alternative hold, the grade or the colour is given."""

    id: str
    grade: RuleGrade | None
    warning: RuleColour | None
    kinds: tuple[str, ...]
    """Kinds of events that the rule grades; empty: any kind."""
    when: tuple[tuple[Term, ...], ...]
    norm: str

    @property
    def outcome(self) -> str:
        """The grade or the colour."""
        return self.grade or self.warning or ""

    def met_by(self, stated: Mapping[str, int]) -> tuple[str, ...]:
        """The names that meet the rule and are to be quoted; empty when it is not met."""
        for terms in self.when:
            if all(term.holds(stated) for term in terms):
                return tuple(term.name for term in terms if not term.negated)
        return ()


class RulePack:
    """All rules, most severe first.

    Args:
        rules: in any order.

    Raises:
        ValueError: two rules share an id.
    """

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        ids = [rule.id for rule in rules]
        if twice := sorted({rule for rule in ids if ids.count(rule) > 1}):
            raise ValueError(f"rule pack: ids stand twice: {', '.join(twice)}")
        ordered = sorted(rules, key=lambda rule: SEVEREST_FIRST.index(rule.outcome))
        self.rules = tuple(ordered)
        self.warnings = tuple(rule for rule in ordered if rule.warning)
        grading = [rule for rule in ordered if rule.grade]
        kinds = {kind for rule in rules for kind in rule.kinds}
        self._any = tuple(rule for rule in grading if not rule.kinds)
        self._of = {kind: tuple(r for r in grading if not r.kinds or kind in r.kinds) for kind in kinds}

    def of(self, kind: str) -> tuple[Rule, ...]:
        """The grading rules for a kind of event, most severe first."""
        return self._of.get(kind, self._any)

    @classmethod
    def load(cls, folder: Path | None = None) -> "RulePack":
        """Read every YAML file of a folder, by default the rules that come with the program.

        Raises:
            ValueError: a file is no rule file, a condition does not parse, or an id stands twice; names the file.
        """
        folder = folder or Path(__file__).parent / "rules"
        return cls(tuple(rule for path in sorted(folder.glob("*.yaml")) for rule in _rules(path)))


class _Entry(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(pattern=r"^[a-z]+\.[A-Za-z]+\.[a-z_]+$")]
    when: str
    grade: RuleGrade | None = None
    warning: RuleColour | None = None
    norm: str = ""
    cases: list[dict[str, Any]] = []


class _File(Struct, forbid_unknown_fields=True):
    norm: Annotated[str, Meta(min_length=1)]
    rules: list[_Entry] = []
    kinds: list[str] = []
    cases: dict[str, list[dict[str, Any]]] = {}


def read_file(path: Path) -> _File:
    """A rule file with its cases. Raises ValueError naming file and field."""
    try:
        return msgspec.convert(yaml.load(path.read_text(encoding="utf-8"), Loader=safe_loader()), _File)  # noqa: S506
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error


def _rules(path: Path) -> list[Rule]:
    file = read_file(path)
    return [_rule(path, file, entry) for entry in file.rules]


def _rule(path: Path, file: _File, entry: _Entry) -> Rule:
    if (entry.grade is None) == (entry.warning is None):
        raise ValueError(f"{path}: rule {entry.id}: give either a grade or a warning")
    try:
        when = tuple(tuple(_term(term) for term in terms.split(" and ")) for terms in entry.when.split(" or "))
    except ValueError as error:
        raise ValueError(f"{path}: rule {entry.id}: {error}") from error
    return Rule(entry.id, entry.grade, entry.warning, tuple(file.kinds), when, entry.norm or file.norm)


def _term(words: str) -> Term:
    match = _TERM.fullmatch(words.strip())
    if match is None:
        raise ValueError(f"condition `{words}` is not `name`, `not name`, `name >= number` or `name > number`")
    number = int(match[4]) if match[4] else 1
    return Term(match[2], bool(match[1]), number + (match[3] == ">"))
