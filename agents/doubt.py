"""Take a hazard back where the passage that names it tells, as a whole, of none: mended, asked about, a nuisance."""

from collections.abc import Sequence

from msgspec.structs import replace

from models.danger import DangerModel
from models.segment import Tokens
from streams.matter import Facts


def run(tokens: Tokens, facts: Facts, model: DangerModel) -> Facts:
    """Return what is left of the facts; what is named twice, counts harm or tells of danger now is not doubted.

    Letters, whose manner the model knows least, name their danger more than once.
    """
    return run_all([tokens], [facts], [model])[0]


def run_all(tokens: Sequence[Tokens], facts: Sequence[Facts], models: Sequence[DangerModel]) -> list[Facts]:
    """Return those of many posts, by the one model that all townships share; half the time of one by one."""
    (model,) = set(models)
    left = [*facts]
    doubtful = [at for at, stated in enumerate(facts) if _is_doubtful(stated)]
    named = [(tokens[at], facts[at].quotes["hazard"][0].start) for at in doubtful]
    for at, believed in zip(doubtful, model.believes(named), strict=True):
        left[at] = facts[at] if believed else _without_hazard(facts[at])
    return left


def _is_doubtful(facts: Facts) -> bool:
    return len(facts.quotes.get("hazard", ())) == 1 and not facts.least and "immediate" not in facts.quotes


def _without_hazard(facts: Facts) -> Facts:
    return replace(
        facts,
        kind="none" if facts.kind == "隐患" else facts.kind,
        quotes={name: quotes for name, quotes in facts.quotes.items() if name != "hazard"},
    )
