"""A table of weights by word: each word of many posts is looked up once for all models, and added up by post."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise, repeat
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.finding import Rows
from models.joined import Joined, has_number
from models.segment import ENDS, SHIFTERS, Tokens

LONGEST_PART: Final = 3
LONGEST_WORD: Final = 8
"""What is longer is no word of Chinese (links, numbers, noise) and has no parts."""

AGAIN: Final = np.round(np.log(np.maximum(np.arange(1025), 1)) * 256) / 256
"""What a word weighs more for being said so many times: the logarithm (Salton and Buckley 1988), in steps that keep
sums exact; a thousand times and more are as a thousand."""

UNKNOWN: Final = 0
"""The row of words that weigh nothing."""

MOST: Final = 1 << 14
"""Strangers that are remembered: some megabytes."""

MANY: Final = 16
"""So many posts have their words found all at once; of fewer it takes longer than one at a time."""

_STRANGE: Final = -1
_WIDE: Final = 32
"""Bits of a row, where two numbers are put into one."""
_ROW: Final = (1 << _WIDE) - 1
_ASCII: Final = frozenset(map(chr, range(128)))
_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = "\u3400", "\u9fff"

_Rows = NDArray[np.int64]


class Sums(Struct, frozen=True):
    """The sums of a post's words, one number a column.

    `numbers` are of the title's words, each once; of all words and phrases, each once; what is added to the latter for
    words that are said again; and of all but those of a polite end, each once.
    """

    numbers: NDArray[np.float64]
    """Shape (4, columns)."""
    sentences: NDArray[np.float64]
    """Of each sentence, in the order of `Tokens.sentences`, the sums of the columns that are wanted by sentence: shape
    (sentences, columns)."""


class Table:
    """Weights by word. A word weighs what it and the shorter strings within it weigh.

    So a word that was never seen in training still counts by its parts. For words of the vocabulary all of that is
    added up here, once.

    Args:
        words: the vocabulary; with a blank in it a word is a phrase, a shifter and what follows it.
        weights: shape (words, columns); half precision at most. Sums of such numbers are exact in double precision, so
            that the order of words changes nothing.
        by_sentence: the columns, first and after the last, whose sums are wanted sentence by sentence.
    """

    def __init__(
        self, words: Sequence[str], weights: NDArray[np.float32], by_sentence: tuple[int, int] = (0, 0)
    ) -> None:
        self.words = tuple(words)
        self._by_sentence = slice(*by_sentence)
        phrases = {word: word.split(" ", 1) for word in words if " " in word}
        # Shifters, what follows them and ends have rows even where they weigh nothing: they are found by their rows. So
        # have digits, Latin letters and signs, that stand in most posts: what has none is found one at a time.
        known = [*words, *sorted(SHIFTERS.union(ENDS, _ASCII, *phrases.values()).difference(words))]
        self._rows = {word: row for row, word in enumerate(known, UNKNOWN + 1)}
        short = {word: row for word, row in self._rows.items() if has_number(word)}
        self._short = Rows(Joined([short]).numbers, np.fromiter(short.values(), np.int64, len(short)))
        self._alone = np.zeros((len(known) + 1, weights.shape[1]))
        self._alone[1 : len(words) + 1] = weights
        # Words with their parts; below them strangers that were met, which keep their rows until all are forgotten.
        self._weights = np.zeros((len(self._alone) + MOST, weights.shape[1]))
        self._weights[: len(self._alone)] = self._alone
        self._add_parts(self._rows)
        # What is wanted by sentence, of each word once more: so close together it is read in a tenth of the time.
        self._sentence_weights = self._weights[:, self._by_sentence].copy()
        self._met: list[str] = []
        self._shifts = np.zeros(len(self._alone) + 1, dtype=np.bool_)
        self._shifts[[self._rows[word] for word in SHIFTERS]] = True
        self._ends = np.zeros(len(self._alone) + 1, dtype=np.bool_)
        self._ends[[self._rows[word] for word in ENDS]] = True
        # By the rows of their two words, in ascending order; the last one is what is found for none of them.
        pairs = sorted((self._rows[one] << _WIDE | self._rows[two], self._rows[x]) for x, (one, two) in phrases.items())
        self._pairs, self._phrases = np.array([*pairs, (-1, UNKNOWN)], dtype=np.int64).T

    def sums(self, tokens: Tokens) -> Sums:
        """Look all words of a post up."""
        return self.sums_of_all([tokens])[0]

    def by_word(self, words: Sequence[str]) -> list[list[float]]:
        """What each word weighs in the columns that are wanted by sentence."""
        found = self._found([words])
        weights: list[list[float]] = self._sentence_weights.take(found, axis=0).tolist()
        return weights

    def sums_of_all(self, posts: Sequence[Tokens]) -> list[Sums]:
        """Look all words of many posts up, by a handful of calls for all of them together."""
        lengths = np.array([len(tokens.whole) for tokens in posts], dtype=np.int64)
        starts = lengths.cumsum() - lengths
        titled = starts + np.array([tokens.titled for tokens in posts], dtype=np.int64)
        found = self._found([tokens.whole for tokens in posts])
        post = np.arange(len(posts)).repeat(lengths)
        felt = (starts + np.array([tokens.felt for tokens in posts], dtype=np.int64))[post]
        at, told = self._phrases_among(found, np.concatenate([starts, titled]))
        # A number for each word and phrase of each post: which post, which row, 0 for what stands before a polite end,
        # and 0 for what stands in a title.
        place = np.arange(len(found))
        words = (post << _WIDE | found) << 2 | (place >= felt) << 1 | (place >= titled[post])
        phrases = (post[at] << _WIDE | told) << 2 | (at + 1 >= felt[at]) << 1 | 1
        phrases.sort()
        numbers = np.concatenate([words, phrases[np.diff(phrases >> 2, prepend=-1) > 0]])
        numbers.sort(kind="stable")  # They stand in order of posts already: half the time of the default kind.
        edges = np.flatnonzero(np.diff(numbers >> 2, prepend=-1, append=-1))
        first = numbers[edges[:-1]]
        times = np.ones((4, len(first)))
        times[0] = ~first & 1
        times[3] = ~first >> 1 & 1
        AGAIN.take(np.diff(edges), out=times[2], mode="clip")
        rows = first >> 2 & _ROW
        ends = np.searchsorted(first >> 2 + _WIDE, np.arange(len(posts) + 1)).tolist()
        said = self._said(found, starts, titled, post)
        sums = np.empty((len(posts), len(times), self._weights.shape[1]))
        for each, (start, end) in zip(sums, pairwise(ends), strict=True):  # The weights of all would fill the cache.
            np.matmul(times[:, start:end], self._weights.take(rows[start:end], axis=0), out=each)
        return [*map(Sums, sums, said)]

    def _said(self, found: _Rows, starts: _Rows, titled: _Rows, post: _Rows) -> Sequence[NDArray[np.float64]]:
        """The sums of each sentence of each post; a word that is said again counts again."""
        begins = np.zeros(len(found) + 1, dtype=np.bool_)
        begins[1:] = self._ends.take(found, mode="clip")
        begins[starts] = begins[titled] = True
        first = begins[:-1].nonzero()[0]
        weights = self._sentence_weights.take(found, axis=0)
        sums = np.add.reduceat(weights, first, axis=0) if len(first) else weights
        edges = np.searchsorted(post[first], np.arange(len(starts) + 1)).tolist()
        return [sums[start:end] for start, end in pairwise(edges)]

    def _phrases_among(self, found: _Rows, breaks: _Rows) -> tuple[_Rows, _Rows]:
        """Where phrases begin, and their rows; none goes across a break, from a title to a body or to another post."""
        shifts = self._shifts.take(found, mode="clip")
        shifts[breaks[breaks > 0] - 1] = False
        at = shifts[:-1].nonzero()[0]
        pairs = found[at] << _WIDE | found[at + 1]
        places = np.searchsorted(self._pairs[:-1], pairs)
        known = self._pairs[places] == pairs
        return at[known], self._phrases[places[known]]

    def _found(self, posts: Sequence[Sequence[str]]) -> _Rows:
        """The row of each word of posts, in order; strangers get rows of their own."""
        if len(self._met) > MOST:
            self._forget()
        if len(posts) < MANY:
            return self._spelt([*chain.from_iterable(posts)])
        joined = Joined(posts)
        found = self._short.of(joined.numbers)
        rest = (found == _STRANGE).nonzero()[0]
        found[rest] = self._spelt(joined.words(rest))
        return found

    def _spelt(self, words: Sequence[str]) -> _Rows:
        """The same, one word at a time."""
        found = np.fromiter(map(self._rows.get, words, repeat(_STRANGE)), np.int64, len(words))
        if strange := (found == _STRANGE).nonzero()[0].tolist():
            self._meet({words[at] for at in strange})
            found[strange] = [self._rows.get(words[at], UNKNOWN) for at in strange]
        return found

    def _meet(self, strangers: Iterable[str]) -> None:
        """Give strangers rows with what their parts weigh; what is too long to be a word has none."""
        new = [word for word in strangers if len(word) <= LONGEST_WORD]
        first = len(self._alone) + len(self._met)
        if first + len(new) > len(self._weights):
            self._weights = np.concatenate([self._weights[:first], np.zeros((len(new), self._alone.shape[1]))])
            self._sentence_weights = self._weights[:, self._by_sentence].copy()
        met = slice(first, first + len(new))
        rows = dict(zip(new, range(met.start, met.stop), strict=True))
        self._rows |= rows
        self._weights[met] = 0
        self._add_parts(rows)
        self._sentence_weights[met] = self._weights[met, self._by_sentence]
        self._met += new

    def _forget(self) -> None:
        for word in self._met:
            del self._rows[word]
        self._met = []

    def _add_parts(self, rows: Mapping[str, int]) -> None:
        """Add to the words' rows what their parts weigh; strangers are no parts."""
        row_of, last = self._rows.get, len(self._alone) - 1
        pairs = ((row, row_of(part, UNKNOWN)) for word, row in rows.items() for part in parts(word))
        if known := [*chain.from_iterable(pair for pair in pairs if UNKNOWN < pair[1] <= last)]:
            whole, part = np.array(known).reshape(-1, 2).T
            np.add.at(self._weights, whole, self._alone[part])


def parts(word: str) -> set[str]:
    """The strings of one to three characters within a longer word; only ideographs have meaning in part."""
    length = len(word)
    if not 1 < length <= LONGEST_WORD or not _FIRST_IDEOGRAPH <= word[0] <= _LAST_IDEOGRAPH or " " in word:
        return set()
    sizes = range(1, min(LONGEST_PART, length - 1) + 1)
    return {word[at : at + size] for size in sizes for at in range(length - size + 1)}
