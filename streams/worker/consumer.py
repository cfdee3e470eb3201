"""Faust's consumer, with the three things that it leaves open: a safe commit, a closed gate, a heartbeat told."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, NamedTuple, cast

from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Transport
from faust.transport.drivers.aiokafka import Consumer as FaustConsumer
from faust.types import TP

from streams.kafka.batches import install
from streams.kafka.offsets import heed_errors
from streams.kafka.ownership import Ownership
from streams.topics import BACKFILL, role
from streams.worker.progress import Look, Place, Progress, from_milliseconds

FETCH_WAIT: Final = 200
"""Milliseconds for which the broker holds a fetch that finds nothing. Faust has 1,500, and whatever else is asked
over that connection, such as where to read from after a rebalance, waits behind it."""


MOST_BYTES: Final = 64 * 1024 * 1024
"""No fetch while records of this size wait for the processor: a thousand of the largest would be a gigabyte."""


class Start(NamedTuple):
    """Where the reading of a partition begins after a rebalance."""

    place: TP
    offset: int
    lost: int = 0
    """Records that retention deleted before they were read."""
    recreated: bool = False
    """The committed offset belongs to a topic that stood under this name before."""

    @classmethod
    def of(cls, place: TP, earliest: int, committed: OffsetAndMetadata | None, incarnation: str) -> "Start":
        """Compare what the broker keeps with what the group has committed."""
        if committed is None or committed.offset < 0:
            return cls(place, earliest)
        if committed.metadata and committed.metadata != incarnation:
            return cls(place, earliest, recreated=True)
        return cls(place, max(earliest, committed.offset), lost=max(0, earliest - committed.offset))


class ConsumerThread(AIOKafkaConsumerThread):
    """The thread that talks to the group: looks at the partitions with every fetch, and hears the heartbeats."""

    looks: Mapping[Place, Look] = {}
    ownership: Ownership
    incarnations: Mapping[str, str] = {}

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> Any:
        install()
        consumer = super()._create_consumer(loop)
        consumer._fetch_max_wait_ms = FETCH_WAIT  # noqa: SLF001 - Faust leaves no other way
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 - aiokafka has no public way
        beat = coordinator._do_heartbeat  # noqa: SLF001

        async def heard() -> bool:
            sent = self.ownership.clock()
            if answered := await beat():
                self.ownership.heard(sent)
            return bool(answered)

        coordinator._do_heartbeat = heard  # noqa: SLF001
        heed_errors(coordinator)
        self._sign_commits()

    def _sign_commits(self) -> None:
        """Note the topic's incarnation beside each committed offset: of another topic of that name it says nothing."""
        consumer = self._ensure_consumer()
        commit = consumer.commit

        async def signed(offsets: Mapping[Any, OffsetAndMetadata]) -> None:
            await commit({tp: OffsetAndMetadata(at.offset, self.incarnations[tp.topic]) for tp, at in offsets.items()})

        consumer.commit = signed

    async def leave(self) -> None:
        """Stop the client: it tells the group that it goes, and commits nothing."""
        await self.call_thread(self._ensure_consumer().stop)

    async def survey(self, earliest: Mapping[Place, int]) -> list[Start]:
        """Return where each partition is to be read from, and what is lost before that."""
        return cast("list[Start]", await self.call_thread(self._survey, earliest))

    async def _survey(self, earliest: Mapping[Place, int]) -> list[Start]:
        consumer = self._ensure_consumer()
        wanted = [TopicPartition(*place) for place in earliest]
        committed = await consumer._coordinator.fetch_committed_offsets(wanted)  # noqa: SLF001 - with its metadata
        starts = [
            Start.of(
                TP(*place), earliest[place.topic, place.partition], committed.get(place), self.incarnations[place.topic]
            )
            for place in wanted
        ]
        if anew := {
            TopicPartition(*each.place): OffsetAndMetadata(each.offset, "") for each in starts if each.recreated
        }:
            await consumer.commit(anew)
        return starts

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's own
        max_records: int | None = None,
    ) -> Any:
        records = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        # In this thread no fetch runs between the answer and the look: the two belong together.
        self.looks = dict(self._looks(consumer))
        return records

    def _looks(self, consumer: Any) -> Any:
        assignment = consumer._subscription.subscription and consumer._subscription.subscription.assignment  # noqa: SLF001
        if assignment is None:
            return
        for place in assignment.tps:
            state = assignment.state_value(place)
            if state is not None and state.has_valid_position and state.highwater is not None:
                at = from_milliseconds(state.timestamp)
                yield (place.topic, place.partition), Look(state.position, state.highwater, at)


