"""Deaths told by those who did not die."""

import pytest

from models.harm import HarmLexicon
from models.sentence import Sentence

LEXICON = HarmLexicon.load()


def deaths(text: str) -> int:
    return Sentence(text, tuple(LEXICON.words(text)), 0, len(text)).read().least("deaths")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("面包车坠崖，车上7人，仅1人生还", 6),
        ("渔船沉没，船上12人只有3人获救，其余全部遇难", 9),
        ("中巴车翻入江中，车上19人，除司机外全部遇难", 18),
    ],
)
def test_those_who_survived_are_subtracted(text: str, number: int) -> None:
    """Who was there less who was saved."""
    assert deaths(text) == number


def test_who_is_still_sought_is_not_dead() -> None:
    """仅1人生还 beside 仍在搜寻 leaves the others missing."""
    assert deaths("渔船沉没，船上7人，仅1人生还，仍在搜寻其他人") == 0


def test_survivors_without_a_crowd_tell_nothing() -> None:
    """Nobody knows how many died when nobody says how many there were."""
    assert deaths("飞机坠毁，只有一名女童生还") == 0


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("飞机坠毁，只有一名女童生还", 1),
        ("机上人员全部遇难", 0),
        ("除船长外，其他人员无一生还", 1),
        ("其余人员均已遇难", None),
    ],
)
def test_a_share_without_a_crowd_is_kept_for_the_whole_text(text: str, spared: int | None) -> None:
    """Another sentence may say of how many."""
    read = Sentence(text, tuple(LEXICON.words(text)), 0, len(text)).read()
    assert [share.spared for share in read.shares.values()] == [spared]
