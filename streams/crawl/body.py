"""Read a response's body within limits of size, packed and unpacked."""

import zlib
from typing import Final

from aiohttp import ClientResponse

from streams.errors import Unfetched

_CHUNK: Final = 65_536
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS


async def body_of(response: ClientResponse, limit: int, *, cut: bool = False) -> bytes:
    """The unpacked body.

    Args:
        response: of a session that does not unpack by itself: a few packed bytes can hold gigabytes.
        limit: bytes, packed and unpacked.
        cut: return the first `limit` bytes of a longer body rather than raise.

    Raises:
        Unfetched: `large` (beyond the limit), `bomb` (beyond it once unpacked), `broken` (cannot be unpacked).
    """
    packed, unpack = 0, _unpacker(response)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        packed += len(chunk)
        body += chunk if unpack is None else _unpacked(unpack, chunk, limit + 1 - len(body), response)
        if max(packed, len(body)) > limit:
            if cut:
                break
            name = "large" if packed > limit else "bomb"
            raise Unfetched(name, f"{response.url}: more than {limit} bytes{' unpacked' * (name == 'bomb')}")
    return bytes(body[:limit])


def _unpacker(response: ClientResponse) -> "zlib._Decompress | None":
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        return None
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return zlib.decompressobj(_GZIP_OR_ZLIB)
    raise Unfetched("broken", f"{response.url}: packed as {encoding!r}, which was not asked for")


def _unpacked(unpack: "zlib._Decompress", chunk: bytes, room: int, response: ClientResponse) -> bytes:
    try:
        return unpack.decompress(chunk, max(1, room))
    except zlib.error as error:
        raise Unfetched("broken", f"{response.url}: cannot be unpacked: {error}") from error
