"""The model of sentences that tell of danger is learnt from the sentences written for it."""

from collections import Counter
from pathlib import Path

import pytest

from models.danger import DangerModel
from models.segment import Segmenter
from models.train import danger
from models.train.corpus import DataError

CALM = ("今天天气真好。出去走走", "孩子会背诗了", "晚饭吃什么好呢。面条吧")


def test_each_kind_is_written_often_and_nothing_twice() -> None:
    """Hundreds of sentences of danger now, of hazards and of neither; none stands twice, or under two labels."""
    lines = danger.SENTENCES.read_text(encoding="utf-8").splitlines()
    counts = Counter(line.split("|")[0] for line in lines)
    assert set(counts) == {*DangerModel.LABELS, danger.MOOD}
    assert min(counts[label] for label in DangerModel.LABELS) >= 400
    assert len({line.split("|")[1] for line in lines}) == len(lines)


def test_the_same_sentences_give_the_same_weights() -> None:
    """Fitting is deterministic, and only words that were written weigh anything."""
    first, second = (danger.fitted(CALM, CALM, Segmenter()) for _ in range(2))
    assert (first.weights == second.weights).all()
    assert first.words == second.words
    assert first.labels == DangerModel.LABELS


def test_a_line_without_a_label_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message says which line of which file."""
    file = tmp_path / "danger.txt"
    file.write_text("now|水漫进来了\n水漫进来了\n", encoding="utf-8")
    monkeypatch.setattr(danger, "SENTENCES", file)
    with pytest.raises(DataError, match="line 2"):
        danger.fitted(CALM, CALM, Segmenter())
