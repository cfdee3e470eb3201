"""Read a response's body within limits of size, packed and unpacked."""

import zlib
from typing import Final

from aiohttp import ClientResponse

from streams.errors import Unfetched

_CHUNK: Final = 65_536
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_GZIP: Final = b"\x1f\x8b"


async def body_of(response: ClientResponse, limit: int, *, cut: bool = False) -> bytes:
    """The unpacked body.

    Args:
        response: of a session that does not unpack by itself: a few packed bytes can hold gigabytes.
        limit: bytes, packed and unpacked.
        cut: return the first `limit` bytes of a longer body rather than raise.

    Raises:
        Unfetched: `large` (beyond the limit), `bomb` (beyond it once unpacked), `broken` (cannot be unpacked, or ends
            before its end).
    """
    packed, unpack = 0, _unpacker(response)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        packed += len(chunk)
        body += chunk if unpack is None else unpack.more(chunk, limit + 1 - len(body))
        if max(packed, len(body)) > limit:
            if cut:
                return bytes(body[:limit])
            name = "large" if packed > limit else "bomb"
            raise Unfetched(name, f"{response.url}: more than {limit} bytes{' unpacked' * (name == 'bomb')}")
    if unpack and packed:
        unpack.assert_whole()
    return bytes(body)


def _unpacker(response: ClientResponse) -> "_Unpacker | None":
    encoding = ", ".join(response.headers.getall("Content-Encoding", [])).strip().lower()
    if encoding in {"identity", ""}:
        return None
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Unpacker(str(response.url))
    raise Unfetched("broken", f"{response.url}: packed as {encoding!r}, which was not asked for")


class _Unpacker:
    """Unpacks gzip, of which several members may follow one another (RFC 1952, section 2.2), and zlib."""

    def __init__(self, url: str) -> None:
        self._url, self._member = url, zlib.decompressobj(_GZIP_OR_ZLIB)
        self._between = b""

    def more(self, chunk: bytes, room: int) -> bytes:
        """What a chunk holds, and no more than there is room for. Raises Unfetched `broken`."""
        unpacked, chunk, self._between = bytearray(), self._between + chunk, b""
        try:
            while chunk and len(unpacked) < room:
                if self._member.eof:
                    if not chunk.startswith(_GZIP):
                        self._between = chunk if _GZIP.startswith(chunk) else b""
                        break  # Servers append zeros and line ends; browsers leave them, too.
                    self._member = zlib.decompressobj(_GZIP_OR_ZLIB)
                unpacked += self._member.decompress(chunk, room - len(unpacked))
                chunk = self._member.unused_data if self._member.eof else b""
        except zlib.error as error:
            raise Unfetched("broken", f"{self._url}: cannot be unpacked: {error}") from error
        return bytes(unpacked)

    def assert_whole(self) -> None:
        """Raise Unfetched `broken` for a body that was cut: half a page would pass for the whole."""
        if not self._member.eof or self._between:
            raise Unfetched("broken", f"{self._url}: ends in the middle of what was packed")
