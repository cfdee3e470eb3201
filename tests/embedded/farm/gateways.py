"""Gateways: feeds and interfaces that deliver what stands on another site, whose robots.txt is asked for each item."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from tests.embedded.farm.kinds import API, EVERYWHERE, RSS, Make, rss_of
from tests.embedded.farm.site import ALL, CLOSED_SITE, INNER_SITE, Answer, Reply, Site, placed, rules, says
from tests.embedded.farm.truncated import WHOLE, beginning, whole
from tests.embedded.farm.voices import Said, Voices

HERE: Final = "/p"
"""Where items stand on the site that they come from."""

CLOSED: Final = "/closed"
NOWHERE: Final = ""
"""An item that says no address."""

INSIDE: Final = f"site://{INNER_SITE}"
ANOTHERS: Final = f"site://{CLOSED_SITE}"
"""Inner hosts, one of which the deployment names for another source."""

_COVERED: Final = "/closed/"


def gateway(name: str, voices: Voices) -> Site:
    """What a gateway took from a site that closes something else; in the second season an item more."""
    return _gateway(name, voices, closed=(_COVERED,))


def _gateway(
    name: str,
    voices: Voices,
    *,
    closed: tuple[str, ...] = (),
    robots: Answer | None = None,
    stand: Sequence[str] = (HERE,),
    refused: Collection[str] = (),
    named: str = "",
    **fields: Any,
) -> Site:
    """A feed or an interface whose items `stand` in these parts of their origin, one after the other.

    The origin's robots.txt closes `closed`, or is `robots`; what stands in one of `refused` may not come out. Whoever
    asks there for anything but robots.txt trespasses: what it has was fetched by the gateway.
    """
    make = voices.random.choice((_feed, _interface))
    posts, new = voices.posts(name, 4), voices.post(name)
    origin = Site(f"{name}-origin", closed=ALL, robots=robots or says(rules(closed), "text/plain"))

    def made(shown: list[Said]) -> Site:
        parts = {said.serial: stand[said.serial % len(stand)] for said in shown}
        path, kind, page, own = make(name, [(said, address(said, parts[said.serial])) for said in shown])
        return Site(
            name,
            sources={name: {**own, **EVERYWHERE, "url": path, "origin": f"site://{origin.name}", **fields}},
            pages={path: lambda asked: says(placed(page, asked.roots), kind)(asked)},
            posts=[said for said in shown if parts[said.serial] not in refused],
            named={name: [named]} if named else {},
        )

    site = made(posts)
    site.later, site.origins = made([new, *posts]), [origin]
    return site


def address(said: Said, part: str) -> str:
    """Where an item stands; its author's name is in it."""
    if part == NOWHERE:
        return NOWHERE
    home = "" if part.startswith("site:") else f"site://{said.source}-origin"
    return f"{home}{part}/{said.serial}/{quote(said.author)}"


def _feed(name: str, items: Sequence[tuple[Said, str]]) -> tuple[str, str, str, dict[str, Any]]:
    stand = {said.serial: where for said, where in items}
    feed = rss_of([said for said, _ in items], link=lambda said: stand[said.serial])
    return f"/{name}/route", RSS, feed, {"kind": "feed"}


def _interface(name: str, items: Sequence[tuple[Said, str]]) -> tuple[str, str, str, dict[str, Any]]:
    shown = [
        {
            "id": said.id,
            "title": said.title,
            "text": said.body,
            "at": said.published.isoformat(),
            "user": {"name": said.author},
            "url": where,
        }
        for said, where in items
    ]
    fields = {"kind": "api", "items": API["items"], "message": {**API["message"], "url": "url"}}
    return f"/{name}/search", "application/json", json.dumps({"data": {"list": shown}}, ensure_ascii=False), fields


def _permission(covers: str, day: date = date(2026, 2, 14)) -> dict[str, Any]:
    return {"by": "某平台开放合作部", "date": day, "covers": [covers], "note": "contract 2026-7, registry 12"}


def _refused(stand: Sequence[str], refused: Collection[str], reason: str = "robots", **fields: Any) -> Make:
    """Items that stand there, of which some are refused."""

    def make(name: str, voices: Voices) -> Site:
        return _gateway(name, voices, stand=stand, refused=refused, named=f"refused:{reason}", **fields)

    return make


def _permitted(covers: str, refused: Collection[str] = (), named: str = "", **permission: Any) -> Make:
    """The origin closes everything; its keeper permitted some of it in writing."""

    def make(name: str, voices: Voices) -> Site:
        permitted = _permission(f"site://{name}-origin{covers}", **permission)
        return _gateway(
            name, voices, closed=ALL, stand=(HERE, CLOSED), refused=refused, named=named, permission=permitted
        )

    return make


def _turns(*, opens: bool) -> Make:
    """The origin closes everything in one of the seasons."""

    def make(name: str, voices: Voices) -> Site:
        site = _gateway(name, voices)
        assert site.later
        (origin,) = site.origins
        shut = site if opens else site.later
        origin.later = Site(origin.name, closed=ALL, robots=says(rules(() if opens else ALL), "text/plain"))
        if opens:
            origin.robots = says(rules(ALL), "text/plain")
        shut.posts, shut.named = [], {name: ["refused:robots"]}
        return site

    return make


def _followed(name: str, voices: Voices) -> Site:
    """Entries are followed to the origin's own pages; one stands where its robots.txt closes."""
    posts, path, origin = voices.posts(name, 4), f"/{name}/route", f"{name}-origin"
    stand = {said.serial: address(said, CLOSED if said is posts[0] else HERE) for said in posts}
    feed = rss_of(map(beginning, posts), link=lambda said: stand[said.serial])
    pages = {stand[said.serial].removeprefix(f"site://{origin}"): whole(said) for said in posts}
    return Site(
        name,
        sources={name: {"kind": "feed", **EVERYWHERE, "url": path, "origin": f"site://{origin}", "full": WHOLE}},
        pages={path: lambda asked: says(placed(feed, asked.roots), RSS)(asked)},
        posts=posts[1:],
        named={name: ["refused:robots"]},
        origins=[Site(origin, pages=pages, closed=(_COVERED,))],
    )


ORIGIN_FAULTS: Final[Mapping[str, Make]] = {
    "origin-some-closed": _refused((HERE, CLOSED), (CLOSED,), closed=(_COVERED,)),
    "origin-closed": _refused((HERE, NOWHERE), (HERE, NOWHERE), closed=ALL),
    "origin-away": _refused((HERE,), (HERE,), "robots_away", robots=lambda _: Reply(status=500)),
    "origin-inner": _refused((HERE, INSIDE), (INSIDE,), "address"),
    "origin-of-anothers": _refused((HERE, ANOTHERS), (ANOTHERS,), "address"),
    "origin-closes": _turns(opens=False),
    "origin-opens": _turns(opens=True),
    "origin-permitted": _permitted("/"),
    "origin-permitted-in-part": _permitted(_COVERED, (HERE,), "refused:robots"),
    "origin-permitted-tomorrow": _permitted("/", (HERE, CLOSED), "refused:robots", day=date(2999, 1, 1)),
    "origin-followed": _followed,
}
