"""Rows of a file become posts that have passed the door, or are named with their line."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from deploy.importing import Maker, columns_of, missing, rows, told
from streams.crawl.arrive import arrive
from streams.crawl.kinds import read
from streams.pages.page import Page
from streams.pages.spreadsheet import Unreadable
from streams.pages.table import BadRow
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.records import Post
from streams.source import parse_source

FETCHED = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def made(
    folder: Path,
    name: str,
    content: str | bytes,
    columns: Mapping[str, str] | None = None,
    *,
    live: bool = False,
    township: str = "330206104000",
) -> list[Post | BadRow]:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(of_township(township, columns, live=live).posts(rows(file)))


def of_township(township: str, columns: Mapping[str, str] | None = None, *, live: bool = False) -> Maker:
    return Maker(
        township=township,
        served=["330206104000", "990101101000"],
        source="hotline",
        columns=columns or {},
        fetched=FETCHED,
        door=Door(Pseudonyms({1: bytes(32)})),
        live=(lambda: NOW) if live else None,
    )


def only(made: list[Post | BadRow]) -> Post:
    (post,) = made
    assert isinstance(post, Post)
    return post


def test_json_lines_are_read_as_they_are(tmp_path: Path) -> None:
    """An export with id, author, title, time, body, likes needs no mapping; what has no place is left."""
    line = (
        '{"id": "1", "author": "张三", "title": "求助", "time": "2019/2/28 11:25:05", "body": "路灯坏了", '
        '"likes": 2, "dislikes": 1}\n'
    )
    post = only(made(tmp_path, "a.jsonl", line))
    assert (post.id, post.title, post.body, post.reach.likes) == ("1", "求助", "路灯坏了", 2)
    assert post.published == datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)
    assert (post.township, post.source, post.fetched) == ("330206104000", "hotline", FETCHED)


def test_every_row_passes_the_door(tmp_path: Path) -> None:
    """The author is a pseudonym and numbers are masked before anything is published."""
    line = '{"id": 1, "author": "柳河老张", "body": "我是柳河老张，电话13800138000"}\n'
    post = only(made(tmp_path, "a.jsonl", line))
    assert post.author
    assert post.author.startswith("p1-")
    assert "柳河老张" not in post.body
    assert "13800138000" not in post.body


def test_columns_are_mapped(tmp_path: Path) -> None:
    """A CSV of any program: FIELD=COLUMN says where each thing stands, Chinese headers and quoted line ends too."""
    text = '编号,内容,时间\r\n7,"路灯\n坏了",2026/2/1 8:00:00\r\n'
    post = only(made(tmp_path, "a.csv", text, {"id": "编号", "body": "内容", "published": "时间"}))
    assert (post.id, post.body) == ("7", "路灯\n坏了")


def test_a_hotlines_export_needs_no_mapping(tmp_path: Path) -> None:
    """The columns that Chinese programs commonly write are known; a mapping still has the first word."""
    text = "工单编号,标题,诉求内容,受理时间,附注\r\n7,求助,路灯坏了,2026年2月1日 8时30分,无\r\n"
    post = only(made(tmp_path, "a.csv", text))
    assert (post.id, post.title, post.body) == ("7", "求助", "路灯坏了")
    assert post.published == datetime(2026, 2, 1, 0, 30, tzinfo=UTC)
    assert only(made(tmp_path, "b.csv", text, {"body": "附注"})).body == "无"


def test_live_posts_count_as_published_now(tmp_path: Path) -> None:
    """An exercise with old texts: times of the file are left, so that what is young may alert."""
    post = only(made(tmp_path, "a.jsonl", '{"id": 1, "body": "路灯坏了", "time": "2019/2/28 11:25:05"}', live=True))
    assert post.published == post.fetched == NOW


def test_bad_rows_are_named_with_their_line(tmp_path: Path) -> None:
    """Neither no JSON, no id, no text, a wrong time, nor an enormous text stops the others."""
    content = "\n".join(
        [
            "nonsense",
            '{"body": "no id"}',
            '{"id": 1, "body": " "}',
            '{"id": 2, "body": "a", "time": "gestern"}',
            '{"id": 3, "body": "a", "likes": -1}',
            '{"id": 4, "body": "' + "x" * 200_001 + '"}',
            '{"id": 5, "body": "' + "墙" * 5_000_000 + '"}',
            '{"id": 6, "body": "good\\u0000 😱"}',
            "",
            '{"id": 7, "kind": "poem", "body": "a"}',
        ]
    )
    found = made(tmp_path, "a.jsonl", content)
    assert [row.line for row in found if isinstance(row, BadRow)] == [1, 2, 3, 4, 5, 6, 7, 9, 10]
    assert [post.id for post in found if isinstance(post, Post)] == ["6"]


def test_bad_rows_of_a_csv_are_named_with_their_line(tmp_path: Path) -> None:
    """Too few and too many values: the columns would be mistaken."""
    found = made(tmp_path, "a.csv", "id,body\n1,a\n2\n3,a,b\n4,a\n")
    assert [(type(row).__name__, getattr(row, "line", 0)) for row in found] == [
        ("Post", 0),
        ("BadRow", 3),
        ("BadRow", 4),
        ("Post", 0),
    ]


def test_files_of_other_encodings(tmp_path: Path) -> None:
    """A byte-order mark is no part of the first column's name; GBK is told from the bytes, or named."""
    assert only(made(tmp_path, "a.csv", "\ufeffid,body\n1,路灯\n")).body == "路灯"
    assert only(made(tmp_path, "c.csv", "工单编号,诉求内容\r\n1,路灯坏了\r\n".encode("gbk"))).body == "路灯坏了"
    file = tmp_path / "b.csv"
    file.write_bytes("id,body\n1,路灯\n".encode("gb18030"))
    read: list[tuple[int, Mapping[str, Any] | BadRow]] = list(rows(file, "gb18030"))
    assert read == [(2, {"id": "1", "body": "路灯"})]


