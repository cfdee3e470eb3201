"""Both real servers at once, in place of the embedded ones: `python -m tests.real.servers` runs them until Ctrl-C."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.real.elasticsearch import Elasticsearch
from tests.real.java import JavaServer
from tests.real.kafka import Kafka


def start(*servers: JavaServer) -> None:
    """Start all at the same time, or none.

    Raises:
        RuntimeError: one did not start.
    """
    try:
        with ThreadPoolExecutor() as several:
            list(several.map(lambda server: server.start(), servers))
    except BaseException:
        for server in servers:
            server.kill()
        raise


class RealServers:
    """A broker and a search server of a folder, for as long as the context lasts; they start at the same time.

    Args:
        folder: of their data and logs; see `scratch`.

    Attributes:
        broker, search: the servers, to be stopped, killed, paused and started again.
        kafka: `host:port` of the broker.
        elasticsearch: URL of the search server.
    """

    def __init__(self, folder: Path) -> None:
        self.broker, self.search = Kafka(folder / "kafka"), Elasticsearch(folder / "elasticsearch")
        self.kafka, self.elasticsearch = self.broker.address, self.search.url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Start both; raises RuntimeError when one does not start."""
        start(self.broker, self.search)

    def kill(self) -> None:
        """End both at once: nobody wants what they hold."""
        self.broker.kill()
        self.search.kill()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that every user can reach, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="xiangyin-real-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Print the two variables by which every command finds them, and wait."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())
    with scratch() as folder, RealServers(folder) as servers:
        sys.stdout.write(
            f"export XIANGYIN_KAFKA={servers.kafka}\nexport XIANGYIN_ELASTICSEARCH={servers.elasticsearch}\n"
        )
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
