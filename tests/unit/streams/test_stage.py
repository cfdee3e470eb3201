"""A stage runs pure steps, wired by type."""

from types import ModuleType
from typing import cast

import pytest
from msgspec import Struct

from streams.errors import StepFailed
from streams.stage import Stage, Step


class Number(Struct, frozen=True):
    """A number."""

    value: int


class Square(Struct, frozen=True):
    """Its square."""

    value: int


class Root(Struct, frozen=True):
    """The square's root."""

    value: int


def step(name: str, function: object) -> Step:
    module = ModuleType(f"agents.{name}")
    module.run = function  # type: ignore[attr-defined]
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


def test_an_observer_hears_of_every_step_that_ran() -> None:
    """Metrics hook in without the steps knowing."""
    heard: list[str] = []
    STAGE.run({Number: Number(2)}, heard.append)
    assert heard == ["square"]
