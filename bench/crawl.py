"""What one crawler does with thousands of sources: requests, posts, processor time, memory, and whether it is polite.

    python -m bench.crawl                      2,000 sites, two minutes
    python -m bench.crawl --sites 500 --seconds 60 --schedule 30
    python -m bench.crawl --profile FILE       for `python -m pstats FILE`; everything takes longer then

`xiangyin crawl` as it is, one second between two requests to a host, on the embedded servers; the sites are one other
process on loopback, of every kind that the farm of tests/embedded/farm has. In the middle every site changes.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psutil
import yaml

from deploy.embedded import EmbeddedServers
from streams.web.fetch import Limits
from tests.embedded.county import RUN, County
from tests.embedded.farm.checks import crowds, haste, trespasses
from tests.embedded.farm.every import FETCHED
from tests.embedded.farm.grow import grow, write_sources
from tests.embedded.farm.server import Server
from tests.embedded.farm.site import Site

MEBIBYTE: Final = 1024 * 1024


def sites_of(number: int) -> list[Site]:
    """Sound sites of every kind that is asked for."""
    return grow(1, number, datetime.now(UTC), (), FETCHED)


async def serve(number: int, folder: Path) -> None:
    """Be the sites: their sources go into the folder; each line of standard input begins a season, its end is the end.

    Says the hosts first, then that the first request has come, and at last what was asked.
    """
    sites = sites_of(number)
    async with Server(sites) as server:
        print(json.dumps(write_sources(sites, server.roots, folder)), flush=True)
        while not server.asked:  # noqa: ASYNC110 - a tenth of a second is soon enough
            await asyncio.sleep(0.1)
        print(flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            server.season += 1
        asked = server.asked
    interval = Limits().interval
    found = [*haste(sites, asked, interval), *crowds(asked), *trespasses(sites, asked)]
    begin = min(each.began for each in asked)
    print(json.dumps({"times": [each.began - begin for each in asked], "found": found}), flush=True)


class Watched:
    """A process: its processor time, and its memory at most, both looked at once a second."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.most = 0

    @property
    def seconds(self) -> float:
        """Of processor time so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    async def for_(self, seconds: float) -> float:
        """Watch for so long; the share of one core that it took."""
        begin, before = time.monotonic(), self.seconds
        while time.monotonic() - begin < seconds:
            self.most = max(self.most, self._process.memory_info().rss)
            await asyncio.sleep(1)
        return (self.seconds - before) / (time.monotonic() - begin)


async def measure(given: argparse.Namespace, servers: EmbeddedServers, folder: Path) -> None:
    """Start sites and crawler, watch, and print."""
    sites = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.crawl", "--serve", str(folder / "sources"), "--sites", str(given.sites),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1024 * MEBIBYTE,
    )  # fmt: skip
    assert sites.stdin
    assert sites.stdout
    hosts = json.loads(await sites.stdout.readline())
    for file in (folder / "sources").iterdir():
        told = {**yaml.safe_load(file.read_text("utf-8")), "schedule": given.schedule}
        file.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    county = County(servers, "bench", folder, settings={"allow_hosts": hosts})
    await asyncio.to_thread(county.set_up)
    profiled = ["-m", "cProfile", "-o", given.profile] if given.profile else []
    with (folder / "crawl.log").open("wb") as log:
        command = [RUN[0], *profiled, *RUN[1:], "crawl"]
        crawler = await asyncio.create_subprocess_exec(*command, env=county.environment, stdout=log, stderr=log)
    await sites.stdout.readline()
    watched = Watched(crawler.pid)
    shares = [await watched.for_(given.seconds / 2)]
    sites.stdin.write(b"\n")
    shares.append(await watched.for_(given.seconds / 2))
    crawler.terminate()
    await crawler.wait()
    sites.stdin.close()
    told = json.loads(await sites.stdout.readline())
    posts = len(await county.read("posts")) + len(await county.read("backfill"))
    errors = Counter(line.partition("reason=")[2].split()[0] for line in _errors(folder / "crawl.log"))
    report(given, told, shares, watched.most, posts, errors)


def _errors(log: Path) -> list[str]:
    return [line for line in log.read_text("utf-8", "replace").splitlines() if "could not be read" in line]


def report(
    given: argparse.Namespace, told: Any, shares: Sequence[float], most: int, posts: int, errors: Counter[str]
) -> None:
    """Print what was seen."""
    times, half = told["times"], given.seconds / 2
    early = sum(at < half for at in times)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"{given.sites} sites, a visit of each every {given.schedule:g} s")
    for name, requests, share in (("first half", early, shares[0]), ("second half", len(times) - early, shares[1])):
        cost = f"{share * half / max(requests, 1) * 1000:.1f} ms a request"
        print(f"{name:12} {requests / half:7.0f} requests/s, {share:.0%} of a core: {cost}")
    print(f"{'posts':12} {posts:7} published, {posts / given.seconds:.0f}/s")
    print(f"{'memory':12} {most / MEBIBYTE:7.0f} MiB at most")
    print(f"{'errors':12} {dict(errors) or 'none'}")
    print(
        f"{'too much':12} {len(told['found']):7} requests too soon, two at once, or of what is closed",
        *told["found"][:5],
    )


def main() -> None:
    """Measure, or be the sites."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--schedule", type=float, default=30.0, help="seconds between two visits of a source")
    parser.add_argument("--profile")
    parser.add_argument("--serve", type=Path)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.sites, given.serve))
        return
    with TemporaryDirectory() as folder, EmbeddedServers() as servers:
        asyncio.run(measure(given, servers, Path(folder)))


if __name__ == "__main__":
    main()
