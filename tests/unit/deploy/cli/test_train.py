"""`xiangyin train` as people call it."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.cli import exits, run

ONE: dict[str, object] = {
    "body": "路灯不亮",
    "field": "topic",
    "old": "交通运输",
    "new": "城乡建设",
    "role": "duty-1",
    "time": "2026-03-01T09:00:00+08:00",
    "reason": "路灯由住建局管",
}


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    file = tmp_path / "corrections.jsonl"
    rows = (ONE, {**ONE, "field": "grade", "old": "none", "new": "IV"})
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return file


def test_corrections_are_handed_on(
    corrections: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the weight that was given; what is said tells how many are learnt, and that rules learn nothing."""
    given: list[Any] = []
    monkeypatch.setattr("models.train.train.train", lambda *arguments: given.extend(arguments))
    folder = str(corrections.parent)
    assert run(["train", folder, "--out", folder, "--corrections", str(corrections), "--weight", "7"]) == exits.OK
    assert (sorted(given[3]), given[4]) == ([1, 2], 7)
    assert "corrections learnt: 1 of topic; 1 of severity teach no rule" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([], exits.BAD_INPUT, ".jsonl: cannot be read"),
        (["--corrections", "bad.jsonl"], exits.BAD_INPUT, "bad.jsonl:1: no correction"),
        (["--weight", "0"], exits.USAGE, "--weight"),
    ],
)
def test_what_cannot_be_trained_is_said(
    arguments: list[str],
    code: int,
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By file and line, with the documented exit code."""
    (tmp_path / "bad.jsonl").write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    assert run(["train", str(tmp_path), "--out", str(tmp_path / "out"), *arguments]) == code
    assert word in capsys.readouterr().err
