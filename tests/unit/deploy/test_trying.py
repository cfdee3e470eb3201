"""`xiangyin source try` shows what would be published, whatever the kind, and publishes nothing."""

import json
import os
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from deploy.cli import exits, run
from deploy.trying import Tried, remarks
from streams.crawl.disk import Disk
from streams.crawl.kinds import read
from streams.crawl.way import Way
from streams.pages.page import Page
from streams.source import parse_source


def source(made: Path, name: str, text: str) -> None:
    (made / "sources" / f"{name}.yaml").write_text(f'{text}township: "990101101"\n', "utf-8")


def test_the_files_of_a_folder_are_read(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No site is asked, so no contact is needed; columns that are missing are named, and files that are not read."""
    exports = made / "exports"
    exports.mkdir()
    source(made, "exports", f"kind: folder\nurl: {exports.as_uri()}\ncolumns: {{id: 业务流水号, body: 市民诉求}}\n")
    (exports / "good.csv").write_text(
        "业务流水号,市民诉求,来电时间\n1,东埠路的路灯坏了 [b]急[/b],2026-03-01 08:15\n", "utf-8"
    )
    (exports / "odd.csv").write_text("流水号,诉求\n1,路灯坏了\n", "utf-8")
    (exports / "old.xls").write_bytes(b"")
    (exports / "large.csv").write_bytes(b"")
    os.truncate(exports / "large.csv", 25_000_001)
    for file in exports.iterdir():
        os.utime(file, (time.time() - 60, time.time() - 60))
    assert run(["source", "try", "exports"]) == exits.OK
    said = capsys.readouterr()
    assert "东埠路的路灯坏了 [b]急[/b]" in said.out
    assert "2026-03-01 08:15 +08:00" in said.out
    assert "2 files, 1 post listed, 1 would be published" in said.out
    assert f"{exports}/odd.csv: column 市民诉求 is not in the header: 流水号, 诉求" in said.err
    assert f"{exports}: not read: large.csv (more than 25 MB), old.xls; read are" in said.err


def test_a_folder_that_hangs_is_said(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A share whose server is away is asked once, and not waited for."""
    source(made, "exports", "kind: folder\nurl: file:///share\n")
    dead = threading.Event()
    monkeypatch.setattr("streams.crawl.folder._dropped", lambda *_: dead.wait())
    monkeypatch.setattr("deploy.trying.Way", partial(Way, disk=Disk(0.2)))
    assert run(["source", "try", "exports"]) == exits.BAD_INPUT
    dead.set()
    assert "/share: the disk has not answered since the last time" in capsys.readouterr().err


def test_a_message_of_a_webhook_is_read(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a file, as the program would send it; the time that is ahead says so."""
    source(made, "hook", "kind: webhook\nsecret_file: hook.secret\n")
    message = made / "sample.json"
    message.write_text(json.dumps({"id": "1", "body": "桥塌了一半", "published": "2999-03-01 08:15"}), "utf-8")
    assert run(["source", "try", "hook"]) == exits.USAGE
    assert "--message FILE" in capsys.readouterr().err
    assert run(["source", "try", "hook", "--message", str(message)]) == exits.OK
    said = capsys.readouterr()
    assert "1 message, 1 post listed, 1 would be published" in said.out
    assert "桥塌了一半" in said.out
    assert "in the future" in said.out
    assert "it is yet to come: look at `time` and `timezone`" in said.err
    message.write_text(json.dumps({"id": "1", "content": "桥塌了一半"}), "utf-8")
    assert run(["source", "try", "hook", "--message", str(message)]) == exits.BAD_INPUT
    assert "`body` body finds nothing; an item has id, content" in capsys.readouterr().err


def test_what_clerks_write_is_told(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to read."""
    source(made, "desk", "kind: manual\n")
    assert run(["source", "try", "desk"]) == exits.USAGE
    assert "xiangyin tell desk" in capsys.readouterr().err


def test_items_beyond_the_first_page_are_said() -> None:
    """Where the source's file does not say how the next page is asked for, and only there."""
    yaml = 'kind: api\nurl: https://a.example.cn/\ntownship: "330206104"\nitems: list\nmessage: {id: id, body: body}\n'
    body = json.dumps({"total": 12, "list": [{"id": 1, "body": "路灯坏了"}]}).encode()
    for paging, expected in (("", ["total is 12, of which 1 came"]), ("paging: {parameter: page}\n", [])):
        source = parse_source(yaml + paging, Path("a.yaml"))
        page = Page(url=source.url, body=body, fetched=datetime(2026, 3, 1, tzinfo=UTC))
        said = remarks(source, Tried((), {}, [(page, read(page, source))], ()), 5)
        assert [each.partition(":")[0] for each in said] == expected
