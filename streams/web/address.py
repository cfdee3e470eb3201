"""Refuse addresses that are none of the web: private, loopback and link-local ones, unless the deployment names one."""

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from streams.errors import Unfetched
from streams.web.names import Names

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits.
_GLOBAL: Final = IPv6Network("2000::/3")  # RFC 4291, section 2.4: all that is given out; the rest is for special uses.
_RELAYS: Final = IPv4Network("192.88.99.0/24")  # RFC 7526: whoever is near answers for it.


class Addresses:
    """Which hosts may be asked. `allowed` names inner ones on purpose: `127.0.0.1:8080`, or `wiki.lan` for any port."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._allowed = frozenset(name.lower() for name in allowed)

    def check(self, url: URL, *homes: URL) -> None:
        """Raise Unfetched `address` for what is no web address, or is an inner one.

        A name is checked again when it has been resolved: see GuardedResolver.

        Args:
            url: what is to be asked.
            homes: where who asks stands, and its origin. An inner host that the deployment allows is open only to whose
                file names it: where any other site's links and redirects lead is written by strangers.
        """
        if url.scheme not in {"http", "https"} or not url.host:
            raise Unfetched("address", f"{url}: no web address")
        if url.user is not None or url.password is not None:
            raise Unfetched("address", f"{url.host}: a site that needs a name or a password is no source")
        if self.names(url.host, url.port or 0):
            if self.host_of(url) not in map(self.host_of, homes):
                raise Unfetched("address", f"{url.host} is an inner host, which only sources that stand on it may ask")
            return
        if _is_literal(url.host) and not is_public(url.host):
            raise _inner(url.host)
        if url.host.replace(".", "").isdecimal() and not _is_literal(url.host):  # 127.1 and 2130706433 are 127.0.0.1.
            raise Unfetched("address", f"{url}: write the address in full")

    def names(self, host: str, port: int) -> bool:
        """Whether the deployment allows this host by name."""
        return not self._allowed.isdisjoint({host.lower(), f"{host.lower()}:{port}"})

    def host_of(self, url: URL) -> str:
        """The host whose turns are counted: all its ports are one, except one that the deployment names."""
        name = (url.raw_host or "").rstrip(".")
        return named if (named := f"{name}:{url.port or 0}") in self._allowed else name


class GuardedResolver(AbstractResolver):
    """Resolves names, and refuses those that lead inside: so no later answer of the DNS can differ from the check."""

    def __init__(self, addresses: Addresses, resolver: AbstractResolver | None = None) -> None:
        self._addresses, self._resolver = addresses, resolver or Names()

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


def web_address(address: str, base: URL | None = None) -> URL:
    """An address as it is asked for, without fragment. Raises Unfetched `address` for what is none."""
    try:
        url = URL(address)
        return (base.join(url) if base else url).with_fragment(None)
    except (ValueError, TypeError) as error:
        raise Unfetched("address", f"{address!r}: no web address") from error


def target_of(url: URL, location: str, *, downgrade: bool = False) -> URL:
    """Where a redirect leads. Raises Unfetched: `redirects` for one from https to http, unless that may be."""
    target = web_address(location, url)
    if url.scheme == "https" and target.scheme == "http" and not downgrade:
        raise Unfetched("redirects", f"{url}: leads to {target}, where anybody between may change the page")
    return target


def is_public(text: str) -> bool:
    """Whether an IP address is reached over the internet, whichever way it is wrapped.

    Python's own lists of what is inside differ by version, and know neither old wrappings (RFC 4291's `::a.b.c.d`,
    6to4, Teredo) nor site-local addresses: of IPv6 only what is given out counts.
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if inner := _wrapped(address):
            return is_public(str(inner))
        return address in _GLOBAL and address.is_global and address.sixtofour is None and address.teredo is None
    return address.is_global and not address.is_multicast and address not in _RELAYS


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address.ipv4_mapped


def _is_literal(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _inner(host: str) -> Unfetched:
    return Unfetched("address", f"{host} is an inner address: if it is meant, name it in the deployment's allow_hosts")
