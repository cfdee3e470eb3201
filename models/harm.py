"""Find words of harm, danger and doubt in a text, in one pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct

from models.pairs import Pair, Pairs, Span
from models.plain import Plain
from models.segment import SENTENCE_END

IDLE: Final = "idle"
"""The category of harmless words that contain a word of harm: found first, then left out."""

TRIGGERS: Final = frozenset({
    "death", "dead", "lives", "survived", "injury", "serious", "poisoned", "ill", "missing", "trapped", "rescued",
    "evacuated", "casualties", "loss", "event", "happened", "ongoing", "leak", "ruin", "ruined", "mention", "intake",
    "intake_town", "hazard", "looming", "unsafe", "crack", "now", "cry", "peril", "menace", "risk", "stuck", "urgent",
})  # fmt: skip
"""Categories without any word of which a text states neither harm nor danger."""

SURROUNDINGS: Final = frozenset(
    {"school", "children", "hospital", "crowd", "water", "gas", "lift", "many", "spreading"}
)
"""Categories that say where and whom a danger threatens: common words, looked for only where there is danger."""

_REACH: Final = 24
_FAR: Final = 48
"""Characters on each side in which a word's context is looked for, in its clause and in its sentence."""
_MOST: Final = 12_000
"""No honest text holds more words of harm; what a hostile one holds beyond is not read, so that time is bounded."""
_CLAUSE_END: Final = re.compile('[，,、：:。！？!?；;…（）()“”"\n \u3000](?:(?<![ \u3000])|(?<=[^ -~].)(?=[^ -~]))')
"""A mark, or a blank between ideographs. As one set first, which is sought thrice as fast as either of two."""


class Word(Struct, frozen=True):
    """A word of the lexicon at characters `start` to `end`; `kind` is the kind of event that it implies, if any."""

    category: str
    kind: str
    start: int
    end: int


class Context(Struct, frozen=True, forbid_unknown_fields=True, rename={"category": "as"}):
    """Words that mean harm only in company: 翻了 behind 车, 没了 behind 人.

    Regular expressions: `before`, `after` and `unless` look into the word's own clause, at most 24 characters away,
    `near` into its sentence, at most 48 away, so that a cry between two clauses changes nothing.
    """

    category: str
    words: tuple[str, ...]
    before: str = ""
    after: str = ""
    near: str = ""
    unless: str = ""