@pytest.mark.parametrize(
    ("name", "content", "encoding", "said"),
    [
        (
            "gbk.csv",
            "id,body\n1,路灯\n".encode("gb18030"),
            "utf-8-sig",
            "is not utf-8-sig; name it: --encoding utf-8, gb18030",
        ),
        ("a.csv", b"id,body\n", "klingon", "cannot be read with --encoding klingon: no such encoding"),
        ("a.csv", b"id,body\n", "hex", "cannot be read with --encoding hex: no such encoding"),
        ("a.csv", b"\xff\xff\xff", "gb18030", "a.csv is not gb18030"),
        ("a.csv", b"id\0,body", "utf-8-sig", "a.csv is no text"),
        ("a.jsonl", b"\x7fELF\0\0", "utf-8-sig", "a.jsonl is no text"),
        ("a.csv", b"id,body\n1,\xff\xff\n", None, "is not in an encoding that its bytes tell"),
        ("a.xlsx", b"id,body", None, "a.xlsx is no XLSX"),
        ("a.xlsx", b"PK\3\4", None, "a.xlsx is no XLSX that can be read; save it again"),
        ("a.tsv", b"id\tbody", None, "save it as one of them"),
    ],
)
def test_a_file_that_is_no_text_of_ours_is_one_line(
    tmp_path: Path, name: str, content: bytes, encoding: str | None, said: str
) -> None:
    """Another or an unknown encoding, a spreadsheet, a binary: the message names the remedy, and no row is tried."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=said):
        list(rows(tmp_path / name, encoding))


def test_a_spreadsheet_is_read_as_its_csv_would_be(tmp_path: Path) -> None:
    """With a title above the header, numbers as ids, dates as Excel keeps them, and a row without text named."""
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in (
        ["青溪区12345热线工单"],
        ["工单编号", "标题", "诉求内容", "受理时间"],
        [20241123001, "求助", "路灯坏了", datetime(2026, 2, 1, 8, 30)],  # noqa: DTZ001 (a spreadsheet has no zones)
        [20241123002, None, None, None],
    ):
        sheet.append(row)
    book.save(tmp_path / "热线.xlsx")
    found = made(tmp_path, "热线.xlsx", (tmp_path / "热线.xlsx").read_bytes())
    post = only(found[:1])
    assert (post.id, post.title, post.body) == ("20241123001", "求助", "路灯坏了")
    assert post.published == datetime(2026, 2, 1, 0, 30, tzinfo=UTC)
    assert [row.line for row in found if isinstance(row, BadRow)] == [4]


def test_two_texts_under_one_id_are_named(tmp_path: Path) -> None:
    """The second would replace the first in silence; the same row twice is one post, as on a second import."""
    found = made(tmp_path, "a.csv", "id,body\n1,路灯\n1,围墙\n1,路灯\n2,围墙\n")
    assert [row for row in found if isinstance(row, BadRow)] == [
        BadRow(3, "id 1 stands on line 2 with another text; correct one of them")
    ]
    assert [post.id for post in found if isinstance(post, Post)] == ["1", "1", "2"]


def test_each_row_may_name_its_township(tmp_path: Path) -> None:
    """Without a township for all, a row's column says it, of nine or twelve digits; a row without one is bad."""
    text = "id,body,乡镇\n1,路灯,330206104\n2,路灯,990101101000\n3,路灯,\n4,路灯,klingon\n"
    found = made(tmp_path, "a.csv", text, {"township": "乡镇"}, township="")
    assert [post.township for post in found if isinstance(post, Post)] == ["330206104000", "990101101000"]
    assert [row.line for row in found if isinstance(row, BadRow)] == [4, 5]


