"""Measure a model on texts that it was not trained on."""

from collections.abc import Sequence

from msgspec import Struct
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score


class Score(Struct, frozen=True, kw_only=True):
    """How a model does on one set of rows. `recall` and the rows of `confusion` are by true label, sorted."""

    model: str
    rows: str
    count: int
    accuracy: float
    macro_f1: float
    labels: tuple[str, ...]
    recall: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    certain: float | None = None
    """Share of answers not marked uncertain, and how many of those are right; for topics."""
    certain_right: float | None = None


def score(
    model: str, rows: str, truth: Sequence[str], answers: Sequence[str], certain: Sequence[bool] | None = None
) -> Score:
    """Accuracy, macro-F1, recall and confusion of the answers given."""
    labels = sorted({*truth, *answers})
    kept = [at for at, sure in enumerate(certain or ()) if sure]
    return Score(
        model=model,
        rows=rows,
        count=len(truth),
        accuracy=_short(accuracy_score(truth, answers)),
        macro_f1=_short(f1_score(truth, answers, average="macro", zero_division=0)),
        labels=tuple(labels),
        recall=tuple(map(_short, recall_score(truth, answers, average=None, labels=labels, zero_division=0))),
        confusion=tuple(tuple(map(int, row)) for row in confusion_matrix(truth, answers, labels=labels)),
        certain=None if certain is None else _short(len(kept) / len(truth)),
        certain_right=_short(sum(truth[at] == answers[at] for at in kept) / len(kept)) if kept else None,
    )


def _short(number: float) -> float:
    return round(float(number), 4)
