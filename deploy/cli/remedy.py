"""What to do when a server is away: every command says the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from deploy.remedies import START_ELASTICSEARCH, START_KAFKA
from streams.errors import Busy


@contextmanager
def kafka_remedy() -> Iterator[None]:
    """Add to what is raised for a broker that is away how to mend it, as `check` does."""
    try:
        yield
    except Busy as busy:
        if isinstance(busy.__cause__, (KafkaError, OSError)):
            raise Busy(f"{busy}; {START_KAFKA}") from busy
        raise


@contextmanager
def elasticsearch_remedy() -> Iterator[None]:
    """The same for the search server."""
    try:
        yield
    except Busy as busy:
        from elastic_transport import TransportError  # noqa: PLC0415 - half a second, for commands that need no store

        if isinstance(busy.__cause__, TransportError):
            raise Busy(f"{busy}; {START_ELASTICSEARCH}") from busy
        raise
