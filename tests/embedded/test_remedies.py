"""What `dead`, `replay` and `indices` print as a remedy is pasted, and is one."""

import asyncio
import re
from pathlib import Path

import pytest

from deploy.cli import exits, run
from deploy.settings.deployment import CONFIG
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from tests.embedded.county import County
from tests.servers import Servers

PRINTED = re.compile(r"`?\bxiangyin ([a-z][a-z -]*[a-z])`?")


class Shell:
    """`xiangyin` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    async def run(self, line: str) -> tuple[int, str]:
        """Exit code, and all that is said."""
        self.capsys.readouterr()
        code = await asyncio.to_thread(run, line.split())
        said = self.capsys.readouterr()
        return code, said.out + said.err

    async def until_well(self, line: str, code: int = exits.OK) -> list[str]:
        """Run a command, and what it says, until it ends so; the commands that were pasted."""
        pasted: list[str] = []
        while True:
            ended, said = await self.run(line)
            if ended == code:
                return pasted
            remedy = PRINTED.findall(said)[0]
            assert remedy not in pasted, f"{line}: {said}"
            assert (await self.run(remedy))[0] == exits.OK, said
            pasted.append(remedy)


@pytest.fixture
def bare(servers: Servers, deployment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> County:
    """A deployment without topics and indices."""
    county = County(servers, deployment, tmp_path)
    monkeypatch.setenv(CONFIG, str(tmp_path / "deployment.yaml"))
    monkeypatch.setenv("XIANGYIN_ROLE", "clerk")
    return county


@pytest.mark.usefixtures("bare")
async def test_what_is_missing_is_made_by_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Topics for letters and for a replay, indices for a replay and for a rebuild: one command each."""
    shell = Shell(capsys)
    assert await shell.until_well("dead list") == ["topics create"]
    assert await shell.until_well("replay --all --since 2020-01-01 --dry-run") == ["indices create"]
    assert await shell.until_well("replay --all --since 2020-01-01") == []


@pytest.mark.usefixtures("bare")
async def test_indices_that_are_missing_are_made_before_they_are_moved(capsys: pytest.CaptureFixture[str]) -> None:
    """`indices rebuild`, `back` and `prune` of nothing say what makes it."""
    shell = Shell(capsys)
    for command in ("rebuild", "back", "prune"):
        code, said = await shell.run(f"indices {command}")
        assert (code, PRINTED.findall(said)) == (exits.CONFIGURATION, ["indices create"])
    assert await shell.until_well("indices rebuild") == ["indices create"]


async def test_an_index_of_another_program_is_moved_by_what_is_printed(
    bare: County, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older one is rebuilt, and from a newer one the program goes back."""
    shell, alias = Shell(capsys), f"{bare.name}-marks"
    assert await shell.until_well("indices rebuild") == ["indices create"]
    client = await connect(Access(url=bare.elasticsearch))
    await client.indices.put_mapping(index=alias, meta={"version": 0})
    assert await shell.until_well("indices create") == ["indices rebuild"]
    (name,) = await client.indices.get_alias(name=alias)
    await client.indices.put_mapping(index=name, meta={"version": 2, "before": f"{alias}-v1"})
    await client.indices.put_mapping(index=f"{alias}-v1", meta={"version": 1})
    assert await shell.until_well("indices rebuild") == ["indices back"]
    await client.close()


@pytest.mark.usefixtures("bare")
async def test_letters_that_are_not_there_are_looked_for_by_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """`dead list --all`, whatever was to be done with them."""
    shell = Shell(capsys)
    assert (await shell.run("topics create"))[0] == exits.OK
    for command in ("show posts-0-99", "retry posts-0-99", "drop posts-0-99 --because x"):
        code, said = await shell.run(f"dead {command}")
        assert (code, PRINTED.findall(said)) == (exits.BAD_INPUT, ["dead list --all"])
    assert await shell.run("dead list --all") == (exits.OK, "no dead letters\n")
