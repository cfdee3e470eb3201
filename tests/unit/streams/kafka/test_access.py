"""Every client that talks to Kafka is let in the same way."""

import ast
import ssl
from pathlib import Path

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.kafka.access import Access, Mechanism, Protocol, arguments
from streams.worker.credentials import credentials

ROOT = Path(__file__).parents[4]
WORD = "geheim"
CLIENTS = {"AIOKafkaClient", "AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient"}


def test_a_plain_address_asks_for_nothing() -> None:
    """The embedded broker, and one on a network of its own."""
    made = arguments("127.0.0.1:9092")
    assert made == {"bootstrap_servers": "127.0.0.1:9092", "security_protocol": "PLAINTEXT", "ssl_context": None}
    assert made == arguments(Access(servers="127.0.0.1:9092"))


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_encrypted_is_verified(protocol: Protocol) -> None:
    """Certificate and host name are checked, always."""
    context = arguments(Access(servers="k:9093", protocol=protocol, user="u", password=WORD))["ssl_context"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_faust_is_let_in_as_all_others_are(protocol: Protocol, mechanism: Mechanism) -> None:
    """What Faust makes of its credentials are the arguments that our own clients get."""
    access = Access(servers="k:9093", protocol=protocol, mechanism=mechanism, user="u", password=WORD)
    theirs = dict(credentials_to_aiokafka_auth(credentials(access)))
    ours = arguments(access)
    assert ours.pop("bootstrap_servers") == "k:9093"
    assert {"ssl_context": None, **theirs} == ours


def test_no_client_is_opened_without_them() -> None:
    """Whoever writes another client gets its arguments from the one function that knows how."""
    opened, bare = 0, []
    for file in [*ROOT.glob("streams/**/*.py"), *ROOT.glob("deploy/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLIENTS:
                opened += 1
                given = [ast.unparse(each.value) for each in node.keywords if each.arg is None]
                if not any(each.startswith("arguments(") for each in given):
                    bare.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert opened >= 8
    assert bare == []
