"""Reads harm and danger from a text alone, by the steps that the worker runs and no others."""

from pathlib import Path

from agents import flow
from models.artefact import FOLDER
from models.danger import DangerModel
from models.harm import HarmLexicon
from models.rulepack import RulePack
from models.segment import Segmenter
from streams.matter import Facts
from streams.records import Severity, Text


class Grader:
    """What a text states, and how severe that is.

    Args:
        folder: of the trained model; by default the program's own.

    Raises:
        Unusable: the model is missing or damaged.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        model = DangerModel.load(folder)
        known = (Segmenter(), model.table, model, HarmLexicon.load(), RulePack.load())
        self._known = {type(each): each for each in known}

    def __call__(self, text: Text) -> tuple[Facts, Severity]:
        """Read one text."""
        found = flow.GRADE.run({**self._known, Text: text})
        return found[Facts], found[Severity]
