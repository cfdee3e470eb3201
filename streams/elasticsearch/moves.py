"""Which indices are to be replaced by which: forward to what the templates say, back, and what is kept no longer."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from elasticsearch import AsyncElasticsearch
from msgspec import Struct

from streams.elasticsearch.failures import CREATE, busy_when_away
from streams.elasticsearch.indices import Wanted, locks, properties, state_of, version
from streams.elasticsearch.mappings import Mapped, changed, lacking
from streams.elasticsearch.names import live
from streams.errors import Misconfigured

BEFORE: Final = "before"
"""Under this name an index says in its mapping's `_meta` which one it replaced."""

_NUMBER: Final = re.compile(r"-v\d+(-\d+)?")


class Move(Struct, frozen=True, kw_only=True):
    """The documents of one index are to stand in another, under the aliases that the first one has now.

    `make` is the body of an index that is to be made first; None when the target is there. `add` are fields that the
    target lacks.
    """

    source: str
    target: str
    aliases: Mapping[str, Mapped]
    make: Mapped | None = None
    add: Mapped


class Family(Struct, frozen=True):
    """The indices that were ever made for one alias: the one in use, and those that are kept."""

    wanted: Wanted
    states: Mapping[str, Mapped]

    @property
    def current(self) -> str:
        """The index in use. Raises Misconfigured when there is not exactly one, as programs know it."""
        alias = self.wanted.aliases[0]
        found = [name for name, state in self.states.items() if alias in state["aliases"]]
        if len(found) != 1 or live(found[0]) not in self.states[found[0]]["aliases"]:
            raise Misconfigured(f"{alias} does not lead to one index as programs know it; {CREATE}")
        return found[0]

    @property
    def kept(self) -> list[str]:
        """Indices that are no longer in use, and that nobody is filling."""
        return [name for name, state in self.states.items() if not state["aliases"]]

    @property
    def held(self) -> dict[str, list[str]]:
        """The locks of runs that are at work, or have died, by index."""
        return {name: found for name, state in self.states.items() if (found := locks(name, state))}

    def ahead(self) -> Move | None:
        """From the index in use to one as the template says; None when it is so already.

        Raises:
            Misconfigured: the index in use is of a newer program.
        """
        name, template = self.current, self.wanted.template
        state = self.states[name]
        if version(state["mappings"]) > template.version:
            raise Misconfigured(f"{name} is of a newer program: upgrade this one, or run `xiangyin indices back`")
        if self._is_as_wanted(state):
            return None
        target = next(free for free in self._names() if free not in self.states or self._may_be_filled(free, name))
        make = None
        if target not in self.states:
            meta = {**template.mappings.get("_meta", {}), BEFORE: name}
            mappings: dict[str, Any] = {**template.mappings, "_meta": meta}
            make = {"mappings": mappings, "settings": template.body["template"].get("settings", {})}
        return Move(source=name, target=target, aliases=_given(name, state), make=make, add={})

    def back(self) -> Move | None:
        """From the index in use to the one that it replaced; None when it replaced none.

        Raises:
            Misconfigured: that one is gone.
        """
        name = self.current
        state = self.states[name]
        target = state["mappings"].get("_meta", {}).get(BEFORE)
        if target is None:
            return None
        if target not in self.states:
            raise Misconfigured(f"{name} cannot go back: {target}, which it replaced, was deleted")
        add = lacking(properties(state["mappings"]), properties(self.states[target]["mappings"]))
        return Move(source=name, target=target, aliases=_given(name, state), add=add)

    def _is_as_wanted(self, state: Mapped) -> bool:
        ours, theirs = self.wanted.template.mappings, state["mappings"]
        same = version(theirs) == self.wanted.template.version and theirs.get("dynamic") == ours.get("dynamic")
        return same and not changed(properties(ours), properties(theirs))

    def _may_be_filled(self, name: str, source: str) -> bool:
        """Whether this index was made to replace that one, as we would make it today, and is not in use."""
        state = self.states[name]
        made_for = state["mappings"].get("_meta", {}).get(BEFORE)
        return made_for == source and not _given(name, state) and self._is_as_wanted(state)

    def _names(self) -> Iterable[str]:
        yield self.wanted.name
        yield from (f"{self.wanted.name}-{number}" for number in range(2, 1000))


async def families(client: AsyncElasticsearch, server: str, indices: Iterable[Wanted]) -> list[Family]:
    """What there is of each index that there must be."""
    found = []
    for wanted in indices:
        alias = wanted.aliases[0]
        with busy_when_away(server):
            states = await state_of(client, f"{alias}-v*")
        found.append(Family(wanted, {name: states[name] for name in states if _is_of(alias, name)}))
    return found


def _is_of(alias: str, name: str) -> bool:
    return name.startswith(alias) and bool(_NUMBER.fullmatch(name.removeprefix(alias)))


def _given(name: str, state: Mapped) -> dict[str, Mapped]:
    """The aliases of an index that others ask by, ours and anybody's; not those that say how it stands."""
    own = {live(name), *locks(name, state)}
    return {alias: body for alias, body in state["aliases"].items() if alias not in own}
