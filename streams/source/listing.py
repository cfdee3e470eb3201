"""How a list page in HTML is read, of whatever its rows lead to."""

from msgspec import Struct

from streams.source.selector import Selector, check_selectors


class Listing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`row` holds one link. `stamp` is what changes when that to which it leads does; `next` leads to the next page."""

    row: Selector | None = None
    stamp: Selector | None = None
    next: Selector | None = None

    def __post_init__(self) -> None:
        check_selectors(self)
        if self.stamp and not self.row:
            raise ValueError("`stamp` needs `row`: the element that holds a link and its stamp")
