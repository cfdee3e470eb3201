"""Read from a text who was hurt, how many, what happened and what threatens, each in the text's own words."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Final

from models.danger import NOTHING as NOTHING_HEARD
from models.danger import Dangerous
from models.gone import gone, may_be_gone
from models.harm import HarmLexicon, Word
from models.numerals import Amount
from models.segment import SENTENCE_END
from models.sentence import TELLING, Sentence
from models.settling import Around, settle
from models.standing import MEMORIES, recent
from models.statements import Statements, together
from models.toll import add_up
from models.unsaid import said
from streams.matter import Facts
from streams.records import Evidence, Text, Toll

_MOST_WORDS_A_SENTENCE: Final = 64
"""No honest text says more about harm; what a hostile one says beyond is not read, so that time is bounded."""
_LONGEST_SENTENCE: Final = 2_000
_PAST: Final = frozenset({"over", "after", "rescued", "freed"})
"""What says that a danger is past."""
_SUFFERED: Final = ("deaths", "injured", "injured_serious", "poisoned", "evacuated", "loss_yuan")
"""What is counted has been done."""
_UNDECIDED: Final = frozenset({"none deaths", "cry", "urgent"})
"""Where nobody died, or somebody cries for help, who does not know yet."""
_BEFORE: Final = re.compile("[昨前]天|上周|上个?月|[去前那当]年|小时候")
"""What says of a sentence that sounds like danger that it was one."""
_LESSON: Final = re.compile(
    "[我本][省市县区镇乡][^。！？\n]{0,40}?(?:举一反三|引以为[戒鉴]|以此为[戒鉴]|[吸汲]取|借此|类似|排查|检查)"
)
"""What is told of others so that it does not happen here."""

NOTHING: Final = Facts()


def run(text: Text, dangerous: Dangerous, lexicon: HarmLexicon) -> Facts:
    """Return what the text states about harm; evidence counts characters of `text.whole`.

    A statement that is supposed, dreamt, drilled, past, asked or denied states no harm; a rumour is a hint. The
    order of sentences changes nothing, and time is linear in the length.
    """
    return run_all([text], [dangerous], [lexicon])[0]


def run_all(texts: Sequence[Text], dangers: Sequence[Dangerous], lexicons: Sequence[HarmLexicon]) -> list[Facts]:
    """Return those of many texts: the words of all are found before the first is read, a tenth sooner."""
    (lexicon,) = set(lexicons)
    plains = [lexicon.plain(text.whole) for text in texts]
    words = lexicon.words_of_all(plains)
    return [_read(*each, lexicon) for each in zip(texts, plains, words, dangers, strict=True)]


def _read(text: Text, plain: str, words: list[Word], dangerous: Dangerous, lexicon: HarmLexicon) -> Facts:
    if not words and not dangerous:
        return NOTHING
    whole = text.whole
    found = said(words, plain)

    def around(start: int, end: int) -> list[Word]:
        return lexicon.around(plain, start, min(end, start + _LONGEST_SENTENCE))

    if not found and not dangerous:
        return NOTHING
    stated, unreal = _stated(text, plain, found, around)
    # Who calls for help tells of the living: what sounds like somebody's end is what he fears.
    silent = not unreal and _is_silent(stated) and not dangerous.surely and (dangerous or may_be_gone(words))
    if silent and (more := gone(words, lexicon.otherwise(plain), plain)):
        stated, unreal = _stated(text, plain, more, around)
    if any(word.category == "refuted" for word in found):
        stated.hints.clear()
    heard = NOTHING_HEARD if unreal else _heard(stated, plain, dangerous)
    if not (stated.quotes or stated.hints or stated.amounts or heard):
        return NOTHING
    kind = settle(stated, whole, heard, around)
    known = {name: max(amounts, key=_rank) for name, amounts in stated.amounts.items()}
    return Facts(
        kind=kind,
        toll=Toll(**{name: amount.value for name, amount in known.items() if name in Toll.__struct_fields__}),
        least={name: amount.least for name, amount in known.items()},
        quotes={name: _evidence(whole, spans) for name, spans in stated.quotes.items()},
        hints=_evidence(whole, stated.hints),
    )


def _stated(text: Text, plain: str, found: list[Word], around: Around) -> tuple[Statements, bool]:
    """What all sentences state, and whether it is a drill's or a film's."""
    since = MEMORIES if any(word.category == "memory" for word in found) else recent(plain, text.year)
    sentences = list(_sentences(plain, found, since, around))
    stated = together(sentences, lesson=bool(_LESSON.search(plain)))
    add_up(stated, plain)
    return stated, any(sentence.drill or sentence.frame == "film" for sentence in sentences)


def _sentences(plain: str, found: list[Word], since: int, around: Around) -> Iterator[Statements]:
    """What each sentence with words of harm states."""
    ends = [end.start() for end in SENTENCE_END.finditer(plain)]
    for index, words in groupby(found, key=lambda word: bisect_right(ends, word.start)):
        start = ends[index - 1] + 1 if index else 0
        end = ends[index] if index < len(ends) else len(plain)
        some = tuple(islice(words, _MOST_WORDS_A_SENTENCE))
        if not any(word.category in TELLING for word in some):
            continue
        sentence = Sentence(plain, some, start, end, since)
        stated = sentence.read()
        if stated.threatens:
            sentence.note_surroundings(around(start, end))
        yield stated


def _is_silent(stated: Statements) -> bool:
    """Whether nothing is said of deaths that would be told in other words."""
    return not (stated.least("deaths") or stated.quotes.keys() & _UNDECIDED)


def _heard(stated: Statements, text: str, dangerous: Dangerous) -> Dangerous:
    """What sounds like danger, where nothing says that it is over.

    Reports are left to the rules: what they tell sounds alike while it lasts and when it is over.
    """
    if stated.press or stated.quotes.keys() & _PAST or any(map(stated.least, _SUFFERED)):
        return NOTHING_HEARD
    now = tuple(span for span in dangerous.now if not _BEFORE.search(text, *span))
    return Dangerous(now, () if "event" in stated.quotes else dangerous.hazard)


def _rank(amount: Amount) -> tuple[int, bool]:
    return amount.rank


def _evidence(whole: str, spans: Iterable[tuple[int, int]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(whole[start:end], start, end) for start, end in spans)
