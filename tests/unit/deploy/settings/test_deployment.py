"""A deployment's settings: what is refused, in which words, and what wins."""

from pathlib import Path

import pytest

from deploy.settings.deployment import Settings, load, unknown_variables
from streams.errors import Misconfigured
from streams.worker.settings import WorkerSettings

GOOD = """\
# A deployment
name: demo
kafka: 127.0.0.1:9092
elasticsearch: http://127.0.0.1:9200
"""


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"XIANGYIN_{name.upper()}", raising=False)
    monkeypatch.delenv("XIANGYIN_CONFIG", raising=False)


def written(folder: Path, text: str) -> Path:
    file = folder / "deployment.yaml"
    file.write_text(text, "utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    with pytest.raises(Misconfigured) as error:
        load(written(folder, text))
    return str(error.value)


def test_a_file_is_read_and_its_paths_begin_at_its_folder(tmp_path: Path) -> None:
    """Four lines are enough; folders and files are looked for beside the file, wherever the program runs."""
    settings = load(written(tmp_path, GOOD + "townships: towns\n"))
    assert (settings.name, settings.kafka, settings.elasticsearch) == (
        "demo",
        "127.0.0.1:9092",
        "http://127.0.0.1:9200",
    )
    assert settings.townships == tmp_path / "towns"
    assert (settings.partitions, settings.health_host) == (12, "127.0.0.1")


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XIANGYIN_KAFKA and its like override the file; XIANGYIN_CONFIG names the file."""
    monkeypatch.setenv("XIANGYIN_CONFIG", str(written(tmp_path, GOOD)))
    monkeypatch.setenv("XIANGYIN_KAFKA", "kafka.example:9093")
    monkeypatch.setenv("XIANGYIN_ELASTICSEARCH", "https://search.example:9243/")
    monkeypatch.setenv("XIANGYIN_PARTITIONS", "24")
    settings = load()
    assert settings.kafka == "kafka.example:9093"
    assert settings.elasticsearch == "https://search.example:9243"
    assert settings.partitions == 24


def test_an_unknown_key_is_refused_with_its_line_and_a_guess(tmp_path: Path) -> None:
    """A misspelled key is never ignored: file, line, and what was probably meant."""
    said = refused(tmp_path, GOOD + "kafak: 127.0.0.1:9093\n")
    assert "deployment.yaml:5: kafak" in said
    assert "did you mean `kafka`" in said


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    """YAML would silently take the last one."""
    assert "deployment.yaml:5: name is given twice, first on line 2" in refused(tmp_path, GOOD + "name: other\n")


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Each problem has its line, its field, and what is wanted instead."""
    said = refused(tmp_path, "name: Demo!\nkafka: nowhere\npartitions: many\n").splitlines()
    assert any(line.startswith(f"{tmp_path}/deployment.yaml:1: name: use 1 to 64") for line in said)
    assert any("deployment.yaml:2: kafka: 'nowhere' is no host:port" in line for line in said)
    assert any("deployment.yaml:3: partitions:" in line for line in said)
    assert any("elasticsearch: is missing" in line and "http://127.0.0.1:9200" in line for line in said)


def test_a_wrong_variable_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the environment is wrong, the message does not send people to the file."""
    monkeypatch.setenv("XIANGYIN_KAFKA", "nowhere")
    assert "environment variable XIANGYIN_KAFKA: 'nowhere' is no host:port" in refused(tmp_path, GOOD)


def test_secrets_are_refused_in_the_file(tmp_path: Path) -> None:
    """A key in a YAML file ends up in a repository; the message names the two right places, and not the secret."""
    said = refused(tmp_path, GOOD + "elasticsearch_api_key: c2VjcmV0\n")
    assert "deployment.yaml:5" in said
    assert "XIANGYIN_ELASTICSEARCH_API_KEY" in said
    assert "elasticsearch_api_key_file" in said
    assert "c2VjcmV0" not in said


def test_secrets_are_never_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor what is made of them shows a secret; a password in a URL is refused."""
    monkeypatch.setenv("XIANGYIN_ELASTICSEARCH_API_KEY", "geheim")
    settings = load(written(tmp_path, GOOD))
    assert settings.access().api_key == "geheim"
    assert "geheim" not in repr(settings) + str(settings) + repr(settings.access()) + settings.model_dump_json()
    assert "geheim" not in refused(tmp_path, GOOD.replace("http://", "http://elastic:geheim@"))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """The file is read when it is needed, its line end is not part of the secret."""
    (tmp_path / "api").write_text("geheim\n", "utf-8")
    assert load(written(tmp_path, GOOD + "elasticsearch_api_key_file: api\n")).access().api_key == "geheim"
    with pytest.raises(Misconfigured, match="nowhere"):
        load(written(tmp_path, GOOD + "elasticsearch_api_key_file: nowhere\n")).access()


WORD, OTHER = "geheim", "anderes"
SECURED = GOOD + "kafka_security_protocol: SASL_SSL\nkafka_user: county\n"


def test_kafka_may_ask_for_a_user_and_encrypt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protocol, mechanism, user and authority from the file, the password from a file or the environment."""
    (tmp_path / "secret").write_text("geheim\n", "utf-8")
    access = load(
        written(tmp_path, SECURED + "kafka_password_file: secret\nkafka_sasl_mechanism: PLAIN\n")
    ).kafka_access()
    assert (access.servers, access.protocol, access.mechanism) == ("127.0.0.1:9092", "SASL_SSL", "PLAIN")
    assert (access.user, access.password, access.certificate) == ("county", WORD, None)
    monkeypatch.setenv("XIANGYIN_KAFKA_PASSWORD", OTHER)
    assert load(written(tmp_path, SECURED)).kafka_access().password == OTHER
    assert load(written(tmp_path, SECURED)).kafka_access().mechanism == "SCRAM-SHA-512"


def test_kafkas_password_is_never_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the settings nor by what is made of them, the worker's own settings among them."""
    monkeypatch.setenv("XIANGYIN_KAFKA_PASSWORD", "geheim")
    settings = load(written(tmp_path, SECURED))
    access = settings.kafka_access()
    made = WorkerSettings(servers=access, deployment="demo")
    assert access.password == WORD
    shown = [repr(settings), str(settings), settings.model_dump_json(), repr(access), f"{access}", repr(made)]
    assert "geheim" not in "".join(shown)
    monkeypatch.delenv("XIANGYIN_KAFKA_PASSWORD")
    assert "geheim" not in refused(tmp_path, SECURED + "kafka_password: geheim\n")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("kafka_security_protocol: SASL_SSL\nkafka_user: county\n", "XIANGYIN_KAFKA_PASSWORD"),
        ("kafka_security_protocol: SASL_SSL\n", "kafka_user"),
        ("kafka_user: county\n", "set it to SASL_SSL"),
        ("kafka_certificate: ca.crt\n", "does not encrypt"),
        ("kafka_security_protocol: SSL\nkafka_certificate: nowhere.crt\n", "nowhere.crt"),
        ("kafka_security_protocol: SSL\nkafka_certificate: deployment.yaml\n", "is no certificate"),
    ],
)
def test_what_would_leave_kafka_open_is_refused(tmp_path: Path, lines: str, says: str) -> None:
    """A user whom nobody asks for, an authority without encryption, SASL without a password: no quiet plain text."""
    with pytest.raises(Misconfigured, match=says):
        load(written(tmp_path, GOOD + lines)).kafka_access()


