"""The commands against real embedded servers: from `init` to posts in the log."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.cli import exits, run
from deploy.embedded import EmbeddedServers


@pytest.fixture
def made(servers: EmbeddedServers, deployment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh deployment made by `init`, pointed at the embedded servers by the environment."""
    folder = tmp_path / "deployment"
    assert run(["init", str(folder), "--name", deployment]) == exits.OK
    monkeypatch.setenv("XIANGYIN_CONFIG", str(folder / "deployment.yaml"))
    monkeypatch.setenv("XIANGYIN_KAFKA", servers.kafka)
    monkeypatch.setenv("XIANGYIN_ELASTICSEARCH", servers.elasticsearch)
    return folder


def test_init_makes_a_deployment_that_check_finds_well(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """init, topics create, indices create, check: green without an edit; before, check says what to run."""
    assert run(["check"]) == exits.BAD_INPUT
    missing = capsys.readouterr()
    assert "xiangyin topics create" in missing.err
    assert "xiangyin indices create" in missing.err
    assert "柳汀镇 990101101000" in missing.out
    assert run(["topics", "create"]) == exits.OK
    assert run(["indices", "create"]) == exits.OK
    capsys.readouterr()
    assert run(["check"]) == exits.OK
    found = capsys.readouterr()
    assert found.err == "! contact: write an e-mail address or a page before `xiangyin crawl`\n"
    assert found.out.count("✓") == 7


def test_creating_twice_changes_nothing(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both create commands may run at every start."""
    for _ in range(2):
        capsys.readouterr()
        assert run(["topics", "create"]) == exits.OK
        assert run(["indices", "create"]) == exits.OK
    said = capsys.readouterr().out
    assert "created" not in said
    assert "12 partitions" in said


def test_another_partition_count_is_named_and_never_changed(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Townships would move to other partitions: create refuses, check names topic, both counts and the remedy."""
    run(["topics", "create"])
    monkeypatch.setenv("XIANGYIN_PARTITIONS", "6")
    capsys.readouterr()
    assert run(["topics", "create"]) == exits.CONFIGURATION
    assert run(["check"]) == exits.BAD_INPUT
    said = capsys.readouterr().err
    assert re.search(r"topic t\w+\.posts has 12 partitions, the configuration says 6", said)


def test_init_overwrites_nothing(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second init in the same folder is refused by name, and the key stays."""
    key = (made / "key").read_bytes()
    assert run(["init", str(made)]) == exits.CONFIGURATION
    assert "is there already" in capsys.readouterr().err
    assert (made / "key").read_bytes() == key
    assert (made / "key").stat().st_mode & 0o777 == 0o600
    assert "key" in (made / ".gitignore").read_text("utf-8").splitlines()


def test_a_key_that_others_may_read_is_named(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check says how to close it."""
    (made / "key").chmod(0o644)
    assert run(["check"]) == exits.BAD_INPUT
    assert f"chmod 600 {made / 'key'}" in capsys.readouterr().err


def test_servers_that_are_away_are_named_with_the_remedy(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each server by its address, and the variable that names another; other parts are still checked."""
    monkeypatch.setenv("XIANGYIN_KAFKA", "127.0.0.1:9")
    monkeypatch.setenv("XIANGYIN_ELASTICSEARCH", "http://127.0.0.1:9")
    assert run(["check"]) == exits.BAD_INPUT
    said = capsys.readouterr()
    assert "Kafka at 127.0.0.1:9 does not answer" in said.err
    assert "XIANGYIN_KAFKA" in said.err
    assert "http://127.0.0.1:9 is away" in said.err
    assert "✓ sources" in said.out
    for command, variable in (("topics", "XIANGYIN_KAFKA"), ("indices", "XIANGYIN_ELASTICSEARCH")):
        assert run([command, "create"]) == exits.TEMPORARY
        assert variable in capsys.readouterr().err


POSTS = [
    {
        "id": "1",
        "author": "柳河老张",
        "body": "柳河路的路灯坏了，电话13800138000",
        "time": "2019/2/28 11:25:05",
        "likes": 3,
    },
    {
        "id": "2",
        "author": "李四",
        "title": "求助",
        "body": "东埠小学围墙开裂",
        "time": "2019/3/1 9:00:00",
        "办理结果": "李四您好，已修好",
    },
]


@pytest.mark.parametrize(("options", "role"), [([], "backfill"), (["--live"], "posts")])
async def test_import_publishes_what_it_counts(
    servers: EmbeddedServers,
    deployment: str,
    made: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    role: str,
) -> None:
    """Every good row, and what its office answers, is one masked record; a bad row is named; the sums add up."""
    file = made / "hotline.jsonl"
    lines = [json.dumps(POSTS[0], ensure_ascii=False), "nonsense", json.dumps(POSTS[1], ensure_ascii=False)]
    file.write_text("\n".join(lines), "utf-8")
    assert await _run(["topics", "create"]) == exits.OK
    assert await _run(["indices", "create"]) == exits.OK
    assert await _run(["import", str(file), *options]) == exits.BAD_INPUT
    said = capsys.readouterr()
    assert "in 3, published 3 (offices' answers: 1), bad 1" in said.out
    assert f"{file}:2: " in said.err
    records = await _records(servers.kafka, f"{deployment}.{role}", len(POSTS) + 1)
    assert sorted(json.loads(value)["id"] for _, value in records) == ["1", "2", "2#answer"]
    assert {key for key, _ in records} == {b"990101101000"}
    together = b"".join(value for _, value in records).decode()
    assert not any(word in together for word in ("柳河老张", "李四", "13800138000"))
    assert ("2019-02-28T03:25:05Z" in together) is (role == "backfill")


def test_import_names_the_townships_to_choose_from(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A township that the deployment does not serve is refused before anything is published."""
    file = made / "hotline.jsonl"
    file.write_text("{}", "utf-8")
    assert run(["import", str(file), "--township", "110101001"]) == exits.USAGE
    assert "990101101000" in capsys.readouterr().err
    assert run(["import", str(file), "--map", "poem=a"]) == exits.USAGE


async def _run(arguments: list[str]) -> int:
    return await asyncio.to_thread(run, arguments)


async def _records(servers: str, topic: str, number: int) -> list[tuple[bytes, bytes]]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [((record := await consumer.getone()).key, record.value) for _ in range(number)]
    finally:
        await consumer.stop()
