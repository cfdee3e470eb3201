"""Strange texts: whatever is sent, the stage answers, soon, and what it quotes is in the text."""

import os
from time import process_time
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import json

from streams.records import Incident, JudgedPost
from streams.stage import Values
from tests.unit.hostile import LEXICON, PIECES, SHAPES, Shape
from tests.unit.town import Town, incident, judged

ALL: Final = int(os.environ.get("XIANGYIN_FUZZ", "0"))
"""How many strange texts; `make fuzz` tries 100,000."""

TEXTS: Final = ALL or 600
LENGTH: Final = 50_000 if ALL else 3_000
"""Characters of the shorter text whose cost is compared; the longer one has four times as many."""

GROWTH: Final = 6
"""A step that takes time in proportion takes four times as long for it; one that takes its square sixteen times."""

pieces = st.one_of(st.sampled_from(PIECES), st.sampled_from(LEXICON), st.text(max_size=4))
runs = st.builds(lambda piece, times: piece * times, pieces, st.one_of(st.just(1), st.integers(1, 60)))
strange = st.lists(runs, max_size=12).map("".join)
titles = strange.map(lambda text: text[:2_000])
"""No longer than a post may have (streams/records.py)."""


@settings(max_examples=TEXTS, deadline=None, suppress_health_check=list(HealthCheck))
@given(titles, strange, st.one_of(st.none(), strange))
@example("", "", "")
def test_every_text_is_answered(title: str, body: str, author: str | None) -> None:
    """No text raises; quotations are literal; what is stored can be written, read again, and is the same."""
    town = Town()
    for values in (town.hears(body, title, author=author), town.hears(title + body), town.hears(body, identity="p1")):
        holds(values)


def holds(values: Values) -> None:
    """What is true of every answer."""
    stored, matter = judged(values), incident(values)
    whole = f"{stored.post.title}\n{stored.post.body}" if stored.post.title else stored.post.body
    assert all(whole[quote.start : quote.end] == quote.text for quote in stored.severity.evidence)
    assert (stored.severity.grade, stored.severity.warning) == ("none", "none") or stored.severity.evidence
    if is_unicode(whole):
        assert json.decode(json.encode(stored), type=JudgedPost) == stored
        assert matter is None or json.decode(json.encode(matter), type=Incident) == matter


def is_unicode(text: str) -> bool:
    """Whether it can be written: no half of a character, which no record can hold."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_cost_grows_with_the_length_and_not_with_its_square(shape: Shape) -> None:
    """Four times the text takes about four times as long, whatever it is made of: no text holds a worker up.

    Seconds do not matter here, only how they grow; `bench/long.py` says how many there are.
    """
    assert any(cost(shape(4 * LENGTH)) < GROWTH * cost(shape(LENGTH)) for _ in range(5))


def cost(text: str) -> float:
    """Seconds of processor for the whole stage, the better of two."""
    times = []
    for _ in range(2):
        town, start = Town(), process_time()
        town.hears(text)
        times.append(process_time() - start)
    return min(times)
