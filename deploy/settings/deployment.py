"""The settings of a deployment: one YAML file, over which the environment wins."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from deploy.settings import yaml
from deploy.settings.records import unknown_key
from streams.elasticsearch.access import Access
from streams.errors import Misconfigured
from streams.hours import Hours
from streams.kafka.access import Access as KafkaAccess
from streams.kafka.access import Mechanism, Protocol
from streams.topics import NAME, PARTITIONS

PREFIX: Final = "XIANGYIN_"
CONFIG: Final = "XIANGYIN_CONFIG"
HEALTH_PORT: Final = "XIANGYIN_HEALTH_PORT"
DEFAULT: Final = Path("deployment.yaml")
ROLE: Final = "XIANGYIN_ROLE"
CLOSE: Final = 0.9
"""How alike (difflib's ratio) a variable is to one that was meant: all begin alike."""
ONLY_ENVIRONMENT: Final = ("kafka_password", "elasticsearch_api_key", "elasticsearch_password")


class Settings(BaseSettings):
    """A deployment: what it is called, where its servers are, where its files lie.

    Every field can be given as an environment variable too: XIANGYIN_ and its name in capitals.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True, env_ignore_empty=True, title="Deployment"
    )

    name: str = Field(
        description="Name of the deployment: begins the names of its topics and indices.", examples=["xiangyin"]
    )
    kafka: str = Field(
        description="Kafka's addresses, host:port, several separated by commas.", examples=["127.0.0.1:9092"]
    )
    kafka_security_protocol: Protocol = Field(
        "PLAINTEXT", description="How Kafka is reached: SSL encrypts, SASL asks for a user; Kafka's security.protocol."
    )
    kafka_sasl_mechanism: Mechanism = Field("SCRAM-SHA-512", description="How the user is proved, with SASL.")
    kafka_user: str | None = Field(None, description="User name, with SASL.")
    kafka_password: SecretStr | None = Field(None, description="Password of that user; only from the environment.")
    kafka_password_file: Path | None = Field(None, description="File with the password.")
    kafka_certificate: Path | None = Field(
        None, description="File of the authority that signed the brokers' certificates."
    )
    elasticsearch: str = Field(description="URL of Elasticsearch.", examples=["http://127.0.0.1:9200"])
    elasticsearch_user: str | None = Field(None, description="User name, where the server asks for one.")
    elasticsearch_password: SecretStr | None = Field(
        None, description="Password of that user; only from the environment."
    )
    elasticsearch_password_file: Path | None = Field(None, description="File with the password.")
    elasticsearch_api_key: SecretStr | None = Field(
        None, description="API key instead of user and password; only from the environment."
    )
    elasticsearch_api_key_file: Path | None = Field(None, description="File with the API key.")
    elasticsearch_certificate: Path | None = Field(
        None, description="File of the authority that signed the server's certificate."
    )
    elasticsearch_compatibility: bool | None = Field(
        None, description="true for the embedded search server; without it the server is asked."
    )
    partitions: int = Field(PARTITIONS, ge=1, le=1000, description="Partitions of every topic, fixed for ever.")
    replication: int = Field(1, ge=1, le=10, description="Copies of each partition: 3 on a cluster of three or more.")
    key_file: Path = Field(Path("key"), description="File with the deployment's keys, readable by its owner only.")
    townships: Path = Field(Path("townships"), description="Folder with one YAML file per township.")
    sources: Path = Field(Path("sources"), description="Folder with one YAML file per source.")
    contact: str = Field(
        "",
        description="Web or mail address under which sites reach you; stands in the crawler's User-Agent.",
        examples=["https://www.example.cn/crawler"],
    )
    console: str = Field("", description="URL under which people open incidents; stands in alerts.")
    allow_hosts: tuple[str, ...] = Field(
        (), description="Inner hosts that sources may stand on, as name or name:port; all others must be public."
    )
    health_host: str = Field("127.0.0.1", description="Address on which health and metrics are served.")
    health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of health and metrics; 0 takes a free one. With `run` the crawler has the next.",
    )
    ingest_host: str = Field("127.0.0.1", description="Where messages for sources of kind webhook are taken.")
    ingest_port: int = Field(0, ge=0, le=65535, description="Port of the same; 0 takes a free one, named in the log.")
    batch_size: int = Field(500, ge=1, le=5000, description="Records in one batch, at most.")
    batch_seconds: float = Field(0.5, gt=0, le=60, description="How long a batch waits for its records, at most.")
    session_seconds: float = Field(
        30.0, ge=6, le=300, description="How long Kafka waits for a worker that is silent before others take its posts."
    )
    hours: str = Field(
        "",
        description="When sources may be visited, in the time zone of each; always without it.",
        examples=["06:00-23:00"],
    )
    budget: int = Field(10_000, ge=1, description="Requests to one host in a day, at most; a source may have fewer.")
    posts_a_second: int = Field(
        200, ge=1, le=100_000, description="Posts of one township that a crawler publishes in a second, at most."
    )
    retention_months: int = Field(
        24, ge=1, le=1200, description="For how long after their publication `xiangyin sweep` leaves posts stored."
    )
    generation: int = Field(0, ge=0, le=999, description="Of the judgement: a higher one judges stored posts anew.")
    log_format: Literal["text", "json"] = Field("text", description="How logs are written.")

    @classmethod
    def settings_customise_sources(  # The names are pydantic's.
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose values come in as arguments."""
        return env_settings, init_settings

    @field_validator("name")
    @classmethod
    def _nameable(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError("use 1 to 64 of a-z, 0-9, - and _, a letter or digit first")
        return name

    @field_validator("hours")
    @classmethod
    def _readable(cls, hours: str) -> str:
        if hours:
            Hours(hours)
        return hours

    @field_validator("kafka")
    @classmethod
    def _addresses(cls, kafka: str) -> str:
        for address in kafka.split(","):
            host, _, port = address.strip().rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 (ports have 16 bits)
                raise ValueError(f"{address.strip()!r} is no host:port")
        return kafka.replace(" ", "")

    @field_validator("elasticsearch")
    @classmethod
    def _url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be a URL with http or https, host and port")
        if parts.username or parts.password:
            raise ValueError(
                "must not hold a password: set XIANGYIN_ELASTICSEARCH_PASSWORD or elasticsearch_password_file"
            )
        return url.rstrip("/") if parts.port else f"{url.rstrip('/')}:{443 if parts.scheme == 'https' else 9200}"

    def kafka_access(self) -> KafkaAccess:
        """How to reach Kafka, with the password read from its file.

        Raises:
            Misconfigured: the password's file cannot be read, or the settings contradict one another.
        """
        made = KafkaAccess(
            servers=self.kafka,
            protocol=self.kafka_security_protocol,
            mechanism=self.kafka_sasl_mechanism,
            user=self.kafka_user,
            password=_secret("kafka_password", self.kafka_password, self.kafka_password_file),
            certificate=str(self.kafka_certificate) if self.kafka_certificate else None,
        )
        made.check()
        return made

    def access(self) -> Access:
        """How to reach the search server, with secrets read from their files.

        Raises:
            Misconfigured: a secret's file cannot be read.
        """
        return Access(
            url=self.elasticsearch,
            compatibility=self.elasticsearch_compatibility,
            api_key=_secret("elasticsearch_api_key", self.elasticsearch_api_key, self.elasticsearch_api_key_file),
            user=self.elasticsearch_user,
            password=_secret("elasticsearch_password", self.elasticsearch_password, self.elasticsearch_password_file),
            certificate=str(self.elasticsearch_certificate) if self.elasticsearch_certificate else None,
        )


def find(file: Path | None = None) -> Path:
    """Which file holds the deployment: the one given, else XIANGYIN_CONFIG, else ./deployment.yaml."""
    return file or Path(os.environ.get(CONFIG) or DEFAULT)


def load(file: Path | None = None) -> Settings:
    """Read a deployment. Paths in the file are relative to the file, those in the environment to where we run.

    Raises:
        Misconfigured: the message has a line for each thing that is wrong: file, line, field, remedy.
    """
    marked = yaml.read(find(file))
    for name in ONLY_ENVIRONMENT:
        if name in marked.value:
            raise Misconfigured(
                f"{marked.where((name,))}: a secret does not belong into this file; "
                f"set {PREFIX}{name.upper()}, or name a file that holds it: {name}_file"
            )
    try:
        return Settings(**_located(marked))
    except ValidationError as error:
        raise Misconfigured("\n".join(_said(marked, detail) for detail in error.errors())) from None


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """What to say of variables that begin as ours do and mean nothing, a line each.

    No error: for a Service called `xiangyin-kafka` Kubernetes sets XIANGYIN_KAFKA_SERVICE_HOST and others in every pod.
    """
    known = {CONFIG, ROLE, *(PREFIX + name.upper() for name in Settings.model_fields)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    close = {name: get_close_matches(name, sorted(known), n=1, cutoff=CLOSE) for name in unknown}
    return [
        f"environment variable {name} means nothing{f'; did you mean {close[name][0]}?' if close[name] else ''}"
        for name in unknown
    ]


def _located(marked: yaml.Marked) -> dict[str, Any]:
    """The file's values, with its paths made to begin at the file's folder."""
    base = marked.file.resolve().parent
    beside = {name: base / Settings.model_fields[name].default for name in ("key_file", "townships", "sources")}
    return beside | {
        str(name): base / value if _is_path(str(name)) and isinstance(value, str) else value
        for name, value in marked.value.items()
    }


def _is_path(name: str) -> bool:
    return name in ("townships", "sources") or name.endswith(("_file", "_certificate"))


def _said(marked: yaml.Marked, detail: ErrorDetails) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return f"{marked.where((name,))}: {unknown_key(name, sorted(Settings.model_fields))}"
    field = Settings.model_fields.get(name)
    variable = PREFIX + name.upper()
    place = f"environment variable {variable}" if variable in os.environ else marked.where((name,))
    wanted = f"; {field.description}" if field and field.description else ""
    example = f" Example: {name}: {field.examples[0]}" if field and field.examples else ""
    if detail["type"] == "missing":
        return f"{place}: is missing{wanted}{example}"
    return f"{place}: {detail['msg'].removeprefix('Value error, ')}{wanted}{example}"


def _secret(name: str, given: SecretStr | None, file: Path | None) -> str | None:
    if given:
        return given.get_secret_value()
    if file is None:
        return None
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        said = f"{name}_file: {file} cannot be read ({error}); it must hold the secret and nothing else"
        raise Misconfigured(said) from error
