"""Faust's consumer, with what it leaves open: a safe start and commit, a closed gate, a heartbeat told."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final, NamedTuple, NoReturn, cast

import structlog
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Transport
from faust.transport.drivers.aiokafka import Consumer as FaustConsumer
from faust.types import TP

from streams.kafka.access import Servers
from streams.kafka.batches import install
from streams.kafka.coordinator import heed_errors, tell_errors
from streams.kafka.failures import failure
from streams.kafka.ownership import Ownership
from streams.topics import BACKFILL, role
from streams.worker.progress import Look, Place, Progress, from_milliseconds

log = structlog.get_logger()

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
    def of(cls, place: TP, begin: int, committed: OffsetAndMetadata | None, incarnation: str) -> "Start":
        """Compare what the broker keeps with what the group has committed."""
        if committed is None or committed.offset < 0:
            return cls(place, begin)
        if committed.metadata and committed.metadata != incarnation:
            return cls(place, begin, recreated=True)
        return cls(place, max(begin, committed.offset), lost=max(0, begin - committed.offset))


class Taken(NamedTuple):
    """What one fetch took out of the client's buffer, all in one moment."""

    records: Mapping[TP, list[Any]] = {}
    looks: Mapping[Place, Look] = {}
    start: int = 0
    """How many times the reading had been started anew by then."""


class ConsumerThread(AIOKafkaConsumerThread):
    """The thread that talks to the group: starts the reading, takes out what came, and hears the heartbeats."""

    ownership: Ownership
    incarnations: Mapping[str, str] = {}
    starts: int = 0
    """How many times the reading was started anew."""

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
        tell_errors(coordinator, self._tell)
        self._sign_commits()

    def _tell(self, error: BaseException) -> None:
        asyncio.run_coroutine_threadsafe(cast("Consumer", self.consumer).give_up(error), self.parent_loop)

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

    async def survey(self, begins: Mapping[Place, int]) -> list[Start]:
        """Start the reading of each partition; return where it begins, and what is lost before that."""
        return cast("list[Start]", await self.call_thread(self._survey, begins))

    async def _survey(self, begins: Mapping[Place, int]) -> list[Start]:
        consumer = self._ensure_consumer()
        wanted = [TopicPartition(*place) for place in begins]
        committed = await consumer._coordinator.fetch_committed_offsets(wanted)  # noqa: SLF001 - with its metadata
        starts = [
            Start.of(TP(*place), begins[tuple(place)], committed.get(place), self.incarnations[place.topic])
            for place in wanted
        ]
        if anew := {
            TopicPartition(*each.place): OffsetAndMetadata(each.offset, "") for each in starts if each.recreated
        }:
            await consumer.commit(anew)
        # aiokafka's own seek_to_committed passes over a partition that has no commit, and one committed at 0.
        for each in starts:
            if each.place in consumer.assignment():  # Where it is not, the group divides anew: another survey follows.
                consumer.seek(TopicPartition(*each.place), each.offset)
        self.starts += 1
        return starts

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's own
        max_records: int | None = None,
    ) -> Any:
        """Wait for records, then take them out: between the two a rebalance may come, and nothing is taken out in it.

        Faust's own waits and takes out in one: a fetch that began before a rebalance took from the partitions that
        came after it, and Faust threw away what it took.
        """
        fetcher = consumer._fetcher  # noqa: SLF001 - aiokafka has no public way
        if not active_partitions & fetcher._records.keys():  # noqa: SLF001
            with suppress(TimeoutError):
                await asyncio.wait_for(fetcher._create_fetch_waiter(), timeout)  # noqa: SLF001
        if consumer._subscription.reassignment_in_progress:  # noqa: SLF001
            await asyncio.sleep(0.02)
            return Taken()
        before = {place: state.position for place, state in _positions(consumer)}
        # Without a timeout it gives the loop to nobody: no fetch, seek or rebalance comes in between.
        records = await super()._fetch_records(consumer, active_partitions, 0, max_records)
        looks = {
            (place.topic, place.partition): Look(
                before[place], state.position, state.highwater, from_milliseconds(state.timestamp)
            )
            for place, state in _positions(consumer)
            if state.highwater is not None
        }
        return Taken(records, looks, self.starts)


def _sizes(records: Mapping[TP, list[Any]]) -> dict[Place, dict[int, int]]:
    return {
        (at.topic, at.partition): {record.offset: len(record.value or b"") for record in many}
        for at, many in records.items()
    }


