"""The programs that send messages: each sends its own, one after the other, until they are taken."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession
from msgspec import Struct
from msgspec.structs import replace

from streams.push.signature import sign
from tests.embedded.farm.site import Message, Site, placed
from tests.embedded.farm.webhooks import secret_of

PAUSE: Final = 0.3
"""Seconds between two rows of a program, so that whoever is killed is killed between them."""

_BUSY: Final = 503
_TAKEN: Final = 200


class Sent(Struct, frozen=True):
    """A message, and how it was answered: 0 and nothing when the connection ended."""

    message: Message
    status: int
    said: str


class Sender:
    """Sends the messages of the sites; `sent` is the log of those rows that were answered to their end."""

    def __init__(self, sites: Iterable[Site], roots: Mapping[str, str]) -> None:
        self._sites, self._roots = [site for site in sites if site.messages], roots
        self._taken: set[tuple[str, int, int]] = set()
        self.sent: list[Sent] = []

    async def send(self, url: str, season: int) -> None:
        """Send to `url` what is of this season and was not taken before; ends, too, when nobody is there any more."""
        async with ClientSession() as session:
            await asyncio.gather(*[self._send(session, url, site, season) for site in self._sites])

    async def _send(self, session: ClientSession, url: str, site: Site, season: int) -> None:
        state = site if season == 1 else site.later
        for number, row in enumerate(state.messages if state else ()):
            if (site.name, season, number) in self._taken:
                continue
            try:
                sent = [await self._answered(session, url, site.name, message) for message in row]
            except (ClientError, OSError):
                return
            self.sent += sent
            if all(each.status == _TAKEN for each in sent):  # Whoever was refused does not give up.
                self._taken.add((site.name, season, number))
            await asyncio.sleep(PAUSE)

    async def _answered(self, session: ClientSession, url: str, site: str, message: Message) -> Sent:
        """Send a message until it is taken or refused."""
        body = placed(message.body, self._roots).encode()
        if message.cut:
            await _cut(f"{url}{message.to}", self._headers(site, message, body), body)
            return Sent(message, 0, "")
        while True:
            headers = self._headers(site, message, body)
            async with session.post(f"{url}{message.to}", data=BytesIO(body), headers=headers) as answer:
                if answer.status != _BUSY:
                    return Sent(replace(message, body=""), answer.status, await answer.text())
            await asyncio.sleep(PAUSE)

    def _headers(self, site: str, message: Message, body: bytes) -> dict[str, str]:
        time = datetime.now(UTC) - timedelta(seconds=message.age)
        signed = body if message.signed is None else message.signed.encode()
        return {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(time.timestamp())),
            "webhook-signature": sign(secret_of(site, message.by), message.id, time, signed),
        }


async def _cut(url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Send the beginning of a message, and no more."""
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    said = {"Host": parts.netloc, **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    writer.write(f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body[: len(body) // 2])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
