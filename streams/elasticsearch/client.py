"""A connection to the search server, whichever of the two it is."""

from typing import Any, Final

from elastic_transport import AiohttpHttpNode, HttpHeaders
from elasticsearch import AsyncElasticsearch
from msgspec import Struct

from streams.elasticsearch.failures import busy_when_away
from streams.elasticsearch.node import PlainJsonNode

REQUEST_SECONDS: Final = 30.0


class Access(Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Where the search server is and how to be let in; printing it never shows a secret."""

    url: str
    compatibility: bool | None = None
    """Plain JSON instead of the vendored media type; None finds out by asking the server what it is."""
    api_key: str | None = None
    user: str | None = None
    password: str | None = None
    certificate: str | None = None
    """File with the certificate authority that signed the server's certificate."""

    def __repr__(self) -> str:
        return f"Access(url={self.url!r})"


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
    options: dict[str, Any] = {"request_timeout": request_seconds, "max_retries": 0, "retry_on_timeout": False}
    if access.api_key:
        options["api_key"] = access.api_key
    elif access.user and access.password:
        options["basic_auth"] = (access.user, access.password)
    if access.certificate:
        options["ca_certs"] = access.certificate
    return AsyncElasticsearch(access.url, node_class=node, **options)
