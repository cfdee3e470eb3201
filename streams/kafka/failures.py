"""What a failure of Kafka's client means.

failed, because                              | raised
user, password or mechanism is not let in    | Misconfigured: names server, user and setting
there nobody is asked for a user             | Misconfigured: names port and protocol
the broker's certificate is not trusted      | Misconfigured: names the setting
a right is missing                           | Misconfigured: names user, operation and what it is for
anything else                                | Busy
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ssl import SSLCertVerificationError
from typing import Any, Final

from aiokafka.client import collect_hosts
from aiokafka.conn import create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from streams.errors import Busy, Misconfigured
from streams.kafka.access import Servers, access, arguments

UNKNOWN: Final = (SaslAuthenticationFailed, UnsupportedSaslMechanismError)
"""How a broker says that it does not let somebody in."""

DENIED: Final = (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError)
"""How a broker says that it lets somebody in, but not do this."""

PATIENCE: Final = 5_000
"""Milliseconds for which a broker is asked why it lets nobody in."""


@asynccontextmanager
async def busy_when_away(servers: Servers, needs: str = "") -> AsyncIterator[None]:
    """Turn the client's errors into ours; the message names the server, and never the password.

    Args:
        servers: where Kafka is, and how to be let in.
        needs: the right that this takes, as an ACL says it: `Read on topic x`.
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise await failure(servers, error, needs) from error


async def failure(servers: Servers, error: BaseException, needs: str = "") -> Busy | Misconfigured:
    """What is to be raised for an error of the client's; see `busy_when_away`."""
    if isinstance(error, DENIED):
        return lacking(servers, needs or _needed(error))
    return await _refusal(servers) or Busy(f"Kafka at {servers}{_said(error)}")


def _said(error: BaseException) -> str:
    """In short: the client's own text names its class twice, and where it looked as a socket's numbers."""
    name = type(error).__name__
    if isinstance(error, TimeoutError):
        return " does not answer in time"
    if isinstance(error, KafkaConnectionError):
        return f" does not answer ({name})"
    return f": {name}: {str(error).removeprefix(f'{name}: ')}"


def lacking(servers: Servers, right: str) -> Misconfigured:
    """What to say of a right that an ACL must give."""
    return Misconfigured(
        f"Kafka at {servers}: user {access(servers).user or 'ANONYMOUS'} lacks the right {right}; give it by an ACL "
        "(docs/operating.md names all that a deployment needs)"
    )


async def _refusal(servers: Servers) -> Misconfigured | None:
    """Why no broker lets us in, if a person must look; aiokafka's clients tell that to their log only."""
    to, refused = access(servers), None
    if to.context is None and not to.authenticated:
        return None
    options = arguments(to)
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers")):
        try:
            connection = await create_conn(host, port, request_timeout_ms=PATIENCE, **options)
        except IllegalSaslStateError:
            unencrypted = to.context is None
            refused = Misconfigured(
                f"Kafka at {to} asks for no user there (IllegalSaslStateError): correct the port in kafka, or set "
                f"kafka_security_protocol to {'PLAINTEXT' if unencrypted else 'SSL'} and leave kafka_user out"
            )
        except UNKNOWN as error:
            refused = Misconfigured(
                f"Kafka at {to} does not let user {to.user} in ({type(error).__name__}): correct kafka_user, its "
                "password (XIANGYIN_KAFKA_PASSWORD, or the file that kafka_password_file names) or kafka_sasl_mechanism"
            )
        except SSLCertVerificationError as error:
            refused = Misconfigured(
                f"Kafka at {to}: TLS failed ({error.verify_message}); set kafka_certificate to the file of the "
                "authority that signed the brokers' certificates"
            )
        except (KafkaError, OSError, TimeoutError):
            continue
        else:
            connection.close()
            return None  # One lets us in: what another one says passes.
    return refused


async def answers(servers: Servers, seconds: float) -> bool:
    """Whether one of these brokers answers within so many seconds, be it that it lets us in no more."""
    options = arguments(servers)
    hosts = collect_hosts(options.pop("bootstrap_servers"))
    options["request_timeout_ms"] = seconds * 1000
    return any(await asyncio.gather(*(_answers(host, port, options) for host, port, _ in hosts)))


async def assert_answers(servers: Servers, seconds: float) -> None:
    """Raise Busy where none of these brokers answers within so many seconds."""
    if not await answers(servers, seconds):
        raise Busy(f"Kafka at {servers} does not answer")


async def _answers(host: str, port: int, options: dict[str, Any]) -> bool:
    try:
        connection = await create_conn(host, port, **options)
    except (IllegalSaslStateError, SSLCertVerificationError, *UNKNOWN):
        return True
    except (KafkaError, OSError, TimeoutError):
        return False
    connection.close()
    return True


def _needed(error: KafkaError) -> str:
    """The right that a consumer's error is about."""
    told = error.args[0] if error.args else "?"
    of = ", ".join(sorted(told)) if isinstance(told, set) else str(told)
    return f"Read on {'group' if isinstance(error, GroupAuthorizationFailedError) else 'topic'} {of}"
