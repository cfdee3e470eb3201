"""A deployment on servers that let nobody in unasked: TLS, users, and no more rights than docs/operating.md names."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from tests.embedded.county import HERE, County, post
from tests.real.secure import PASSWORD, USER, SecureElasticsearch, SecureKafka, issue
from tests.real.servers import scratch, start


class Addresses(Struct):
    """Of the two servers."""

    kafka: str
    elasticsearch: str


@pytest.fixture
def county(real_artefacts: None, deployment: str, tmp_path: Path) -> Iterator[County]:
    """Told by each command and by the worker which right is the next that they lack."""
    for name in ("password", "kafka-password"):
        (tmp_path / name).write_text(PASSWORD, "utf-8")
        (tmp_path / name).chmod(0o600)
    with scratch() as folder:
        certificate = issue(folder)
        broker = SecureKafka(folder / "kafka", certificate)
        search = SecureElasticsearch(folder / "elasticsearch", certificate, deployment)
        settings = {
            "kafka_security_protocol": "SASL_SSL",
            "kafka_user": USER,
            "kafka_password_file": "kafka-password",
            "kafka_certificate": str(certificate.authority),
            "elasticsearch_user": USER,
            "elasticsearch_password_file": "password",
            "elasticsearch_certificate": str(certificate.authority),
        }
        try:
            start(broker, search)
            county = County(Addresses(broker.address, search.url), deployment, tmp_path, settings=settings)
            said = county.run("topics", "create", code=78, errors=True)
            assert f"user {USER} lacks the right Create on topic {deployment}." in said, "without an ACL"
            broker.allow(deployment, "write", "create")
            county.set_up()
            said = county.run("work", code=78, errors=True)
            assert f"user {USER} lacks the right Read on group {deployment}-worker" in said
            broker.allow(deployment, "join")
            said = county.run("work", code=78, errors=True)
            assert f"user {USER} lacks the right Read on topic {deployment}." in said
            broker.allow(deployment, "read")
            yield county
            county.end()
        finally:
            broker.kill()
            search.kill()


@pytest.mark.real
async def test_a_deployment_runs_with_the_rights_that_its_page_names(county: County) -> None:
    """Topics and indices are made, an import is judged and stored.

    A wrong password or a missing right is named, and ends commands and the worker with 78: no waiting mends it.
    """
    rows = county.folder / "rows.jsonl"
    rows.write_text(
        "".join(json.dumps(post(str(number), "路灯坏了，请来修一修")) + "\n" for number in range(30)), "utf-8"
    )
    county.work()
    county.run("import", str(rows), "--township", HERE)
    await county.until(30, seconds=120)
    assert len(await county.search("incidents")) > 0
    (county.folder / "kafka-password").write_text("not-this-one", "utf-8")
    for command in (("topics", "create"), ("dead", "list"), ("work",)):
        said = county.run(*command, code=78, errors=True)
        assert all(each in said for each in (county.kafka, USER, "kafka_password_file", "SaslAuthenticationFailed"))
        assert "not-this-one" not in said
    (county.folder / "password").write_text("not-this-one", "utf-8")
    county.run("indices", "create", code=78)
