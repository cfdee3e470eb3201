"""The real servers start on ports of their own, keep what they acknowledged, and leave nothing behind."""

import asyncio
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from streams.elasticsearch.access import Access
from streams.elasticsearch.client import connect
from streams.kafka.admin import check_topics, create_topics
from tests.real.servers import RealServers


@pytest.mark.real
def test_what_was_acknowledged_outlasts_a_stop(real_servers: RealServers) -> None:
    """Stopped in good order and started again on the same ports, both hold what they held; test_apart.py kills them."""
    asyncio.run(_write(real_servers))
    for server in (real_servers.broker, real_servers.search):
        server.stop()
        assert not server.running
    real_servers.start()
    asyncio.run(_check(real_servers))


@pytest.mark.real
def test_nothing_listens_beyond_loopback_and_nothing_stays(real_artefacts: None) -> None:
    """Only this machine reaches them; after kill -9 of whoever started them none runs, not even a paused one."""
    command = [sys.executable, "-m", "tests.real.servers"]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])  # noqa: S603 - our own
    assert parent.stdout
    with parent.stdout as said:
        addresses = [said.readline().decode() for _ in range(2)]
        family = psutil.Process(parent.pid).children(recursive=True)
        ports = [at.laddr for each in family for at in each.net_connections() if at.status == psutil.CONN_LISTEN]
        family[-1].suspend()
        parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert all("127.0.0.1:" in address for address in addresses)
    assert len(ports) == 4
    assert {at.ip.removeprefix("::ffff:") for at in ports} == {"127.0.0.1"}
    assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []


async def _write(servers: RealServers) -> None:
    await create_topics(servers.kafka, "kept", partitions=1)
    client = await connect(Access(url=servers.elasticsearch))
    await client.index(index="kept", id="1", document={"a": 1})
    await client.close()


async def _check(servers: RealServers) -> None:
    await check_topics(servers.kafka, "kept", partitions=1)
    client = await connect(Access(url=servers.elasticsearch))
    assert (await client.get(index="kept", id="1"))["_source"] == {"a": 1}
    await client.close()
