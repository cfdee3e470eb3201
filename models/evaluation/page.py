"""An evaluation as one HTML page that needs nothing else: no script, no other host, no text of the data."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from models.evaluation import plots
from models.evaluation.score import Evaluation, Score, Share

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #d0d7de; --mark: 31 111 178 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #3d444d; --mark: 88 166 255 } }
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: var(--ink);
  background: var(--paper); max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--soft); padding-top: 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums;
  display: block; overflow-x: auto }
th, td { padding: .25rem .7rem; border: 1px solid var(--soft); text-align: right }
th:first-child, td:first-child { text-align: left }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem }
figure { margin: 0 } figcaption { max-width: 22rem; font-size: .9em }
.big { font-size: 1.3em } .note { border-left: 4px solid rgb(var(--mark)); padding-left: .8rem }
svg { max-width: 100%; height: auto } svg text { font-size: 11px; fill: var(--ink) }
.grid { stroke: var(--soft) } .guide { stroke: var(--ink); stroke-dasharray: 4; fill: none }
.line { stroke: rgb(var(--mark)); stroke-width: 2; fill: none } .dot { fill: rgb(var(--mark)) }
"""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser loads and runs nothing for this page, whatever a label holds."""

_HOW: Final = (
    "Intervals hold 95 %: percentiles of 1,000 bootstrap resamples with a fixed seed; of a share of which all or none "
    "are right, Wilson's. The calibration error is the mean distance of probability and share right over 15 bins of "
    "equally many answers (Guo et al. 2017). Wrong answers are named by their line in the file."
)


def page(evaluation: Evaluation) -> str:
    """The page."""
    title = escape(f"{evaluation.model}: {evaluation.file}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<style>{_STYLE}</style></head>\n'
        f"<body>\n<h1>{title}</h1>\n" + "\n".join(_body(evaluation)) + f"\n<p>{_HOW}</p>\n</body></html>\n"
    )


def _body(evaluation: Evaluation) -> Iterator[str]:
    bad = f"; {evaluation.bad:,} rows could not be used" if evaluation.bad else ""
    yield f"<p>{evaluation.counted:,} of {evaluation.read:,} rows measured{bad}.</p>"
    for note in evaluation.notes:
        yield f'<p class="note">{escape(note)}</p>'
    if evaluation.shares:
        head = ("what", "rows", "met", "of", "share [95 % interval]", "wrong lines")
        yield _table(head, map(_counted, evaluation.shares))
    for score in evaluation.scores:
        yield from _score(score)


def _counted(one: Share) -> tuple[str, ...]:
    lines = ", ".join(map(str, one.wrong))
    return one.what, one.rows, f"{one.met:,}", f"{one.count:,}", str(one.share), lines


def _score(score: Score) -> Iterator[str]:
    yield f"<h2>{escape(score.model)}, {escape(score.rows)}</h2>"
    error = f", calibration error {score.calibration.error:.3f}" if score.calibration else ""
    figures = f"accuracy {score.accuracy}, macro-F1 {score.macro_f1}{error}"
    yield f'<p class="big">{score.count:,} rows: {figures}</p>'
    if score.certain is not None:
        yield f"<p>Not marked uncertain: {score.certain:.1%}; of these right: {score.certain_right or 0:.1%}.</p>"
    yield '<div class="plots">'
    yield _figure(plots.whiskers([(one.label, one.f1) for one in score.classes], "F1"), "F1 of each label.")
    if score.calibration:
        yield _figure(plots.reliability(score.calibration), "Reliability: on the dashed line a probability is right.")
        yield _figure(plots.coverage(score.calibration), "What is gained when the least sure answers are left out.")
    yield "</div>"
    rows = [(one.label, f"{one.count:,}", *map(str, (one.precision, one.recall, one.f1))) for one in score.classes]
    yield _table(("label", "rows", "precision", "recall", "F1"), rows)
    yield _confusion(score)
    if score.mistakes:
        yield "<h3>Wrong answers, the surest first</h3>"
        wrong = [(f"{one.line}", one.truth, one.given, _probability(one.confidence)) for one in score.mistakes]
        yield _table(("line", "true label", "answer", "probability"), wrong)


def _confusion(score: Score) -> str:
    """Truth down, answer across; the deeper the colour, the greater the share of the true label."""
    head = "".join(f"<th>{escape(label)}</th>" for label in score.labels)
    rows = "".join(
        f"<tr><th>{escape(label)}</th>{''.join(map(_cell, counts, [sum(counts)] * len(counts)))}</tr>"
        for label, counts in zip(score.labels, score.confusion, strict=True)
    )
    return f"<h3>Confusion: true label down, answer across</h3><table><tr><th></th>{head}</tr>{rows}</table>"


def _cell(count: int, whole: int) -> str:
    return f'<td style="background: rgb(var(--mark) / {0.7 * count / max(1, whole):.2f})">{count:,}</td>'


def _figure(drawn: str, caption: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>{''.join(lines)}</table>"


def _probability(confidence: float | None) -> str:
    return "" if confidence is None else f"{confidence:.3f}"
