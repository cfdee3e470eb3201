"""Find words of harm, danger and doubt in a text, in one pass."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct

IDLE: Final = "idle"
"""The category of harmless words that contain a word of harm: found first, then left out."""

TRIGGERS: Final = (
    "death", "dead", "injury", "serious", "poisoned", "missing", "trapped", "rescued", "evacuated",
    "casualties", "loss", "event", "hazard", "crack", "fault", "now",
)  # fmt: skip
"""Categories without any word of which a text states neither harm nor danger."""


class Word(Struct, frozen=True):
    """A word of the lexicon at characters `start` to `end`; `kind` is the kind of event that it implies, if any."""

    category: str
    kind: str
    start: int
    end: int


class HarmLexicon:
    """Words by category. The longest word wins, leftmost first; time is linear in the text.

    Args:
        words: words by `category` or `category/kind`, as in models/words/harm.yaml.
        triggers: categories without which a text states no harm and no danger.

    Raises:
        ValueError: a word stands twice.
    """

    def __init__(self, words: Mapping[str, Iterable[str]], triggers: Iterable[str] = TRIGGERS) -> None:
        self._names: dict[str, tuple[str, str]] = {}
        for name, group in words.items():
            category, _, kind = name.partition("/")
            for word in group:
                if word in self._names:
                    raise ValueError(f"harm lexicon: {word} stands in {name} and in {'/'.join(self._names[word])}")
                self._names[word] = (category, kind)
        wanted = set(triggers)
        self._all = re.compile(_trie(self._names))
        self._trigger = re.compile(_trie(word for word, (category, _) in self._names.items() if category in wanted))

    @classmethod
    def load(cls, path: Path | None = None) -> "HarmLexicon":
        """Read the lexicon from a YAML file, by default the one that comes with the program."""
        path = path or Path(__file__).parent / "words" / "harm.yaml"
        words: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=safe_loader())  # noqa: S506
        try:
            return cls(words)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def concerns(self, text: str, start: int, end: int) -> bool:
        """Whether a trigger stands between `start` and `end`: in most texts none does, and they need no closer look."""
        return self._trigger.search(text, start, end) is not None

    def words(self, text: str, start: int, end: int) -> Iterator[Word]:
        """The lexicon's words between `start` and `end`, left to right, without the idle ones."""
        for match in self._all.finditer(text, start, end):
            category, kind = self._names[match.group()]
            if category != IDLE:
                yield Word(category, kind, match.start(), match.end())


def safe_loader() -> type[Any]:
    """The C loader where PyYAML has one: as safe, ten times as fast."""
    loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader


def _trie(words: Iterable[str]) -> str:
    """A regular expression that finds the longest of the words, with common beginnings shared: no backtracking."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branch(root)


def _branch(node: dict[str, Any]) -> str:
    branches = [re.escape(character) + _branch(rest) for character, rest in sorted(node.items()) if character]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and "" not in node else f"(?:{'|'.join(branches)})"
    return f"{joined}?" if "" in node else joined