class HarmLexicon:
    """Words by category. The longest word wins, leftmost first; time is linear in the text.

    Args:
        words: words by `category` or `category/kind`, as in models/words/harm.yaml and danger.yaml.
        contexts: words whose meaning hangs on their company, as in models/words/context.yaml; the first context
            that fits gives the meaning, else `words` does, else none.
        plain: how texts are written before words are looked for; by default not at all.
        pairs: what means danger by two words.
        gone: words that tell of deaths otherwise, as in models/words/gone.yaml.

    Raises:
        ValueError: a word stands twice in `words`.
    """

    def __init__(
        self,
        words: Mapping[str, Iterable[str]],
        contexts: Iterable[Context] = (),
        plain: Plain | None = None,
        pairs: Pairs | None = None,
        gone: Iterable[Context] = (),
    ) -> None:
        self._plain = plain
        self._pairs = pairs
        meanings, others = _by_word(contexts), _by_word(gone)
        around: dict[str, list[_Meaning]] = {}
        names: dict[str, str] = {}
        for name, group in words.items():
            meaning = _Meaning(name)
            for word in group:
                if word in names:
                    raise ValueError(f"harm lexicon: {word} stands in {name} and in {names[word]}")
                names[word] = name
                if meaning.category in SURROUNDINGS or meaning.category == IDLE:
                    around.setdefault(word, []).append(meaning)
                if meaning.category not in SURROUNDINGS:
                    meanings.setdefault(word, []).append(meaning)
        self.categories = frozenset(
            m.category for found in (meanings, others, around) for group in found.values() for m in group
        ) | (pairs.categories if pairs else frozenset())
        self._harm, self._otherwise, self._around = _Finder(meanings, TRIGGERS), _Finder(others), _Finder(around)

    @classmethod
    def load(cls, folder: Path | None = None) -> "HarmLexicon":
        """Read harm, context, told, gone, danger and pairs.yaml and traditional.txt of a folder.

        Args:
            folder: by default the program's own.

        Raises:
            ValueError: a word stands twice, or a context is none; names the file.
        """
        folder = folder or Path(__file__).parent / "words"
        path = folder / "context.yaml"
        try:
            file = msgspec.convert(_read(path), _ContextFile)
            contexts = _contexts(file.words, file.names)
            path = folder / "told.yaml"
            told = msgspec.convert(_read(path), _ContextFile)
            contexts += _contexts(told.words, file.names | told.names)
            path = folder / "gone.yaml"
            gone = msgspec.convert(_read(path), _ContextFile)
            others = _contexts(gone.words, file.names | told.names | gone.names)
            path = folder / "danger.yaml"
            danger = msgspec.convert(_read(path), _DangerFile)
            contexts += _contexts(danger.contexts, file.names)
            path = folder / "pairs.yaml"
            pairs = msgspec.convert(_read(path), _PairFile)
            together = Pairs(pairs.groups, pairs.pairs, pairs.settled)
            path = folder / "harm.yaml"
            plain = Plain.load(folder / "traditional.txt")
            return cls(_read(path) | danger.words, contexts, plain, together, others)
        except (ValueError, LookupError, msgspec.ValidationError, re.error) as error:
            raise ValueError(f"{path}: {error}") from error

    def plain(self, text: str) -> str:
        """The text as the lexicon's words are written; every character keeps its place."""
        return self._plain.write(text) if self._plain else text

    def words(self, text: str) -> list[Word]:
        """The lexicon's words in a plain text, left to right, without idle ones; none when nothing is a trigger."""
        return self.words_of_all([text])[0]

    def words_of_all(self, texts: Sequence[str]) -> list[list[Word]]:
        """The words of many texts: the pairs of all before the words of all, so that their tables stay in the cache."""
        spans = [*map(self._pairs.spans, texts)] if self._pairs else [[]] * len(texts)
        return [*map(self._beside, spans, texts)]

    def _beside(self, spans: Sequence[Span], text: str) -> list[Word]:
        """The words of a text in which these pairs were found."""
        dangerous = any(category in TRIGGERS for category, _, _ in spans)
        found = self._harm.words(text, closely=dangerous)
        if not dangerous and not any(word.category in TRIGGERS for word in found):
            return []
        if not spans:
            return found
        together = (Word(category, "", start, end) for category, start, end in spans)
        return sorted((*found, *together), key=lambda word: word.start)

    def otherwise(self, text: str) -> list[Word]:
        """What tells in a plain text in other words that somebody died, if the text tells of a mishap."""
        return self._otherwise.words(text)

    def around(self, text: str, start: int, end: int) -> list[Word]:
        """Where and whom a danger in the text's sentence from `start` to `end` threatens."""
        words = self._around.words(text[start:end])
        return [Word(word.category, word.kind, start + word.start, start + word.end) for word in words]


def _by_word(contexts: Iterable[Context]) -> "dict[str, list[_Meaning]]":
    """What each word may mean, in the order of the contexts."""
    meanings: dict[str, list[_Meaning]] = {}
    for context in contexts:
        meaning = _Meaning(context.category, context)
        for word in context.words:
            meanings.setdefault(word, []).append(meaning)
    return meanings


