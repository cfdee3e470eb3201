"""`xiangyin indices` in people's hands: what a kill leaves behind is named with a command, and that mends it."""

import asyncio
from itertools import count

import pytest
from elasticsearch import AsyncElasticsearch

from deploy.cli import exits, indices, run
from deploy.settings.deployment import CONFIG
from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from tests.contract.house import cut_off
from tests.embedded.county import County

OURS = ("--kind", "marks")


class Shell:
    """`xiangyin` in this process, which can die at any request to the search server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys, self.dies, self.late = capsys, 0, False
        monkeypatch.setattr(indices, "connect", self.connect)

    async def connect(self, access: Access, *, request_seconds: float) -> AsyncElasticsearch:
        client = await connect(access, request_seconds=request_seconds)
        if self.dies:
            cut_off(client, self.dies, late=self.late, dead=True)
        return client

    async def run(self, *arguments: str, dies: int = 0) -> tuple[int, str]:
        """Exit code, and all that is said."""
        self.dies = dies
        self.capsys.readouterr()
        code = await asyncio.to_thread(run, ["indices", *arguments])
        said = self.capsys.readouterr()
        return code, said.out + said.err


@pytest.fixture
def shell(county: County, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv(CONFIG, str(county.folder / "deployment.yaml"))
    return Shell(monkeypatch, capsys)


@pytest.mark.parametrize("late", [False, True])
async def test_a_killed_rebuild_is_taken_over_wherever_it_died(county: County, shell: Shell, *, late: bool) -> None:
    """At its first, fourth, ... request: what is said then is enough to finish it, and to prune afterwards."""
    shell.late = late
    client, alias = await connect(Access(url=county.elasticsearch)), f"{county.name}-marks"
    await client.index(index=alias, id="1", document={"partition": 0})
    for dies in count(1, 3):  # Each one is tried in tests/contract/test_resumed.py.
        await client.indices.put_mapping(index=alias, meta={"version": 0})  # As if an older program had made it.
        code, said = await shell.run("rebuild", *OURS, dies=dies)
        if code == exits.OK:
            break
        assert code == exits.TEMPORARY, said
        code, said = await shell.run("rebuild", *OURS)
        if code:
            assert code == exits.TEMPORARY, said
            assert "if it has died, run this again with --resume" in said
            code, said = await shell.run("prune")
            remedy = said.splitlines()[0].partition("if it has died: xiangyin indices ")[2].split()
            code, said = await shell.run(*remedy, "--dry-run")
            assert (code, "to be taken" in said) == (exits.OK, True), said
            code, said = await shell.run(*remedy)
            assert code == exits.OK, said
            assert "taken from a run that died" in said
        assert await shell.run("rebuild", *OURS) == (exits.OK, "nothing to do\n")
        await client.index(index=alias, id="1", document={"partition": dies})
        code, said = await shell.run("prune")
        assert said.startswith("deleted "), said
        assert await shell.run("prune") == (exits.OK, f"no index of {county.name} is kept\n")
    await client.close()
    assert dies > 15
