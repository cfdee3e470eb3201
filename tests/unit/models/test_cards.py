"""Each model has a card that says what was measured and what it must not be used for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

import models
from deploy.evaluation.asked import Asked
from deploy.evaluation.card import DATA, severity, trained
from deploy.evaluation.evaluate import evaluate
from models import request
from models.evaluation.card import Report
from models.evaluation.score import Evaluation, Score
from models.segment import Segmenter
from models.train.grouping import shares

FOLDER = Path(next(iter(models.__path__)))
REPORT = json.decode((FOLDER / "weights" / "report.json").read_bytes(), type=Report)
MEASURED = ("topic", "sentiment", "emotion")
NAMES = (*MEASURED, "requests", "keywords", "danger")

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the labelled texts are not in {DATA}")


def card(name: str) -> str:
    return (FOLDER / "cards" / f"{name}.md").read_text(encoding="utf-8")


def measured(file: str, **asked: Any) -> Evaluation:
    with (DATA / file).open("rb") as lines:
        return evaluate(lines, file, Asked(split="test", **asked))


def test_a_card_states_the_measured_figures() -> None:
    """No figure and no answer in a card is older than the models: `python -m deploy.evaluation.card` writes them."""
    for file, written in trained():
        assert file.read_text(encoding="utf-8") == written, file.name


@pytest.mark.parametrize("name", [*MEASURED, "requests"])
def test_a_card_shows_failures(name: str) -> None:
    """Texts that the model gets wrong, made up for the card: who reads it knows what to expect."""
    block = card(name).split("<!-- examples -->\n")[1].split("<!-- end of examples -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()[2:]]
    assert sum(right != said for _, right, said in rows) >= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_is_forbidden(name: str) -> None:
    """Severity is never graded, and no person judged, by a model; the data carry no licence."""
    text = " ".join(card(name).split())
    assert "**Must not be used** to grade severity" in text
    assert "judge a person" in text
    assert "**no licence**" in text


def test_the_weights_are_small() -> None:
    """All that training writes takes less than eight megabytes."""
    assert sum(file.stat().st_size for file in (FOLDER / "weights").iterdir()) < 8_000_000


def reported(model: str, rows: str) -> Score:
    return next(score for score in REPORT.scores if (score.model, score.rows) == (model, rows))


def again() -> Iterator[Score]:
    """What `xiangyin evaluate` finds on the rows whose hashes are committed, by the report's names for them."""
    yield from measured("messages_labelled.jsonl").scores
    yield from measured("sentiment_emotions.jsonl", by="set").scores
    yield from measured("sentiment_emotions.jsonl", by="set", model="sentiment").scores


@needs_data
def test_evaluate_finds_what_the_report_says() -> None:
    """The figures of the cards are those of the models that are served, on the committed rows."""
    found = list(again())
    assert len(found) == 5
    for score in found:
        written = reported(score.model, score.rows)
        assert (score.count, score.confusion) == (written.count, written.confusion)
        assert (score.accuracy, score.macro_f1, score.classes) == (written.accuracy, written.macro_f1, written.classes)
        assert score.calibration
        assert written.calibration
        assert score.calibration.error == pytest.approx(written.calibration.error, abs=1e-3)


@needs_data
def test_evaluate_finds_the_polarity_that_the_report_says() -> None:
    """Of texts that are positive or negative the sign is measured; a text in both sets may count twice."""
    (found,), written = measured("sentiment_polarity.jsonl").scores, reported("sentiment", "polarity (sign)")
    assert found.rows == "test (sign)"
    assert abs(found.count - written.count) <= 0.01 * written.count
    assert found.accuracy.value == pytest.approx(written.accuracy.value, abs=0.005)


@needs_data
def test_as_many_are_taken_for_requests_as_the_report_says() -> None:
    """Words and lists of thanks and demands may change without training: `xiangyin train DATA --measure` follows."""
    found = [(one.rows, one.count, one.requests) for one in shares(DATA, request.load(), Segmenter())]
    assert found == [(one.rows, one.count, one.requests) for one in REPORT.requests]


@needs_data
def test_the_card_of_severity_states_what_evaluate_finds() -> None:
    """Grades, deaths, hazard and danger now, on the half that was not tuned on: as the cards of the models."""
    file, written = severity(DATA)
    assert file.read_text(encoding="utf-8") == written, "python -m deploy.evaluation.card"
