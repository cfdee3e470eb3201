"""Tables: a hotline's export, CSV or XLSX, becomes messages and answers."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from streams.pages.page import Page, Reading
from streams.parsers import table
from streams.records import Reach
from streams.source import Columns, Table, parse_source
from tests.unit.workbooks import workbook

FETCHED = datetime(2024, 11, 23, 2, 30, tzinfo=UTC)
PAGES = Path(__file__).parents[3] / "data" / "pages"
YAML = """
kind: table
url: https://data.example.cn/12345/hotline.csv
township: "330206104"
link: https://data.example.cn/12345/{id}
ignores: [满意度]
"""
CSV = (PAGES / "hotline.csv").read_bytes()
XLSX = (PAGES / "hotline.xlsx").read_bytes()


def source(text: str = YAML) -> Table:
    parsed = parse_source(text, Path("hotline.yaml"))
    assert isinstance(parsed, Table)
    return parsed


def read(body: bytes, of: Table | None = None) -> Reading:
    of = of or source()
    return table.read(Page(url=of.url, body=body, fetched=FETCHED), of)


@pytest.mark.parametrize("body", [CSV, CSV.decode().encode("gbk"), XLSX], ids=["utf-8", "gbk", "xlsx"])
def test_a_hotlines_export_becomes_messages_and_answers(body: bytes) -> None:
    """The columns that Chinese programs write need no mapping; a title above the header is none of the rows."""
    first, answer, second, undated = read(body).posts
    assert (first.id, first.kind, first.title, first.author) == ("20241123001", "message", "路面塌陷", "溪边居民")
    assert first.body == "中山路12号门前的路面塌了一个洞，\n昨晚有电瓶车掉进去。"
    assert (first.published, first.url) == (
        datetime(2024, 11, 22, 0, 15, tzinfo=UTC),
        "https://data.example.cn/12345/20241123001",
    )
    assert (answer.id, answer.kind, answer.thread, answer.author) == ("20241123001#answer", "answer", first.id, None)
    assert (answer.title, answer.body) == ("青溪区住房和城乡建设局 · 已办结", "已围挡，今晚回填。")
    assert answer.published == datetime(2024, 11, 22, 7, 30, tzinfo=UTC)
    assert (second.id, second.body) == ("20241123002", "工地半夜还在打桩, 睡不着。")
    assert second.published == datetime(2024, 11, 22, 14, 40, tzinfo=UTC)
    assert (undated.id, undated.published) == ("20241123004", None)


def test_a_page_where_the_table_was_is_named() -> None:
    """To log in, or that it is gone: no empty table."""
    assert read(b"\n<!doctype html><form>\xe7\x99\xbb\xe5\xbd\x95</form>").signals == ("page:unreadable",)


def test_every_column_is_used_ignored_or_said() -> None:
    """So are a row without a number, one with too few values, a time that names none, a mapped column not there."""
    assert set(read(CSV).signals) == {"id:missing", "row:unreadable", "time:unreadable"}
    assert set(read(XLSX).signals) == {"id:missing", "time:unreadable"}
    assert "unused:满意度" in read(CSV, source(YAML.replace("ignores: [满意度]\n", ""))).signals
    mapped = msgspec.structs.replace(source(), columns=Columns(author="姓名", title="状态"))
    reading = read(CSV, mapped)
    assert {"author:missing", "unused:标题", "unused:来电人"} <= set(reading.signals)
    assert (reading.posts[0].title, reading.posts[0].author) == ("已办结", None)


def test_columns_of_any_name_are_mapped() -> None:
    """And counts are read out of their words."""
    mapped = source(YAML + "columns: {id: number, body: what, time: when, views: seen, url: where}\n")
    reading = read(b"number,what,when,seen,where\n7,x,2024-11-23 08:15,1204 \xe6\xac\xa1,/m/7\n", mapped)
    assert [(raw.id, raw.url, raw.reach) for raw in reading.posts] == [
        ("7", "https://data.example.cn/m/7", Reach(views=1204))
    ]
    assert reading.signals == ()


def test_a_sheet_is_found_by_its_name() -> None:
    """One that is not there is no table."""
    assert read(XLSX, source(YAML + "sheet: 工单\n")) == read(XLSX)
    assert read(XLSX, source(YAML + "sheet: 别的\n")) == Reading(signals=("page:unreadable",))


def test_a_sheet_a_month_is_one_table_and_another_sheet_is_said() -> None:
    """February is read as January is; a page of statistics is named, and one of explanations stands in nobody's way."""
    header = ["编号", "内容"]
    months = {f"{month}月": [header, [f"{month}-1", "路灯坏了"]] for month in (1, 2, 3)}
    cover = {"说明": [["本表由热线平台导出"], ["导出时间", "2026-03-31"]]}
    reading = read(workbook(**cover, **months))
    assert [raw.id for raw in reading.posts] == ["1-1", "2-1", "3-1"]
    assert reading.signals == ()
    reading = read(workbook(**months, 统计=[["单位", "件数"], ["住建局", "3"]]))
    assert [raw.id for raw in reading.posts] == ["1-1", "2-1", "3-1"]
    assert reading.signals == ("sheet:left",)


