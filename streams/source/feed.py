"""A feed, whose entries may say only how their texts begin."""

from streams.source.base import Complete, Source
from streams.source.selector import Selector, check_selectors


class Feed(Source, frozen=True, kw_only=True):
    """RSS, Atom or JSON Feed: its fields are named by their standards."""

    full: Selector | None = None
    """On an entry's own page, the whole text: each entry is followed to it."""
    without: tuple[Selector, ...] = ()
    """What of that page is left out before it is read."""
    complete: Complete = False

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        check_selectors(self, "full", "without")
        if self.without and not self.full:
            raise ValueError("field `without`: it leaves out of what `full` finds, and there is no `full`")