def test_protocols_are_kafkas_own_names(tmp_path: Path) -> None:
    """A misspelled protocol is refused with those that there are."""
    assert "SASL_SSL" in refused(tmp_path, GOOD + "kafka_security_protocol: TLS\n")


@pytest.mark.parametrize("text", ["", "- a\n", "name: [unclosed\n", "name: 'x\n", "\x00"])
def test_what_is_no_settings_file_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    """Whatever the file holds, the answer is a message with its name, never a trace."""
    assert "deployment.yaml" in refused(tmp_path, text)


def test_no_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    """A newcomer without a file learns of `init`."""
    with pytest.raises(Misconfigured, match="xiangyin init"):
        load(tmp_path / "missing.yaml")


def test_what_the_file_leaves_out_lies_beside_it(tmp_path: Path) -> None:
    """Key, townships and sources are found next to the file, not where the program happens to run."""
    settings = load(written(tmp_path, GOOD))
    assert settings.key_file == tmp_path / "key"
    assert settings.townships == tmp_path / "townships"
    assert settings.sources == tmp_path / "sources"


def test_every_setting_is_described(request: pytest.FixtureRequest) -> None:
    """docs/configuration.md names every field, or where it must come from instead."""
    described = (request.config.rootpath / "docs" / "configuration.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`{name}`" not in described]
    assert missing == []


def test_a_variable_that_means_nothing_is_named_and_hinders_nothing() -> None:
    """A slip would be passed over in silence; but Kubernetes sets variables that look like ours."""
    named = unknown_variables(
        {
            "XIANGYIN_KAFKA": "k:1", "XIANGYIN_KAFKA_PASWORD": "x", "XIANGYIN_KAFKA_SERVICE_HOST": "10.0.0.1",
            "XIANGYIN_ROLE": "duty", "XIANGYIN_CONFIG": "d.yaml", "HOME": "/root",
        }
    )  # fmt: skip
    assert named == [
        "environment variable XIANGYIN_KAFKA_PASWORD means nothing; did you mean XIANGYIN_KAFKA_PASSWORD?",
        "environment variable XIANGYIN_KAFKA_SERVICE_HOST means nothing",
    ]


@pytest.mark.parametrize("name", ["kafka_password", "elasticsearch_password", "elasticsearch_api_key"])
def test_a_secrets_file_that_is_not_there_is_named_with_its_field(name: str, tmp_path: Path) -> None:
    """Three fields name such files, and the environment may have set one."""
    settings = load(written(tmp_path, f"{GOOD}{name}_file: nofile\n"))
    with pytest.raises(Misconfigured, match=rf"^{name}_file: .*nofile cannot be read"):
        settings.kafka_access() if name.startswith("kafka") else settings.access()


@pytest.mark.parametrize(
    ("line", "says"), [("hours: 6 to 23", "06:00-23:00"), ("budget: 0", "greater than or equal to 1")]
)
def test_manners_that_are_wrong_are_named(tmp_path: Path, line: str, says: str) -> None:
    """Hours that nobody can read, a budget of nothing."""
    assert says in refused(tmp_path, f"{GOOD}{line}\n")
