"""A coordinator that does not know yet what is committed, and one that gives up."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import GroupAuthorizationFailedError, GroupLoadInProgressError, NotCoordinatorForGroupError
from aiokafka.protocol.commit import OffsetFetchResponse_v3
from aiokafka.structs import OffsetAndMetadata

from streams.kafka.coordinator import heed_errors, tell_errors

PLACE = TopicPartition("demo.posts", 0)
KNOWN = OffsetFetchResponse_v3(0, [("demo.posts", [(0, 194, "", 0)])], 0)


class Coordinator(GroupCoordinator):  # type: ignore[misc]
    """aiokafka's own, with a broker that gives these answers one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.group_id, self._retry_backoff_ms, self._answers = "demo-worker", 1, list(answers)
        self.lost = 0

    def __del__(self, *_: object) -> None:
        """Nothing was opened."""

    async def ensure_coordinator_known(self) -> None:
        """It is known."""

    def coordinator_dead(self) -> None:
        self.lost += 1

    async def _send_req(self, request: Any) -> Any:  # noqa: ARG002 - aiokafka's own
        return self._answers.pop(0)


def refused(error: type[Exception]) -> OffsetFetchResponse_v3:
    return OffsetFetchResponse_v3(0, [], error.errno)  # type: ignore[attr-defined]


def test_aiokafka_alone_takes_a_loading_coordinator_for_an_empty_group() -> None:
    """Why we look: when a later aiokafka heeds the error, this fails, and `heed_errors` can go."""
    coordinator = Coordinator(refused(GroupLoadInProgressError), KNOWN)
    assert asyncio.run(coordinator.fetch_committed_offsets([PLACE])) == {}


@pytest.mark.parametrize("error", [GroupLoadInProgressError, NotCoordinatorForGroupError])
def test_a_coordinator_that_does_not_know_yet_is_asked_again(error: type[Exception]) -> None:
    """After a broker's restart the group goes on where it was, and reads nothing from the beginning."""
    coordinator = Coordinator(refused(error), KNOWN)
    heed_errors(coordinator)
    found = asyncio.run(coordinator.fetch_committed_offsets([PLACE]))
    assert found == {PLACE: OffsetAndMetadata(194, "")}
    assert coordinator.lost == (error is NotCoordinatorForGroupError)


def test_a_refusal_is_an_error() -> None:
    """What no second question mends is not asked for ever."""
    coordinator = Coordinator(refused(GroupAuthorizationFailedError))
    heed_errors(coordinator)
    with pytest.raises(GroupAuthorizationFailedError):
        asyncio.run(coordinator.fetch_committed_offsets([PLACE]))


def test_a_coordinator_that_gives_up_tells_at_once() -> None:
    """It tells of the error before it waits for a call that never comes."""
    coordinator, told = Coordinator(), list[BaseException]()
    tell_errors(coordinator, told.append)
    asyncio.run(failed(coordinator))
    assert [type(error) for error in told] == [GroupAuthorizationFailedError]


async def failed(coordinator: Coordinator) -> None:
    """As aiokafka says that it can do nothing more for its group."""
    coordinator._subscription, coordinator._closing = Mock(), asyncio.Future()
    waits = asyncio.ensure_future(coordinator._push_error_to_user(GroupAuthorizationFailedError("demo-worker")))
    done, _ = await asyncio.wait([waits], timeout=0)
    assert not done, "aiokafka waits for its user"
    coordinator._closing.set_result(None)
    await waits
