"""How much a passage tells of danger."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import artefact
from models.passage import PassageModel, strings_of

MODEL = PassageModel.load()
FITTED = artefact.load(artefact.FOLDER, PassageModel.NAME, fields=1)
ROWS = {string: row for row, string in enumerate(FITTED.words)}


def test_strings_are_ideographs_and_marks_for_all_else() -> None:
    """Whatever stands between ideographs is one mark; what it is does not count."""
    assert (
        strings_of("水，3.5米")
        == strings_of("水！！ 米")
        == {"水", "米", "#水", "水#", "#米", "米#", "#水#", "水#米", "#米#"}
    )


@given(st.text(alphabet="，。！ 3x水火孩子楼了不人跳困😡", max_size=80))
def test_each_known_string_counts_once(text: str) -> None:
    """The margins are the sums of weights of a text's strings over the length of their vector."""
    rows = sorted(ROWS[string] for string in strings_of(text) if string in ROWS)
    hazard, now, squares = FITTED.weights[rows].astype(float).sum(axis=0).tolist()
    expected = (
        [sums / squares**0.5 + bias for sums, bias in zip((hazard, now), FITTED.bias.tolist(), strict=True)]
        if rows
        else [-inf, -inf]
    )
    assert MODEL.margins(text) == pytest.approx(expected)


def test_what_is_said_again_adds_nothing() -> None:
    """Nor does shouting."""
    assert MODEL.margins("有人落水了，有人落水了，") == MODEL.margins("有人落水了！！！有人落水了")


@given(st.lists(st.text(alphabet="，。！ 3x水火孩子楼了不人跳困😡", max_size=40), max_size=6))
def test_many_passages_are_read_as_if_alone(texts: list[str]) -> None:
    """What one passage ends with and the next begins with makes no string."""
    assert MODEL.margins_of_all(texts) == [MODEL.margins(text) for text in texts]


def test_a_passage_without_a_known_string_tells_of_nothing() -> None:
    """Other scripts, signs and nothing at all are no danger."""
    assert MODEL.margins("") == MODEL.margins("Hello, 110!!! 😡") == (-inf, -inf)
