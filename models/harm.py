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
    "death", "dead", "lives", "injury", "serious", "poisoned", "missing", "trapped", "rescued", "evacuated",
    "casualties", "loss", "event", "happened", "leak", "ruin", "mention", "hazard", "looming", "crack", "fault",
    "symptom", "now",
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
        wanted = frozenset(triggers)
        self._all = _Finder(self._names)
        self._trigger = _Finder(word for word, (category, _) in self._names.items() if category in wanted)

    @classmethod
    def load(cls, path: Path | None = None) -> "HarmLexicon":
        """Read the lexicon from a YAML file, by default the one that comes with the program."""
        path = path or Path(__file__).parent / "words" / "harm.yaml"
        words: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=safe_loader())  # noqa: S506
        try:
            return cls(words)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def concerns(self, text: str) -> bool:
        """Whether a trigger stands in the text: in most texts none does, and they need no closer look."""
        return next(self._trigger.spans(text), None) is not None

    def words(self, text: str) -> Iterator[Word]:
        """The lexicon's words in the text, left to right, without the idle ones."""
        for start, end in self._all.spans(text):
            category, kind = self._names[text[start:end]]
            if category != IDLE:
                yield Word(category, kind, start, end)


class _Finder:
    """Finds the longest of many words at each place.

    Why not one regular expression of all words: it tries its branches one by one. Here two sets of characters pass
    over most places, and a word's first two characters choose the few words to try.
    """

    def __init__(self, words: Iterable[str]) -> None:
        by_pair: dict[str, list[str]] = {}
        for word in words:
            by_pair.setdefault(word[:2], []).append(word)
        self._tails = {pair: re.compile(_trie(group)) for pair, group in by_pair.items() if len(pair) == 2}  # noqa: PLR2004
        self._singles = frozenset(pair for pair in by_pair if len(pair) == 1)
        firsts, seconds = ("".join({pair[place] for pair in self._tails}) for place in (0, 1))
        pairs = f"[{re.escape(firsts)}](?=[{re.escape(seconds)}])"
        self._places = re.compile(f"[{re.escape(''.join(self._singles))}]|{pairs}" if self._singles else pairs)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the words stand, left to right, without overlaps."""
        done = 0
        for place in self._places.finditer(text):
            start = place.start()
            if start < done:
                continue
            tail = self._tails.get(text[start : start + 2])
            match = tail.match(text, start) if tail else None
            if match:
                done = match.end()
            elif text[start] in self._singles:
                done = start + 1
            else:
                continue
            yield start, done


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
