"""Lines of JSON become posts, or say why not."""

import io
import os
import tracemalloc
from datetime import UTC, datetime
from typing import cast

import pytest

from deploy.reading import BLOCK, LONGEST_LINE, Bad, Read, blocks, bounded, moment, read


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("2019-02-28T03:25:05Z", "2019-02-28T03:25:05"),
        ("2019-02-28T11:25:05+08:00", "2019-02-28T03:25:05"),
        ("2019-02-28T11:25:05.5", "2019-02-28T03:25:05.500000"),
        ("2019/2/28 11:25:05", "2019-02-28T03:25:05"),
        ("2019-2-8 1:05:09", "2019-02-07T17:05:09"),
        ("2019/2/28", "2019-02-27T16:00:00"),
        ("2019年2月28日", "2019-02-27T16:00:00"),
        ("2019年2月28日11时25分", "2019-02-28T03:25:00"),
        ("2019年2月28日 11：25：05", "2019-02-28T03:25:05"),
        ("2019.2.28 11:25", "2019-02-28T03:25:00"),
    ],
)
def test_times_with_and_without_a_zone(said: str, utc: str) -> None:
    """RFC 3339 as it is; what has no zone is China's time."""
    assert moment(said) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "yesterday",
        "",
        "2019年2月",
        "2019/2/28 11:2505",
        "2019-02-28 11:25:055",
        "2019/13/1 0:00:00",
        "2019/2/30",
        5,
        None,
        "9999-12-31T23:59:59-23:00",
    ],
)
def test_what_is_no_time_is_refused(said: object) -> None:
    """A time that cannot be read is an error that quotes it, never a guess."""
    with pytest.raises(ValueError, match="time"):
        moment(said)


def test_every_line_is_answered_in_its_place() -> None:
    """Nothing is skipped: as many answers as lines, in order, named by id or by line number."""
    lines = [
        b'{"text": "a"}\n',
        b"nonsense\n",
        b"\n",
        b'{"id": "x", "title": " ", "body": ""}\n',
        b'{"id": 9, "text": 5}\n',
        b"[1]\n",
        b'{"text": "\xff"}\n',
        b'{"id": "last", "title": "t", "body": "b", "likes": 3}',
    ]
    answers = list(read(lines))
    assert [type(answer) for answer in answers] == [Read, *[Bad] * 6, Read]
    assert [answer.id for answer in answers] == [1, 2, 3, "x", 9, 6, 7, "last"]
    assert all(answer.error for answer in answers if isinstance(answer, Bad))


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    """Files from Windows begin with one."""
    (answer,) = read([b'\xef\xbb\xbf{"text": "a"}'])
    assert isinstance(answer, Read)


@pytest.mark.parametrize(
    "line", [b'{"text": "\\ud800"}', b'{"text": "' + b"x" * 200_001 + b'"}', b'{"title": "' + b"x" * 2_001 + b'"}']
)
def test_what_the_schema_refuses_is_refused_here(line: bytes) -> None:
    """Half characters and texts beyond the schema's lengths are answered with an error."""
    (answer,) = read([line])
    assert isinstance(answer, Bad)


def test_a_line_without_end_is_named_and_never_held_whole() -> None:
    """Of a line beyond 16 MiB no more than that is kept; the lines after it keep their numbers."""
    file = io.BytesIO(b'{"text": "a"}\n' + b"x" * (3 * LONGEST_LINE) + b'\n{"text": "b"}\n' + b"y" * LONGEST_LINE * 2)
    lines = list(bounded(file))
    assert max(map(len, lines)) == LONGEST_LINE + 1
    assert [(type(answer), answer.id) for answer in read(lines)] == [(Read, 1), (Bad, 2), (Read, 3), (Bad, 4)]
    assert [answer.error for answer in read(lines) if isinstance(answer, Bad)] == ["the line is longer than 16 MiB"] * 2


