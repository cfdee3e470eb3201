"""Take a danger back where the passage that names it tells, as a whole, of none: mended, asked about, a nuisance."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from models.danger import DangerModel
from models.segment import Tokens
from streams.matter import Facts

_TOLD: Final = frozenset({"event", "hazard"})
"""Beside these danger now is not doubted: news of it sound alike while it lasts and when it is over."""


def run(tokens: Tokens, facts: Facts, model: DangerModel) -> Facts:
    """Return what is left of the facts; what is named twice or counts harm is not doubted.

    Letters, whose manner the model knows least, name their danger more than once.
    """
    return run_all([tokens], [facts], [model])[0]


def run_all(tokens: Sequence[Tokens], facts: Sequence[Facts], models: Sequence[DangerModel]) -> list[Facts]:
    """Return those of many posts, by the one model that all townships share; half the time of one by one."""
    (model,) = set(models)
    left = [*facts]
    for danger, is_doubtful in (("immediate", _is_now_doubtful), ("hazard", _is_hazard_doubtful)):
        doubtful = [at for at, stated in enumerate(left) if is_doubtful(stated)]
        named = [(tokens[at], left[at].quotes[danger][0].start) for at in doubtful]
        for at, believed in zip(doubtful, model.believes(named, now=danger == "immediate"), strict=True):
            left[at] = left[at] if believed else _without(danger, left[at])
    return left


def _is_now_doubtful(facts: Facts) -> bool:
    return len(facts.quotes.get("immediate", ())) == 1 and not facts.least and not facts.quotes.keys() & _TOLD


def _is_hazard_doubtful(facts: Facts) -> bool:
    return len(facts.quotes.get("hazard", ())) == 1 and not facts.least and "immediate" not in facts.quotes


def _without(danger: str, facts: Facts) -> Facts:
    quotes = {name: some for name, some in facts.quotes.items() if name != danger}
    return replace(facts, kind="none" if facts.kind == "隐患" and "hazard" not in quotes else facts.kind, quotes=quotes)
