"""One Faust agent over posts, actions and backfill: hands batches to the processor, acknowledges last."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, cast

import faust
import structlog
from aiokafka.errors import KafkaError
from faust.tables.manager import TableManager
from faust.types import TP

from streams.errors import Busy, Misconfigured
from streams.kafka.access import access
from streams.kafka.incarnations import incarnations
from streams.kafka.offsets import earliest
from streams.kafka.ownership import Ownership
from streams.kafka.salvage import Damaged
from streams.portions import portions
from streams.protocols import Record
from streams.records import Position
from streams.topics import LIVE, READ, role, topic
from streams.worker.consumer import Consumer, Start, transport
from streams.worker.credentials import credentials
from streams.worker.processor import Processor
from streams.worker.progress import Progress, from_milliseconds
from streams.worker.settings import WorkerSettings
from streams.worker.status import Status

log = structlog.get_logger()

PORTION: Final = 2 * 1024 * 1024
"""Bytes of records processed at once: a megabyte may take a second, and a rebalance must not wait for hundreds."""

FEW: Final = 10
"""Records processed at once while each is judged alone: at half a dozen requests each, 500 took longer than the third
of a rebalance that a batch in hand has, and workers that came back ended one another."""

Fail = Callable[[BaseException], None]
"""Told of an unexpected failure, once; ends the process soon."""


class Told(Exception):
    """Ends Faust's app after a failure that our own log has told of."""


