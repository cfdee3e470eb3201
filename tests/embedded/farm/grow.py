"""A farm of sites, the same for the same seed: sound ones of every kind, and every fault."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final

import yaml
from msgspec.structs import replace

from tests.embedded.farm.faults import CLOSED_SITE, FAULTS, INNER_SITE
from tests.embedded.farm.kinds import KINDS, api, forum, rss
from tests.embedded.farm.site import ALL, Answer, Asked, Reply, Site, together
from tests.embedded.farm.voices import Voices

SHARED: Final = 50
"""One host of so many, and one at least, is shared by a feed, a forum and an API."""


def grow(seed: int, number: int, now: datetime, faults: Collection[str] = tuple(FAULTS)) -> list[Site]:
    """So many sites, and two that are no source; the first are those with faults, each fault once at least if it may.

    Args:
        seed: of everything that is said.
        number: of sites.
        now: posts are of the last day before.
        faults: by name; two sites of each when half of the farm has room for them.
    """
    voices = Voices(seed, now)
    shared = max(1, number // SHARED)
    faulty = [*faults] * (2 if len(faults) * 4 <= number else 1)
    sites = [FAULTS[fault](f"{fault}-{place}", voices) for place, fault in enumerate(faulty[: number - shared])]
    for host in range(shared):
        several = [make(f"{make.__name__.replace('_', '-')}-on-{host}", voices) for make in (rss, forum, api)]
        sites.append(_slow(together(f"shared-{host}", several)))
    for place in range(number - len(sites)):
        make = KINDS[place % len(KINDS)]
        sites.append(make(f"{make.__name__.replace('_', '-')}-{place}", voices))
    return [*sites, Site(CLOSED_SITE, closed=ALL), Site(INNER_SITE, closed=ALL, inner=True)]


def _slow(site: Site) -> Site:
    """The page with which a source begins is so slow that whoever asked two things at once would be seen."""
    for season in filter(None, (site, site.later)):
        season.pages |= {
            begin: _waiting(season.pages[begin]) for begin in (each["url"] for each in season.sources.values())
        }
    return site


def _waiting(answer: Answer) -> Answer:
    def waits(asked: Asked) -> Reply:
        return replace(answer(asked), wait=0.5)

    return waits


def write_sources(sites: Collection[Site], roots: dict[str, str], folder: Path) -> list[str]:
    """Write the YAML file of each source, and return the hosts that the deployment has to name."""
    folder.mkdir(exist_ok=True)
    for site in sites:
        for name, fields in site.sources.items():
            told = {**fields, "url": roots[site.name] + fields["url"]}
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    return [roots[site.name].removeprefix("http://") for site in sites if not site.inner]
