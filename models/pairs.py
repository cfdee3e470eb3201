"""Find two words that mean danger only together: a thing, and what is wrong with it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct

IDLE: Final = "idle"
"""The group of harmless words that contain others."""
_BREAK: Final = re.compile('[，,、：:。！？!?；;…（）()“”"\n\\s]')
_MOST: Final = 40_000
"""More words than any honest text holds; what a hostile one says beyond is not read."""
_REACH: Final = 8
"""Characters before and behind a pair in which it is said that all is well again."""
_DENIED: Final = re.compile(
    "(?:没有?|未|不再|并不|从不|不会|毫无|无|防止?|避免|以免|谨防|预防|杜绝|严禁|禁止)(?:发生|出现|任何|再|被)?$"
)

_Found = tuple[int, int, int]
"""A word by its number, and the characters from where to where it stands."""
Span = tuple[str, int, int]
"""A category and the characters from where to where it is stated."""


class Pair(Struct, frozen=True, forbid_unknown_fields=True, rename={"category": "as", "others": "with"}):
    """Two groups of words that mean something when they stand in one clause, in either order."""

    category: str
    words: tuple[str, ...]
    """Names of groups."""
    others: tuple[str, ...]
    """Names of groups."""
    within: int = 8
    """The most characters between the two."""
    unless: str = ""
    """A regular expression that is not in or right around the pair."""


_Known = tuple[tuple[Pair, re.Pattern[str]], ...]


def _within(word: str, masks: Mapping[str, int], idle: int) -> int:
    """The pairs of the words that stand in a word, which the longest one hides: 锈得 is 锈, too."""
    if masks[word] & idle:
        return 0
    size = len(word)
    parts = (word[start:end] for start in range(size) for end in range(start + 1, size + 1))
    return reduce(or_, (masks.get(part, 0) for part in parts)) & ~idle


class _Sides(NamedTuple):
    """Where a word stands in pairs."""

    own: int
    """The sides that it takes."""
    partners: int
    """The sides that another word takes that makes a pair with it."""
    reach: int
    """The most characters between the two."""


def _sides(own: int, pairs: Sequence[Pair]) -> _Sides:
    count = len(pairs)
    one, other = own & (1 << count) - 1, own >> count
    reach = max((pair.within for at, pair in enumerate(pairs) if (one | other) >> at & 1), default=-1)
    return _Sides(own, other | one << count, reach)


class Pairs:
    """Pairs of words by groups; time is linear in the text.

    Args:
        groups: words by the name of their group; a word may stand in several.
        pairs: which groups mean what together; the first that fits gives the meaning.
        settled: a regular expression of what says, in or around a pair, that nothing is wrong any more.

    Raises:
        LookupError: a pair names a group that is none.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]], pairs: Sequence[Pair], settled: str = "") -> None:
        # Of each group the pairs on whose one side it stands, a bit each, above them those on whose other; then IDLE.
        count = len(pairs)
        names = dict.fromkeys(groups, 0)
        for at, pair in enumerate(pairs):
            for name in pair.words:
                names[name] |= 1 << at
            for name in pair.others:
                names[name] |= 1 << count + at
        idle = 1 << 2 * count
        if IDLE in names:
            names[IDLE] |= idle
        masks: dict[str, int] = {}
        for name, words in groups.items():
            for word in words:
                masks[word] = masks.get(word, 0) | names[name]
        # Not as a DFA: its tables take eleven megabytes instead of one, and push what else judges out of the cache.
        self._words = AhoCorasick(masks, matchkind=MatchKind.LeftmostLongest)
        self._pairs = [
            (pair, re.compile("|".join(part for part in (pair.unless, settled) if part) or "$^")) for pair in pairs
        ]
        self.categories = frozenset(pair.category for pair, _ in self._pairs)
        held = [masks[word] | _within(word, masks, idle) for word in masks]
        sides = {mask: _sides(mask & ~idle, pairs) for mask in set(held)}
        self._sides = [sides[mask] for mask in held]  # Shared by words that are alike.
        self._known: dict[int, _Known] = {}

    def spans(self, text: str) -> list[Span]:
        """Where the text states what by two words, left to right."""
        found = self._words.find_matches_as_indexes(text)[:_MOST]
        sides, count = self._sides, len(found)
        spans = []
        for place, one in enumerate(found, 1):
            _, partners, reach = sides[one[0]]
            furthest = one[2] + reach
            while place < count and (other := found[place])[1] <= furthest:
                if (pairs := partners & sides[other[0]][0]) and (category := self._meaning(text, one, other, pairs)):
                    spans.append((category, one[1], other[2]))
                    break
                place += 1  # noqa: PLW2901
        return spans

    def _meaning(self, text: str, one: _Found, other: _Found, pairs: int) -> str:
        gap = other[1] - one[2]
        if gap and _BREAK.search(text, one[2], other[1]):
            return ""
        known = self._known.get(pairs)
        if known is None:
            known = self._known[pairs] = tuple(
                pair for at, pair in enumerate(self._pairs) if (pairs | pairs >> len(self._pairs)) >> at & 1
            )
        for pair, unless in known:
            if gap <= pair.within and not self._denied(text, one, other, unless):
                return pair.category
        return ""

    @staticmethod
    def _denied(text: str, one: _Found, other: _Found, unless: re.Pattern[str]) -> bool:
        """Whether the pair's own clause takes it back; what other clauses say is theirs."""
        before = _BREAK.split(text[max(0, one[1] - _REACH) : one[1]])[-1]
        after = _BREAK.split(text[other[2] : other[2] + _REACH], maxsplit=1)[0]
        return bool(
            unless.search(f"{before}{text[one[1] : other[2]]}{after}")
            or _DENIED.search(before)
            or _DENIED.search(text[max(one[2], other[1] - 4) : other[1]])
        )
