"""A node for the embedded search server, which knows plain JSON but not Elastic's vendored media type."""

from typing import Any, Final

from elastic_transport import AiohttpHttpNode, HttpHeaders

VENDORED: Final = "application/vnd.elasticsearch+"


class PlainJsonNode(AiohttpHttpNode):
    """Asks for and sends application/json and application/x-ndjson; all else is the client's own."""

    async def perform_request(  # type: ignore[override]
        self, method: str, target: str, body: bytes | None = None, headers: HttpHeaders | None = None, **options: Any
    ) -> Any:
        return await super().perform_request(method, target, body=body, headers=_plain(headers), **options)


def _plain(headers: HttpHeaders | None) -> HttpHeaders:
    plain = headers.copy() if headers else HttpHeaders()
    for name in ("accept", "content-type"):
        if name in plain and plain[name].startswith(VENDORED):
            plain[name] = "application/" + plain[name].removeprefix(VENDORED).partition(";")[0]
    return plain
