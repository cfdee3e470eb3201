"""Nothing inside is ever asked, however its address is written, wrapped, resolved or led to."""

import asyncio
import socket
import threading
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from streams.errors import Unfetched
from streams.source import Feed, Folder, Webhook
from streams.web.address import Addresses, GuardedResolver, is_public
from streams.web.names import Names
from tests.unit.streams.web.site import Site, failure, polite, standing

INNER = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
INNER_6 = [
    "::/127", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "5f00::/16", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip

inner_addresses = st.sampled_from(INNER).flatmap(lambda network: st.ip_addresses(network=IPv4Network(network)))
inner_addresses_6 = st.sampled_from(INNER_6).flatmap(lambda network: st.ip_addresses(network=IPv6Network(network)))


def wrapped(address: IPv4Address) -> list[IPv6Address]:
    """Every way in which an IPv6 address leads to an IPv4 one."""
    number = int(address)
    return [
        IPv6Address(number),  # RFC 4291, 2.5.5.1: long given up.
        IPv6Address((0xFFFF << 32) | number),  # RFC 4291, 2.5.5.2
        IPv6Address((0xFFFF << 48) | number),  # RFC 2765
        IPv6Address((0x64FF9B << 96) | number),  # RFC 6052
        IPv6Address((0x64FF9B0001 << 80) | number),  # RFC 8215
        IPv6Address((0x2002 << 112) | (number << 80) | 1),  # 6to4, RFC 3056
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),  # Teredo, RFC 4380
    ]


@given(inner_addresses)
def test_an_inner_address_is_none_of_the_web(address: IPv4Address) -> None:
    """Private, shared, loopback, link-local, documentation, multicast, reserved: plain and in IPv6, with a zone too."""
    assert not is_public(str(address))
    for outer in wrapped(address):
        assert not is_public(str(outer)), outer
        assert not is_public(f"{outer}%eth0")


@given(inner_addresses_6)
def test_an_inner_ipv6_address_is_none_of_the_web(address: IPv6Address) -> None:
    """Unique local, link-local, site-local, documentation, multicast, and what was never given out."""
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_one(address: str) -> None:
    """Also behind a network that has IPv6 only (NAT64)."""
    assert is_public(address)


@given(inner_addresses, st.sampled_from(["http", "https"]), st.integers(1, 65_535))
def test_an_inner_address_in_a_url_is_refused(address: IPv4Address, scheme: str, port: int) -> None:
    """In full, as one number, with octal or missing parts, with a dot at its end, within IPv6."""
    number = int(address)
    a, b, c, d = address.packed
    ways = [str(address), f"{address}.", str(number), f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}"]
    ways += [f"0{a:o}.{b:o}.{c:o}.{d:o}", f"0{a}.{b}.{c}.{d}", *(f"[{outer}]" for outer in wrapped(address))]
    for way in ways:
        with pytest.raises(Unfetched) as refused:
            Addresses().check(URL(f"{scheme}://{way}:{port}/"), URL(f"{scheme}://{way}:{port}/"))
        assert refused.value.name == "address"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20))
def test_no_host_breaks_the_check(host: str) -> None:
    """Whatever stands where a host should be is a web address or is refused by name."""
    try:
        url = URL(f"http://{host}/")
    except ValueError:
        return
    with suppress(Unfetched):
        Addresses().check(url, url)


