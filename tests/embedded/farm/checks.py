"""What is wrong with a crawl of the farm: each check returns a line for each thing it found, none when all is well."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from streams.records import Post
from tests.embedded.farm.sender import Sent
from tests.embedded.farm.server import Request
from tests.embedded.farm.site import ROBOTS, Site
from tests.embedded.farm.voices import Said

Told = tuple[str, str, str, str]
"""Source, id, title and body of a post. An id that may not come out is empty: what stands for it is not foretold."""

SLACK = 0.25
"""Seconds by which a request may be late on its way, on a busy machine."""


def truth(sites: Iterable[Site]) -> dict[Told, Said]:
    """The posts that must come out, of both seasons; an edited one twice."""
    return {_of(said): said for site in sites for season in seasons(site) for said in season.posts}


def seasons(site: Site) -> list[Site]:
    """The states of a site, in order."""
    return [site, site.later] if site.later else [site]


def told(post: Post) -> Told:
    """What a published post says."""
    return post.source, "" if post.id.startswith("h-") else post.id, post.title, post.body


def identity(said: Said) -> str:
    """Its id within its source, before the door: a reply's begins with its thread's."""
    return f"{said.thread}-{said.id}" if said.thread else said.id


def _of(said: Said) -> Told:
    return said.source, "" if said.is_named else identity(said), said.seen_title, said.seen_body


def lost(sites: Iterable[Site], posts: Iterable[Post]) -> list[str]:
    """Allowed posts that did not come out, with these words and under this id."""
    came = {told(post) for post in posts}
    return [f"lost: {each}" for each in truth(sites) if each not in came]


def invented(sites: Iterable[Site], posts: Iterable[Post]) -> list[str]:
    """Posts that nobody was to read, or that say something else than their site."""
    known = truth(sites)
    return [f"invented: {post}" for post in posts if told(post) not in known]


def misplaced(sites: Iterable[Site], posts: Iterable[Post]) -> list[str]:
    """Posts in another township than the one whose places they name."""
    known = truth(sites)
    return [
        f"misplaced: {post}" for post in posts if (said := known.get(told(post))) and said.township != post.township
    ]


def repeated(posts: Sequence[Post], unnoted: Collection[Told] = ()) -> list[str]:
    """Posts that came out more than once, under one id or several.

    Those of `unnoted` may come twice under one id: they were published and not yet noted as that when their crawler was
    killed.
    """
    found = defaultdict(list)
    for post in posts:
        found[told(post)].append(post)
    return [
        f"repeated: {each} as {[(post.id, post.fetched.isoformat()) for post in these]}"
        for each, these in found.items()
        if len({post.id for post in these}) > 1 or len(these) > (2 if each in unnoted else 1)
    ]


def trespasses(sites: Iterable[Site], asked: Iterable[Request]) -> list[str]:
    """Requests of paths that are closed, or asked before the robots.txt of their host was, by each crawler anew."""
    stands = {site.name: seasons(site) for site in sites}
    rules: dict[tuple[str, int], Site] = {}
    found = []
    for request in sorted(asked, key=_began):
        known, site = (request.site, request.run), stands[request.site]
        if request.path == ROBOTS and not site[0].inner:
            rules[known] = site[min(request.season, len(site)) - 1]
        elif known not in rules or rules[known].is_closed(request.path):
            found.append(f"trespass: {request.site}{request.path} in run {request.run}")
    return found


def crowds(asked: Iterable[Request]) -> list[str]:
    """Requests that began while another one of their host was not answered."""
    found = []
    for name, requests in _by_host(asked):
        for before, after in pairwise(requests):
            if (before.ended or after.began) > after.began + SLACK:
                found.append(f"crowd: {name}{after.path} began before {before.path} ended")
    return found


def haste(sites: Iterable[Site], asked: Iterable[Request], interval: float) -> list[str]:
    """Requests sooner than interval, Crawl-delay or Retry-After allow: any two of a host, by how many lie between."""
    delays, found = {site.name: max(site.delay, interval) for site in sites}, []
    for name, requests in _by_host(asked):
        found += [
            f"haste: {name} was asked {last - first} times in {requests[last].began - requests[first].began:.3f} s"
            for first, last in combinations(range(len(requests)), 2)
            if requests[last].began - requests[first].began < (last - first) * delays[name] - SLACK
        ]
        found += [
            f"haste: {name} asked for {before.retry_after:g} s of rest at {before.path}"
            for before, after in pairwise(requests)
            if before.ended and after.began < before.ended + before.retry_after - SLACK
        ]
    return found


def greed(asked: Iterable[Request], most: int) -> list[str]:
    """Answers of which more bytes were taken than any page needs."""
    return [f"greed: {each.sent} bytes of {each.site}{each.path}" for each in asked if each.sent > most]


def disguises(asked: Iterable[Request], agent: str) -> list[str]:
    """Requests that do not say who asks, or bring something back that a site gave to know its visitor by."""
    return [
        f"disguise: {each.site}{each.path} by {each.agent!r}, {each.headers.get('cookie')}"
        for each in asked
        if not each.agent.endswith(agent) or "cookie" in each.headers
    ]


def unnamed(sites: Iterable[Site], reported: Mapping[str, Collection[str]]) -> list[str]:
    """Faults of which the crawler said nothing, or something else."""
    return [
        f"unnamed: {name} has {fault}, told was {sorted(reported.get(name, ()))}"
        for site in sites
        for season in seasons(site)
        for name, faults in season.named.items()
        for fault in faults
        if fault not in reported.get(name, ())
    ]


def misanswered(sent: Iterable[Sent]) -> list[str]:
    """Messages that were answered otherwise than their sender was told to expect."""
    return [
        f"misanswered: {each.message.id}: {each.status} {each.said}, not {each.message.answer} {each.message.word}"
        for each in sent
        if each.status != each.message.answer or each.message.word not in each.said
    ]


def defects(reported: Mapping[str, Collection[str]]) -> list[str]:
    """What a site must never make of the crawler: a parser or a whole visit that dies."""
    return [
        f"defect: {source} has {name}"
        for source, names in reported.items()
        for name in names
        if name.startswith(("error:parser:", "error:visit:"))
    ]


def _by_host(asked: Iterable[Request]) -> Iterator[tuple[str, list[Request]]]:
    hosts = defaultdict(list)
    for request in sorted(asked, key=_began):
        hosts[request.site].append(request)
    yield from hosts.items()


def _began(request: Request) -> float:
    return request.began
