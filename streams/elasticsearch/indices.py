"""Indices of a deployment: which there must be, making them, and naming what differs."""

import asyncio
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final

from elasticsearch import AsyncElasticsearch, NotFoundError
from msgspec import Struct

from streams.elasticsearch.failures import CREATE, MAKE_ROOM, UNLOCK, busy_when_away
from streams.elasticsearch.mappings import Mapped, absent, changed, lacking
from streams.elasticsearch.names import Names, live, lock

REBUILD: Final = "run `xiangyin indices rebuild`"
RESUME: Final = (
    "`xiangyin indices rebuild` or `back` is at work; or it was killed: `xiangyin indices rebuild --resume` goes on"
)
GO_BACK: Final = "upgrade this program, or run `xiangyin indices back`"

FLOOD: Final = "read_only_allow_delete"
"""The block that the server itself puts on each index of a full disk."""


class Template(Struct, frozen=True):
    """An index template. `kind` is the index's name without the deployment's, `version` the one of its file."""

    kind: str
    version: int
    body: Mapped

    @property
    def mappings(self) -> Mapped:
        """Of its indices."""
        mappings: Mapped = self.body["template"]["mappings"]
        return mappings


class Wanted(Struct, frozen=True):
    """An index that must be there: its own name, the aliases that programs use, and the template it comes from."""

    name: str
    aliases: tuple[str, ...]
    template: Template


def wanted(deployment: str, templates: Iterable[Template], townships: Iterable[str]) -> list[Wanted]:
    """Every index of the deployment: posts and incidents per township, the rest once."""
    names, codes = Names(deployment), sorted(set(townships))
    per_township = {"posts": (names.posts, names.all_posts), "incidents": (names.incidents, names.all_incidents)}
    found: list[Wanted] = []
    for template in templates:
        pairs: list[tuple[str, tuple[str, ...]]]
        if template.kind in per_township:
            alias_of, everyone = per_township[template.kind]
            pairs = [(alias_of(code), (alias_of(code), everyone)) for code in codes]
        else:
            name = f"{deployment}-{template.kind}"
            pairs = [(name, (name,))]
        found += [Wanted(f"{name}-v{template.version}", aliases, template) for name, aliases in pairs]
    return found


async def create(client: AsyncElasticsearch, server: str, deployment: str, indices: Iterable[Wanted]) -> list[str]:
    """Put the templates, then make what is missing; what is there stays. Returns a line for each thing done.

    A field that a template has and its index lacks is added; a field that differs is left, see `differences`: only a
    rebuild changes it.
    """
    every = list(indices)
    templates = {f"{deployment}-{each.template.kind}-v{each.template.version}": each.template.body for each in every}
    with busy_when_away(server):
        # Together, because the server publishes each change to its whole cluster, or many at once.
        await asyncio.gather(
            *(client.indices.put_index_template(name=name, **_options(body)) for name, body in templates.items())
        )
        done = await asyncio.gather(*(_make(client, index) for index in every))
    return [line for lines in done for line in lines]


async def differences(client: AsyncElasticsearch, server: str, indices: Iterable[Wanted]) -> list[str]:
    """What is missing or other than the templates say, a line each; empty when all is well."""
    found: list[str] = []
    with busy_when_away(server):
        for index in indices:
            there = await state_of(client, index.aliases[0])
            if not there:
                found.append(f"index {index.aliases[0]} is missing; {CREATE}")
            for name, state in there.items():
                found += _differences(name, index, state)
    return found


async def unready(client: AsyncElasticsearch, server: str, deployment: str, indices: Iterable[Wanted]) -> list[str]:
    """What is missing, a line each, by names alone: one request, for a worker to ask before it reads and writes."""
    with busy_when_away(server):
        there = (await client.indices.get_alias(index=f"{deployment}-*")).body
    behind: dict[str, list[str]] = {}
    for name, state in there.items():
        for alias in state["aliases"]:
            behind.setdefault(alias, []).append(name)
    found: list[str] = []
    for index in indices:
        names = behind.get(index.aliases[0])
        if not names:
            found.append(f"has no index {index.aliases[0]}")
        for name in names or ():
            found += [f"has {name} without the alias {alias}" for alias in _missing(name, index, there[name])]
    return found


