"""A connection to the search server, whichever of the two it is."""

from typing import Any, Final

from elastic_transport import AiohttpHttpNode, HttpHeaders
from elasticsearch import AsyncElasticsearch

from streams.elasticsearch.access import Access
from streams.elasticsearch.failures import busy_when_away
from streams.elasticsearch.node import PlainJsonNode

REQUEST_SECONDS: Final = 30.0

CONNECTIONS: Final = 100
"""Requests at the same time, each on a connection of its own, which is opened when it is needed: as many as aiohttp
has of all hosts together. With the client's ten, a crawler's two hundred visits waited for each other."""


async def connect(access: Access, *, request_seconds: float = REQUEST_SECONDS) -> AsyncElasticsearch:
    """A client that tries every request once: the batch decides on retries, because it knows what it holds.

    Raises:
        Busy: `compatibility` is None and the server does not answer.
        Misconfigured: the server refuses our credentials.
    """
    plain = access.compatibility
    if plain is None:
        plain = await _is_embedded(access, request_seconds)
    return _client(access, PlainJsonNode if plain else AiohttpHttpNode, request_seconds)


async def _is_embedded(access: Access, request_seconds: float) -> bool:
    # No media type that either server could refuse: this is the one request sent before we know which it is.
    client = _client(access, PlainJsonNode, request_seconds)
    try:
        with busy_when_away(access.url):
            answer = await client.perform_request("GET", "/", headers=HttpHeaders({"accept": "application/json"}))
        return bool(dict(answer.body).get("version", {}).get("distribution") == "opensearch")
    finally:
        await client.close()


def _client(access: Access, node: type[AiohttpHttpNode], request_seconds: float) -> AsyncElasticsearch:
    options: dict[str, Any] = {
        "request_timeout": request_seconds,
        "max_retries": 0,
        "retry_on_timeout": False,
        "connections_per_node": CONNECTIONS,
    }
    if access.api_key:
        options["api_key"] = access.api_key
    elif access.user and access.password:
        options["basic_auth"] = (access.user, access.password)
    if access.certificate:
        options["ca_certs"] = access.certificate
    return AsyncElasticsearch(access.url, node_class=node, **options)
