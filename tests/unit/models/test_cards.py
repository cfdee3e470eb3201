"""Each model has a card that says what was measured and what it must not be used for."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import json

import models

FOLDER = Path(next(iter(models.__path__)))
REPORT: dict[str, Any] = json.decode((FOLDER / "weights" / "report.json").read_bytes())
NAMES = ("topic", "sentiment", "emotion", "keywords")


def card(name: str) -> str:
    return (FOLDER / "cards" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", REPORT["scores"], ids=lambda row: f"{row['model']}-{row['rows']}")
def test_a_card_states_the_measured_figures(row: dict[str, Any]) -> None:
    """No figure in a card is older than the weights."""
    line = f"| {row['rows']} | {row['count']:,} | {row['accuracy']:.3f} | {row['macro_f1']:.3f} |"
    assert line in card(row["model"])


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
