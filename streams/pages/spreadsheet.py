"""Read the cells of an XLSX, which may be hostile: a ZIP archive of XML (decision 0020)."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, Final, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# What it says of fonts and extensions that it does not know is no news to anybody.
warnings.filterwarnings("ignore", module="openpyxl")

COLUMNS: Final = 200
"""Columns that are read; a cell may say that it stands in the 16,384th, and the row would be filled up to it."""

_BLANK: Final = 10_000
"""Empty rows after which a sheet ends, though one cell may say that it stands in the millionth row."""

_PARTS: Final = 2_000
_MARK: Final = b"PK\x03\x04"
_DECLARATIONS: Final = (b"<!DOCTYPE", b"<!ENTITY")
"""No part of a spreadsheet has these; in XML they are how a few bytes become gigabytes."""

_CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_LARGEST_INTEGER: Final = 2**53


class Unreadable(Exception):
    """A file that cannot be read as a table; the message begins with a verb and names the remedy."""


class NoSheet(Unreadable):
    """A spreadsheet without the sheet that was named."""


def is_spreadsheet(body: bytes) -> bool:
    """Whether the bytes are those of a ZIP archive, as an XLSX is."""
    return body.startswith(_MARK)


Cells = Iterator[tuple[int, list[str]]]
"""The filled rows of a sheet with their numbers: cells as text, without the empty ones at a row's end."""


def sheets(body: bytes, name: str | None, unpacked: int) -> Iterator[tuple[str, Cells]]:
    """Each sheet's name and rows, to be read one sheet after the other. A sheet ends with 10,000 empty rows.

    Args:
        body: the file.
        name: of the sheet; all that are visible where none is named.
        unpacked: bytes that the file may have when it is unpacked.

    Raises:
        Unreadable: no XLSX, larger than that, with a password, or without such a sheet (NoSheet).
    """
    with _readable():
        opened = _opened(_unpacked(body, unpacked), name)
    yield from ((sheet.title, _filled(sheet)) for sheet in opened)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:  # the library raises whatever its own code trips over in a broken file
        raise Unreadable("is no XLSX that can be read; save it again, or as CSV") from error


def _opened(file: BytesIO, name: str | None) -> list["ReadOnlyWorksheet"]:
    from openpyxl import load_workbook  # noqa: PLC0415 - 8 MB and a fifth of a second, which few processes need

    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    found = [each for each in book.worksheets if (each.title == name if name else each.sheet_state == "visible")]
    if not found:
        there = f"its sheets are {', '.join(book.sheetnames)}"
        raise NoSheet(f"has no sheet {name}; {there}") if name else Unreadable(f"has no sheet that is visible; {there}")
    return cast("list[ReadOnlyWorksheet]", found)  # The library knows no other kind in a book that is only read.


def _filled(sheet: "ReadOnlyWorksheet") -> Cells:
    with _readable():
        sheet.reset_dimensions()  # What it says of its own size is not believed.
        blank = 0
        rows = sheet.iter_rows(max_col=COLUMNS, values_only=True)  # type: ignore[misc]  # The stubs forget whose it is.
        for number, row in enumerate(rows, start=1):
            blank = blank + 1 if row.count(None) == len(row) else 0
            if blank > _BLANK:
                break
            if not blank:
                yield number, _line(row)


def _unpacked(body: bytes, limit: int) -> BytesIO:
    """The archive's XML as an archive that is not packed: the library, which unpacks whole parts, gets what is bounded.

    An archive's directory may say any size of a part, so that only unpacking it in small steps tells.
    """
    buffer, names = BytesIO(), set[str]()
    with ZipFile(BytesIO(body)) as archive, ZipFile(buffer, "w", ZIP_STORED) as whole:
        for part in archive.infolist():
            if part.flag_bits & _ENCRYPTED or part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise Unreadable("has a password or is packed in a way that Excel does not; save it as CSV")
            if not part.filename.endswith((".xml", ".rels")):
                continue  # Pictures and the like.
            if part.filename in names or len(names) >= _PARTS:
                raise Unreadable("has a part twice, or too many; save it as CSV")
            names.add(part.filename)
            with archive.open(part) as stream, whole.open(part.filename, "w") as copy:
                for chunk in _safe(stream):
                    copy.write(chunk)
                    if buffer.tell() > limit:
                        raise Unreadable(f"has more than {limit // 1_000_000} MB unpacked; save it in parts, or as CSV")
    return buffer


def _safe(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a part, as long as no declaration stands in them."""
    before = b""
    while chunk := stream.read(_CHUNK):
        seen = before + chunk
        if b"\0" in chunk or any(each in seen for each in _DECLARATIONS):  # NUL: UTF-16, which could hide the rest.
            raise Unreadable("holds declarations that no spreadsheet needs; save it as CSV")
        yield chunk
        before = chunk[-16:]


def _line(row: tuple[Any, ...]) -> list[str]:
    empty = next(place for place, value in enumerate(reversed(row)) if value is not None)
    return [_text(value) for value in row[: len(row) - empty]]


def _text(value: object) -> str:
    """A cell as somebody would write it; a time without its fractions, which are errors of rounding."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{(value + timedelta(microseconds=500_000)).replace(microsecond=0):%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("seconds")
        case float() if value.is_integer() and abs(value) < _LARGEST_INTEGER:
            return str(int(value))
        case _:
            return str(value).replace("\0", "").strip()
