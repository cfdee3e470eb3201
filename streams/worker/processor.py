"""What the worker calls for every batch, and when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from streams.protocols import Record


class Processor(Protocol):
    """Turns records into what is stored and produced. Never called twice at a time.

    An exception from any method ends the process without acknowledging anything: the records come again.
    """

    def careful(self, partition: int) -> bool:
        """Whether this partition's records are judged one by one, after a death: then only a few are given at once."""

    async def load(self, partitions: Collection[int]) -> None:
        """Forget everything, then load the state of these partitions; nothing of theirs is delivered before."""

    async def drop(self) -> None:
        """Give everything up in good order: the batch in hand is done, and the next owner has not begun.

        Called when a rebalance begins and before the end; not after a failure. What was not acknowledged comes again.
        """

    async def process(self, records: Sequence[Record]) -> Sequence[Record]:
        """Process a batch; answer with the records that may be acknowledged now.

        One that is not among them waits: it is acknowledged by a later answer, or comes again after a rebalance
        or a restart, together with those behind it in its partition.
        """

    async def tick(self, passed: Mapping[int, datetime]) -> Sequence[Record]:
        """Run what has come due; called between batches, also when no record comes.

        Args:
            passed: partition -> record time up to which `process` has been given both its posts and its actions;
                the time of the last look at the broker when it has been given all. A partition that is not there
                has not passed any time yet.

        Returns:
            Waiting records that may be acknowledged now.
        """
