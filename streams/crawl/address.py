"""Refuse addresses inside: private, loopback and link-local ones, unless the deployment names the host."""

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from streams.errors import Unfetched

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits.


class Addresses:
    """Which hosts may be asked. `allowed` names inner ones on purpose: `127.0.0.1:8080`, or `wiki.lan` for any port."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._allowed = frozenset(name.lower() for name in allowed)

    def check(self, url: URL) -> None:
        """Raise Unfetched `address` for what is no web address, or is an inner one.

        A name is checked again when it has been resolved: see GuardedResolver.
        """
        if url.scheme not in {"http", "https"} or not url.host:
            raise Unfetched("address", f"{url}: no web address")
        if self.names(url.host, url.port or 0):
            return
        if _is_literal(url.host) and not is_public(url.host):
            raise _inner(url.host)
        if url.host.replace(".", "").isdecimal() and not _is_literal(url.host):  # 127.1 and 2130706433 are 127.0.0.1.
            raise Unfetched("address", f"{url}: write the address in full")

    def names(self, host: str, port: int) -> bool:
        """Whether the deployment allows this host by name."""
        return not self._allowed.isdisjoint({host.lower(), f"{host.lower()}:{port}"})


class GuardedResolver(AbstractResolver):
    """Resolves names, and refuses those that lead inside: so no later answer of the DNS can differ from the check."""

    def __init__(self, addresses: Addresses, resolver: AbstractResolver | None = None) -> None:
        self._addresses, self._resolver = addresses, resolver or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of a host. Raises Unfetched `address` when it has none but inner ones."""
        found = await self._resolver.resolve(host, port, family)
        if self._addresses.names(host, port):
            return found
        public = [each for each in found if is_public(each["host"])]
        if found and not public:
            raise _inner(host)
        return public

    async def close(self) -> None:
        await self._resolver.close()


def is_public(text: str) -> bool:
    """Whether an IP address is reached over the internet, whichever way it is wrapped."""
    address = ip_address(text.partition("%")[0])
    inner = _wrapped(address) if isinstance(address, IPv6Address) else None
    return (inner or address).is_global and not (inner or address).is_multicast


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _inner(host: str) -> Unfetched:
    return Unfetched("address", f"{host} is an inner address: if it is meant, name it in the deployment's allow_hosts")
