"""Indices of a deployment: which there must be, making them, and naming what differs."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError
from msgspec import Struct

from streams.elasticsearch.failures import busy_when_away
from streams.elasticsearch.names import Names

Mapped = Mapping[str, Any]


class Template(Struct, frozen=True):
    """An index template. `kind` is the index's name without the deployment's, `version` the one of its file."""

    kind: str
    version: int
    body: Mapped


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

    A field that a template has and its index lacks is added; a field that differs is left, see `differences`.
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
            there = await _state(client, index.aliases[0])
            if not there:
                found.append(f"index {index.aliases[0]} is missing; run `xiangyin indices create`")
            for name, state in there.items():
                found += _differences(name, index, state)
    return found


async def _make(client: AsyncElasticsearch, index: Wanted) -> list[str]:
    there = await _state(client, index.aliases[0])
    if not there:
        await client.indices.create(index=index.name, aliases={alias: {} for alias in index.aliases})
        return [f"created {index.name}"]
    done: list[str] = []
    for name, state in there.items():
        if missing := [alias for alias in index.aliases if alias not in state["aliases"] and alias != name]:
            await client.indices.put_alias(index=name, name=missing[0])
            done.append(f"added alias {missing[0]} to {name}")
        if _absent(index, state) and not _changed(index, state):
            await client.indices.put_mapping(index=name, properties=dict(_properties(index.template.body)))
            done.append(f"added fields to {name}")
    return done


async def _state(client: AsyncElasticsearch, alias: str) -> Mapped:
    """Indices behind an alias: name -> aliases, mappings, settings; empty when there are none."""
    try:
        answer = await client.indices.get(index=alias)
    except NotFoundError as missing:
        if missing.status_code != HTTPStatus.NOT_FOUND:
            raise
        return {}
    return dict(answer.body)


def _differences(name: str, index: Wanted, state: Mapped) -> Iterator[str]:
    if name == index.aliases[0]:
        yield f"{name} is an index, but must be an alias of {index.name}; copy it there, delete it, add the alias"
    for alias in index.aliases[1:]:
        if alias not in state["aliases"]:
            yield f"{name} lacks the alias {alias}; run `xiangyin indices create`"
    if state["mappings"].get("dynamic") != "strict":
        yield f"{name} takes unknown fields (dynamic is not strict); it was not made from our template: rebuild it"
    for field in sorted(_absent(index, state)):
        yield f"{name} lacks the field {field}; run `xiangyin indices create`"
    for field in sorted(_changed(index, state)):
        yield f"{name}: the field {field} is not as the template says; rebuild the index behind its alias"


def _absent(index: Wanted, state: Mapped) -> set[str]:
    return set(_fields(_properties(index.template.body))) - set(_fields(state["mappings"].get("properties", {})))


def _changed(index: Wanted, state: Mapped) -> set[str]:
    ours, theirs = _fields(_properties(index.template.body)), _fields(state["mappings"].get("properties", {}))
    return {field for field, mapped in ours.items() if field in theirs and theirs[field] != mapped}


def _properties(body: Mapped) -> Mapped:
    properties: Mapped = body["template"]["mappings"]["properties"]
    return properties


def _fields(properties: Mapped, path: str = "") -> dict[str, Mapped]:
    """Leaf fields by their full name: `severity.grade`."""
    found: dict[str, Mapped] = {}
    for name, mapped in properties.items():
        if "properties" in mapped:
            found |= _fields(mapped["properties"], f"{path}{name}.")
        else:
            found[path + name] = mapped
    return found


def _options(body: Mapped) -> dict[str, Any]:
    renamed = {"_meta": "meta"}
    return {renamed.get(name, name): value for name, value in body.items()}