class Consumer(FaustConsumer):
    """Reads posts and actions first, and commits nothing that is not acknowledged."""

    progress: Progress
    ownership: Ownership
    gate: Callable[[], bool]
    most: int
    """No fetch while this many records wait for the processor. Faust's own way, when its buffer is full, is to
    sleep for a second: 25 records a second were measured where 100 were possible."""
    polled: float = 0.0
    """When a fetch last came back, by time.monotonic()."""

    def _new_consumer_thread(self) -> ConsumerThread:
        thread = ConsumerThread(self, loop=self.loop, beacon=self.beacon)
        thread.ownership = self.ownership
        return thread

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's own
        """Fetch: the one place that every record passes, so no resume of Faust's opens the gate unnoticed."""
        wanted = set(active_partitions or ())
        if not self.gate():
            wanted = {place for place in wanted if role(place.topic) != BACKFILL}
        # An empty set would mean every partition.
        if not wanted or self.progress.queued >= self.most or self.progress.queued_bytes >= MOST_BYTES:
            await asyncio.sleep(min(timeout, 0.02))
            self.polled = time.monotonic()
            return {}
        generation = self.app.consumer_generation_id
        records = await super()._getmany(wanted, timeout)
        self.polled = time.monotonic()
        if not self.flow_active or generation != self.app.consumer_generation_id:
            return {}  # A rebalance has begun: Faust seeks back to what is committed.
        sizes = {
            (at.topic, at.partition): {record.offset: len(record.value or b"") for record in many}
            for at, many in records.items()
        }
        self.progress.fetched(sizes, cast("ConsumerThread", self._thread).looks)
        return records

    def ack(self, message: Any) -> bool:
        self.progress.acknowledged(message.tp, message.offset)
        return bool(super().ack(message))

    def _new_offset(self, tp: TP) -> int | None:
        """The offset to commit: up to the lowest record that is not acknowledged, and not beyond.

        Faust's own commits over a first record, and over a gap of exactly one: a failed batch of one would be lost.
        """
        lowest = self.progress.lowest(tp)
        acked = self._acked[tp]
        done = [offset for offset in acked if lowest is None or offset < lowest]
        if not done:
            return None
        self._acked[tp] = [offset for offset in acked if lowest is not None and offset > lowest]
        self._acked_index[tp].difference_update(done)
        self._gap.pop(tp, None)
        return max(done) + 1

    async def survey(self, incarnations: Mapping[str, str], earliest: Mapping[Place, int]) -> list[Start]:
        """Return where each assigned partition is to be read from; a recreated topic is read from its beginning."""
        thread = cast("ConsumerThread", self._thread)
        thread.incarnations = incarnations
        return await thread.survey(earliest)

    async def commit_all(self) -> None:
        """Commit all that is acknowledged, also what was acknowledged while another commit was under way."""
        await self.maybe_wait_for_commit_to_finish()
        await self.force_commit()

    async def leave(self) -> None:
        """Leave the group without a commit."""
        await cast("ConsumerThread", self._thread).leave()

    def release(self, message: Any) -> None:
        """Stop waiting for a record that stays unacknowledged, so that a rebalance or an end is not held up."""
        self._unacked_messages.discard(message)


def transport(progress: Progress, ownership: Ownership, gate: Callable[[], bool], *, most: int) -> type[Transport]:
    """Faust's transport with our consumer."""

    class OurConsumer(Consumer):
        pass

    OurConsumer.progress, OurConsumer.ownership, OurConsumer.most = progress, ownership, most
    OurConsumer.gate = staticmethod(gate)

    class OurTransport(Transport):
        Consumer: ClassVar[type[FaustConsumer]] = OurConsumer

    return OurTransport
