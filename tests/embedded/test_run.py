"""`xiangyin run`: crawler and worker on one machine, from a site to the search server."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
import yaml
from aiohttp import web

from deploy.embedded import EmbeddedServers
from tests.embedded.county import ELSEWHERE, HERE, THERE, TOWNSHIPS, County

INBOX = "990101000000"
SAID = {
    "东埠村的水管爆了，请来修一下": HERE,
    "鹿鸣村的路灯坏了，请修一修": THERE,
    "石埂小学门口没有斑马线，能不能画一条": ELSEWHERE,
    "街上的垃圾桶满了，请人来收": INBOX,
    "从东埠村到鹿鸣村的班车什么时候恢复": INBOX,
}


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A feed that three townships share, on loopback."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    entries = "".join(
        f"<item><guid>{number}</guid><title>{text}</title><description>{text}</description>"
        f"<author>阿强{number}</author><pubDate>{now}</pubDate></item>"
        for number, text in enumerate(SAID)
    )
    feed = f"<rss version='2.0'><channel><title>三镇</title>{entries}</channel></rss>"

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nAllow: /\n")
        return web.Response(text=feed, content_type="application/rss+xml")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    host, port = runner.addresses[0][:2]
    yield f"{host}:{port}"
    await runner.cleanup()


def two_free_ports() -> int:
    """The lower one of two neighbours."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as lower, contextlib.suppress(OSError, OverflowError):
            port = int(lower.getsockname()[1])
            with socket.create_server(("127.0.0.1", port + 1)):
                return port


def metrics(port: int) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    return connection.getresponse().read().decode()


async def test_run_crawls_judges_restarts_and_ends(
    servers: EmbeddedServers, deployment: str, tmp_path: Path, site: str
) -> None:
    """A shared site's posts reach their townships or the county's inbox; a killed worker returns; SIGTERM ends all."""
    county = County(servers, deployment, tmp_path)
    settings, port = tmp_path / "deployment.yaml", two_free_ports()
    settings.write_text(f"{settings.read_text('utf-8')}allow_hosts: ['{site}']\nhealth_port: {port}\n", "utf-8")
    (tmp_path / "sources").mkdir()
    source = {
        "kind": "feed",
        "name": "three",
        "url": f"http://{site}/feed",
        "townships": list(TOWNSHIPS),
        "schedule": 1,
    }
    (tmp_path / "sources" / "three.yaml").write_text(yaml.safe_dump(source), "utf-8")
    county.set_up()
    running = psutil.Process(county.start("run", log="worker-run.log").pid)
    try:
        await county.until(len(SAID))
        stored = {each["title"]: each["township"] for each in await county.search("posts")}
        assert stored == SAID
        assert "xiangyin_ready" in metrics(port), "the worker answers where the settings say"
        assert "xiangyin_ready" not in metrics(port + 1), "the crawler on the port above"
        (worker,) = [each for each in running.children() if "work" in each.cmdline()]
        worker.kill()
        until = time.monotonic() + 20
        while not any("work" in each.cmdline() for each in running.children() if each.pid != worker.pid):
            assert time.monotonic() < until, "the worker was not started again"
            await asyncio.sleep(0.1)
        family = running.children(recursive=True)
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) in (0, None)
    assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