class _Tables(TableManager):
    """Faust's tables, of which we have none: starts without the second in which it waits for some."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class _App(faust.App):
    """Faust's app, which tells when a rebalance begins: at once, from the consumer's thread."""

    on_begin: Callable[[], None]

    def _create_directories(self) -> None:
        """Make none: we have no tables, and a worker leaves nothing in the folder it was started in."""

    def on_rebalance_start(self) -> None:
        self.on_begin()
        super().on_rebalance_start()


class Reader:
    """The agent and its app.

    Rules 1 to 5 of the protocol: takes that acknowledge nothing by themselves; a failure that never returns to
    Faust; state loaded before delivery; one batch at a time; nothing that a rebalance or an end waits for for ever.

    Args:
        settings: of this worker.
        processor: gets the batches.
        ownership: told what the group's coordinator says.
        status: kept up to date.
        fail: told of an unexpected failure.
    """

    def __init__(
        self, settings: WorkerSettings, processor: Processor, ownership: Ownership, status: Status, fail: Fail
    ) -> None:
        self._settings, self._processor = settings, processor
        self._ownership, self._status, self._fail = ownership, status, fail
        self._progress = Progress()
        self._lock = asyncio.Lock()
        self._waiting: dict[Position, Any] = {}
        self._incarnations: Mapping[str, str] = {}
        self._topics = {each: topic(settings.deployment, each) for each in READ}
        self._stopping = False
        self.app = self._new_app()

    @property
    def _consumer(self) -> Consumer:
        return cast("Consumer", self.app.consumer)

    def _new_app(self) -> _App:
        settings = self._settings
        app = _App(
            settings.group,
            TableManager=_Tables,
            broker=[f"kafka://{each}" for each in access(settings.servers).servers.split(",")],
            broker_credentials=credentials(access(settings.servers)),
            autodiscover=False,
            broker_client_id="xiangyin",
            broker_commit_interval=settings.commit,
            broker_heartbeat_interval=settings.session / 6,
            broker_max_poll_records=settings.batch,
            broker_rebalance_timeout=settings.rebalance,
            broker_request_timeout=settings.request,
            broker_session_timeout=settings.session,
            consumer_auto_offset_reset="earliest",
            key_serializer="raw",
            processing_guarantee="at_least_once",
            store="memory://",
            stream_buffer_maxsize=8 * settings.batch,  # Never full: see Consumer.most.
            stream_recovery_delay=0.0,
            stream_wait_empty=True,
            topic_allow_declare=False,
            topic_disable_leader=True,
            value_serializer="raw",
            web_enabled=False,
            worker_redirect_stdouts=False,
        )
        # Faust's web server listens on 0.0.0.0:6066 even where web_enabled is False.
        app.boot_strategy.enable_web = False
        app.on_begin = self._ownership.begin_rebalance
        consumer = transport(
            settings.servers, self._progress, self._ownership, self._live_is_read, self._fail, most=2 * settings.batch
        )
        app.transport = consumer(app.conf.broker_consumer, app)
        read = app.topic(*self._topics.values(), key_type=bytes, value_type=bytes, allow_empty=True)
        app.agent(read, name="worker", concurrency=1)(self._read)
        app.on_partitions_revoked.connect(cast("Any", self._on_revoked))
        app.on_before_shutdown.connect(cast("Any", self._on_revoked))
        app.on_rebalance_complete.connect(cast("Any", self._on_rebalance_complete))
        app.task(self._tick)
        app.task(self._let_go)
        app.task(self._measure)
        return app

    async def _read(self, stream: Any) -> None:
        async for events in stream.noack_take(self._settings.batch, within=self._settings.linger):
            await self._guard(self._batch(events))

    async def _guard(self, work: Awaitable[None]) -> None:
        """Await, and never return or raise after a failure: Faust would acknowledge the next batch over it."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends the process
            self._fail(error)
        else:
            return
        # Beyond the `except`, and with a reason of our own: Faust logs both, and the failure may quote a record.
        await self.app.crash(Told())
        await asyncio.Event().wait()

    @asynccontextmanager
    async def _hand(self) -> AsyncIterator[None]:
        async with self._lock:
            self._status.in_hand = began = time.monotonic()
            yield
            # Not in a `finally`: after a failure the hand stays full until the process has ended.
            self._status.emptied(began, time.monotonic())

    async def _batch(self, events: Sequence[Any]) -> None:
        """Process the events that were fetched since the last rebalance; it may cut in after each portion."""
        generation = self.app.consumer_generation_id
        fresh = [event for event in events if event.message.generation_id == generation]
        records = [self._record(event.message) for event in fresh]
        self._waiting.update(zip((record.position for record in records), fresh, strict=True))
        for portion in portions(records, self._weight, PORTION):
            if self._stopping or self.app.rebalancing:
                break  # What is left is released below, and comes again.
            await self._portion(portion)
        self._release_if_leaving()

    async def _portion(self, records: Sequence[Record]) -> None:
        async with self._hand():
            self._acknowledge(await self._processor.process(records))
            for record in records:
                self._progress.given(
                    (record.position.topic, record.position.partition), record.position.offset, record.time
                )

    def _weight(self, record: Record) -> int:
        careful = self._processor.careful(record.position.partition)
        return max(len(record.value or b""), PORTION // FEW if careful else 0)

    def _acknowledge(self, records: Sequence[Record]) -> None:
        for record in records:
            if event := self._waiting.pop(record.position, None):
                event.ack()
                self._status.acknowledged[record.role] += 1

    def _record(self, message: Any) -> Record:
        position = Position(message.topic, message.partition, message.offset, self._incarnations.get(message.topic, ""))
        return Record(
            role=role(message.topic),
            position=position,
            key=message.key,
            value=message.value,
            damage=message.value.why if isinstance(message.value, Damaged) else "",
            headers={name: value or b"" for name, value in message.headers or ()},
            time=from_milliseconds(int((message.timestamp or 0) * 1000)),
        )

    async def _on_revoked(self, _app: Any, *_: Any, **__: Any) -> None:
        """Hand over in good order: Faust has waited for the batch in hand, and joins the group after this."""
        was_ready, self._status.ready = self._status.ready, False
        if was_ready:
            await self._guard(self._drop())

    async def _drop(self) -> None:
        async with self._hand():
            await self._consumer.commit_all()
            await self._processor.drop()

    async def _on_rebalance_complete(self, _app: Any, *_: Any, **__: Any) -> None:
        """Load before anything is delivered: Faust resumes the partitions when this returns."""
        await self._guard(self._load())

    async def _load(self) -> None:
        self._ownership.end_rebalance()
        self._status.rebalances += 1
        places = self._consumer.assignment()
        async with self._hand():
            self._status.partitions = partitions = self._equal_partitions(places)
            starts = await self._starts(places)
            for start in starts:
                self._note(start.place, start.lost, recreated=start.recreated)
            self._waiting.clear()
            self._progress.reset({start.place: start.offset for start in starts})
            await self._processor.load(partitions)
        self._status.ready = True
        log.info("partitions are loaded", partitions=partitions)

    async def _starts(self, places: set[TP]) -> Sequence[Start]:
        """Where to read each partition. A coordinator that cannot say is asked for ever by aiokafka, not by us."""
        servers, most = self._settings.servers, self._settings.stall
        try:
            async with asyncio.timeout(most):
                self._incarnations = await incarnations(servers, self._topics.values())
                begins = await earliest(servers, places) if places else {}
                return await self._consumer.survey(self._incarnations, begins)
        except TimeoutError as error:
            raise Busy(f"Kafka at {servers} has not said for {most:g} s from where to read") from error
        except KafkaError as error:
            raise Busy(f"Kafka at {servers}: {type(error).__name__}: {error}") from error

    def _equal_partitions(self, places: set[TP]) -> tuple[int, ...]:
        numbers = {
            each: sorted(at.partition for at in places if at.topic == name) for each, name in self._topics.items()
        }
        if any(those != numbers[LIVE[0]] for those in numbers.values()):
            raise Misconfigured(
                f"this worker was given unequal partitions: {numbers}. A township's posts and actions belong to one "
                "worker: see that the topics have the same number of partitions (`xiangyin check`)"
            )
        return tuple(numbers[LIVE[0]])

    def _note(self, place: TP, lost: int, *, recreated: bool) -> None:
        which = role(place.topic), place.partition
        if lost:
            self._status.lost[which] += lost
            log.error(
                "records were deleted before they were read", topic=place.topic, partition=place.partition, lost=lost
            )
        if recreated:
            self._status.recreated[which[0]] += 1
            log.warning("the topic was created again: it is read from its beginning", topic=place.topic)

    async def _let_go(self) -> None:
        """A record that waits must not hold up a rebalance; it comes again after it."""
        while not self._stopping:
            await asyncio.sleep(0.05)
            self._release_if_leaving()

    def _release_if_leaving(self) -> None:
        if (self._stopping or self.app.rebalancing) and self._status.in_hand is None:
            for event in self._waiting.values():
                self._consumer.release(event.message)
            self._waiting.clear()

    async def _tick(self) -> None:
        while not self._stopping:
            await asyncio.sleep(self._settings.tick)
            if self._status.ready and not self.app.rebalancing and self._ownership.is_heard:
                await self._guard(self._run_timers())

    async def _run_timers(self) -> None:
        async with self._hand():
            if self._status.ready and not self.app.rebalancing:
                self._acknowledge(await self._processor.tick(self._passed()))

    def _passed(self) -> dict[int, datetime]:
        times = {
            each: self._progress.passed((self._topics[live], each) for live in LIVE) for each in self._status.partitions
        }
        return {partition: time for partition, time in times.items() if time}

    def _live_is_read(self) -> bool:
        """Whether the processor has been given all posts and actions: then the backfill may flow."""
        live = {self._topics[each] for each in LIVE}
        return all(self._progress.unseen(place) == 0 for place in self._progress.places if place[0] in live)

    async def _measure(self) -> None:
        before = -1
        while not self._stopping:
            await asyncio.sleep(0.5)
            places = list(self._progress.places)
            self._status.behind = {
                (role(place[0]), place[1]): behind
                for place in places
                if (behind := self._progress.behind(place)) is not None
            }
            done = sum(self._status.acknowledged.values())
            if self._is_well(places) and (done != before or all(map(self._is_read, places))):
                self._status.alive, before = time.monotonic(), done

    def _is_read(self, place: tuple[str, int]) -> bool:
        """Whether its end was reached and seen lately: one that is fetched no more has a lag that nobody sees."""
        if self._progress.unseen(place) != 0:
            return False
        seen = self._progress.passed([place])
        return seen is not None and (datetime.now(UTC) - seen).total_seconds() < self._settings.session

    def _is_well(self, places: Sequence[tuple[str, int]]) -> bool:
        polls = not places or time.monotonic() - self._consumer.polled < self._settings.session
        return self._status.ready and polls and self._ownership.is_heard

    async def start(self) -> None:
        """Join the group and begin to read."""
        await self.app.start()

    async def stop(self) -> None:
        """Finish the batch in hand, commit what is acknowledged, leave the group."""
        self._stopping = True
        self._release_if_leaving()
        await self.app.stop()

    async def leave(self) -> None:
        """Leave the group at once, acknowledging nothing, so that others need not wait for our session to end."""
        await self._consumer.leave()
