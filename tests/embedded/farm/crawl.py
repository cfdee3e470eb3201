"""`xiangyin crawl --once` with smaller limits: a crawl of hours in seconds.

python -m tests.embedded.farm.crawl FILE

What it counts goes into the file while it runs, a line of JSON each: source, name and number. Messages are taken until
its standard input ends, too.
"""

import asyncio
import json
import sys
from pathlib import Path

from deploy.cli.service import begun
from deploy.health import Metrics
from deploy.wiring.crawler import open_crawler
from deploy.wiring.observed import observer
from streams.crawl.counts import Counts
from tests.embedded.farm.trial import BACKOFF, LIMITS


async def crawl(file: Path) -> None:
    """Crawl the sources of the deployment that the environment names, until each has nothing new."""
    settings, log = begun(None), observer(Metrics())
    with file.open("w", buffering=1, encoding="utf-8") as lines:

        def observe(source: str, name: str, number: int) -> None:
            lines.write(f"{json.dumps([source, name, number])}\n")
            log(source, name, number)

        async with open_crawler(settings, Counts(observe), limits=LIMITS, backoff=BACKOFF) as crawler:
            await crawler.once()
            await asyncio.to_thread(sys.stdin.read)
            await crawler._ledger.keep()  # What was brought since.


if __name__ == "__main__":
    asyncio.run(crawl(Path(sys.argv[1])))
