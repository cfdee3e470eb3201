"""Find the passages that tell of danger in words that no list holds."""

from collections.abc import Sequence

from models.danger import DangerModel, Dangerous
from models.segment import Tokens
from models.table import Sums


def run(tokens: Tokens, sums: Sums, model: DangerModel) -> Dangerous:
    """Return the clauses that tell of people in danger now, and of what may hurt somebody."""
    return model.dangerous(tokens, sums)


def run_all(tokens: Sequence[Tokens], sums: Sequence[Sums], models: Sequence[DangerModel]) -> list[Dangerous]:
    """Return those of many posts, by the one model that all townships share; half the time of one by one."""
    (model,) = set(models)
    return model.dangerous_of_all(tokens, sums)
