"""A stage runs pure steps, wired by type."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec import Struct

from streams.errors import StepFailed
from streams.stage import Stage, Step, Values


class Number(Struct, frozen=True):
    """A number."""

    value: int


class Square(Struct, frozen=True):
    """Its square."""

    value: int


class Root(Struct, frozen=True):
    """The square's root."""

    value: int


def step(name: str, function: object, for_all: object = None) -> Step:
    module = ModuleType(f"agents.{name}")
    module.run = function  # type: ignore[attr-defined]
    if for_all:
        module.run_all = for_all  # type: ignore[attr-defined]
    return cast("Step", module)


def squared(number: Number) -> Square:
    return Square(number.value**2)


def odd_squares_only(square: Square) -> Square | None:
    return square if square.value % 2 else None


def root(square: Square) -> Root:
    return Root(int(square.value**0.5))


STAGE = Stage(
    "numbers", given=(Number,), steps=(step("square", squared), step("odd", odd_squares_only), step("root", root))
)


def test_a_step_is_given_what_its_parameters_ask_for() -> None:
    """The type of a parameter says where its value comes from: the caller, or an earlier step."""
    assert STAGE.run({Number: Number(3)})[Root] == Root(3)


def test_a_step_that_answers_none_ends_the_stage() -> None:
    """What is known so far stays; what would have followed is not there."""
    values = STAGE.run({Number: Number(2)})
    assert values[Square] == Square(4)
    assert values.get(Root) is None


def test_a_failure_names_the_step_and_quotes_nobody() -> None:
    """Whoever reads the dead letter sees which step failed, with what and where; not what a resident wrote."""

    def fails(_number: Number) -> Square:
        raise ValueError("my neighbour Zhang San")

    with pytest.raises(StepFailed, match=r"step unlucky failed: ValueError at test_stage.py:\d+") as caught:
        Stage("one", given=(Number,), steps=(step("unlucky", fails),)).run({Number: Number(1)})
    assert caught.value.step == "unlucky"
    assert "Zhang San" not in str(caught.value)


@given(numbers=some.lists(some.integers(-3, 3)), by_block=some.booleans())
def test_a_block_of_records_gives_what_they_give_one_by_one(*, numbers: list[int], by_block: bool) -> None:
    """Whichever of them end the stage or fail, and whether or not a step answers many at once."""
    for_all = all_unlucky_roots if by_block else None
    steps = (step("square", squared), step("odd", odd_squares_only), step("root", unlucky_root, for_all))
    stage = Stage("numbers", given=(Number,), steps=steps)
    records: list[Mapping[type, object]] = [{Number: Number(number)} for number in numbers]
    assert [outcome(found) for found in stage.run_all(records)] == [one_by_one(stage, values) for values in records]


def unlucky_root(square: Square) -> Root:
    if square.value == 9:
        raise ValueError
    return root(square)


def all_unlucky_roots(squares: Sequence[Square]) -> list[Root]:
    return [unlucky_root(square) for square in squares]


def one_by_one(stage: Stage, given: Mapping[type, object]) -> object:
    try:
        return outcome(stage.run(given))
    except StepFailed as failure:
        return outcome(failure)


def outcome(found: Values | StepFailed) -> object:
    return str(found) if isinstance(found, StepFailed) else (found.get(Square), found.get(Root))


def test_an_observer_hears_of_every_step_that_ran() -> None:
    """Metrics hook in without the steps knowing."""
    heard: list[str] = []
    STAGE.run({Number: Number(2)}, heard.append)
    assert heard == ["square"]
