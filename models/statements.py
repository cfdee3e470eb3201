"""What a text states about harm, put together from what its sentences state, in any order."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

from models.numerals import Amount
from models.survivors import Share

Span = tuple[int, int]

_HARM = (
    "deaths",
    "injured",
    "injured_serious",
    "poisoned",
    "ill",
    "missing",
    "trapped",
    "evacuated",
    "loss_yuan",
    "event",
)
"""What a sentence may state that somebody else's words take back: a film's, a drill's, a rumour's."""

_OCCURRED: Final = re.compile(
    r"[今昨前当][天日晚晨早夜]|凌晨|[上中下]午|傍晚|晚上|深夜|夜里|刚才|刚刚|目前|日前|近日|\d[日号时点]|日电|突发|突然|所幸|幸亏|幸好|万幸|过火面积|截至|正在|发生了|发生一起|又发生"
)
"""What beside the name of an event says that it happened, and is not spoken of in general."""
_REAL: Final = re.compile("真的|真着|真发生|不是演练|并非演练|不是演习|并非演习|不料|弄假成真|实际")
"""What says beside a drill that the harm is none of it."""
_YESTERDAY: Final = re.compile("[昨前][天日晚夜晨早]|日前|近日|[上去前]周|上[个星]|年前")
_ELSEWHERE: Final = re.compile("外媒|某国|国外|境外|海外|外省|外地|外市|邻[省市县区]")
"""Where nobody here can help."""
_CORRECTS: Final = re.compile("[更订纠修]正|有误|误[报传]|不实|与事实不符|[说写报]错|实际|核实|并非|核减")
"""What says that a number told before is none."""

Says = Callable[[re.Pattern[str]], bool]
"""Whether a pattern stands in a sentence, or in any of several: it is looked for only when somebody asks."""


class Statements:
    """What has been stated, in one sentence or in several; spans are characters of the text."""

    def __init__(self) -> None:
        self.says: Says = _silent
        self.amounts: dict[str, list[Amount]] = defaultdict(list)
        """Per field of the toll, one amount a sentence."""
        self.further: dict[str, list[Amount]] = defaultdict(list)
        """Per field of the toll, amounts that are told as coming on top of others: 另一名, 也."""
        self.later: dict[str, list[Amount]] = defaultdict(list)
        """Per field of the toll, amounts that nobody has told before: 又有2人."""
        self.former: dict[str, list[Amount]] = defaultdict(list)
        """Per field of the toll, amounts that the words take back or call earlier: 此前通报的5人有误."""
        self.mended: dict[str, list[Amount]] = defaultdict(list)
        """Per field of the toll, amounts that replace all others: 死亡人数更正为4人."""
        self.shares: dict[Span, Share] = {}
        """Deaths told as all of those who were there, or all but some."""
        self.whole: set[str] = set()
        """Fields of the toll of which all is told together: 造成3人死亡."""
        self.latest: set[str] = set()
        """Fields of the toll of which the latest number is told: 死亡人数升至5人."""
        self.quotes: dict[str, dict[Span, None]] = defaultdict(dict)
        """Per field and per signal, the spans that state it, in order."""
        self.kinds: dict[str, int] = defaultdict(int)
        """Kinds of the events that are told as having happened."""
        self.spoken: dict[str, int] = defaultdict(int)
        """Kinds of the events that are only spoken of."""
        self.hints: dict[Span, None] = {}
        """Spans of rumours."""
        self.frame = ""
        """Whose the harm is when it is not the text's own: a `film`'s (or a dream's), the `past`'s, or a `hint`."""
        self.drill = False
        """Whether the sentence tells of a drill that is held."""
        self.press = False
        """Whether it is written as newspapers write."""
        self.clinic = False
        """Whether it speaks of doctors and patients: who dies in their hands is no accident's victim."""
        self.threatens = False
        """Whether the sentence names a danger, so that where and whom matters."""
        self.vouched = False
        """Whether a word of the lexicon says that it stands on its own, whatever was told before it."""

    @property
    def numbers(self) -> tuple[dict[str, list[Amount]], ...]:
        """All that is counted, by how it is told."""
        return self.amounts, self.further, self.later, self.former, self.mended

    def least(self, name: str) -> int:
        """The greatest number of a field that any sentence allows at least."""
        amounts = self.amounts.get(name)
        return max([amount.least for amount in amounts]) if amounts else 0

    @cached_property
    def occurred(self) -> bool:
        """Whether it is said when, or that it happened."""
        return self.says(_OCCURRED)

    @cached_property
    def yesterday(self) -> bool:
        """Whether a day before today is named."""
        return self.says(_YESTERDAY)

    @property
    def anchored(self) -> bool:
        """Whether the sentence says by itself when, or who vouches for it."""
        return self.vouched or self.occurred

    @property
    def elsewhere(self) -> bool:
        """Whether it tells of another country or county."""
        return self.says(_ELSEWHERE)

    @property
    def real(self) -> bool:
        """Whether it is said that what is told is no drill."""
        return self.says(_REAL)

    @property
    def corrects(self) -> bool:
        """Whether it corrects what somebody told before."""
        return self.says(_CORRECTS)

    @property
    def harmful(self) -> bool:
        """Whether harm is stated here, and nobody else's."""
        return not self.frame and any(self.quotes.get(name) for name in _HARM)

    @property
    def leans(self) -> bool:
        """Whether the sentence tells of victims, but neither when nor by what: another sentence must say so."""
        return not self.anchored and not self.quotes.keys() & {"event", "ill"}

    def merge(self, other: "Statements") -> None:
        """Take in what another sentence states."""
        for mine, theirs in zip(self.numbers, other.numbers, strict=True):
            for name, amounts in theirs.items():
                mine[name] += amounts
        self.shares |= other.shares
        self.whole |= other.whole
        self.latest |= other.latest
        for name, spans in other.quotes.items():
            self.quotes[name] |= spans
        for kind, times in other.kinds.items():
            self.kinds[kind] += times
        for kind, times in other.spoken.items():
            self.spoken[kind] += times
        self.hints |= other.hints
        self.press |= other.press
        self.clinic |= other.clinic

    def take_back(self, *, hint: bool) -> None:
        """Leave no harm stated; a rumour's words remain as hints."""
        for name in _HARM:
            spans = self.quotes.pop(name, {})
            self.hints |= spans if hint else {}
        for numbers in self.numbers:
            numbers.clear()
        self.shares.clear()
        self.kinds.clear()
        for name in ("now", "going", "growing", "stuck", "lost", "contained", "remains", "none deaths", "none injured"):
            self.quotes.pop(name, None)


def together(sentences: Sequence[Statements], *, lesson: bool = False) -> Statements:
    """One text's statements.

    A drill that is held takes back all harm, a film that of every sentence that does not say when; and victims of
    whom it is not said by what they were harmed are a rumour's or the past's when nothing else is told:
    听说东村塌了。死了二十个。 stays a rumour, whichever sentence comes first. What happened elsewhere takes no grade
    where the text draws a `lesson` from it for its own place.
    """
    drill = any(sentence.drill for sentence in sentences)
    frames = {sentence.frame for sentence in sentences} - {""}
    film = "film" in frames and not any(sentence.anchored and sentence.harmful for sentence in sentences)
    told = frames and not any(sentence.harmful and not sentence.leans for sentence in sentences)
    whole = Statements()
    whole.says = lambda pattern: any(sentence.says(pattern) for sentence in sentences)
    for sentence in sentences:
        if (
            (drill and not sentence.real)
            or (film and not sentence.anchored)
            or (told and sentence.leans)
            or (lesson and sentence.elsewhere)
        ):
            sentence.take_back(hint="hint" in frames and not drill)
        whole.merge(sentence)
    return whole


def _silent(_: re.Pattern[str]) -> bool:
    return False
