"""What the judgement can answer: a route that waits for anything else would never be taken."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from streams.errors import Misconfigured

NO_EVENT: Final = ("隐患", "none")
"""Kinds without a rule: danger that has hurt nobody yet, and no harm at all (agents/facts.py)."""


class _Header(Struct):
    labels: tuple[str, ...]


@cache
def topics() -> tuple[str, ...]:
    """The topics that the model knows, from its description alone: its numbers would take a quarter of a second.

    Raises:
        Misconfigured: the description is missing or damaged.
    """
    file = files("models") / "weights" / "topic.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Header).labels
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file}: cannot be read ({error}); install the program again") from error


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of events that the rule files grade, and those without a rule.

    Raises:
        Misconfigured: a rule file cannot be used.
    """
    from models.rulepack import RulePack  # noqa: PLC0415 - who names no kinds need not wait for the models

    try:
        rules = RulePack.load().rules
    except ValueError as error:
        raise Misconfigured(str(error)) from error
    return (*sorted({kind for rule in rules for kind in rule.kinds}), *NO_EVENT)
