"""An XLSX is hostile until it is read: nothing in it makes more of itself than its limits."""

import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook

from streams.pages.spreadsheet import Unreadable, sheets

LIMIT = 2_000_000
SHEET = "xl/worksheets/sheet1.xml"


def book() -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet
    sheet.append(["编号", 20241123001, 1.5, True, None, "内容 "])
    sheet.append([datetime(2026, 2, 1, 8, 29, 59, 999_990), date(2026, 2, 1), time(8, 30), 7.0])  # noqa: DTZ001
    sheet.append([None, None])
    sheet.append(["=1+1"])
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def with_parts(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The book with other parts than its own."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book())) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in set(parts) - set(old.namelist()):
            new.writestr(name, parts[name])
    return out.getvalue()


def sheet(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><dimension ref="A1:A1"/><sheetData>{rows}</sheetData></worksheet>'.encode()


def read(body: bytes) -> list[tuple[int, list[str]]]:
    return [row for _, rows in sheets(body, None, LIMIT) for row in rows]


def refusal(body: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(body)
    return str(caught.value)


def test_cells_are_what_a_person_would_write() -> None:
    """Whole numbers without a point, times without errors of rounding, empty rows and formulas without a value left."""
    assert read(book()) == [
        (1, ["编号", "20241123001", "1.5", "True", "", "内容"]),
        (2, ["2026-02-01 08:30:00", "2026-02-01 00:00:00", "08:30:00", "7"]),
    ]


def test_a_size_that_a_sheet_says_of_itself_is_not_believed() -> None:
    """Neither a smaller nor a larger one: programs write wrong ones, and a cell may say that it stands anywhere."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    assert read(with_parts({SHEET: sheet(rows)})) == [(1, ["1"]), (2, ["", "2"])]
    far = rows + '<row r="1048576"><c r="XFD1048576"><v>3</v></c></row><row r="99999999999"><c><v>4</v></c></row>'
    assert read(with_parts({SHEET: sheet(far)})) == [(1, ["1"]), (2, ["", "2"])]


def test_a_bomb_is_not_unpacked() -> None:
    """Neither one large part nor many small ones, nor one whose size in the archive's directory is a lie."""
    assert "more than 2 MB unpacked" in refusal(with_parts({SHEET: sheet(" " * 10_000_000)}))
    many = {f"xl/worksheets/sheet{number}.xml": b" " * 100_000 for number in range(2, 60)}
    assert "more than 2 MB unpacked" in refusal(with_parts(many))
    lying = bytearray(with_parts({SHEET: sheet(" " * 10_000_000)}))
    size = len(sheet(" " * 10_000_000)).to_bytes(4, "little")
    assert lying.count(size) == 2
    assert "no XLSX that can be read" in refusal(bytes(lying.replace(size, (100).to_bytes(4, "little"))))


def test_declarations_are_refused() -> None:
    """A few bytes of entities become gigabytes; in UTF-16 they would not be seen."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet("<row><c><v>&b;</v></c></row>")
    assert "declarations" in refusal(with_parts({SHEET: bomb}))
    assert "declarations" in refusal(with_parts({SHEET: bomb.decode().encode("utf-16")}))
    assert "declarations" in refusal(with_parts({"xl/sharedStrings.xml": b" " * ((1 << 20) - 4) + bomb}))


def test_other_packings_are_refused() -> None:
    """They unpack in one step, whatever comes out."""
    assert "packed in a way" in refusal(with_parts({}, zipfile.ZIP_BZIP2))
    assert "packed in a way" in refusal(with_parts({}, zipfile.ZIP_LZMA))


@pytest.mark.parametrize(
    "rows", ['<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>', '<row r="x"/>', "<row>" * 50_000, '<c t="s"><v>999</v></c>']
)
def test_a_broken_sheet_is_named(rows: str) -> None:
    """Whatever the library trips over."""
    assert "no XLSX that can be read" in refusal(with_parts({SHEET: sheet(f'<row r="1">{rows}</row>')}))
