"""Spreadsheets for tests."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook


def workbook(**sheets: Sequence[Sequence[str]]) -> bytes:
    """An XLSX with these sheets, each with its rows."""
    book, buffer = Workbook(), BytesIO()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        made = book.create_sheet(name)
        for line in lines:
            made.append(line)
    book.save(buffer)
    return buffer.getvalue()
