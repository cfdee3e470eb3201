"""A broker that is away is noticed, named and waited for, also by a worker without work."""

import asyncio

import pytest
from structlog.testing import capture_logs

from deploy import health
from streams.kafka.access import Servers
from streams.kafka.failures import answers
from streams.kafka.ownership import Ownership
from streams.worker.broker import look
from streams.worker.settings import WorkerSettings
from streams.worker.status import Status
from streams.worker.watch import stuck

SETTINGS = WorkerSettings(servers="kafka.example:9092", deployment="d")


class Idle:
    """A worker without work, and what its group and its broker do."""

    def __init__(self) -> None:
        self.now, self.there, self.asked = 0.0, True, 0
        self.ownership = Ownership(session=SETTINGS.session, rebalance=SETTINGS.rebalance, clock=lambda: self.now)
        self.ownership.end_rebalance()
        self.status = Status(ready=True)

    async def silent(self, seconds: float) -> None:
        """The group says nothing for so long; then somebody looks."""
        self.now += seconds
        await self._look()

    async def heard(self) -> None:
        self.ownership.heard(self.now)
        await self._look()

    async def _look(self) -> None:
        async def answers(_: Servers, __: float) -> bool:
            self.asked += 1
            return self.there

        await look(SETTINGS.servers, self.ownership, self.status, answers=answers)


@pytest.fixture
def idle() -> Idle:
    return Idle()


async def test_a_broker_that_is_away_is_named(idle: Idle) -> None:
    """Within ten seconds: not ready, waiting, since when and for whom; and no longer when the group hears us again."""
    with capture_logs() as logged:
        idle.there = False
        await idle.silent(8)
        said = health.worker_health(idle.status)
        assert (said["healthy"], said["ready"]) == (True, False)
        assert said["waiting"] == {
            "reason": "away",
            "detail": "Kafka at kafka.example:9092 does not answer",
            "seconds": pytest.approx(0, abs=1),
        }
        await idle.silent(60)
        await idle.heard()
    assert health.worker_health(idle.status)["ready"] is True
    assert idle.status.waiting is None
    assert [line["event"] for line in logged] == ["waiting for a server", "no longer waiting for a server"]


async def test_a_broker_that_is_away_is_no_stall(idle: Idle) -> None:
    """However long ago all was well: the broker was seen to be away just now."""
    idle.there, idle.status.alive = False, idle.status.turned - 2 * SETTINGS.stall
    now = idle.status.turned
    assert stuck(SETTINGS, idle.ownership, idle.status, now) is not None
    await idle.silent(8)
    assert stuck(SETTINGS, idle.ownership, idle.status, now) is None


async def test_a_silent_group_of_a_broker_that_answers_is_a_stall(idle: Idle) -> None:
    """Others may have the partitions: it is not waited for, also not after the broker was away, and not ready then."""
    idle.there = False
    await idle.silent(8)
    idle.there, idle.status.alive = True, (alive := idle.status.alive - 1)
    await idle.silent(8)
    assert idle.status.alive == alive
    assert health.worker_health(idle.status)["ready"] is False


async def test_a_group_that_is_heard_is_asked_nothing_else(idle: Idle) -> None:
    """No connection is opened while the heartbeats are answered."""
    await idle.silent(SETTINGS.session / 6)
    await idle.heard()
    assert idle.asked == 0


async def test_the_store_may_be_away_as_well(idle: Idle) -> None:
    """Each is waited for by itself: that one is back says nothing of the other."""
    idle.there = False
    idle.status.tell("away", "http://127.0.0.1:9200 is away")
    await idle.silent(8)
    idle.status.tell(None, "")
    assert idle.status.waiting is not None
    assert "Kafka" in idle.status.waiting.detail
    idle.status.tell("away", "http://127.0.0.1:9200 is away")
    await idle.heard()
    assert idle.status.waiting == idle.status.held


async def test_a_port_that_refuses_or_hangs_up_is_no_broker() -> None:
    """Nobody waits for it longer than it takes."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert not await answers(f"127.0.0.1:{port}", 5)
    server.close()
    await server.wait_closed()
    assert not await answers(f"127.0.0.1:{port},127.0.0.1:1", 5)
