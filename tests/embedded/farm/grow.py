"""A farm of sites, the same for the same seed: sound ones of every kind, and every fault."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import yaml
from msgspec.structs import replace

from tests.embedded.farm.every import KINDS
from tests.embedded.farm.faults import FAULTS
from tests.embedded.farm.kinds import Make, api, forum, rss
from tests.embedded.farm.site import ALL, CLOSED_SITE, INNER_SITE, Answer, Asked, Reply, Site, placed, together
from tests.embedded.farm.voices import Voices
from tests.embedded.farm.webhooks import secrets_file

SHARED: Final = 50
"""One host of so many, and one at least, is shared by a feed, a forum and an API."""


def grow(
    seed: int,
    number: int,
    now: datetime,
    faults: Collection[str] = tuple(FAULTS),
    kinds: Sequence[Make] = KINDS,
) -> list[Site]:
    """So many sites; the first are those with faults, each fault once at least if it may.

    Behind them stand those that are no source: origins of gateways, one that is closed, and one that is not named.

    Args:
        seed: of everything that is said.
        number: of sites.
        now: posts are of the last day before.
        faults: by name; two sites of each when half of the farm has room for them.
        kinds: of the sound ones.
    """
    voices = Voices(seed, now)
    shared = max(1, number // SHARED)
    faulty = [*faults] * (2 if len(faults) * 4 <= number else 1)
    sites = [FAULTS[fault](f"{fault}-{place}", voices) for place, fault in enumerate(faulty[: number - shared])]
    for host in range(shared):
        several = [make(f"{make.__name__.replace('_', '-')}-on-{host}", voices) for make in (rss, forum, api)]
        sites.append(_slow(together(f"shared-{host}", several)))
    for place in range(number - len(sites)):
        make = kinds[place % len(kinds)]
        sites.append(make(f"{make.__name__.replace('_', '-')}-{place}", voices))
    origins = [origin for site in sites for origin in site.origins]
    return [*sites, *origins, Site(CLOSED_SITE, closed=ALL), Site(INNER_SITE, closed=ALL, inner=True)]


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


def dropped(folder: Path) -> Path:
    """Where programs drop files for the sources of a folder."""
    return folder / "dropped"


def write_sources(sites: Collection[Site], roots: Mapping[str, str], folder: Path) -> list[str]:
    """Write the YAML file of each source, with its secrets, and return the hosts that the deployment has to name."""
    folder.mkdir(exist_ok=True)
    for site in sites:
        for name, fields in site.sources.items():
            where = (dropped(folder) / site.name).as_uri() if fields["kind"] == "folder" else ""
            root = roots[site.name] if "url" in fields else where
            told = {**fields, "url": root + fields.get("url", "")}
            text = placed(yaml.safe_dump(told, allow_unicode=True), roots)
            (folder / f"{name}.yaml").write_text(text, "utf-8")
            if "secret_file" in fields:
                secrets = folder / fields["secret_file"]
                secrets.touch(mode=0o600)
                secrets.write_text(secrets_file(name), "ascii")
    return [roots[site.name].removeprefix("http://") for site in sites if not site.inner]