async def _make(client: AsyncElasticsearch, index: Wanted) -> list[str]:
    there = await state_of(client, index.aliases[0])
    if not there:
        aliases = (*index.aliases, live(index.name))
        await client.indices.create(index=index.name, aliases={alias: {} for alias in aliases})
        return [f"created {index.name}"]
    done: list[str] = []
    for name, state in there.items():
        for alias in _missing(name, index, state):
            await client.indices.put_alias(index=name, name=alias)
            done.append(f"added alias {alias} to {name}")
        if more := lacking(properties(index.template.mappings), properties(state["mappings"])):
            await client.indices.put_mapping(index=name, properties=more)
            done.append(f"added fields to {name}")
    return done


def _missing(name: str, index: Wanted, state: Mapped) -> list[str]:
    wanted = [alias for alias in (*index.aliases, live(name)) if alias != name]
    return [alias for alias in wanted if alias not in state["aliases"]]


async def state_of(client: AsyncElasticsearch, alias: str) -> Mapped:
    """Indices behind an alias, or of a pattern: name -> aliases, mappings, settings; empty when there are none."""
    try:
        answer = await client.indices.get(index=alias)
    except NotFoundError as missing:
        if missing.status_code != HTTPStatus.NOT_FOUND:
            raise
        return {}
    return dict(answer.body)


def _differences(name: str, index: Wanted, state: Mapped) -> Iterator[str]:
    ours, theirs = index.template.mappings, state["mappings"]
    if name == index.aliases[0]:
        yield f"{name} is an index, but must be an alias of {index.name}; copy it there, delete it, add the alias"
    for alias in _missing(name, index, state):
        yield f"{name} lacks the alias {alias}; {CREATE}"
    for field in sorted(absent(properties(ours), properties(theirs))):
        yield f"{name} lacks the field {field}; {CREATE}"
    moving, shut = locks(name, state), _blocks(state)
    if FLOOD in shut:
        yield f"{name} takes no writes (index.blocks.{FLOOD}): {MAKE_ROOM}"
    elif shut and not moving:
        yield f"{name} takes no writes (index.blocks.{shut[0]}): {UNLOCK}"
    if moving:
        yield f"{name} is about to be replaced{' and takes no writes' if shut else ''}: {RESUME}"
    else:
        yield from _outdated(name, index, state)


def _outdated(name: str, index: Wanted, state: Mapped) -> Iterator[str]:
    """What no request mends in the index as it stands."""
    ours, theirs = index.template.mappings, state["mappings"]
    if theirs.get("dynamic") != "strict":
        yield f"{name} takes unknown fields (dynamic is not strict); it was not made from our template: rebuild it"
    if version(theirs) > index.template.version:
        yield f"{name} is of a newer program (version {version(theirs)}, not {index.template.version}); {GO_BACK}"
    elif version(theirs) < index.template.version:
        yield f"{name} is of version {version(theirs)}, not {index.template.version}; {REBUILD}"
    for field in sorted(changed(properties(ours), properties(theirs))):
        yield f"{name}: the field {field} is not as the template says; {REBUILD}"


def _blocks(state: Mapped) -> list[str]:
    """What keeps the index from being written, by the names of its settings below `index.blocks`."""
    return [block for block, shut in state["settings"]["index"].get("blocks", {}).items() if shut == "true"]


def locks(name: str, state: Mapped) -> list[str]:
    """The locks on an index: aliases by which runs of a command have it, see `streams.elasticsearch.locks`."""
    return [alias for alias in state["aliases"] if alias.startswith(lock(name, ""))]


def properties(mappings: Mapped) -> Mapped:
    """The fields at the top of a mapping."""
    found: Mapped = mappings.get("properties", {})
    return found


def version(mappings: Mapped) -> int:
    """Of the template that an index was made from; 0 when it was made from none of ours."""
    return int(mappings.get("_meta", {}).get("version", 0))


def _options(body: Mapped) -> dict[str, Any]:
    renamed = {"_meta": "meta"}
    return {renamed.get(name, name): value for name, value in body.items()}
