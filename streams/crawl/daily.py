"""Each address has a time of day of its own: so once a day is spread over the day, and nobody keeps a list."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(days=1)


def since_turn(address: str, now: datetime, what: str = "") -> timedelta:
    """How long ago the address had its turn: less than a day. What else is to be done once a day has other turns."""
    place = int.from_bytes(hashlib.sha256(f"{what}{address}".encode()).digest()[:8]) / 2**64
    return timedelta(seconds=(now.timestamp() - place * DAY.total_seconds()) % DAY.total_seconds())


def whose_turn(
    addresses: Iterable[str], since: datetime | None, now: datetime, most: int
) -> tuple[list[str], datetime]:
    """Those whose turn came later than `since`, who waited longest first, and until when all had theirs.

    Of what came more than a day ago nothing is left to be made up for; without `since` turns begin now.
    """
    begin = max(since or now, now - DAY)
    came = sorted((now - since_turn(address, now, "look"), address) for address in addresses)
    due = [(turn, address) for turn, address in came if turn > begin]
    served = due[:most]
    return [address for _, address in served], now if len(served) == len(due) else served[-1][0]
