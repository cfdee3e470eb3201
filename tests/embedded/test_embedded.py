"""The embedded servers start fast, on loopback, on ports of their own, and end with whoever started them."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
from aiohttp import ClientSession

from deploy.embedded import EmbeddedServers

PARENT = """
import time
from deploy.embedded import EmbeddedServers
with EmbeddedServers() as servers:
    print(servers.kafka, flush=True)
    time.sleep(60)
"""


async def test_both_answer_on_loopback() -> None:
    """Inside the context both servers answer, and nothing of theirs listens beyond loopback; after it nothing does."""
    before = set(psutil.Process().children(recursive=True))
    async with EmbeddedServers() as servers, ClientSession() as session:
        assert servers.kafka.startswith("127.0.0.1:")
        async with session.get(servers.elasticsearch) as answer:
            assert answer.status == 200
        family = set(psutil.Process().children(recursive=True)) - before
        listening = [at.laddr for each in family for at in each.net_connections() if at.status == psutil.CONN_LISTEN]
        assert len(listening) == 2
        assert {at.ip for at in listening} == {"127.0.0.1"}
    assert not any(each.is_running() for each in family)
    assert not any(is_taken(at.port) for at in listening)


def test_ports_that_are_taken_do_not_matter() -> None:
    """Something else on Kafka's, Elasticsearch's and Faust's usual ports keeps nobody from starting."""
    with ExitStack() as stack:
        for port in (9092, 9200, 6066):
            if not is_taken(port):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
        first, second = stack.enter_context(EmbeddedServers()), stack.enter_context(EmbeddedServers())
        assert len({first.kafka, second.kafka, first.elasticsearch, second.elasticsearch}) == 4


def test_kill_of_the_parent_leaves_no_process() -> None:
    """After kill -9 of whoever started the servers they and their keepers are gone, and the port is free."""
    parent = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout
    address = parent.stdout.readline().decode().strip()
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) == 4, "two servers, each with its keeper"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert not is_taken(int(address.partition(":")[2]))


def test_kill_of_a_keeper_leaves_no_server() -> None:
    """Even when the keeper itself is killed, the kernel ends its server (Linux only)."""
    if sys.platform != "linux":
        return
    before = set(psutil.Process().children())
    with EmbeddedServers():
        keepers = set(psutil.Process().children()) - before
        servers = [each for keeper in keepers for each in keeper.children()]
        for keeper in keepers:
            keeper.kill()
        _, alive = psutil.wait_procs(servers, timeout=5)
        assert alive == []


def is_taken(port: int) -> bool:
    """Whether somebody listens there."""
    time.sleep(0.01)
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
