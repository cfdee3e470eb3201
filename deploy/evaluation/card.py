"""Keeps the model cards true: `python -m deploy.evaluation.card [DATA]` writes their figures and examples anew."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import json

from deploy.evaluation.asked import Asked
from deploy.evaluation.evaluate import evaluate
from models import request
from models.artefact import FOLDER
from models.evaluation import answer
from models.evaluation.answer import Answer
from models.evaluation.card import Report, asking, figures, table, with_examples, with_figures
from models.evaluation.halves import half
from models.evaluation.score import ClassScore, Evaluation
from models.load import load
from models.segment import Segmenter

CARDS: Final = FOLDER.parent / "cards"
DATA: Final = FOLDER.parents[2] / "shared" / "data"
GRADED: Final = "severity_labelled.jsonl"

REPORTS: Final = frozenset({"all"})
MESSAGES: Final = frozenset({"harm", "random"})
RANDOM: Final = frozenset({"random"})
"""How a text was picked: every report, messages by words of harm, messages at random."""

SHARES: Final = (
    ("exact grades, reports", ".95", REPORTS, "exact grade"),
    ("deaths, reports", ".95", REPORTS, "deaths right"),
    ("kinds, reports", "", REPORTS, "kind right"),
    ("grades, messages", "", MESSAGES, "exact grade"),
    ("random messages graded wrongly", ".005", RANDOM, "graded wrongly, and not none"),
)
"""Rows of the card of severity: what they say, the goal, of which texts, and by which count."""

SIGNALS: Final = (("hazard", "F1 .85"), ("immediate", ".70 / .95"))


def trained() -> Iterator[tuple[Path, str]]:
    """The cards of the trained models, each with the report's figures and what the model says to its examples."""
    report = json.decode((FOLDER / "report.json").read_bytes(), type=Report)
    for name, said in _answers().items():
        file = CARDS / f"{name}.md"
        lines = asking(report) if name == "requests" else figures(name, report)
        card = with_figures(file.read_text(encoding="utf-8"), lines)
        yield file, with_examples(card, said)


def severity(data: Path) -> tuple[Path, str]:
    """The card of severity, with what `evaluate` finds on the two halves of the graded texts in the folder."""
    lines = (data / GRADED).read_bytes().splitlines()
    file = CARDS / "severity.md"
    return file, with_figures(file.read_text(encoding="utf-8"), _severity(lines))


def _severity(lines: list[bytes]) -> Iterator[str]:
    rows = [(json.decode(line, type=dict[str, Any]), line) for line in lines]

    def found(side: str, picked: Collection[str]) -> Evaluation:
        chosen = (line for row, line in rows if half(row["id"]) == side and row["picked"] in picked)
        return evaluate(chosen, GRADED, Asked())

    whole = [found(side, REPORTS | MESSAGES) for side in "AB"]
    cells = [
        *((what, goal, *(_share(found(side, picked), count) for side in "AB")) for what, goal, picked, count in SHARES),
        *((f"{name}: precision, recall, F1", goal, *(_signal(one, name) for one in whole)) for name, goal in SIGNALS),
    ]
    yield from table(("[95 % interval]", "goal", "half A (tuned on)", "half B"), cells)


def _share(found: Evaluation, what: str) -> str:
    one = next(share for share in found.shares if share.what == what)
    return f"{one.share} ({one.met}/{one.count})"


def _signal(found: Evaluation, name: str) -> str:
    yes: ClassScore = next(
        one for score in found.scores if score.model == name for one in score.classes if one.label == "yes"
    )
    return f"{yes.precision.value:.3f}, {yes.recall.value:.3f}, {yes.f1}"


def _answers() -> Mapping[str, Callable[[str], Answer]]:
    known, requests, segmenter = load(), request.load(), Segmenter()

    def asks(text: str) -> Answer:
        return Answer("request" if requests.is_request("", text, segmenter.tokens("", text).words) else "chatter")

    return {
        "topic": lambda text: answer.topic(known.topic, segmenter.tokens("", text)),
        "sentiment": lambda text: answer.sentiment(known.sentiment, segmenter.tokens("", text)),
        "emotion": lambda text: answer.emotion(known.emotion, segmenter.tokens("", text)),
        "requests": asks,
    }


def main() -> None:
    """Write the cards; that of severity only where its texts are."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    cards = dict(trained())
    if (data / GRADED).exists():
        cards.update([severity(data)])
    else:
        sys.stderr.write(f"{data / GRADED} is not there: the card of severity stays as it is\n")
    for file, card in cards.items():
        file.write_text(card, encoding="utf-8")
        sys.stderr.write(f"{file}\n")


if __name__ == "__main__":
    main()