class Dns(AbstractResolver):
    """A DNS that says what it is told, another thing each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in self.answers.pop(0)
        ]

    async def close(self) -> None:
        return


async def test_a_name_that_leads_inside_is_refused() -> None:
    """Its public addresses are used where it has some; a connection goes to what was checked, and to nothing else."""
    names = GuardedResolver(Addresses(), Dns(["10.0.0.1"], ["10.0.0.1", "8.8.8.8", "::1"], ["fe80::1%eth0"]))
    with pytest.raises(Unfetched, match="allow_hosts"):
        await names.resolve("a.example.cn", 80)
    assert [found["host"] for found in await names.resolve("a.example.cn", 80)] == ["8.8.8.8"]
    with pytest.raises(Unfetched, match="inner address"):
        await names.resolve("a.example.cn", 80)


async def test_a_name_that_the_deployment_allows_may_lead_inside() -> None:
    """It is meant, for all ports or for one."""
    for allowed, port, found in (("wiki.lan", 80, True), ("wiki.lan:8080", 8080, True), ("wiki.lan:8080", 80, False)):
        names = GuardedResolver(Addresses([allowed]), Dns(["10.0.0.1"]))
        if found:
            assert await names.resolve("wiki.lan", port)
        else:
            with pytest.raises(Unfetched, match="inner address"):
                await names.resolve("wiki.lan", port)


async def test_a_name_is_resolved_once_for_check_and_connection(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a name that is public when it is checked and inner afterwards is asked where it was checked.

    Here the first answer is our site, as if it were public, and the second one leads to a port where nobody listens.
    """
    asked: list[str] = []
    names = Dns(["127.0.0.1"], ["127.0.0.66"])
    monkeypatch.setattr("streams.web.address.Names", lambda: names)

    def public(text: str) -> bool:
        asked.append(text)
        return text == "127.0.0.1"

    monkeypatch.setattr("streams.web.address.is_public", public)
    site.says("/a", "x")
    async with polite(site) as web_:
        assert await web_.fetch(site.url("/a", "bbs.example.cn")) is not None
    assert asked == ["127.0.0.1"]
    assert [headers["Host"] for headers in site.headers] == [site.url("", "bbs.example.cn").removeprefix("http://")] * 2
    assert len(site.peers) == 1  # robots.txt and the page came over one connection.


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/",
        "http://localhost/",
        "http://LOCALHOST/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://１２７.０.０.１/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http://192.168.1.1/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1%25eth0]/",
        "http://user:word@example.cn/",
        "http://127.0.0.1@example.cn/",
        "http://example.cn@127.0.0.1/",
        "http:///a",
        "//example.cn/",
        "ftp://example.cn/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http://[::1",
        "http://example.cn:99999/",
        "",
    ],
)
async def test_inner_addresses_are_refused(site: Site, address: str) -> None:
    """However they are written, and once the name is resolved; so is what is no web address, or needs a login."""
    async with polite(site) as web_:
        with pytest.raises(Unfetched) as caught:
            await web_.fetch(address)
    assert caught.value.name == "address"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/meta",
        "http://localhost/",
        "//localhost/",
        "http://user@127.0.0.1/",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_inside_is_not_followed(site: Site, target: str) -> None:
    """A page on the web must not make the crawler ask inner servers."""
    site.says("/a", status=302, Location=target)
    assert await failure(site, "/a") == "address"


async def test_an_inner_host_is_open_only_to_sources_that_stand_on_it(site: Site) -> None:
    """What a stranger's page or robots.txt leads to is refused, though the deployment allows the host for another."""
    async with standing() as inner:
        for path in ("/admin", "/robots.txt"):
            inner.says(path, "inside")
        site.says("/feed", status=302, Location=inner.url("/admin?delete=1"))
        ours = Feed(name="ours", url=site.url("/feed"), township="330206104")
        theirs = Feed(name="theirs", url=inner.url("/feed"), township="330206104")
        async with polite(site, allow=[site.address, inner.address]) as web_:
            for address, source in ((ours.url, ours), (ours.url, None), (inner.url("/linked"), ours)):
                with pytest.raises(Unfetched, match="stand on it"):
                    await web_.fetch(address, source=source)
            with pytest.raises(Unfetched, match="stand on it"):
                await web_.assert_allowed(inner.url("/item"), ours)
            site.says("/robots.txt", status=301, Location=inner.url("/robots.txt"))
            assert inner.asked == []
            assert await web_.fetch(inner.url("/admin"), source=theirs) is not None
        async with polite(site, allow=[site.address, inner.address]) as web_:
            with pytest.raises(Unfetched, match="stand on it"):
                await web_.fetch(site.url("/a"), source=ours)
        assert inner.asked == ["/robots.txt", "/admin"]


async def test_an_inner_origin_is_open_to_who_names_it(site: Site) -> None:
    """Who wrote the source's file named it, as its `url`: for a gateway, a folder, a program that sends."""
    async with standing() as inner:
        inner.says("/item", "inside")
        fields: dict[str, Any] = {"township": "330206104", "origin": inner.url("/")}
        gateway = Feed(name="gateway", url=site.url("/feed"), **fields)
        folder = Folder(name="folder", url="file:///srv/dropped", **fields)
        sender = Webhook(name="sender", secret_file="s", **fields)  # noqa: S106 - the name of a file
        async with polite(site, allow=[site.address, inner.address]) as web_:
            assert await web_.fetch(inner.url("/item"), source=gateway) is not None
            for source in (gateway, folder, sender):
                await web_.assert_allowed(inner.url("/item"), source)
            for source in (folder, sender):
                with pytest.raises(Unfetched, match="stand on it"):
                    await web_.assert_allowed(site.url("/item"), source)
    assert site.asked == []


async def test_a_name_server_that_hangs_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty dead names wait in threads of their own; another one is found, and a page is read, meanwhile."""
    answer = threading.Event()
    known = socket.getaddrinfo

    def asked(host: str, *rest: Any, **more: Any) -> Any:
        if host.startswith("dead"):
            answer.wait(5)
            raise socket.gaierror("no answer")
        return known(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    names = Names()
    dead = [asyncio.create_task(names.resolve(f"dead{number}.example.cn")) for number in range(30)]
    try:
        async with asyncio.timeout(3):
            assert [each["host"] for each in await names.resolve("127.0.0.1", 80)] == ["127.0.0.1"]
            assert await asyncio.to_thread(lambda: "read") == "read"
    finally:
        answer.set()
        assert all(isinstance(error, OSError) for error in await asyncio.gather(*dead, return_exceptions=True))
        await names.close()
