"""What became of a page that was asked for. What is held of it, and its thread's stamp, follow from that."""

from collections.abc import Sequence

from msgspec import Struct

from streams.pages.page import Link


class Outcome(Struct, frozen=True):
    """`links` are where it leads."""

    links: Sequence[Link] = ()


class Read(Outcome, frozen=True):
    """What it says of new is published."""


class Unchanged(Outcome, frozen=True):
    """Its site says so, and it was read before."""


class Poorer(Outcome, frozen=True):
    """The same, but for posts of which it says less than what stands of them, or which the log refuses."""


class Failed(Outcome, frozen=True):
    """It could not be had, or nothing could be read in it: what was held of it stands."""


class Left(Outcome, frozen=True):
    """It is not asked for now: the hour, the day's requests, an origin or another crawler keeps it for later."""
