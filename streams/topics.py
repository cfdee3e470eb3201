"""The topics of a deployment: roles, names, how long and how large."""

import re
from datetime import timedelta
from typing import Final

from msgspec import Struct

from streams.errors import Misconfigured

POSTS: Final = "posts"
ACTIONS: Final = "actions"
BACKFILL: Final = "backfill"
ALERTS: Final = "alerts"
OPERATIONS: Final = "operations"
DEAD: Final = "dead"

PARTITIONS: Final = 12
"""Fixed for the life of a deployment: a key's partition follows from the count."""

MEBIBYTE: Final = 1024 * 1024

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""A deployment's name also names Elasticsearch indices, which take lower case only; a dot would end it early."""


LONGEST_SEGMENT: Final = timedelta(days=7)
"""Kafka's own default of `segment.ms`."""


class TopicPlan(Struct, frozen=True):
    """What a topic is for: its role, how long it keeps records, and the largest record that it takes (bytes)."""

    role: str
    retention: timedelta
    max_bytes: int = MEBIBYTE

    @property
    def settings(self) -> dict[str, str]:
        """Kafka's topic settings. Record time is the broker's own, whatever a producer says.

        A record goes with its segment, once the newest in that is old enough: the shorter, the nearer to its time.
        """
        segment = min(self.retention / 7, LONGEST_SEGMENT)
        return {
            "segment.ms": str(int(segment.total_seconds() * 1000)),
            "cleanup.policy": "delete",
            "message.timestamp.type": "LogAppendTime",
            "retention.ms": str(int(self.retention.total_seconds() * 1000)),
            "max.message.bytes": str(self.max_bytes),
        }


PLANS: Final = (
    TopicPlan(POSTS, timedelta(days=7)),
    TopicPlan(ACTIONS, timedelta(days=30)),
    TopicPlan(BACKFILL, timedelta(days=7)),
    TopicPlan(ALERTS, timedelta(days=90)),
    TopicPlan(OPERATIONS, timedelta(days=14)),
    # A dead letter holds the original, sealed and in base64 (4/3), with its headers, trace and place.
    TopicPlan(DEAD, timedelta(days=14), max_bytes=2 * MEBIBYTE),
)

READ: Final = (POSTS, ACTIONS, BACKFILL)
"""What the worker reads."""

LIVE: Final = (POSTS, ACTIONS)
"""What goes before the backfill."""


def topic(deployment: str, role: str) -> str:
    """Return the name of a deployment's topic.

    Raises:
        Misconfigured: the deployment's name cannot be part of a topic's and an index's name.
    """
    if not NAME.fullmatch(deployment):
        raise Misconfigured(f"deployment {deployment!r}: use 1 to 64 of a-z, 0-9, - and _, a letter or digit first")
    return f"{deployment}.{role}"


def role(name: str) -> str:
    """Return the role of a topic: what follows the deployment's name."""
    return name.partition(".")[2]
