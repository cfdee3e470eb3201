"""A message is believed when who holds the secret signed it just now, and only then."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request

import pytest

from streams.errors import Misconfigured
from streams.push.signature import Claim, Unsigned, assert_signed, claimed, create, secrets_of, sign

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECRET = b"s" * 32
BODY = '{"id": 1, "body": "东埠村的水管爆了"}'.encode()


def headers(secret: bytes = SECRET, time: datetime = NOW, body: bytes = BODY, **other: str) -> dict[str, str]:
    said = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(time.timestamp())),
        "webhook-signature": sign(secret, "msg_1", time, body),
    }
    return {**said, **{name.replace("_", "-"): value for name, value in other.items()}}


def check(secrets: Sequence[bytes], said: dict[str, str], body: bytes, now: datetime) -> Claim:
    """As an entrance does."""
    claim = claimed(said, now)
    assert_signed(claim, secrets, body)
    return claim


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of Standard Webhooks: secret, id, time and body give this signature, in whatever language."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    time = datetime.fromtimestamp(1614265330, UTC)
    signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_sender_of_the_docs_is_believed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of Python in docs/sources.md, with the file that `source secret` makes."""
    docs = (request.config.rootpath / "docs" / "sources.md").read_text("utf-8")
    lines = next(block for block in docs.split("```python\n")[1:] if "webhook-signature" in block).split("```")[0]
    create(tmp_path / "hotline.secret")
    sent: list[Request] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("urllib.request.urlopen", sent.append)
    exec(lines, {})  # noqa: S102 - our own docs
    (message,) = sent
    assert isinstance(message.data, bytes)
    said = {name.lower(): value for name, value in message.header_items()}
    assert (
        check(secrets_of(tmp_path / "hotline.secret"), said, message.data, datetime.now(UTC)).id == said["webhook-id"]
    )
    assert message.full_url.endswith("/ingest/hotline")


def test_a_signed_message_is_believed() -> None:
    """With one right signature among several, and by any of the secrets: both sides can change theirs in turn."""
    sent = check(
        [b"t" * 32, SECRET], headers(webhook_signature=f"v1,AAAA {sign(SECRET, 'msg_1', NOW, BODY)} v2,x"), BODY, NOW
    )
    assert (sent.id, sent.time) == ("msg_1", NOW)


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({}, BODY),
        (headers(b"t" * 32), BODY),
        (headers(), BODY + b" "),
        (headers(webhook_id="msg_2"), BODY),
        (headers(webhook_timestamp=str(int(NOW.timestamp()) + 1)), BODY),
        (headers(webhook_timestamp="soon"), BODY),
        (headers(webhook_timestamp="９９９"), BODY),
        (headers(webhook_timestamp="9" * 400), BODY),
        (headers(webhook_signature=""), BODY),
        (headers(webhook_signature="v1,\udcff 签"), BODY),
        (headers(webhook_signature=sign(SECRET, "msg_1", NOW, BODY).removeprefix("v1,")), BODY),
        (headers(webhook_id="消息"), BODY),
        (headers(webhook_id="m" * 300), BODY),
    ],
)
def test_any_other_is_not(said: dict[str, str], body: bytes) -> None:
    """Another secret, body, id or time, or none: nothing of it is read."""
    with pytest.raises(Unsigned):
        check([SECRET], said, body, NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    """A source without entrance has no secret, and so no message of its own."""
    with pytest.raises(Unsigned):
        check([], headers(), BODY, NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_recorded_message_is_worth_nothing_later(minutes: int) -> None:
    """Five minutes from its signed time it is refused, however right the signature."""
    with pytest.raises(Unsigned, match="clocks"):
        check([SECRET], headers(), BODY, NOW + timedelta(minutes=minutes))
    check([SECRET], headers(), BODY, NOW + timedelta(minutes=minutes - minutes // abs(minutes) * 2))


def test_a_fresh_secret_is_believed_and_never_overwritten(tmp_path: Path) -> None:
    """32 random bytes, readable by their owner only; a second secret on a line of its own counts, too."""
    file = tmp_path / "secret"
    create(file)
    (first,) = secrets_of(file)
    assert len(first) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Misconfigured, match="another file"):
        create(file)
    file.write_text(f"{file.read_text()}whsec_{base64.b64encode(SECRET).decode()}\n")
    assert secrets_of(file) == [first, SECRET]


@pytest.mark.parametrize(
    ("text", "mode"),
    [("", 0o600), ("whsec_c2hvcnQ=", 0o600), ("geheim", 0o600), ("whsec_?", 0o600), ("whsec_" + "QUFB" * 10, 0o644)],
)
def test_a_secret_that_is_none_is_named_and_not_quoted(tmp_path: Path, text: str, mode: int) -> None:
    """Missing, too short, in another form, or readable by others: file and remedy, and no word of what it says."""
    file = tmp_path / "secret"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(Misconfigured, match="secret") as caught:
        secrets_of(file)
    assert not text or text not in str(caught.value)
