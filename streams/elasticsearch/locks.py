"""Locks: an index that documents are moved out of, or into, or that is deleted, belongs to one run of a command."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from streams.elasticsearch.indices import locks, state_of
from streams.elasticsearch.mappings import Mapped
from streams.elasticsearch.names import lock
from streams.errors import Busy


def at_work(indices: Iterable[str]) -> Busy:
    """What to say of indices that another run has."""
    return Busy(f"another run moves {' or '.join(indices)}; if it has died, run this again with --resume")


class Lock:
    """The lock of one run: an alias of its own on each index that it has.

    What is done to an index through that alias fails once another run has taken over.

    Args:
        client: of `streams.elasticsearch.client.connect`; its errors pass through.
        run: names this run, among all.
    """

    def __init__(self, client: AsyncElasticsearch, run: str) -> None:
        self._client, self._run = client, run

    def on(self, index: str) -> str:
        """The alias by which the run has this index."""
        return lock(index, self._run)

    async def make(self, index: str, body: Mapped) -> None:
        """Make an index that is locked from its first moment.

        Raises:
            Busy: another run has just made it.
        """
        try:
            await self._client.indices.create(index=index, aliases={self.on(index): {}}, **body)
        except BadRequestError as error:
            if error.error == "resource_already_exists_exception":
                raise at_work([index]) from error
            raise

    async def take(self, *indices: str) -> None:
        """Lock them all. Who is refused gives up what it has.

        Raises:
            Busy: another run has one of them, or has deleted it.
        """
        if any(set(held) - {self.on(index)} for index, held in (await self._held(indices)).items()):
            raise at_work(indices)
        try:
            await self._client.indices.update_aliases(actions=self._added(indices))
        except NotFoundError as error:
            raise Busy(f"{' or '.join(indices)} was deleted meanwhile; run this again") from error
        # Two runs may have begun at the same time: then both stand back.
        held = await self._held(indices)
        if any(held.get(index) != [self.on(index)] for index in indices):
            raise at_work(indices)

    async def take_over(self, held: Mapping[str, Sequence[str]]) -> None:
        """Put this lock in the place of others, by index: whoever had them can do nothing there any more.

        Raises:
            Busy: they have changed hands meanwhile.
        """
        gone = [
            {"remove": {"index": index, "alias": alias, "must_exist": True}}
            for index, aliases in held.items()
            for alias in aliases
        ]
        try:
            await self._client.indices.update_aliases(actions=[*gone, *self._added(held)])
        except NotFoundError as error:
            raise at_work(held) from error

    async def holds(self, index: str) -> bool:
        """Whether the run still has an index."""
        return self.on(index) in (await self._held([index])).get(index, [])

    async def give_up(self, *indices: str) -> None:
        """Unlock those that the run still has."""
        for index in indices:
            with suppress(NotFoundError):
                await self._client.indices.delete_alias(index=index, name=self.on(index))

    async def delete(self, index: str) -> bool:
        """Delete an index, unless it is used, or moved by another run; whether it was deleted."""
        try:
            await self.take(index)
            state = (await state_of(self._client, index)).get(index)
            if state and list(state["aliases"]) == [self.on(index)]:
                await self._client.indices.delete(index=index)
                return True
        except Busy:
            pass
        await self.give_up(index)
        return False

    def _added(self, indices: Iterable[str]) -> list[dict[str, Any]]:
        return [{"add": {"index": index, "alias": self.on(index)}} for index in indices]

    async def _held(self, indices: Sequence[str]) -> dict[str, list[str]]:
        """The locks on them, by index, of those that are there."""
        states = await state_of(self._client, ",".join(indices))
        return {index: locks(index, state) for index, state in states.items()}
