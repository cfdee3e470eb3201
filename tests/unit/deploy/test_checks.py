"""`check` opens what a crawler will open, so that what it says is well starts."""

import os
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from deploy.checks import contact, unopened
from streams.push import signature
from streams.source import AnySource, parse_source


def webhook(folder: Path, name: str = "hook") -> AnySource:
    return parse_source('kind: webhook\ntownship: "330206104"\nsecret_file: hook.secret\n', folder / f"{name}.yaml")


def dropped(folder: Path) -> AnySource:
    text = f'kind: folder\ntownship: "330206104"\nurl: {(folder / "exports").as_uri()}\n'
    return parse_source(text, folder / "exports.yaml")


async def test_secrets_and_folders_are_opened(tmp_path: Path) -> None:
    """A crawler would end with what is missing; each is named with its source and what to do."""
    sources = [webhook(tmp_path), dropped(tmp_path)]
    secret, folder = await unopened(sources)
    assert secret.startswith(f"hook: {tmp_path}/hook.secret: no readable secret")
    assert folder == f"exports: {tmp_path}/exports: No such file or directory; make the folder, or correct `url`"
    signature.create(tmp_path / "hook.secret")
    (tmp_path / "exports").mkdir()
    assert await unopened(sources) == []


async def test_two_webhooks_have_not_one_secret(tmp_path: Path) -> None:
    """A message to one of them could be sent again to the other one, by whoever saw it."""
    signature.create(tmp_path / "hook.secret")
    (wrong,) = await unopened([webhook(tmp_path), webhook(tmp_path, "other")])
    assert wrong.startswith("hook, other: one secret for both")
    assert (tmp_path / "hook.secret").read_text().strip() not in wrong


async def test_a_folder_that_is_a_file_is_none(tmp_path: Path) -> None:
    """Nor can it be listed."""
    (tmp_path / "exports").write_bytes(b"")
    (wrong,) = await unopened([dropped(tmp_path)])
    assert "Not a directory" in wrong


async def test_folders_that_hang_hold_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share whose server is away answers in hours: each is named with what to do, beside a folder that is well."""
    dead, scandir = threading.Event(), os.scandir
    (tmp_path / "exports").mkdir()
    shares = [replace(dropped(tmp_path), name=name, url=f"file:///share/{name}") for name in ("one", "two")]

    def hang(path: Path) -> object:
        return dead.wait() if path.is_relative_to("/share") else scandir(path)

    monkeypatch.setattr("deploy.checks.os.scandir", hang)
    said = await unopened([*shares, dropped(tmp_path)], seconds=0.2)
    dead.set()
    remedy = "see whether its server is away and mount it again, or correct `url`"
    why = f"the disk has not answered within 0 seconds; {remedy}"
    assert said == [f"{name}: /share/{name}: {why}" for name in ("one", "two")]


def test_a_contact_that_no_header_can_name_is_wrong() -> None:
    """None at all is not: whoever crawls nothing needs none."""
    assert contact("乡音").wrong[0].startswith("contact is empty or not plain ASCII")
    assert (contact("").wrong, contact("a@b.cn").detail) == ((), "a@b.cn")
    assert "xiangyin crawl" in contact("").lacking