def _positions(consumer: Any) -> Iterator[tuple[TopicPartition, Any]]:
    subscription = consumer._subscription.subscription  # noqa: SLF001 - aiokafka has no public way
    if subscription and subscription.assignment:
        for place in subscription.assignment.tps:
            state = subscription.assignment.state_value(place)
            if state is not None and state.has_valid_position:
                yield place, state


class Consumer(FaustConsumer):
    """Reads posts and actions first, and commits nothing that is not acknowledged."""

    progress: Progress
    ownership: Ownership
    servers: Servers
    gate: Callable[[], bool]
    fail: Callable[[BaseException], None]
    most: int
    """No fetch while this many records wait for the processor. Faust's own way, when its buffer is full, is to
    sleep for a second: 25 records a second were measured where 100 were possible."""
    polled: float = 0.0
    """When a fetch last came back, by time.monotonic()."""

    @property
    def _ours(self) -> ConsumerThread:
        return cast("ConsumerThread", self._thread)

    def _new_consumer_thread(self) -> ConsumerThread:
        thread = ConsumerThread(self, loop=self.loop, beacon=self.beacon)
        thread.ownership = self.ownership
        return thread

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's own
        """Fetch: the one place that every record passes, so no resume of Faust's opens the gate unnoticed."""
        wanted = set(active_partitions or ())
        if not self.gate():
            wanted = {place for place in wanted if role(place.topic) != BACKFILL}
        full = self.progress.queued >= self.most or self.progress.queued_bytes >= MOST_BYTES
        # An empty set would mean every partition. And a broker that is back brings records before the group hears us.
        if not wanted or full or not self.ownership.is_heard:
            await asyncio.sleep(min(timeout, 0.02))
            self.polled = time.monotonic()
            return {}
        try:
            taken = cast("Taken", await super()._getmany(wanted, timeout))
            self.polled = time.monotonic()
            if not self.flow_active or taken.start != self._ours.starts:
                return {}  # A rebalance has begun, or has passed: what was taken out before it is read again.
            cut_off = self.progress.fetched(_sizes(taken.records), taken.looks)
        except self.consumer_stopped_errors:
            raise
        except Exception as error:  # noqa: BLE001 - Faust would log it, and stand still
            await self.give_up(error)
        self._forget([TP(*place) for place in cut_off])
        return taken.records

    def _forget(self, cut_off: Sequence[TP]) -> None:
        """Take lower offsets again than the group had committed: the broker has lost the end of these logs."""
        for place in cut_off:
            log.warning("the log ends before what is committed: it is read from its beginning", topic=place.topic)
            for known in (self._read_offset, self._committed_offset, self._acked, self._acked_index):
                known.pop(place, None)

    async def perform_seek(self) -> None:
        """Nothing: `survey` has done it, in the same rebalance, for every partition."""

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

    async def survey(self, incarnations: Mapping[str, str], begins: Mapping[Place, int]) -> list[Start]:
        """Start each partition's reading where it has to begin, and say where; a recreated topic begins anew."""
        self._ours.incarnations = incarnations
        starts = await self._ours.survey(begins)
        self._read_offset.update({each.place: each.offset for each in starts})
        self._committed_offset.update({each.place: each.offset or None for each in starts})
        return starts

    async def commit_all(self) -> None:
        """Commit all that is acknowledged, also what was acknowledged while another commit was under way."""
        await self.maybe_wait_for_commit_to_finish()
        await self.force_commit()

    async def give_up(self, error: BaseException) -> NoReturn:
        """End the worker, saying what a person must mend; until then nothing more is delivered."""
        self.fail(await failure(self.servers, error) if isinstance(error, KafkaError) else error)
        await asyncio.Event().wait()
        raise error

    async def leave(self) -> None:
        """Leave the group without a commit."""
        await self._ours.leave()

    def release(self, message: Any) -> None:
        """Stop waiting for a record that stays unacknowledged, so that a rebalance or an end is not held up."""
        self._unacked_messages.discard(message)


def transport(
    servers: Servers,
    progress: Progress,
    ownership: Ownership,
    gate: Callable[[], bool],
    fail: Callable[[BaseException], None],
    *,
    most: int,
) -> type[Transport]:
    """Faust's transport with our consumer."""

    class OurConsumer(Consumer):
        pass

    OurConsumer.servers, OurConsumer.progress, OurConsumer.ownership = servers, progress, ownership
    OurConsumer.most = most
    OurConsumer.gate, OurConsumer.fail = staticmethod(gate), staticmethod(fail)

    class OurTransport(Transport):
        Consumer: ClassVar[type[FaustConsumer]] = OurConsumer

    return OurTransport
