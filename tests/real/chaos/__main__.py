"""`make chaos SEED=1`: faults upon the real servers, and a count of everything in the end."""

import argparse
import asyncio
import logging
import shutil
import signal
import sys
from pathlib import Path

from rich.console import Console

from tests.real.artefacts import CACHE
from tests.real.chaos.report import Outcome, show
from tests.real.chaos.run import Plan, Run
from tests.real.servers import RealServers, scratch


def main() -> int:
    """0 when every invariant holds, 1 when one does not."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--rate", type=float, default=500.0, help="posts a second, at most")
    parser.add_argument("--away", type=float, default=0.0, help="seconds of Elasticsearch's absence in the end")
    parser.add_argument("--folder", type=Path, help="of the deployment and the logs; emptied; else .cache/chaos/SEED")
    given = vars(parser.parse_args())
    folder = given.pop("folder") or CACHE.parent / "chaos" / str(given["seed"])
    plan = Plan(**given)
    console = Console(width=None if sys.stdout.isatty() else 150)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console.print(
        f"make chaos SEED={plan.seed} POSTS={plan.posts} FAULTS={plan.faults} RATE={plan.rate:g} AWAY={plan.away:g}"
    )
    console.print("Apache Kafka, Elasticsearch and two workers start; posts flow in about a minute")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # That the broker is away is no news here.
    with scratch() as data, RealServers(data) as servers:
        outcome = asyncio.run(_run(Run(plan, servers, folder, console)))
    console.print(f"the workers' logs: {folder}")
    show(console, outcome)
    return 0 if outcome.holds else 1


async def _run(run: Run) -> Outcome:
    """SIGTERM ends it as Ctrl-C does: all processes end with us."""
    running = asyncio.ensure_future(run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


if __name__ == "__main__":
    sys.exit(main())
