"""What of Kafka's failures passes by itself, and what a person must mend."""

from contextlib import closing
from socket import socket

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
)

from streams.errors import Busy, Misconfigured
from streams.kafka import failures
from streams.kafka.access import Access, Protocol
from streams.kafka.failures import busy_when_away, failure

WORD = "geheim"


@pytest.mark.parametrize(
    ("error", "right"),
    [
        (TopicAuthorizationFailedError("town.posts"), "Read on topic town.posts"),
        (TopicAuthorizationFailedError({"town.posts", "town.actions"}), "Read on topic town.actions, town.posts"),
        (GroupAuthorizationFailedError("town-worker"), "Read on group town-worker"),
        (TopicAuthorizationFailedError(), "Read on topic ?"),
    ],
)
async def test_a_right_that_is_missing_is_named(error: KafkaError, right: str) -> None:
    """With the user, the operation and what it is for: a person gives it, no waiting does."""
    access = Access(servers="k:9093", protocol="SASL_SSL", user="clerk", password=WORD)
    said = await failure(access, error)
    assert isinstance(said, Misconfigured)
    assert f"k:9093: user clerk lacks the right {right};" in str(said)
    assert "Write on topic x" in str(await failure(access, error, "Write on topic x"))
    assert WORD not in str(said)


@pytest.mark.parametrize(("protocol", "instead"), [("SASL_PLAINTEXT", "PLAINTEXT"), ("SASL_SSL", "SSL")])
async def test_a_listener_without_users_is_not_a_wrong_password(
    protocol: Protocol, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody finds out by correcting the password: the port or the protocol is wrong."""

    async def refuse(*_: object, **__: object) -> None:
        raise IllegalSaslStateError

    monkeypatch.setattr(failures, "create_conn", refuse)
    access = Access(servers="k:9092", protocol=protocol, user="clerk", password=WORD)
    said = await failure(access, KafkaConnectionError("gone"))
    assert isinstance(said, Misconfigured)
    assert f"kafka_security_protocol to {instead} " in str(said)
    assert "password" not in str(said)


async def test_what_a_broker_said_is_told_once_and_in_short() -> None:
    """Without the class's name twice and the numbers of a socket."""
    away = KafkaConnectionError("Unable to bootstrap from [('k', 1, <AddressFamily.AF_INET: 2>)]")
    assert str(await failure("k:1", away)) == "Kafka at k:1 does not answer (KafkaConnectionError)"
    assert str(await failure("k:1", KafkaTimeoutError("too late"))) == "Kafka at k:1: KafkaTimeoutError: too late"


async def test_a_broker_that_is_away_is_waited_for() -> None:
    """Whether or not it would ask for a password: nobody knows that before it answers."""
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # Nobody listens there.
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        asking = Access(servers=address, protocol="SASL_PLAINTEXT", user="clerk", password=WORD)
        for servers in (address, asking):
            with pytest.raises(Busy, match=address) as raised:
                async with busy_when_away(servers):
                    raise KafkaConnectionError("gone")
            assert isinstance(raised.value.__cause__, KafkaError)


async def test_a_time_out_is_said_in_words() -> None:
    """The one of asyncio has none."""
    assert str(await failure("127.0.0.1:9092", TimeoutError())) == "Kafka at 127.0.0.1:9092 does not answer in time"
