"""What aiokafka's coordinator of a group keeps to itself."""

from collections.abc import Callable
from typing import Any

from aiokafka.errors import NotCoordinatorForGroupError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest


def heed_errors(coordinator: Any) -> None:
    """Have aiokafka's group coordinator ask again when the broker could not say what is committed.

    A broker that has just started answers with an error beside an empty list of partitions (OffsetFetch, version 2 and
    later). aiokafka 0.14 looks into the list only, and takes that for a group that has committed nothing: after a
    broker's restart everything that the topic keeps would be read again.
    """
    send = coordinator._send_req  # noqa: SLF001 - aiokafka has no public way

    async def heeded(request: Any) -> Any:
        answer = await send(request)
        if isinstance(request, OffsetFetchRequest) and (code := getattr(answer, "error_code", 0)):
            error = for_code(code)
            if error is NotCoordinatorForGroupError:
                coordinator.coordinator_dead()
            raise error
        return answer

    coordinator._send_req = heeded  # noqa: SLF001


def tell_errors(coordinator: Any, tell: Callable[[BaseException], None]) -> None:
    """Have aiokafka's group coordinator tell at once of an error after which it waits for its user.

    It waits for a call of `getmany`, which Faust never makes: a member without a right on its group, or one whose
    heartbeat failed for good, would stand still without a word.
    """
    push = coordinator._push_error_to_user  # noqa: SLF001 - aiokafka has no public way

    def told(error: BaseException) -> Any:
        tell(error)
        return push(error)

    coordinator._push_error_to_user = told  # noqa: SLF001
