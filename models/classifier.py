"""A linear classifier over a post's words: what the models of topic, sentiment and emotion have in common."""

from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np

from models import artefact
from models.artefact import Fitted
from models.linear import Head, heads

MEASURED: Final = "{}-measured"
"""Name of the same model without the rows that it is measured on; what is served was then fitted to all rows."""


class Classifier:
    """A trained model by its name.

    Args:
        fitted: the trained model.
        head: its columns of a table shared with other models; by default it has a table of its own.
    """

    NAME: ClassVar[str]
    FIELDS: ClassVar[int]
    """Parts of a post that have weights of their own."""

    def __init__(self, fitted: Fitted, head: Head | None = None) -> None:
        self.labels = fitted.labels
        self.vocabulary = fitted.words
        self._head = head or heads((fitted.words, fitted.weights))[0]
        self.table = self._head.table
        self._bias = fitted.bias.astype(np.float64)
        self._temperature = fitted.temperature

    @classmethod
    def fitted(cls, folder: Path = artefact.FOLDER) -> Fitted:
        """What `NAME.npz` and `NAME.json` hold.

        Raises:
            Unusable: one of them is missing, damaged or of another version.
        """
        return artefact.load(folder, cls.NAME, fields=cls.FIELDS)

    @classmethod
    def load(cls, folder: Path = artefact.FOLDER) -> Self:
        """The model with a table of its own.

        Raises:
            Unusable: as `fitted`.
        """
        return cls(cls.fitted(folder))

    @classmethod
    def measured(cls, folder: Path = artefact.FOLDER) -> Self:
        """The model that the figures are of: its like that never saw the rows of the split.

        Raises:
            Unusable: as `fitted`.
        """
        return cls(artefact.load(folder, MEASURED.format(cls.NAME), fields=cls.FIELDS))