def test_what_has_arrived_is_read_at_once() -> None:
    """Of a pipe each block is what is there: nobody who writes a line waits for others to fill a block."""
    reader, writer = os.pipe()
    with open(reader, "rb") as file, open(writer, "wb", buffering=0) as pipe:  # noqa: PTH123 (a pipe has no path)
        arrived = blocks(file)
        for written, lines in ((b"a\n", [b"a"]), (b"b\nc\nd", [b"b", b"c"]), (b"e\n", [b"de"]), (b"f\ng", [b"f"])):
            pipe.write(written)
            assert next(arrived) == lines
        pipe.close()
        assert [*arrived] == [[b"g"]]


def test_blocks_hold_every_line_once_and_none_whole_that_has_no_end() -> None:
    """The lines are those of the file; of one beyond 16 MiB a byte more than that is kept."""
    lines = [b"a", b"", b"x" * (3 * LONGEST_LINE), b"b" * BLOCK, b"c\r", b"y" * (2 * LONGEST_LINE)]
    found = [line for block in blocks(io.BufferedReader(io.BytesIO(b"\n".join(lines)))) for line in block]
    assert [line[: LONGEST_LINE + 1] for line in found] == [line[: LONGEST_LINE + 1] for line in lines]
    assert max(map(len, found)) == LONGEST_LINE + 1


class Trickle(io.RawIOBase):
    """A file that brings a little at a time, and adds up what its reader has allocated in between."""

    def __init__(self, content: bytes, at_once: int) -> None:
        self._content, self._at_once, self._place, self.allocated = content, at_once, 0, 0

    def read1(self, _: int = -1) -> bytes:
        current, peak = tracemalloc.get_traced_memory()
        self.allocated += peak - current
        piece = self._content[self._place : self._place + self._at_once]
        self._place += len(piece)
        tracemalloc.reset_peak()
        return piece


def test_a_long_line_is_not_copied_again_for_each_piece_of_it() -> None:
    """What is allocated for a line that comes in a thousand pieces is a few times its length, not hundreds of times."""
    line = b"x" * (4 * 2**20)
    file = Trickle(line + b"\ny", at_once=2**12)
    tracemalloc.start()
    try:
        assert list(blocks(cast("io.BufferedReader", file))) == [[line], [b"y"]]
    finally:
        tracemalloc.stop()
    assert file.allocated < 20 * len(line)


@pytest.mark.parametrize("more", [0, 1, 2, BLOCK])
def test_the_longest_line_is_read_and_a_byte_more_is_named(more: int) -> None:
    """The bound is exact, wherever the line stands, and the error says it."""
    spaces = b" " * (LONGEST_LINE - len(b'{"text": "a"}') + more)
    lines = b'{"text": "a"}' + spaces
    for content in (lines, lines + b"\n", b'{"text": "b"}\n' + lines + b'\n{"text": "c"}\n'):
        found = [answer for block in blocks(io.BufferedReader(io.BytesIO(content))) for answer in read(block)]
        assert [each.error for each in found if isinstance(each, Bad)] == ["the line is longer than 16 MiB"] * bool(
            more
        )


def test_words_without_json_are_told_how_to_be_written() -> None:
    """Whoever types a sentence, without JSON, sees what a line looks like."""
    (answer,) = read(["围墙倒了\n".encode()])
    assert isinstance(answer, Bad)
    assert answer.error.endswith('; write {"text": "..."}, one post a line')


def test_blank_lines_and_deep_ones_are_named() -> None:
    """Neither a blank line nor brackets without end stop the others."""
    answers = list(read([b"\n", b" \t\r\n", b'{"time": ' + b"[" * 100_000 + b"\n", b'{"text": "a"}']))
    assert [answer.error for answer in answers if isinstance(answer, Bad)] == [
        "the line is blank",
        "the line is blank",
        "no post in JSON: it is nested too deeply",
    ]
    assert isinstance(answers[-1], Read)
