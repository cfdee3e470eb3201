"""Blot out the handles of others in a post, where they are known: a page names the authors of all its posts.

A handle may be any word, and whoever called himself 三人死亡 would blot out what others saw. So it goes everywhere only
if it is letters, digits, `_` and `-`, six characters and more, with a letter among them (G60 is a road, 110kV a power
line); any other one, of two characters and more, where the text says that a writer is meant: 回复 张三丰,
张三丰 发表于 2026-1-1.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from streams.privacy.blot import Span, blotted
from streams.privacy.handles import folded, handle_of, with_places

_WORD: Final = re.compile(r"[0-9a-z_\-]{6,}")
_IS_WORD: Final = re.compile(r"(?=.*[a-z])[0-9a-z_\-]{6,}")
_LONGEST: Final = 30
"""Characters of the longest handle that is looked for."""

_BEFORE: Final = re.compile(
    r"(?:回[复覆]|引用|最后由|楼主|网友|版主|(?<![a-z])re[:：])\s{0,2}(?:第?\d{1,5}[#楼]|#\d{1,5})?\s{0,2}[“\"「『《【\[(（]?"
)
_AFTER: Final = re.compile(r"[”\"」』》】\])）]?\s{0,2}(?:发[表布]于|写道|于[^\n]{1,20}编辑|的(?:帖子|回复|发言|评论))")
_LINE: Final = re.compile(rf"^.{{2,{_LONGEST}}}?(?=\s?[:：])", re.MULTILINE)
_GOES_BEFORE: Final = re.compile(r"\w")
_ENDS: Final = re.compile(r"\W|\Z|的|[发说写于]")
"""What may follow a handle, and what not go before it: else it may be part of other words."""


class Writers:
    """How those are called who wrote in one thread: compared once, so that each of its texts is searched once for all.

    Args:
        authors: their handles, as the page has them.
    """

    __slots__ = ("_names",)

    def __init__(self, authors: Iterable[str]) -> None:
        self._names = frozenset(folded(handle) for author in authors if (handle := handle_of(author)))

    def without_others(self, text: str, author: str | None = None) -> str:
        """A text of `author` with the handles of the others blotted out, as long as before.

        Takes time linear in the text, however many wrote.
        """
        own = folded(handle_of(author))
        if not text or self._names <= {own}:
            return text
        seen, at = with_places(text)
        spans = [*_words(seen, self._names), *_said(seen, self._names)]
        return blotted(text, [(at[start], at[end - 1] + 1) for start, end in spans if seen[start:end] != own])


def _words(text: str, names: AbstractSet[str]) -> list[Span]:
    return [match.span() for match in _WORD.finditer(text) if match[0] in names and _IS_WORD.fullmatch(match[0])]


def _said(text: str, names: AbstractSet[str]) -> list[Span]:
    """Where the words before or after say that a writer is named; the longest name counts."""
    spans = [match.span() for match in _LINE.finditer(text) if match[0] in names]
    for match in _BEFORE.finditer(text):
        ends = range(min(len(text), match.end() + _LONGEST), match.end() + 1, -1)
        spans += [(match.end(), end) for end in ends if text[match.end() : end] in names and _ENDS.match(text, end)][:1]
    for match in _AFTER.finditer(text):
        end, starts = match.start(), range(max(0, match.start() - _LONGEST), match.start() - 1)
        spans += [
            (at, end) for at in starts if text[at:end] in names and not (at and _GOES_BEFORE.match(text, at - 1))
        ][:1]
    return spans
