"""A letter on a terminal: readable, and nothing that a resident or a stranger wrote steers the terminal."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from deploy.cli import letter
from streams.batch.letters import Original
from streams.batch.register import Filed, Standing
from streams.records import Letter, Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def standing(**said: str) -> Standing:
    given: dict[str, object] = {"reason": "step", "error": "step classify failed", "source": "forum", **said}
    return Standing(
        Filed(
            Letter(
                id="d.posts-0-1", topic="d.posts", partition=0, offset=1, step="classify", time=NOW,
                township="990101101000", **given,  # type: ignore[arg-type]
            ),
            (0, 0),
        ),
        "open",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ('{"body":"\\u4e1c\\u57e0村"}'.encode(), '{\n  "body": "东埠村"\n}'),
        ("水管爆了".encode(), "水管爆了"),
        (b"{ no json", "{ no json"),
        (b"\xff\x00x", "\\xff\\x00x"),
        (b"\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\u202egnp".encode(), "\\u202egnp"),
        (b'{"a":"\\ud800"}', '{"a":"\\ud800"}'),
    ],
)
def test_bytes_are_made_readable(content: bytes, shown: str) -> None:
    """JSON is indented and unescaped, text stays, and what a terminal would obey or hide is escaped."""
    assert letter.readable(content) == shown


def test_every_reason_has_a_remedy() -> None:
    """Whoever looks at a letter is told what to do."""
    assert set(letter.REMEDIES) == set(get_args(Reason))


def test_one_in_full_says_what_where_why_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """With the record's key, headers and trace, opened."""
    original = Original(role="posts", key=b"990101101000", value=b'{"body":"x"}', headers={"traceparent": b"00-ab"})
    letter.full(standing(), original, [standing()])
    said = capsys.readouterr().out
    for words in ("d.posts, partition 0, offset 1", "step classify failed", "00-ab", '"body": "x"', "then retry"):
        assert words in said
    assert "its deaths" not in said


def test_a_table_shows_no_escape_of_a_strangers(capsys: pytest.CaptureFixture[str]) -> None:
    """Sources are anybody's words: neither a terminal's codes nor rich's markup come through."""
    letter.table([standing(source="\x1b[31m[red]x", reason="quarantine")], 50, "d")
    said = capsys.readouterr().out
    assert "\x1b[31m" not in said
    assert "[red]" in said
    assert "in quarantine" in said


def test_no_terminal_is_too_narrow_for_an_id(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `show` and `retry` ask for, and why a record died, stand whole in the table, in a pipe too."""
    monkeypatch.setenv("COLUMNS", "20")
    letter.table([standing(source="论坛")], 50, "d")
    head, row = capsys.readouterr().out.splitlines()[:2]
    assert row.split() == [
        "posts-0-1", "2026-03-01", "20:00:00", "step", "classify", "990101101000", "论坛", "1", "open", "step",
        "classify", "failed",
    ]  # fmt: skip
    assert head.index("deaths") == row.index(" 1 ") + 1 + len("论坛"), "a Chinese character is two cells wide"


def test_a_long_value_is_cut_with_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """A megabyte on a terminal helps nobody; --raw writes it."""
    letter.full(standing(), Original(role="posts", key=None, value=b"x" * 30_000), [standing()])
    assert "10000 characters more" in capsys.readouterr().out