def test_a_mapped_column_that_is_not_there_is_said_once() -> None:
    """With the columns that are; nothing to say where every column is in some row, or no row can be read."""
    rows: list[tuple[int, Mapping[str, Any] | BadRow]] = [(1, {"编号": "1"}), (2, BadRow(2, "x")), (3, {"内容": "a"})]
    there = columns_of(rows)
    assert missing({"id": "编号", "body": "内容"}, there) is None
    assert missing({"id": "编码"}, there) == "--map id=编码: there is no such column; the file's columns are 编号, 内容"
    assert not columns_of(rows[1:2])


def test_what_is_read_and_what_is_left_is_said() -> None:
    """So that nobody wonders later where a column went; a mapping has the first word."""
    there = columns_of([(2, {"编号": "1", "诉求": "路灯坏了", "受理时间": "", "办理结果": "已修好", "附注": ""})])
    said = "read 编号 as id, 诉求 as body, 受理时间 as published, 办理结果 as answer; left 附注"
    assert told({"body": "诉求"}, there) == said
    assert told({}, {"body": "x"}) == "read body as body"


def test_a_row_of_a_township_that_nobody_serves_is_bad(tmp_path: Path) -> None:
    """No worker would judge it: it would be a dead letter instead of a line to correct."""
    good, bad = made(tmp_path, "a.csv", "id,body,township\n1,路灯坏了,330206104\n2,路灯坏了,990101102\n", township="")
    assert isinstance(good, Post)
    assert bad == BadRow(3, "990101102000 is no township of this deployment, which has 330206104000, 990101101000")


def test_a_sheet_is_found_by_its_columns_or_named(tmp_path: Path) -> None:
    """A workbook may begin with a page of explanations."""
    book = Workbook()
    book.worksheets[0].title = "说明"
    book.worksheets[0].append(["本表由热线平台导出"])
    sheet = book.create_sheet("工单")
    for line in (["编号", "内容"], ["1", "路灯坏了"]):
        sheet.append(line)
    book.save(tmp_path / "a.xlsx")
    for name in (None, "工单"):
        assert list(rows(tmp_path / "a.xlsx", sheet=name)) == [(2, {"编号": "1", "内容": "路灯坏了"})]
    assert list(rows(tmp_path / "a.xlsx", sheet="说明")) == []
    with pytest.raises(Unreadable, match="has no sheet 附件; its sheets are 说明, 工单"):
        list(rows(tmp_path / "a.xlsx", sheet="附件"))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_header_is_the_line_with_mapped_columns(tmp_path: Path, ending: str) -> None:
    """Whatever stands above it: a column that is mapped is as known as one whose name is common."""
    lines = [["县热线", "2026年3月"], ["流水", "诉求"], ["1", "路灯坏了"]]
    book, file = Workbook(), tmp_path / f"a.{ending}"
    for line in lines:
        book.worksheets[0].append(line)
    book.save(file)
    if ending == "csv":
        file.write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")
    assert list(rows(file, named=["流水", "诉求"])) == [(3, {"流水": "1", "诉求": "路灯坏了"})]


