"""Both real servers with TLS, users and rights: what docs/operating.md asks for, and nothing more."""

import base64
import http.client
import os
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from streams.kafka.access import Access
from tests.real.elasticsearch import Elasticsearch
from tests.real.kafka import Kafka

HERE: Final = Path(__file__).parent
ADMIN, USER, PASSWORD = "admin", "xiangyin", "only-for-tests"

ROLE: Final = """\
deployment:
  cluster: [manage_index_templates, monitor]
  indices:
    - names: ["{deployment}-*"]
      privileges: [manage, read, write]
"""

LOGIN: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required"


class Certificate(Struct, frozen=True):
    """Files of a certificate, of its key, and of both (PEM)."""

    authority: Path
    key: Path
    both: Path


def issue(folder: Path) -> Certificate:
    """Write a certificate of 127.0.0.1 that is its own authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    made = Certificate(folder / "authority.pem", folder / "key.pem", folder / "both.pem")
    public = certificate.public_bytes(encoding)
    for file, content in ((made.authority, public), (made.key, secret), (made.both, secret + public)):
        file.write_bytes(content)
        file.chmod(0o644)
    return made


class SecureKafka(Kafka):
    """A broker that speaks SASL_SSL (SCRAM-SHA-512) only, and allows nothing that no ACL allows.

    Args:
        folder: see `Kafka`.
        certificate: of 127.0.0.1.
    """

    def __init__(self, folder: Path, certificate: Certificate) -> None:
        super().__init__(folder)
        login = f'{LOGIN} username="{ADMIN}" password="{PASSWORD}";'
        self._client = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.jaas.config": login,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(certificate.authority),
        }
        self._certificate = certificate
        self._settings = {
            "listeners": f"SASL_SSL://{self.address},CONTROLLER://127.0.0.1:{self._controller}",
            "advertised.listeners": f"SASL_SSL://{self.address}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
            "security.inter.broker.protocol": "SASL_SSL",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(certificate.both),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(certificate.authority),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's listener knows no users.
            "super.users": f"User:{ADMIN};User:ANONYMOUS",
        }

    @property
    def servers(self) -> Access:
        """As the administrator."""
        return Access(
            servers=self.address,
            protocol="SASL_SSL",
            user=ADMIN,
            password=PASSWORD,
            certificate=str(self._certificate.authority),
        )

    def allow(self, deployment: str, *rights: str) -> None:
        """Give the user more rights in this deployment: `read`, `write` and `create` topics, `join` the group."""
        file = self.folder / "client.properties"
        lines = {"bootstrap.servers": self.address, **self._client}
        file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), "utf-8")
        self.run(str(HERE / "Allow.java"), str(file), USER, deployment, *rights)

    def _scram(self) -> list[str]:
        pairs = [f"SCRAM-SHA-512=[name={user},password={PASSWORD}]" for user in (ADMIN, USER)]
        return [word for pair in pairs for word in ("--add-scram", pair)]


class SecureElasticsearch(Elasticsearch):
    """A search server over TLS, with one user whose role is that of docs/operating.md.

    Args:
        folder: see `Elasticsearch`.
        certificate: of 127.0.0.1.
        deployment: whose indices the role opens.
    """

    def __init__(self, folder: Path, certificate: Certificate, deployment: str) -> None:
        super().__init__(folder)
        self.url = self.url.replace("http:", "https:")
        self._certificate, self._deployment = certificate, deployment
        self._settings = {
            "xpack.security.enabled": "true",
            "xpack.security.enrollment.enabled": "false",
            "xpack.security.http.ssl.enabled": "true",
            "xpack.security.http.ssl.key": "key.pem",
            "xpack.security.http.ssl.certificate": "authority.pem",
        }
        self.headers = {"Authorization": f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"}

    def configure(self) -> None:
        """Certificate, role and user."""
        folder = self.folder / "config"
        for file in (self._certificate.authority, self._certificate.key):
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "roles.yml").write_text(ROLE.format(deployment=self._deployment), "utf-8")
        command = [
            str(self.home() / "bin" / "elasticsearch-users"),
            "useradd",
            USER,
            "-p",
            PASSWORD,
            "-r",
            "deployment",
        ]
        with self.log.open("ab") as log:
            environment = {**os.environ, **self.environment()}
            subprocess.run(command, check=True, stdout=log, stderr=log, env=environment)  # noqa: S603 - our own

    def connection(self) -> http.client.HTTPConnection:
        """To the server, whose certificate must be ours."""
        context = ssl.create_default_context(cafile=str(self._certificate.authority))
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
