"""What every model of words is fitted with: folds, a seed, and enough rows."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from models.train.corpus import DataError

SEED: Final = 20
FOLDS: Final = 5
LEAST_LABELS: Final = 3


def enough(labels: Sequence[str]) -> None:
    """Raise DataError when there are fewer than three labels, or fewer rows of one than folds."""
    if len(few := Counter(labels)) < LEAST_LABELS or min(few.values()) < FOLDS:
        raise DataError(f"too little to learn from: {dict(few)}; give {LEAST_LABELS} labels with {FOLDS} rows each")
