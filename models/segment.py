"""Cut Chinese text into words, as jieba does without its hidden Markov model, ten times as fast."""

import re
from collections import Counter
from collections.abc import Iterable, KeysView, Mapping, Sequence
from functools import cached_property
from typing import Final

import rjieba
from msgspec import Struct

from models.remembered import Remembered
from models.request import ENDING, without_manners

LONGEST_SEARCHED: Final = 64
"""Characters of a search token; Elasticsearch splits what is longer than 255 (whitespace tokenizer)."""

SHIFTERS: Final = frozenset(
    (  # noqa: SIM905 (fifty words read better in two lines than in fifty)
        "不 没 没有 别 无 未 不是 不会 不要 不能 不想 太 很 真 好 好好 最 更 越 越来越 多 多么 这么 那么 怎么 为什么 "
        "什么 又 还 还是 再 也 都 就 才 想 要 会 能 可以 被 把 让 给 [ ! ！ ? ？ …"
    ).split()
)
"""Words that turn or stress what follows; `[` opens a Weibo emoticon such as [哈哈]."""

ENDS: Final = frozenset("。！？!?；;\n")
"""Words after which another sentence begins."""

SENTENCE_END: Final = re.compile("[{}]".format("".join(sorted(ENDS))))
"""One of them."""

_WIDE: Final = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide).isalnum()}
"""Full-width letters and digits as ordinary ones, which jieba joins to words; as long as before."""


class Tokens(Struct, frozen=True, dict=True):
    """The words of a post, in order, title and body apart; punctuation and blanks are tokens too.

    What follows from them is found when it is first asked for, once.
    """

    whole: tuple[str, ...]
    """The words of title and body."""
    titled: int
    """How many of them, the first ones, are the title's."""

    @classmethod
    def of(cls, title: Sequence[str], body: Sequence[str]) -> "Tokens":
        """Tokens from words that are cut already."""
        return cls((*title, *body), len(title))

    @property
    def title(self) -> tuple[str, ...]:
        """The words of the title."""
        return self.whole[: self.titled]

    @property
    def body(self) -> tuple[str, ...]:
        """The words of the body."""
        return self.whole[self.titled :]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How often each word stands in title and body."""
        return Counter(self.whole)

    @property
    def sentences(self) -> list[int]:
        """Where sentences begin: the numbers of their first words. None goes across the end of the title."""
        begins = {0, self.titled, *(number for number, word in enumerate(self.whole, 1) if word in ENDS)}
        return sorted(begins - {len(self.whole)})

    @property
    def words(self) -> KeysView[str]:
        """Each word of title and body once."""
        return self.counts.keys()

    @cached_property
    def phrases(self) -> frozenset[str]:
        """Each pair of a shifter and the word after it, with a blank between them."""
        return frozenset(self.phrases_at([at for at, word in enumerate(self.whole[:-1]) if word in SHIFTERS]))

    def phrases_at(self, places: Iterable[int]) -> set[str]:
        """The pairs of words that begin at these places of title and body together; none goes from one to the other."""
        words, last = self.whole, self.titled - 1
        return {f"{words[at]} {words[at + 1]}" for at in places if at != last}

    @property
    def felt(self) -> int:
        """How many of the words, the first ones, tell of a mood: all but the polite end of a request."""
        kept = len(self.whole)
        end = "".join(self.whole[-ENDING:])
        manners = len(end) - len(without_manners(end))
        while manners > 0:
            kept -= 1
            manners -= len(self.whole[kept])
        return kept

    @property
    def feeling(self) -> "Tokens":
        """Those words alone."""
        return Tokens(self.whole[: self.felt], min(self.titled, self.felt))

    @property
    def searchable(self) -> str:
        """Blank-separated words for a whitespace-analysed field, lower case, in order.

        A word of more than two ideographs is preceded by the two and three characters at each place within it, so
        that 卫生 and 生院 find 卫生院. What has neither letter, digit nor ideograph is left out.
        """
        return " ".join(filter(None, map(_SEARCH_WORDS.__getitem__, self.whole)))


class Segmenter:
    """Cuts text by jieba's dictionary and a township's own words.

    The same words as `jieba.lcut(text, HMM=False)` 0.42.1 with the same words added, save where two readings are
    equally probable (one text in thousands): there the two libraries' rounding decides, and both readings are right.

    Args:
        words: places, offices and other words to keep whole. A word with blanks or punctuation in it cannot be found.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        # Shorter words first: a longer one that contains them is then given enough weight to win over them.
        own = sorted({narrow(word.strip()) for word in words} - {""}, key=lambda word: (len(word), word))
        # Another dictionary takes a tenth of a second; the one that comes with the import serves who adds nothing.
        dictionary = rjieba.Jieba() if own else rjieba
        for word in own:
            # One above the suggestion, which rounding can leave a tie.
            dictionary.add_word(word, dictionary.suggest_freq(word) + 1, None)
        self._cut = dictionary.cut

    def cut(self, text: str) -> list[str]:
        """All of the text in words, full-width letters and digits made ordinary; joined they are as long as the text.

        Lone surrogates, which no file can hold, become question marks.
        """
        plain = _narrowed(text)
        try:
            return self._cut(plain, hmm=False)
        except UnicodeEncodeError:
            return self._cut(_whole(plain), hmm=False)

    def tokens(self, title: str, body: str) -> Tokens:
        """The words of a post."""
        words = self.cut(title)
        titled = len(words)
        words += self.cut(body)
        return Tokens(tuple(words), titled)

    def search(self, text: str) -> str:
        """What a query is turned into before it goes to a field of `Tokens.searchable`: the same."""
        return self.tokens("", text).searchable


def narrow(text: str) -> str:
    """The text with ordinary letters and digits for full-width ones, and without lone surrogates; as long."""
    return _whole(_narrowed(text))


def _narrowed(text: str) -> str:
    return text.translate(_NARROW) if _WIDE.search(text) else text


def _whole(text: str) -> str:
    """The text with question marks for lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _searched(word: str) -> str:
    """The word as it is searched for, after what is within it, blank-separated; empty for punctuation."""
    word = word[:LONGEST_SEARCHED].lower()
    if not any(map(str.isalnum, word)):
        return ""
    if word.isascii():
        return word
    parts = [word[at : at + size] for size in (2, 3) for at in range(len(word) - size + 1) if size < len(word)]
    return " ".join([*parts, word])


_SEARCH_WORDS: Final = Remembered(_searched)
