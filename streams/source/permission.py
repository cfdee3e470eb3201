"""What a site's keeper permitted in writing: paths that its robots.txt closes, and nothing else."""

import re
from datetime import date as Date  # noqa: N812 (the field is called `date`)
from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from yarl import URL

_WILD: Final = "*$"

_LEADS_ELSEWHERE: Final = re.compile(r"%(?:2f|5c|25)|(?:^|/)\.\.?(?:[;/]|$)", re.IGNORECASE)
"""In a path: what a server may yet decode to a slash, or leave out, and so end elsewhere than the path begins."""

Path = Annotated[str, Meta(min_length=1, max_length=2048)]


class Permission(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who permitted what, and where that is written. It is logged and told in `.operations` at each start.

    It opens no site whose robots.txt cannot be had, and changes no delay, budget, hours or rule of addresses.
    """

    by: Annotated[str, Meta(min_length=1, max_length=200, description="The office or company; no person's name.")]
    date: Date
    """Of the letter. Before it nothing is permitted."""
    covers: Annotated[tuple[Path, ...], Meta(min_length=1, description="How the addresses begin: /forum-, or in full.")]
    note: Annotated[str, Meta(min_length=1, max_length=1000, description="Where the letter is kept, and its terms.")]

    def __post_init__(self) -> None:
        for path in self.covers:
            if not path.startswith(("/", "https://", "http://")) or path.startswith("//"):
                raise ValueError(f"field `covers`: {path!r}: begin it with / or with https://")
            if not set(_WILD).isdisjoint(path):
                raise ValueError(f"field `covers`: {path!r}: it says how addresses begin, without {' or '.join(_WILD)}")

    def opens(self, url: URL, home: URL, today: Date) -> bool:
        """Whether an address is covered.

        Paths are those of the host of `home`, the source's own address, by http and by https.
        """
        return today >= self.date and any(_covers(path, url, home) for path in self.covers)


class Shown(Struct, frozen=True, kw_only=True):
    """A message to `.operations`: by this permission a source is read. It comes at each start of a crawler."""

    event: Literal["permission_shown"] = "permission_shown"
    source: str
    township: str
    by: str
    date: Date
    covers: tuple[str, ...]
    note: str
    time: datetime


def _covers(path: str, url: URL, home: URL) -> bool:
    if path.startswith("/"):
        usual = url.is_default_port() and home.is_default_port()
        return _begins(url, home.join(URL(path))) and (usual or _entry(url) == _entry(home))
    return _begins(url, URL(path)) and _entry(url) == _entry(URL(path))


def _entry(url: URL) -> tuple[str, int | None]:
    return url.scheme, url.port


def _begins(url: URL, covered: URL) -> bool:
    begins = url.raw_host == covered.raw_host and url.raw_path_qs.startswith(covered.raw_path_qs)
    return begins and not _LEADS_ELSEWHERE.search(url.raw_path[len(covered.raw_path) :])
