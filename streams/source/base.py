"""What every kind of source has: where it is, whom it serves, how much is normal."""

from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, ClassVar, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from streams.hours import Hours
from streams.identity import county_inbox
from streams.records import TownshipCode
from streams.source.permission import Permission

_LONG_CODE: Final = 12


Complete = Annotated[bool, Meta(description="The list holds all there is: what it lacks was deleted.")]
"""Whether what leaves a list of newer and older posts is no more."""


class Expects(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is normal; beyond it something is wrong with the source or with the township."""

    posts_a_day: tuple[Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=0)]]


class Source(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag=lambda name: name.lower()
):
    """What all kinds have; `kind` says which: feed, forum, board, api, table, webhook or manual."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$")]
    url: Annotated[str, Meta(max_length=2048)] = ""
    townships: Annotated[tuple[TownshipCode, ...], Meta(description="Codes of the townships it serves.")] = ()
    township: TownshipCode | None = None
    """The one township it serves; `townships` where there are several."""
    schedule: Annotated[float, Meta(gt=0, description="Seconds between visits.")] = 600.0
    pages: Annotated[int, Meta(ge=1, description="At most so many listing pages a visit.")] = 20
    expects: Expects | None = None
    ignores: tuple[str, ...] = ()
    """Fields (feed, api), columns (table), classes, ids or elements (forum, board) that are knowingly left."""
    origin: Annotated[str, Meta(max_length=2048)] | None = None
    """Of a gateway or an aggregator: the site its items come from, whose robots.txt is asked for each of them."""
    contact: str = ""
    licence: Annotated[str, Meta(description="By which right it is read: a licence, or who permitted it and when.")] = (
        ""
    )
    encoding: str | None = None
    """The charset, where the site says a wrong one and the bytes do not tell."""
    timezone: str = "Asia/Shanghai"
    hours: Annotated[str, Meta(description="When it may be visited, as 06:00-23:00 in its time zone.")] | None = None
    budget: (
        Annotated[int, Meta(ge=1, description="Requests a day, at most; those of its host stay as they are.")] | None
    ) = None
    permission: Permission | None = None
    """By which paths that robots.txt closes may be read."""

    schemes: ClassVar[frozenset[str]] = frozenset({"http", "https"})
    """With which a kind's `url` begins; the empty one where it may be left out."""

    def __post_init__(self) -> None:
        if not self.served:
            raise ValueError("no township: give `township`, or `townships` with several codes")
        _check_address("url", self.url, self.schemes)
        if self.origin is not None:
            _check_address("origin", self.origin, Source.schemes)
        if self.expects and self.expects.posts_a_day[0] > self.expects.posts_a_day[1]:
            raise ValueError("field `expects`: of posts_a_day, the lower number comes first")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"field `timezone`: {self.timezone!r} is unknown: write it like Asia/Shanghai") from error
        if self.hours:
            try:
                Hours(self.hours)
            except ValueError as error:
                raise ValueError(f"field `hours`: {error}") from error

    @property
    def served(self) -> tuple[str, ...]:
        """The 12-digit codes of the townships, each once."""
        codes = (*((self.township,) if self.township else ()), *self.townships)
        return tuple(dict.fromkeys(code.ljust(_LONG_CODE, "0") for code in codes))

    @property
    def inbox(self) -> str:
        """Code of the county's own inbox: where its posts go that name no township or several."""
        return county_inbox(self.served[0])

    @property
    def night(self) -> timedelta:
        """How long it is not visited."""
        return Hours(self.hours).pause if self.hours else timedelta()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def _check_address(name: str, address: str, schemes: Collection[str]) -> None:
    scheme, host = urlsplit(address).scheme, urlsplit(address).hostname
    if scheme not in schemes or (scheme.startswith("http") and not host):
        raise ValueError(f"field `{name}`: {address!r} is no web address: begin it with https:// or http://")
    if urlsplit(address).username is not None:
        raise ValueError(f"field `{name}`: a site that needs a name or a password is no source")
