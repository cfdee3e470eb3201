"""The four figures of the README, each by its command: `python bench/figures.py [POSTS.jsonl]`, two minutes.

Run it on an idle machine; what it prints is what this machine does.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
XIANGYIN: Final = str(Path(sys.executable).parent / "xiangyin")
POSTS: Final = ROOT.parent / "shared" / "data" / "messages_stream.jsonl"


def ran(command: Sequence[str], given: str | None = None) -> tuple[str, float]:
    """What a command says, and how many seconds it takes."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout, time.perf_counter() - start


def judged(posts: Path) -> str:
    """Posts a second by `xiangyin judge`, without its start; the best of three."""
    start = min(ran([XIANGYIN, "judge"], '{"text": "路灯坏了"}\n')[1] for _ in range(3))
    said, seconds = min((ran([XIANGYIN, "judge", str(posts)]) for _ in range(3)), key=lambda run: run[1])
    count = len(said.splitlines())
    return (
        f"{count} posts in {seconds - start:.1f} s after a start of {start:.1f} s: {count / (seconds - start):,.0f}/s"
    )


def first_alert() -> str:
    """Seconds from the command to the first alert, of everything on the sites at once."""
    said, _ = ran([XIANGYIN, "demo", "--once", "--lang", "en"])
    return _line(r".*the first .* after the start", said)


def graded() -> str:
    """Exact grades of the texts that are kept from whoever tunes."""
    said, _ = ran([XIANGYIN, "evaluate", "bench/texts/severity-kept.jsonl", "--model", "severity", "--json"])
    grade = next(each for each in json.loads(said)["scores"] if each["model"] == "grade")["accuracy"]
    return f"{grade['value']:.3f} exactly right [{grade['low']:.3f}, {grade['high']:.3f}]"


def simulated() -> str:
    """Schedules of the simulation."""
    said, seconds = ran([sys.executable, "-m", "pytest", "-q", "tests/unit/simulation/test_schedules.py"])
    return f"{os.environ.get('XIANGYIN_SCHEDULES', '10000')} schedules, {seconds:.0f} s: {said.splitlines()[-1]}"


def _line(pattern: str, said: str) -> str:
    found = re.search(pattern, said)
    if not found:
        raise SystemExit(f"no line like {pattern!r} in:\n{said}")
    return " ".join(found[0].split())


def main() -> None:
    """Measure one after the other, and print."""
    posts = Path(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print("judge       ", judged(posts))
    print("grades      ", graded())
    print("first alert ", first_alert())
    print("simulation  ", simulated())


if __name__ == "__main__":
    main()
