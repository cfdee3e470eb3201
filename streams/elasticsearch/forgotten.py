"""The list of what was forgotten: hashed keys of posts and pseudonyms, when each was added, and whether it was vain."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from elasticsearch import AsyncElasticsearch

from streams.elasticsearch.admission import Admission
from streams.elasticsearch.bulk import Write, send
from streams.elasticsearch.failures import assert_prepared, looked_up
from streams.elasticsearch.names import Names
from streams.errors import Busy
from streams.protocols import Done

ASKED_AT_ONCE: Final = 1_000
"""Keys of one look-up."""


class Forgotten:
    """The list, in real time: what was added is found by the next look-up, whoever asks.

    Args:
        client: of `streams.elasticsearch.client.connect`.
        server: its address, for messages.
        deployment: whose list.
        admission: how long refused credentials are waited for.
    """

    def __init__(
        self, client: AsyncElasticsearch, *, server: str, deployment: str, admission: Admission | None = None
    ) -> None:
        self._client, self._server, self._index = client, server, Names(deployment).forgotten
        self._admission = admission or Admission(server)

    async def among(self, keys: Collection[str]) -> AbstractSet[str]:
        """Which of these keys are listed.

        Raises:
            Busy: the server is away.
            Misconfigured: the index was never created.
        """
        listed, asked = set[str](), list(dict.fromkeys(keys))
        for start in range(0, len(asked), ASKED_AT_ONCE):
            with self._admission.asking():
                some = asked[start : start + ASKED_AT_ONCE]
                answer = await self._client.mget(index=self._index, ids=some, source=False)
                listed |= {item["_id"] for item in answer["docs"] if looked_up(self._server, item)}
        return listed

    async def found(self, keys: Collection[str]) -> Mapping[str, bool]:
        """Of these keys those that are listed, each with whether something was found under it.

        Raises:
            Busy: the server is away.
            Misconfigured: the index was never created.
        """
        listed, asked = dict[str, bool](), list(dict.fromkeys(keys))
        for start in range(0, len(asked), ASKED_AT_ONCE):
            with self._admission.asking():
                some = asked[start : start + ASKED_AT_ONCE]
                answer = await self._client.mget(index=self._index, ids=some, source_includes=["found"])
                items = [item for each in answer["docs"] if (item := looked_up(self._server, each))]
            listed |= {item["_id"]: bool(item["_source"].get("found")) for item in items}
        return listed

    async def add(self, keys: Collection[str], time: datetime, *, found: bool = False) -> None:
        """List these keys, with whether something was found under them; twice changes nothing but the time.

        Raises:
            Busy: not all of them stand.
            Misconfigured: the index was never created.
        """
        with self._admission.asking():
            entry = {"time": time, "found": found}
            writes = [Write("index", {"_index": self._index, "_id": key}, entry) for key in keys]
            outcomes = await send(self._client, self._server, writes)
            assert_prepared(self._server, outcomes)
        if open_ones := [each for each in outcomes if not isinstance(each, Done)]:
            raise Busy(f"{self._server} did not take all of the list: {open_ones[0]}")
