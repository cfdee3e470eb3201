"""Where Kafka is, and how to be let in: the one place where a client's arguments are made."""

import ssl
from functools import cache
from typing import Any, Final, Literal

from msgspec import Struct

from streams.errors import Misconfigured

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
"""Kafka's `security.protocol`."""

Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]
"""Kafka's `sasl.mechanism`."""

ENCRYPTED: Final = ("SSL", "SASL_SSL")
AUTHENTICATED: Final = ("SASL_PLAINTEXT", "SASL_SSL")


class Access(Struct, frozen=True, kw_only=True):
    """Where the brokers are and how to be let in; printing it shows the addresses and never a secret."""

    servers: str
    """`host:port`, several separated by commas."""
    protocol: Protocol = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    user: str | None = None
    password: str | None = None
    certificate: str | None = None
    """File of the authority that signed the brokers' certificates; None for those that the system trusts."""

    def __str__(self) -> str:
        return self.servers

    def __repr__(self) -> str:
        return f"Access(servers={self.servers!r}, protocol={self.protocol!r})"

    def check(self) -> None:
        """Return when this can work.

        Raises:
            Misconfigured: a user without SASL, who would be sent nowhere; SASL without one; a file that is missing.
        """
        named = self.user is not None or self.password is not None
        if self.authenticated and not (self.user and self.password):
            raise Misconfigured(
                f"kafka_security_protocol is {self.protocol}, and kafka_user or its password is missing: name both, "
                "the password in XIANGYIN_KAFKA_PASSWORD or in the file that kafka_password_file names"
            )
        if named and not self.authenticated:
            raise Misconfigured(
                f"kafka_user or a password is given, but with kafka_security_protocol {self.protocol} nobody is asked: "
                "set it to SASL_SSL"
            )
        if self.certificate and self.protocol not in ENCRYPTED:
            raise Misconfigured(
                f"kafka_certificate is given, but kafka_security_protocol {self.protocol} does not encrypt: "
                "set it to SSL or SASL_SSL"
            )
        _ = self.context

    @property
    def context(self) -> ssl.SSLContext | None:
        """What a TLS connection trusts; None where there is none.

        Raises:
            Misconfigured: the authority's file cannot be used.
        """
        return _context(self.certificate) if self.protocol in ENCRYPTED else None

    @property
    def authenticated(self) -> bool:
        """Whether the brokers ask for a user and a password."""
        return self.protocol in AUTHENTICATED


Servers = Access | str
"""A plain `host:port` is a broker that asks for nothing."""


def access(servers: Servers) -> Access:
    """The access that plain addresses stand for."""
    return servers if isinstance(servers, Access) else Access(servers=servers)


def arguments(servers: Servers) -> dict[str, Any]:
    """The arguments with which every client of aiokafka's is opened.

    Raises:
        Misconfigured: the authority's file cannot be used.
    """
    to = access(servers)
    made: dict[str, Any] = {
        "bootstrap_servers": to.servers,
        "security_protocol": to.protocol,
        "ssl_context": to.context,
    }
    if to.authenticated:
        made |= {
            "sasl_mechanism": to.mechanism,
            "sasl_plain_username": to.user,
            "sasl_plain_password": to.password,
        }
    return made


@cache
def _context(certificate: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=certificate)
    except OSError as error:  # ssl.SSLError is one.
        raise Misconfigured(f"{certificate}: is no certificate of an authority (PEM): {error}") from error
