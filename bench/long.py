"""How long the longest and strangest texts hold a worker up: processor time, the better of two.

    python bench/long.py

`judged`: a text of one megabyte (UTF-8) through the steps of `xiangyin judge`; a post may hold 200,000 characters, so
no worker ever meets one. `stage`: the longest post through the whole stage, from the door to the alert. Slowest first.
"""

import time
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from agents import flow
from streams.records import Post
from tests.unit.agents.matters import NOW
from tests.unit.hostile import SHAPES, Shape
from tests.unit.town import CODE, Town, known

MEGABYTE: Final = 1_000_000
LONGEST: Final = 200_000
"""Characters of the longest body that a post may have (streams/records.py)."""

ROUNDS: Final = 2
SHOWN: Final = 20


def a_megabyte(shape: Shape) -> str:
    """As many characters of a shape as a megabyte holds."""
    sample = shape(10_000)
    return shape(MEGABYTE * len(sample) // len(sample.encode("utf-8", "surrogatepass")))


def judged(text: str) -> None:
    """What `xiangyin judge` does with a text."""
    flow.JUDGE.run({**known(), Post: replace(POST, body=text)})


def seconds(run: Callable[[str], object], text: str) -> float:
    """Processor time of the better round."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run(text)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Measure every shape and print the slowest."""
    judged("warm")
    rows = [
        (seconds(judged, a_megabyte(shape)), seconds(lambda text: Town().hears(text), shape(LONGEST)), name)
        for name, shape in SHAPES.items()
    ]
    print(f"{len(rows)} shapes; seconds\n{'judged':>7}{'stage':>8}")
    for judging, stage, name in sorted(rows, reverse=True)[:SHOWN]:
        print(f"{judging:7.2f}{stage:8.2f}  {name}")
    print(f"{max(row[0] for row in rows):7.2f}{max(row[1] for row in rows):8.2f}  the slowest of each")


POST: Final = Post(id="1", township=CODE, source="bench", fetched=NOW)


if __name__ == "__main__":
    main()
