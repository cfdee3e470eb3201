"""Tables on the web, CSV and XLSX: sound ones, and what may be wrong with them."""

import csv
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta, timezone
from functools import cache
from io import BytesIO, StringIO
from typing import Any, Final

from openpyxl import Workbook

from tests.embedded.farm.kinds import EVERYWHERE, Make
from tests.embedded.farm.site import Site, says
from tests.embedded.farm.voices import Said, Voices

HEADER: Final = ("编号", "来电人", "时间", "标题", "内容")
COLUMNS: Final = {"id": "编号", "title": "标题", "body": "内容", "time": "时间", "author": "来电人"}
SHEET: Final = "工单"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLD_EXCEL: Final = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000)
"""With what an XLS begins, and an XLSX with a password, too."""

_FIRST_SHEET: Final = "xl/worksheets/sheet1.xml"
_SPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HERE: Final = timezone(timedelta(hours=8))


def table(name: str, voices: Voices) -> Site:
    """A hotline's export as CSV, in UTF-8 or GBK; in the second season it has another row."""
    charset = voices.random.choice(("utf-8-sig", "gb18030"))
    return _table(name, voices, lambda posts: csv_of(posts).encode(charset))


def xlsx(name: str, voices: Voices) -> Site:
    """The same as a spreadsheet: a title stands above, and before it a sheet that is hidden, or not the one named."""
    return _xlsx(name, voices, named=voices.random.random() < 0.5)


def _xlsx(name: str, voices: Voices, *, named: bool) -> Site:
    return _table(name, voices, lambda posts: xlsx_of(posts, draft=not named), XLSX, {"sheet": SHEET} if named else {})


def _table(
    name: str,
    voices: Voices,
    written: Callable[[Sequence[Said]], bytes],
    kind: str = "text/csv",
    fields: Mapping[str, Any] | None = None,
    charset: str | None = None,
) -> Site:
    """Of these rows; `written` makes a file of them, of which `charset` is said."""
    (new,), posts = voices.numbered(name, 1), voices.numbered(name, voices.random.randint(3, 9))
    path = f"/{name}/export"
    source = {"kind": "table", **EVERYWHERE, "columns": COLUMNS, **(fields or {}), "url": path}

    def made(shown: list[Said]) -> Site:
        page = says(written(shown), kind, charset=charset)
        return Site(name, sources={name: source}, pages={path: page}, posts=shown)

    site = made(posts)
    site.later = made([new, *posts])
    return site


def csv_of(posts: Iterable[Said], header: Sequence[str] = HEADER) -> str:
    """A row a post, under a header."""
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(header)
    rows.writerows([said.id, said.author, said.published.isoformat(), said.title, said.body] for said in posts)
    return written.getvalue()


def xlsx_of(posts: Iterable[Said], header: Sequence[str] = HEADER, sheet: str = SHEET, *, draft: bool = False) -> bytes:
    """A sheet of the posts behind another one, the `draft`, which then is hidden and looks as if it were the one."""
    book = Workbook()
    first = book.active
    assert first
    first.append(["编号", "内容"])
    first.append(["草稿", "还没有核对，不要公开"])
    first.sheet_state = "hidden" if draft else "visible"
    rows = book.create_sheet(sheet)
    rows.append(["热线工单导出"])
    rows.append(list(header))
    for said in posts:
        number = int(said.id) if said.id.isdecimal() else said.id
        at = said.published.astimezone(_HERE).replace(tzinfo=None)
        rows.append([number, said.author, at, said.title, said.body])
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """An XLSX whose first sheet has this XML."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(_saved(Workbook()))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, xml if part == _FIRST_SHEET else old.read(part))
    return out.getvalue()


@cache
def bomb() -> bytes:
    """30 KB, and 30 MB unpacked."""
    return with_sheet(f"<worksheet xmlns='{_SPACE}'>{' ' * 30_000_000}<sheetData/></worksheet>".encode())


def _entities() -> bytes:
    cell = "<c r='A1' t='str'><v>&x;</v></c>"
    entity = "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    rows = f"<sheetData><row>{cell}</row></sheetData>"
    return with_sheet(f"{entity}<worksheet xmlns='{_SPACE}'>{rows}</worksheet>".encode())


def _instead(body: Callable[[], bytes], kind: str = XLSX) -> Make:
    """Something else where the table was."""

    def make(name: str, voices: Voices) -> Site:
        site = _table(name, voices, lambda _: body(), kind)
        site.posts, site.later, site.named = [], None, {name: ["signal:page:unreadable"]}
        return site

    return make


def _half(name: str, voices: Voices) -> Site:
    """Half a spreadsheet, which the server takes for a whole one."""
    site = _table(name, voices, lambda posts: xlsx_of(posts)[:3_000], XLSX)
    site.posts, site.later, site.named = [], None, {name: ["signal:page:unreadable"]}
    return site


def _later(written: Callable[[Sequence[Said]], bytes], named: str) -> Make:
    """A sound one that is another in the second season."""

    def make(name: str, voices: Voices) -> Site:
        site = _xlsx(name, voices, named=True)
        assert site.later
        (path,) = site.later.pages
        site.later.pages = {path: says(written(site.later.posts), XLSX, charset=None)}
        site.later.posts, site.later.named = [], {name: [named]}
        return site

    return make


def _ragged(name: str, voices: Voices) -> Site:
    """A row has a value too many, and another none but its id."""
    lost = voices.posts(name, 2)
    rows = f"{lost[0].id},{lost[0].author},,,{lost[0].body},又一个\r\n{lost[1].id}\r\n"
    site = _table(name, voices, lambda posts: (csv_of(posts) + rows).encode())
    for season in filter(None, (site, site.later)):
        season.named = {name: ["signal:row:unreadable"]}
    return site


def _gbk(said: str) -> Make:
    return lambda name, voices: _table(name, voices, lambda posts: csv_of(posts).encode("gb18030"), charset=said)


TABLE_FAULTS: Final[Mapping[str, Make]] = {
    "csv-gbk-said-utf-8": _gbk("utf-8"),
    "csv-gbk-said-latin": _gbk("iso-8859-1"),
    "csv-ragged": _ragged,
    "csv-binary": _instead(lambda: bytes(range(256)) * 8, "text/csv"),
    "xlsx-half": _half,
    "xlsx-bomb": _instead(bomb),
    "xlsx-entities": _instead(_entities),
    "xlsx-with-password": _instead(lambda: OLD_EXCEL),
    "xlsx-other-sheet": _later(lambda posts: xlsx_of(posts, sheet="工单（新）"), "signal:page:unreadable"),
    "xlsx-other-columns": _later(lambda posts: xlsx_of(posts, ("序列", *HEADER[1:])), "signal:id:missing"),
}
