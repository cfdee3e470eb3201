"""Counts of people and yuan beside a word of harm."""

import pytest

from models.casualties import count_people, count_yuan, victims


def people(text: str, word: str) -> int | None:
    start = text.index(word)
    count = count_people(text, start, start + len(word), 0, len(text))
    return count.amount.value if count else None


@pytest.mark.parametrize(
    ("text", "word", "number"),
    [
        ("3人死亡", "死亡", 3),
        ("死亡3人", "死亡", 3),
        ("三死五伤", "死", 3),
        ("35名外地游客遇难", "遇难", 35),
        ("死亡人数升至12人", "死亡", 12),
        ("死亡人数已升至15", "死亡", 15),
        ("三男两女死亡", "死亡", 5),
        ("两名儿童和一名妇女死亡", "死亡", 3),
        ("一家三口遇难", "遇难", 3),
        ("第三人民医院死亡", "死亡", None),
        ("两个小时后死亡", "死亡", None),
        ("唯一逃生", "逃生", None),
        ("8月3日死亡", "死亡", None),
    ],
)
def test_a_count_of_people_belongs_to_its_word(text: str, word: str, number: int | None) -> None:
    """Numbers of people count; ordinals, hours, dates and hospitals do not."""
    assert people(text, word) == number


def test_a_count_outside_the_clause_is_not_taken() -> None:
    """The bounds are the clause's: another clause counts its own people."""
    assert count_people("5人受伤，死亡", 5, 7, 5, 7) is None


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("直接经济损失约2300万元", 23_000_000),
        ("造成1.2亿元经济损失", 120_000_000),
        ("损失五万元", 50_000),
        ("损失惨重", None),
    ],
)
def test_a_loss_is_read_in_yuan(text: str, yuan: int | None) -> None:
    """万 and 亿 are multiplied out; a loss without a number is none."""
    start = text.index("损失")
    count = count_yuan(text, start, start + 2, 0, len(text))
    assert (count.amount.value if count else None) == yuan


@pytest.mark.parametrize(("text", "number"), [("老人和小孩", 2), ("母女", 2), ("面包车司机不幸", 1), ("昨天", 0)])
def test_victims_named_without_a_number_are_counted(text: str, number: int) -> None:
    """A driver is one, a mother and her daughter two, and a time of day nobody."""
    assert victims(text, len(text), 0) == number
