"""How long to wait after a failure: longer each time, never in step with others, as long as the site asks."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from msgspec import Struct

LATER: Final = frozenset({"hours", "budget"})
"""Names of what is no failure: the source is fetched again at its time."""

PASSING: Final = frozenset(
    {"timeout", "unreachable", "broken", "server", "busy", "closed", "resting", "robots_away", *LATER}
)
"""Names of failures that may pass by themselves."""

_DAY: Final = 86_400.0


class Backoff(Struct, frozen=True):
    """Exponential, with full jitter in the upper half. `base` and `longest` are seconds."""

    base: float = 10.0
    longest: float = 3600.0

    def delay(self, failures: int, random: Callable[[], float], retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row; `random` gives numbers from 0 to 1."""
        ceiling = min(self.longest, self.base * 2.0 ** min(failures - 1, 30))
        return max(ceiling * (0.5 + 0.5 * random()), min(retry_after or 0.0, _DAY))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number of seconds, or a date (RFC 9110, section 10.2.3)."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value.strip()), _DAY)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    return min(max(0.0, seconds.total_seconds()), _DAY)
