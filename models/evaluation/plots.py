"""Plots as SVG to stand in an HTML page: no script, no file, colours from the page."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from models.evaluation.calibration import Calibration
from models.evaluation.interval import Figure

SIDE: Final = 240
EDGE: Final = 52
ROW: Final = 24


def reliability(calibration: Calibration) -> str:
    """Share right over confidence, bin by bin; what lies on the diagonal is well calibrated."""
    points = [(one.confidence, one.accuracy) for one in calibration.bins]
    return _square("confidence", "share right", _line([(0, 0), (1, 1)], "guide") + _line(points) + _dots(points), 0.0)


def coverage(calibration: Calibration) -> str:
    """Share right among the surest answers, over the share of all answers that they are."""
    points = [(one.coverage, one.accuracy) for one in calibration.coverage]
    low = min(0.9, int(min(accuracy for _, accuracy in points) * 10) / 10)
    return _square("share of the answers kept", "share right", _line(points, low=low) + _dots(points, low=low), low)


def whiskers(figures: Sequence[tuple[str, Figure]], what: str) -> str:
    """One figure a row with its interval, on a scale from 0 to 1."""
    left, height = 150, ROW * len(figures) + EDGE
    rows = (_whisker(label, figure, left, ROW * at + ROW // 2) for at, (label, figure) in enumerate(figures))
    ticks = (_tick(left + SIDE * share, height - EDGE, f"{share:g}") for share in (0, 0.25, 0.5, 0.75, 1))
    return _svg(left + SIDE + 40, height, what, [*ticks, *rows, _text(left + SIDE / 2, height - 6, what, "middle")])


def _whisker(label: str, figure: Figure, left: int, y: int) -> str:
    low, value, high = (left + SIDE * one for one in (figure.low, figure.value, figure.high))
    return (
        _text(left - 8, y + 4, label, "end")
        + f'<path class="line" d="M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 4}v8M{high:.1f} {y - 4}v8"/>'
        + f'<circle class="dot" cx="{value:.1f}" cy="{y}" r="4"><title>{escape(f"{label}: {figure}")}</title></circle>'
    )


def _square(x: str, y: str, drawn: str, low: float) -> str:
    marks = [
        mark
        for at in range(6)
        for mark in (
            _text(EDGE + SIDE * at / 5, SIDE + EDGE // 2 + 16, f"{at / 5:g}", "middle"),
            _text(EDGE - 6, _up(low + (1 - low) * at / 5, low) + 4, f"{low + (1 - low) * at / 5:.2g}", "end"),
            f'<path class="grid" d="M{EDGE} {_up(low + (1 - low) * at / 5, low):.1f}h{SIDE}"/>',
        )
    ]
    names = [
        _text(EDGE + SIDE / 2, SIDE + EDGE + 14, x, "middle"),
        f'<text x="11" y="{SIDE / 2 + 20}" text-anchor="middle" transform="rotate(-90 11 {SIDE / 2 + 20})">{y}</text>',
    ]
    return _svg(SIDE + 2 * EDGE, SIDE + EDGE + 20, f"{y} over {x}", [*marks, drawn, *names])


def _up(share: float, low: float) -> float:
    return EDGE / 2 + SIDE * (1 - (share - low) / (1 - low))


def _line(points: Iterable[tuple[float, float]], kind: str = "line", low: float = 0.0) -> str:
    path = " ".join(f"{EDGE + SIDE * x:.1f},{_up(y, low):.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{path}"/>'


def _dots(points: Iterable[tuple[float, float]], low: float = 0.0) -> str:
    return "".join(
        f'<circle class="dot" cx="{EDGE + SIDE * x:.1f}" cy="{_up(y, low):.1f}" r="3">'
        f"<title>{x:.3f}: {y:.3f}</title></circle>"
        for x, y in points
    )


def _tick(x: float, height: int, label: str) -> str:
    return f'<path class="grid" d="M{x:.1f} 0v{height}"/>' + _text(x, height + 16, label, "middle")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: float, height: float, name: str, parts: Iterable[str]) -> str:
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" aria-label="{escape(name)}">{body}</svg>'
    )
