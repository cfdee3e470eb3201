"""A worker of an older generation."""

from structlog.testing import capture_logs

from deploy.older import Older
from streams.batch.headers import OLDER


class Counted(list[str]):
    def add(self, name: str, amount: int = 1, **_: str) -> None:
        self.extend([name] * amount)


def test_a_replay_that_is_left_is_said_once() -> None:
    """With what to do; and all is counted, as by any tally."""
    counted = Counted()
    older = Older(counted, 3)
    with capture_logs() as logged:
        older.add("unchanged", township="t", source="s")
        assert not logged
        older.add(OLDER, township="t", source="s")
        older.add(OLDER, township="t", source="s")
    assert counted == ["unchanged", OLDER, OLDER]
    (said,) = logged
    assert "worker's 3" in said["reason"]
    assert "restart" in said["remedy"]
