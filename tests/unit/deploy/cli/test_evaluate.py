"""`xiangyin evaluate` as people call it: tables, JSON, a report, and an exit code."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli import exits, run

ROOT = Path(__file__).parents[4]
LAMP = json.dumps(
    {"title": "路灯不亮", "body": "小区门口的路灯坏了一个月，道路很黑", "topic": "城乡建设"}, ensure_ascii=False
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.jsonl"
    path.write_text(f"\ufeff{LAMP}\n{LAMP}\n", encoding="utf-8")
    return path


def test_the_figures_are_shown(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table on standard output, with the interval; nothing on the error stream."""
    assert run(["evaluate", str(file)]) == exits.OK
    said = capsys.readouterr()
    assert "accuracy 1.000 [0.342, 1.000]" in said.out
    assert "城乡建设" in said.out
    assert not said.err


def test_json_can_be_piped(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """With --json standard output holds one JSON object, whatever was wrong; - reads standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes() + b"{\n")))
    assert run(["evaluate", "-", "--json"]) == exits.BAD_INPUT
    said = capfdbinary.readouterr()
    found = json.loads(said.out)
    assert (found["read"], found["counted"], found["bad"]) == (3, 2, 1)
    assert found["scores"][0]["accuracy"]["value"] == 1.0
    assert "standard input:3: no JSON object" in said.err.decode()


def test_a_report_is_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page goes to its file; standard output stays the table's."""
    page = file.with_suffix(".html")
    assert run(["evaluate", str(file), "--report", str(page)]) == exits.OK
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "report written to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--where", "topic"], exits.USAGE, "NAME=VALUE"),
        (["--report", "/nowhere/page.html"], exits.USAGE, "no folder /nowhere"),
        (["--model", "weather"], exits.USAGE, "weather"),
        (["--text", "words"], exits.BAD_INPUT, "no field words"),
        (["--where", "topic=月球"], exits.BAD_INPUT, "none of 2 rows fits"),
        (["--weights", "."], exits.CONFIGURATION, "split.json"),
    ],
)
def test_what_cannot_be_measured_is_said(
    arguments: list[str],
    code: int,
    word: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line names what is wrong, and the exit code is the documented one."""
    monkeypatch.chdir(file.parent)
    assert run(["evaluate", str(file), *arguments]) == code
    said = capsys.readouterr()
    assert word in said.err
    assert not said.out


def test_corrections_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Instead of labelled posts; what is no correction ends with 1, and a mixture of both with 2."""
    file = tmp_path / "corrections.jsonl"
    one = {"body": "小区门口的路灯坏了一个月", "field": "topic", "old": "交通运输", "new": "城乡建设"}
    said = {"role": "duty-1", "time": "2026-03-01T09:00:00+08:00", "reason": "路灯由住建局管"}
    file.write_text(json.dumps({**one, **said}))
    assert run(["evaluate", "--corrections", str(file)]) == exits.OK
    assert "models as installed" in capsys.readouterr().out
    assert run(["evaluate", "--corrections", str(file), "--by", "role"]) == exits.USAGE
    file.write_text(json.dumps(one))
    assert run(["evaluate", "--corrections", str(file)]) == exits.BAD_INPUT
    assert "corrections.jsonl:1: no correction" in capsys.readouterr().err


def test_scikit_learn_is_not_needed(file: Path) -> None:
    """Who installs the program to serve can measure it, too."""
    without = "import sys; sys.modules.update(sklearn=None, scipy=None, threadpoolctl=None)"
    call = f"from deploy.cli import run; sys.exit(run(['evaluate', {str(file)!r}]))"
    command = [sys.executable, "-c", f"{without}; {call}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert (done.returncode, done.stderr) == (exits.OK, "")
