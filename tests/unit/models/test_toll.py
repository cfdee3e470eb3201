"""One number for each field, out of what all sentences tell."""

import pytest

from models.numerals import Amount
from models.statements import Statements
from models.survivors import Crowd, Share
from models.toll import add_up


def stated(**numbers: list[int]) -> Statements:
    """What sentences tell of deaths, by how they tell it."""
    told = Statements()
    for how, counts in numbers.items():
        getattr(told, how)["deaths"] += [Amount(count, count) for count in counts]
    told.says = lambda _: "former" in numbers  # whatever is asked: only whether somebody corrects it is
    return told


def deaths(told: Statements, text: str = "") -> int:
    add_up(told, text)
    return told.least("deaths")


@pytest.mark.parametrize(
    ("numbers", "number"),
    [
        ({"amounts": [3, 5]}, 5),
        ({"amounts": [3], "later": [2]}, 5),
        ({"amounts": [3], "further": [1]}, 4),
        ({"amounts": [3], "former": [5]}, 3),
        ({"former": [5]}, 5),
        ({"amounts": [5], "mended": [3]}, 3),
    ],
)
def test_each_way_of_telling_counts_as_its_own(numbers: dict[str, list[int]], number: int) -> None:
    """The same people are not added; others are; what is put right replaces; what is taken back is the last resort."""
    assert deaths(stated(**numbers)) == number


def test_what_nobody_corrects_is_told_still() -> None:
    """此前通报的5人 is a number like others, until somebody says that it was wrong."""
    told = stated(amounts=[1], former=[5])
    told.says = lambda _: False
    assert deaths(told) == 5


def test_a_latest_number_holds_all_others() -> None:
    """升至5人 needs no sum."""
    told = stated(amounts=[3, 5], later=[2])
    told.latest.add("deaths")
    assert deaths(told) == 5


@pytest.mark.parametrize("text", ["机上8人。全部遇难", "全部遇难。机上8人", "核载12人，实载8人。全部遇难"])
def test_a_share_is_taken_of_those_who_were_there(text: str) -> None:
    """Whichever sentence comes first; seats and rescuers are nobody who was there."""
    told = stated()
    told.shares[0, 4] = Share()
    assert deaths(told, text) == 8
    assert told.quotes["deaths"] == {(0, 4): None}


def test_a_count_says_it_better_than_a_share() -> None:
    """Where somebody counts the dead, nobody has to subtract."""
    told = stated(amounts=[5])
    told.shares[0, 4] = Share()
    assert deaths(told, "机上8人") == 5


@pytest.mark.parametrize(("spared", "number"), [(0, 12), (2, 10), (None, 9)])
def test_those_who_were_spared_are_subtracted(spared: int | None, number: int) -> None:
    """By their number, or by whom the text tells saved."""
    assert Crowd("船上12人，3人获救").without(Share(spared)) == Amount(number, number)


def test_nobody_knows_the_share_of_an_unknown_crowd() -> None:
    """全部遇难 alone is no number."""
    assert Crowd("全部遇难").without(Share()) is None