class _Finder:
    """Finds words in one pass, the longest at each place, and tells what they mean there.

    Args:
        meanings: what each word may mean, in the order in which that is tried.
        wanted: categories without any of which a text is not looked at any closer; empty: it always is.
    """

    def __init__(self, meanings: "Mapping[str, Sequence[_Meaning]]", wanted: frozenset[str] = frozenset()) -> None:
        self._meanings = tuple(meanings.values())
        self._wanted = frozenset(
            index for index, group in enumerate(self._meanings) if not wanted or wanted & {m.category for m in group}
        )
        self._words = AhoCorasick(meanings, matchkind=MatchKind.LeftmostLongest)
        self._within = tuple(
            () if any(meaning.context is None for meaning in group) else self._inner(word)
            for word, group in meanings.items()
        )

    def _inner(self, word: str) -> tuple[tuple[int, int, int], ...]:
        """The shorter words in a word that may mean nothing: 都死了 that is no fish's death still holds 死了."""
        head = self._words.find_matches_as_indexes(word[:-1])
        tail = [(index, start + 1, end + 1) for index, start, end in self._words.find_matches_as_indexes(word[1:])]
        return tuple(max(tail, head, key=lambda found: sum(end - start for _, start, end in found)))

    def words(self, text: str, *, closely: bool = False) -> list[Word]:
        """The words of a text; `closely`: even when nothing in it is wanted."""
        found: list[Word] = []
        matches = self._words.find_matches_as_indexes(text)
        if not closely and self._wanted.isdisjoint([index for index, _, _ in matches]):
            return found
        for index, start, end in matches[:_MOST]:
            if not self._note(index, text, start, end, found):
                for inner, begin, until in self._within[index]:
                    self._note(inner, text, start + begin, start + until, found)
        return found

    def _note(self, index: int, text: str, start: int, end: int, found: list[Word]) -> bool:
        """Add what a word means where it stands; tell whether it means anything, idle words included."""
        for meaning in self._meanings[index]:
            if meaning.context is None or meaning.fits(text, start, end):
                if meaning.category != IDLE:
                    found.append(Word(meaning.category, meaning.kind, start, end))
                return True
        return False


class _Meaning:
    """What a word means, and in which company."""

    def __init__(self, name: str, context: Context | None = None) -> None:
        self.category, _, self.kind = name.partition("/")
        self.context = context
        fields = (context.before, context.after, context.near, context.unless) if context else ("",) * 4
        self._before, self._after, self._near, self._unless = (_compiled(field) if field else None for field in fields)
        self._in_clause = bool(self._before or self._after or self._unless)

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether the word stands in the company that this meaning asks for."""
        left, right = text[max(0, start - _REACH) : start], text[end : end + _REACH]
        if (self._before and not self._before.search(left)) or (self._near and not self._is_near(text, start, end)):
            return False
        if not self._in_clause:
            return True
        before, after = _CLAUSE_END.split(left)[-1], _CLAUSE_END.split(right, 1)[0]
        if self._before and not self._before.search(before):
            return False
        if self._after and not self._after.search(after):
            return False
        return not (self._unless and self._unless.search(f"{before}{text[start:end]}{after}"))

    def _is_near(self, text: str, start: int, end: int) -> bool:
        left, right = text[max(0, start - _FAR) : start], text[end : end + _FAR]
        sentence = f"{SENTENCE_END.split(left)[-1]}{text[start:end]}{SENTENCE_END.split(right, 1)[0]}"
        return bool(self._near and self._near.search(sentence))


def safe_loader() -> type[Any]:
    """The C loader where PyYAML has one: as safe, ten times as fast."""
    loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader


class _ContextFile(Struct, forbid_unknown_fields=True):
    names: dict[str, str]
    words: list[Context]


class _DangerFile(Struct, forbid_unknown_fields=True):
    words: dict[str, list[str]]
    contexts: list[Context]


class _PairFile(Struct, forbid_unknown_fields=True):
    settled: str
    groups: dict[str, list[str]]
    pairs: list[Pair]


def _contexts(contexts: Iterable[Context], names: Mapping[str, str]) -> list[Context]:
    """The contexts of a file, with the names that stand in <> spelt out."""

    def spelt(pattern: str) -> str:
        return _compiled(re.sub("<([a-z]+)>", lambda name: f"(?:{names[name[1]]})", pattern)).pattern

    return [
        Context(
            c.category,
            tuple(word for words in c.words for word in _spread(words)),
            spelt(c.before),
            spelt(c.after),
            spelt(c.near),
            spelt(c.unless),
        )
        for c in contexts
    ]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Each pattern once: it is compiled to name its file, and again where it serves, and re forgets after 512."""
    return re.compile(pattern)


def _spread(words: str) -> list[str]:
    """The words that a word with braces stands for: {砸,压}{死,伤} for 砸死, 砸伤, 压死 and 压伤."""
    parts = [part.split(",") for part in re.split("[{}]", words)]
    return ["".join(chosen) for chosen in product(*parts)]


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=safe_loader())  # noqa: S506
