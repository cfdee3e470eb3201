"""Rebuild the models from the data files: `xiangyin train`. Needs scikit-learn, which serving does not."""

from models.train.corpus import DataError
from models.train.evaluate import Score
from models.train.train import Report, evaluate, train

__all__ = ["DataError", "Report", "Score", "evaluate", "train"]
