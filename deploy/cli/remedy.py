"""What to do when Kafka is away: every command says the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from deploy.checks import START_KAFKA
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