@pytest.mark.parametrize("above", ["2026年3月,县热线\n", "", "县热线\n\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_is_the_line_with_known_columns(above: str, delimiter: str) -> None:
    """Whatever stands above it, and whichever of the three delimiters a program writes."""
    text = above + "编号,内容\nA1,路坏了\n"
    reading = read(text.replace(",", delimiter).encode())
    assert ([raw.id for raw in reading.posts], reading.signals) == (["A1"], ())


@pytest.mark.parametrize("body", [b"\xd0\xcf\x11\xe0\xa1\xb1", b"PK\x03\x04", b"a\0b,c", XLSX[:2000]])
def test_what_is_no_table_is_said(body: bytes) -> None:
    """An old Excel's file, a broken archive, something binary."""
    assert read(body) == Reading(signals=("page:unreadable",))


def test_a_table_of_too_many_rows_is_read_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the rest is said to be left."""
    monkeypatch.setattr(table, "ROWS", 2)
    reading = read(b"id,body\n1,a\n2,b\n3,c\n")
    assert [raw.id for raw in reading.posts] == ["1", "2"]
    assert reading.signals == ("page:overgrown",)


@pytest.mark.parametrize("word", ["合计", "总 计", "小计："])
def test_a_line_of_sums_is_nobodys_message(word: str) -> None:
    """It would be an incident named 5条."""
    reading = read(f"编号,内容\nA1,路坏了\n{word},5条\n".encode())
    assert ([raw.id for raw in reading.posts], reading.signals) == (["A1"], ())


def test_ids_that_a_spreadsheet_rounded_are_no_ids() -> None:
    """Excel writes 2.02603E+13 into a CSV for each of fifty tickets: one of them would stand for all."""
    rows = "".join(f"2.02603E+13,诉求{number}\n" for number in range(50))
    assert read(f"工单编号,诉求内容\n{rows}".encode()) == Reading(signals=("id:rounded",))


def test_a_quote_without_end_swallows_no_row() -> None:
    """The row that opens it is said; those after it are read, though another quote seems to end it."""
    before = "".join(f"{number},正常{number}\n" for number in range(20)) + '20,他说"修\n'
    after = "".join(f"{number},桥塌了{number}\n" for number in range(22, 60))
    reading = read(f'编号,内容\n{before}21,"没有收尾的引号\n{after}60,"好"\n{after.replace(",", "0,")}'.encode())
    expected = [*range(21), *range(22, 61), *(number * 10 for number in range(22, 60))]
    assert [raw.id for raw in reading.posts] == [str(number) for number in expected]
    assert reading.signals == ("row:unreadable",)


def test_a_cell_of_many_lines_is_one_cell() -> None:
    """A quote may hold as many lines as somebody writes."""
    words = "\n".join(f"第{number}句" for number in range(300))
    (post,) = read(f'编号,内容\n1,"{words}"\n'.encode()).posts
    assert post.body == words


def test_of_two_columns_of_one_name_the_first_that_is_filled_counts() -> None:
    """And the other one is said."""
    reading = read("编号,内容,内容\n1,桥塌了,\n2,,路断了\n".encode())
    assert [raw.body for raw in reading.posts] == ["桥塌了", "路断了"]
    assert reading.signals == ("unused:内容#3",)


def test_ids_that_come_again_and_again_are_said() -> None:
    """The wrong column, or ids cut short or rounded: many rows would be lost as repeats of one another."""
    rows = "".join(f"330206,诉求{number}\n" for number in range(50))
    assert "id:repeated" in read(f"编号,内容\n{rows}".encode()).signals
    halved = "".join(f"20260315000{number // 2:03}000,诉求{number}\n" for number in range(100))
    assert "id:repeated" in read(f"编号,内容\n{halved}".encode()).signals
    corrected = "".join(f"{number},诉求{number}\n" for number in range(50)) + "3,更正\n4,更正\n"
    assert read(f"编号,内容\n{corrected}".encode()).signals == ()
    again = "".join(f"{number},诉求\n" for number in [*range(50), *range(50)])
    assert read(f"编号,内容\n{again}".encode()).signals == ()
