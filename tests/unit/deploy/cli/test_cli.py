"""The command line: what it offers, and with which code it ends."""

import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.cli import exits, run
from deploy.cli.lazy import COMMANDS
from streams.records import Post
from tests.unit.workbooks import workbook


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`xiangyin COMMAND --help` works for each command that the list shows."""
    assert run([name, "--help"]) == exits.OK
    shown = capsys.readouterr().out
    assert f"Usage: xiangyin {name} " in shown
    assert "--help" in shown


def test_the_list_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer sees all commands and the exit codes."""
    assert run(["--help"]) == exits.OK
    shown = capsys.readouterr().out
    assert all(re.search(rf"\b{name}\b", shown) for name in COMMANDS)
    assert "Exit codes" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["jugde"],
        ["judge", "--colour"],
        ["schema", "poem"],
        ["servers", "--kafka-port", "no"],
        ["judge", "/nowhere.jsonl"],
    ],
)
def test_what_cannot_be_understood_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors say what was wrong, on the error stream."""
    assert run(arguments) == exits.USAGE
    assert capsys.readouterr().err


def test_a_near_miss_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    """`jugde` is answered with `judge`."""
    run(["jugde"])
    assert "judge" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "work", "crawl", "run", "topics create", "indices create"])
def test_a_missing_configuration_is_no_trace(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a deployment the command names the file and `xiangyin init`, and ends with 78 (check: 1)."""
    monkeypatch.delenv("XIANGYIN_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    code = run(command.split())
    said = capsys.readouterr().err
    assert code == (exits.BAD_INPUT if command == "check" else exits.CONFIGURATION)
    assert "deployment.yaml" in said
    assert "xiangyin init" in said
    assert "Traceback" not in said


def test_a_defect_is_told_from_a_mistake(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody expected ends with 70, and shows where."""

    def broken(_: str) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("deploy.cli.lazy.LazyGroup.load", broken)
    assert run(["version"]) == exits.INTERNAL
    assert "Traceback" in capsys.readouterr().err


def test_judge_answers_on_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Good lines alone end with 0, a bad one with 1, and the answers are the same either way."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "路灯坏了"}\n', "utf-8")
    assert run(["judge", str(file)]) == exits.OK
    good = capfdbinary.readouterr().out
    file.write_text('{"text": "路灯坏了"}\nnonsense\n', "utf-8")
    assert run(["judge", str(file)]) == exits.BAD_INPUT
    assert capfdbinary.readouterr().out.startswith(good)


def test_a_reader_that_leaves_is_no_error() -> None:
    """`xiangyin schema post | head -1` ends without a trace."""
    command = f"{sys.executable} -m deploy.cli schema post | head -c 1"
    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False, text=True)  # noqa: S603
    assert ended.stdout == "{"
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        (["version"], ("aiokafka", "faust", "elasticsearch", "numpy", "rjieba", "pydantic_settings")),
        (["dead", "list", "--help"], ("faust", "elasticsearch", "numpy", "rjieba", "agents")),
    ],
)
def test_a_command_starts_quickly(command: list[str], heavy: tuple[str, ...]) -> None:
    """It reads only what it needs: neither Kafka nor models for `version`, no flow for who pages through letters."""
    code = "import sys; from deploy.cli import run; run(%r); print([m for m in sys.modules if m in %r])"
    ended = subprocess.run([sys.executable, "-c", code % (command, heavy)], capture_output=True, check=True, text=True)  # noqa: S603
    assert ended.stdout.endswith("[]\n")


def test_every_command_is_described(request: pytest.FixtureRequest) -> None:
    """docs/cli.md names every command that there is."""
    described = (request.config.rootpath / "docs" / "cli.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"| `{name}" not in described] == []


def test_a_file_of_another_encoding_is_no_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`import` of an export that is neither UTF-8 nor GBK says what to do, in one line, and ends with 1."""
    run(["init", str(tmp_path / "d")])
    capsys.readouterr()
    (tmp_path / "a.csv").write_bytes(b"id,body\n1,\xff\xff\n")
    assert run(["import", str(tmp_path / "a.csv"), "-c", str(tmp_path / "d" / "deployment.yaml")]) == exits.BAD_INPUT
    said = "is not in an encoding that its bytes tell; name it: --encoding utf-8, gb18030, big5 or utf-16"
    assert capsys.readouterr().err == f"✗ {tmp_path}/a.csv {said}\n"


def test_what_an_import_would_publish_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a server: posts behind the door, what offices answer, and which columns were read."""
    run(["init", str(tmp_path / "d")])
    capsys.readouterr()
    file = tmp_path / "热线.csv"
    file.write_text("编号,内容,时间,办理结果,备注\n1,电话13800138000，路灯坏了,2026-02-01 08:00,已修好,x\n", "utf-8")
    assert run(["import", str(file), "--dry-run", "-c", str(tmp_path / "d" / "deployment.yaml")]) == exits.OK
    said = capsys.readouterr()
    assert said.err == "read 编号 as id, 内容 as body, 时间 as published, 办理结果 as answer; left 备注\n"
    assert said.out.splitlines() == [
        "1 message 990101101000 2026-02-01 08:00 电话***********，路灯坏了",
        "1#answer answer 990101101000 at no time 已修好",
        "in 1, would be published 2 (offices' answers: 1), bad 0",
    ]


@pytest.mark.parametrize("folder", ["file/x", "/proc/x", "/dev/null/x"])
def test_init_where_no_folder_can_be_is_no_trace(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below a file, or where nothing can be written: one line with the folder and the remedy, and 78."""
    (tmp_path / "file").write_text("")
    assert run(["init", str(tmp_path / folder)]) == exits.CONFIGURATION
    (said,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / folder) in said
    assert "choose another folder" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_no_trace() -> None:
    """`xiangyin judge > /dev/full` ends with 74 and one line."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "deploy.cli", "judge"],
            input=b'{"text": "a"}\n',
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == exits.UNWRITTEN
    assert ended.stderr.decode().splitlines() == ["✗ output cannot be written: No space left on device"]


def test_import_names_twenty_bad_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is wrong from top to bottom fills no screen: twenty rows are named, the others counted."""

    async def published(*_: object) -> tuple[Sequence[Post], int]:
        return [], 0

    run(["init", str(tmp_path / "d")])
    capsys.readouterr()
    monkeypatch.setattr("deploy.cli.importing._publish", published)
    (tmp_path / "a.csv").write_text("id,body\n" + "1,\n" * 30, "utf-8")
    code = run(["import", str(tmp_path / "a.csv"), "-c", str(tmp_path / "d" / "deployment.yaml")])
    shown = capsys.readouterr()
    assert (code, shown.out) == (exits.BAD_INPUT, "in 30, published 0, bad 30\n")
    first, *named = shown.err.splitlines()
    assert first == "read id as id, body as body"
    assert len(named) == 21
    assert shown.err.endswith("✗ and 10 more bad rows\n")


def test_import_of_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without a row, or the wrong sheet of a workbook, is no success: what to try is named."""
    run(["init", str(tmp_path / "d")])
    capsys.readouterr()
    (tmp_path / "a.csv").write_text("id,body\n", "utf-8")
    assert run(["import", str(tmp_path / "a.csv"), "-c", str(tmp_path / "d" / "deployment.yaml")]) == exits.BAD_INPUT
    assert "a.csv has no row; of an XLSX the visible sheets with known columns are read, or --sheet NAME" in (
        capsys.readouterr().err
    )


def test_import_names_the_sheets_that_it_leaves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the option that imports them, before anything is published; they are no rows, and the code is 1."""
    run(["init", str(tmp_path / "d")])
    sheets = {"工单": [["编号", "内容"], ["1", "路灯坏了"]], "来信": [["信号", "来信"], ["7", "桥塌了"]]}
    (tmp_path / "a.xlsx").write_bytes(workbook(**sheets))
    command = ["import", str(tmp_path / "a.xlsx"), "--dry-run", "-c", str(tmp_path / "d" / "deployment.yaml")]
    capsys.readouterr()
    assert run(command) == exits.BAD_INPUT
    said = capsys.readouterr()
    left = "a.xlsx: sheet 来信 is left: its columns are others (信号, 来信); what it says is imported by --sheet 来信"
    assert said.err.splitlines()[0].endswith(left)
    assert said.out.endswith("in 1, would be published 1, bad 0\n")
    assert run([*command, "--sheet", "工单"]) == exits.OK
    assert "来信" not in capsys.readouterr().err
    mapped = ["--map", "id=信号", "--map", "body=来信"]
    assert run([*command, *mapped]) == exits.USAGE
    assert left in capsys.readouterr().err
    assert run([*command, *mapped, "--sheet", "来信"]) == exits.OK
    assert "7 message" in capsys.readouterr().out


def test_import_of_a_sheet_that_is_not_there_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As of every option that names nothing: 2, with the file and the sheets that it has."""
    run(["init", str(tmp_path / "d")])
    (tmp_path / "a.xlsx").write_bytes(workbook(工单=[["编号", "内容"], ["1", "路灯坏了"]], 说明=[]))
    (tmp_path / "a.csv").write_text("编号,内容\n1,路灯坏了\n", "utf-8")
    capsys.readouterr()
    for name, expected in (("a.xlsx", "has no sheet 来信; its sheets are 工单, 说明"), ("a.csv", "has no sheets")):
        options = ["--sheet", "来信", "--dry-run", "-c", str(tmp_path / "d" / "deployment.yaml")]
        assert run(["import", str(tmp_path / name), *options]) == exits.USAGE
        said = " ".join(capsys.readouterr().err.replace("│", " ").split())
        assert name in said
        assert expected in said


def test_import_counts_times_that_are_yet_to_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong column, or a wrong century: the posts are posts all the same."""
    run(["init", str(tmp_path / "d")])
    (tmp_path / "a.csv").write_text("id,body,time\n1,路灯坏了,2999-03-01 08:15\n2,桥塌了,2026-03-01 08:15\n", "utf-8")
    capsys.readouterr()
    command = ["import", str(tmp_path / "a.csv"), "--dry-run", "-c", str(tmp_path / "d" / "deployment.yaml")]
    assert run(command) == exits.OK
    said = capsys.readouterr()
    assert "would be published 2" in said.out
    assert "a.csv: posts of a time that is yet to come: 1; look at the column of `published`" in said.err


def test_import_takes_townships_from_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With several townships, `--map township=COLUMN` needs no --township; a column that is not there is misuse."""

    async def published(*_: object) -> tuple[Sequence[Post], int]:
        return [], 0

    run(["init", str(tmp_path / "d")])
    first = next((tmp_path / "d" / "townships").glob("*.yaml"))
    second = first.read_text("utf-8").replace("990101101", "990101102")
    (first.parent / "second.yaml").write_text(second, "utf-8")
    monkeypatch.setattr("deploy.cli.importing._publish", published)
    (tmp_path / "a.csv").write_text("id,body,乡镇\n1,路灯,990101102\n", "utf-8")
    command = ["import", str(tmp_path / "a.csv"), "-c", str(tmp_path / "d" / "deployment.yaml"), "--map"]
    assert run([*command, "township=乡镇"]) == exits.OK
    assert run([*command, "township=镇"]) == exits.USAGE
    assert "columns are" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--kafka-port", "--elasticsearch-port"])
def test_a_taken_port_is_named(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`servers` on a port that another program has says so, instead of trying it five times."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["servers", option, str(port)]) == exits.CONFIGURATION
    said = capsys.readouterr().err
    assert f"port {port} of 127.0.0.1" in said
    assert "is taken by another program" in said


def test_version_is_an_option_too(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version`, as everywhere, says what `version` says."""
    assert run(["--version"]) == exits.OK
    asked = capsys.readouterr().out
    assert run(["version"]) == exits.OK
    assert asked == capsys.readouterr().out
    assert asked.startswith("xiangyin ")


@pytest.mark.parametrize("command", ["check", "topics create", "import a.csv"])
def test_kafka_away_has_one_remedy(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever command finds Kafka away, it says how to start or name one, without a trace."""
    run(["init", str(tmp_path)])
    (tmp_path / "a.csv").write_text("id,body\n1,路灯\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XIANGYIN_CONFIG", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = f"127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("XIANGYIN_KAFKA", free)
    monkeypatch.setenv("XIANGYIN_ELASTICSEARCH", f"http://{free}")
    assert run(command.split()) == (exits.BAD_INPUT if command == "check" else exits.TEMPORARY)
    said = capsys.readouterr().err
    assert "correct `kafka` or XIANGYIN_KAFKA; `xiangyin servers` starts an embedded one" in said
    assert "Traceback" not in said


def test_a_kind_of_index_that_is_none_is_a_wrong_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As every option that names nothing: 2, with what may be named."""
    run(["init", str(tmp_path / "town"), "--name", "town"])
    for command in ("rebuild", "back"):
        arguments = ["indices", command, "--kind", "foo", "--config", str(tmp_path / "town" / "deployment.yaml")]
        assert run(arguments) == exits.USAGE
        assert "incidents" in capsys.readouterr().err
