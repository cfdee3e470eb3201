"""Find the passages that tell of danger in words that no list holds."""

from models.danger import DangerModel, Dangerous
from models.segment import Tokens
from models.table import Sums


def run(tokens: Tokens, sums: Sums, model: DangerModel) -> Dangerous:
    """Return the clauses that tell of people in danger now, and of what may hurt somebody."""
    return model.dangerous(tokens, sums)