HOTLINE = "编号,内容,来电人,链接,办理结果,办结时间,办理单位,状态\n"


def answers(folder: Path, line: str, *, live: bool = False) -> list[tuple[Post, Collection[str]]]:
    file = folder / "a.csv"
    file.write_text(HOTLINE + line, "utf-8")
    found = list(rows(file))
    maker = of_township("330206104000", live=live)
    return [
        answer
        for post, (_, row) in zip(maker.posts(found), found, strict=True)
        if isinstance(post, Post) and not isinstance(row, BadRow) and (answer := maker.answer(post, row))
    ]


def test_what_an_office_answers_is_a_post_of_its_own(tmp_path: Path) -> None:
    """The same post that a source of kind table makes of such a row: the asker stands in neither title nor words."""
    line = "7,路灯坏了,李四光,https://a.example.cn/李四光/7,李四光：已修，13812345678,2026-2-3 08:15,城建办,已办结\n"
    ((answer, keys),) = answers(tmp_path, line)
    yaml = 'kind: table\nurl: https://a.example.cn/a.csv\ntownship: "330206104"\n'
    source = parse_source(yaml, Path("hotline.yaml"))
    page = Page(url=source.url, body=(HOTLINE + line).encode(), fetched=FETCHED)
    raw = read(page, source).posts[1]
    maker = of_township("330206104000")
    assert answer == arrive(raw, "hotline", "330206104000", FETCHED, maker.door, "李四光")
    assert (answer.id, answer.kind, answer.title, answer.author) == ("7#answer", "answer", "城建办 · 已办结", None)
    assert "李四光" not in answer.body
    assert "13812345678" not in answer.body
    assert answer.published == datetime(2026, 2, 3, 0, 15, tzinfo=UTC)
    assert set(keys) == {*maker.door.keys("hotline", "7", "李四光"), *maker.door.keys("hotline", "7#answer", None)}


def test_a_row_that_is_an_answer_has_the_keys_of_the_row_that_asks(tmp_path: Path) -> None:
    """It names no author; what is forgotten with its author is forgotten with the answer, however a file says it."""
    file = tmp_path / "a.jsonl"
    file.write_text(
        '{"id": "7", "author": "李四光", "body": "路灯坏了"}\n'
        '{"id": "7#answer", "kind": "answer", "body": "路灯已修"}\n'
        '{"id": "8#answer", "kind": "answer", "body": "桥已修"}\n',
        "utf-8",
    )
    maker, found = of_township("330206104000"), list(rows(file))
    made = [
        (post, row)
        for post, (_, row) in zip(maker.posts(found), found, strict=True)
        if isinstance(post, Post) and not isinstance(row, BadRow)
    ]
    keys = {post.id: set(its) for post, its in maker.with_keys(made)}
    assert keys["7#answer"] > keys["7"] == set(maker.door.keys("hotline", "7", "李四光"))
    assert keys["8#answer"] == {*maker.door.keys("hotline", "8#answer", None)}


def test_what_is_no_answer_yet_is_none(tmp_path: Path) -> None:
    """Nor is one lost for a time that nobody can read; with --live it counts as given now."""
    assert answers(tmp_path, "7,路灯坏了,,,办理中,,城建办,办理中\n") == []
    ((unread, _),) = answers(tmp_path, "7,路灯坏了,,,已修好,不详,,\n")
    assert unread.published is None
    ((live, _),) = answers(tmp_path, "7,路灯坏了,,,已修好,2026-2-3,,\n", live=True)
    assert (live.published, live.fetched) == (NOW, NOW)
