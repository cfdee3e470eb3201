"""A letter on a terminal: readable, and nothing that a resident or a stranger wrote steers the terminal."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from deploy.cli import letter
from streams.batch.letters import Original
from streams.batch.register import Filed, Standing, State
from streams.records import Letter, Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def standing(state: State = "open", **said: str) -> Standing:
    given: dict[str, object] = {
        "reason": "step", "error": "step classify failed", "source": "forum", "step": "classify", **said,
    }  # fmt: skip
    return Standing(
        Filed(
            Letter(
                id="d.posts-0-1", topic="d.posts", partition=0, offset=1, time=NOW,
                township="990101101000", **given,  # type: ignore[arg-type]
            ),
            (0, 0),
        ),
        state,
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
    letter.full(standing(), original, [standing()], "d")
    said = capsys.readouterr().out
    for words in ("d.posts, partition 0, offset 1", "step classify failed", "00-ab", '"body": "x"', "then retry"):
        assert words in said
    assert "its deaths" not in said


def test_one_of_which_not_all_was_kept_is_to_be_published_anew(capsys: pytest.CaptureFixture[str]) -> None:
    """`retry` refuses it, so nothing says that it could be retried, or that --raw has all of it."""
    original = Original(role="posts", key=None, value=b"x" * 30_000, whole=False)
    letter.full(standing(reason="unreadable"), original, [standing()], "d")
    said = capsys.readouterr().out
    assert "publish it anew" in said
    assert "retry" not in said
    assert "--raw writes what was kept" in said


def test_a_letter_has_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    """In the table, in full, and wherever it is named: what one pastes is what one saw."""
    letter.table([standing()], 50, "d")
    letter.full(standing(), Original(role="posts", key=None, value=b""), [standing(), standing()], "d")
    said = capsys.readouterr().out
    assert "posts-0-1" in said
    assert "d.posts-0-1" not in said


def test_what_to_do_is_said_of_open_letters_only(capsys: pytest.CaptureFixture[str]) -> None:
    """With --all, too, the numbers are of what is left to be done."""
    letter.table([standing(), standing("dropped"), standing("retried", reason="orphan")], 50, "d")
    said = capsys.readouterr().out
    assert "step (1): " in said
    assert "orphan (" not in said


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 99 + "…"),
        (f"no such index [{'x' * 200}]; run `xiangyin indices create`", "…; run `xiangyin indices create`"),
        (f"x; {'y' * 200}", "y…"),
    ],
)
def test_a_long_error_is_cut_visibly_and_says_what_to_do(
    error: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The remedy stands at an error's end: that is not what is left out."""
    letter.table([standing(error=error)], 50, "d")
    row = capsys.readouterr().out.splitlines()[1]
    assert row.endswith(shown)
    assert len(row.split(" open ")[1].strip()) <= letter.ERROR


def test_a_table_shows_no_escape_of_a_strangers(capsys: pytest.CaptureFixture[str]) -> None:
    """Sources are anybody's words: neither a terminal's codes nor rich's markup come through."""
    letter.table([standing(source="\x1b[31m[red]x", reason="quarantine")], 50, "d")
    said = capsys.readouterr().out
    assert "\x1b[31m" not in said
    assert "[red]" in said
    assert "in quarantine" in said
    assert "2026-03-01 20:00:00+08:00" in said


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
    letter.full(standing(), Original(role="posts", key=None, value=b"x" * 30_000), [standing()], "d")
    assert "10000 characters more" in capsys.readouterr().out
