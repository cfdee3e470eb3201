"""What another program drops into a folder is published once, whole files only, and nothing there is touched."""

import errno
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from streams.crawl import kinds
from streams.crawl.disk import Disk
from streams.crawl.folder import LARGEST, told
from streams.crawl.news import key_of
from streams.crawl.visit import visit
from streams.errors import Busy, Misconfigured
from streams.pages.page import Page, Reading
from streams.source import AnySource
from tests.unit.streams.crawl.test_visit import World, source

PAGES = Path(__file__).parents[3] / "data" / "pages"


class Dropped:
    """A folder, and the source that reads it."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world = folder, world
        self.source: AnySource = source(f'kind: folder\nurl: {folder.as_uri()}\ntownship: "330206104"')

    def drop(self, name: str, content: str | bytes, *, seconds: int = 60) -> Path:
        """Write a file, so many seconds ago by the world's clock."""
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        written = self.world.clock.time.timestamp() - seconds
        os.utime(file, (written, written))
        return file

    def count(self, name: str) -> int:
        return self.world.counts.of("s").get(name, 0)

    def errors(self) -> Mapping[str, int]:
        return {name: number for name, number in self.world.counts.of("s").items() if name.startswith("error:")}


@pytest.fixture
def here(tmp_path: Path) -> Dropped:
    return Dropped(tmp_path, World())


async def test_each_file_is_published_once(here: Dropped) -> None:
    """CSV, XLSX, a JSON list, JSON lines; by the second visit all is known, and every file is still there."""
    here.drop("a.csv", (PAGES / "hotline.csv").read_bytes())
    here.drop("b.xlsx", (PAGES / "hotline.xlsx").read_bytes())
    here.drop("c.json", json.dumps([{"id": "c1", "body": "青溪没水"}]))
    here.drop("d.jsonl", '{"id": "d1", "body": "路灯坏了"}\n\nno JSON\n{"id": "d2", "body": "路灯又坏了"}\n')
    visited = await here.world.visit(here.source)
    assert visited.failures == 0
    assert {"c1", "d1", "d2"} < set(here.world.ids())
    assert len(here.world.ids()) == len(set(here.world.ids())) > 5
    assert here.count("signal:item:unreadable") == 1
    before = here.world.ids()
    here.world.restart()
    await here.world.visit(here.source)
    assert here.world.ids() == before
    assert len(list(here.folder.iterdir())) == 4


async def test_what_is_noted_of_a_file_that_is_there_is_never_old(here: Dropped) -> None:
    """Else the sweep would take it, and its posts would come once more: as today's, where they bear no date."""
    file = here.drop("a.json", '[{"id": "1", "body": "路灯坏了"}]')
    older = here.drop("b.csv", "编号,内容\n2,路坏了\n", seconds=6000)
    newer = here.drop("c.csv", "编号,内容\n2,路修好了\n", seconds=600)
    await here.world.visit(here.source)
    newer.unlink()
    content = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    for _ in range(30):
        await here.world.visit(here.source)
        pages = await here.world.memory.pages("s", [file.as_uri(), older.as_uri(), content])
        posts = await here.world.memory.posts("s", [key_of("1"), key_of("2")])
        met = [*(held.visited for held in pages.values()), *(noted.listed for noted in posts.values())]
        assert len(met) == 5
        assert all(each and here.world.clock.time - each < timedelta(days=28) for each in met)
        here.world.clock.time += timedelta(days=3)
    assert here.world.ids() == ["2", "2", "1"]


async def test_files_that_are_read_again_keep_no_new_one_waiting(here: Dropped) -> None:
    """A folder may hold years of exports, all of which were read at one time: a few of a visit are read again."""
    for number in range(25):
        here.drop(f"{number:02}.json", f'[{{"id": "{number}", "body": "路灯坏了"}}]', seconds=6000)
    await here.world.visit(here.source)
    here.world.clock.time += timedelta(days=20)
    here.drop("new.json", '[{"id": "new", "body": "路灯坏了"}]')
    read = list[int]()
    for _ in range(5):
        before = here.count("listed")
        await here.world.visit(here.source)
        read.append(here.count("listed") - before)
    assert (read, here.world.ids()[25:]) == ([11, 10, 5, 0, 0], ["new"])


async def test_a_file_that_changed_is_read_again(here: Dropped) -> None:
    """Only what is new in it is published; a file that is gone takes nothing with it."""
    here.drop("a.json", '[{"id": "1", "body": "青溪没水"}]', seconds=600)
    await here.world.visit(here.source)
    file = here.drop("a.json", '[{"id": "1", "body": "青溪没水"}, {"id": "2", "body": "白石没电"}]', seconds=60)
    await here.world.visit(here.source)
    assert here.world.ids() == ["1", "2"]
    file.unlink()
    for _ in range(3):
        here.world.clock.time += timedelta(days=1)
        await here.world.visit(here.source)
    assert here.count("gone") == 0


async def test_what_its_own_site_closes_is_looked_at_anew(here: Dropped) -> None:
    """Though the file stays the same; once all of it is published it is done with."""
    here.source = replace(here.source, origin="https://weibo.example.com")
    items = [{"id": str(number), "body": "水黄", "url": f"https://weibo.example.com/{number}"} for number in (1, 2)]
    here.drop("a.json", json.dumps(items))
    here.world.web.refused["https://weibo.example.com/2"] = "robots"
    await here.world.visit(here.source)
    assert here.world.ids() == ["1"]
    here.world.web.refused.clear()
    for _ in range(2):
        await here.world.visit(here.source)
    assert here.world.ids() == ["1", "2"]
    assert here.count("listed") == 4


async def test_a_file_of_another_time_is_named(here: Dropped) -> None:
    """A clock that is minutes ahead is waited for in silence; nobody would notice one that is hours ahead."""
    here.drop("a.json", '[{"id": "1", "body": "青溪没水"}]', seconds=-200)
    await here.world.visit(here.source)
    here.drop("b.json", '[{"id": "2", "body": "白石没电"}]', seconds=-3600)
    for _ in range(4):
        await here.world.visit(here.source)
    assert here.errors() == {"error:file:b.json (of a time that is to come)": 2}
    here.world.clock.time += timedelta(hours=1, seconds=20)
    await here.world.visit(here.source)
    assert here.world.ids() == ["1", "2"]


async def test_a_file_that_is_not_to_be_had_is_named_and_fails_nothing(
    here: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is too large, or not for us: by its name and why, less and less often; the source is read whole."""
    os.truncate(here.drop("年报.csv", ""), LARGEST + 1)
    os.utime(here.folder / "年报.csv", (0, 0))
    here.drop("b.csv", "编号,内容\n1,路灯坏了\n")
    here.drop("c.csv", "编号,内容\n2,路坏了\n")
    read = Path.read_bytes

    def closed(path: Path) -> bytes:
        if path.name == "b.csv":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", closed)
        visited = [await here.world.visit(here.source) for _ in range(4)]
    assert ([each.failures for each in visited], here.world.ids()) == ([0] * 4, ["2"])
    assert here.errors() == {"error:file:年报.csv (more than 25 MB)": 2, "error:file:b.csv (Permission denied)": 2}
    assert (await here.world.memory.head("s")).walked
    here.world.clock.time += timedelta(days=1)
    await here.world.visit(here.source)
    assert here.world.ids() == ["2", "1"]


async def test_a_file_that_went_since_it_was_listed_is_no_error(here: Dropped, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever drops files may take them away again."""
    here.drop("a.csv", "编号,内容\n1,路灯坏了\n")
    here.drop("b.csv", "编号,内容\n2,路坏了\n")
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path.with_name("x" if path.name == "a.csv" else path.name))
    )
    assert (await here.world.visit(here.source)).failures == 0
    assert (here.world.ids(), here.errors()) == (["2"], {})


async def test_a_file_that_goes_while_its_folder_is_listed_is_no_error(
    here: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had a name for the time in which it was written, or was taken away: the others are read."""
    here.drop("a.csv.part", "")
    here.drop("b.csv", "编号,内容\n2,路坏了\n")
    scandir = os.scandir

    def late(folder: Path) -> AbstractContextManager[list[os.DirEntry[str]]]:
        entries = list(scandir(folder))
        (folder / "a.csv.part").unlink()
        return nullcontext(entries)

    monkeypatch.setattr(os, "scandir", late)
    assert (await here.world.visit(here.source)).failures == 0
    assert here.world.ids() == ["2"]


async def test_a_disk_that_hangs_is_asked_for_one_file_and_no_more(
    here: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visit fails, once; the file is named: it may be the only one that is slow, and keeps no other for ever."""
    for number in range(5):
        here.drop(f"{number}.csv", f"编号,内容\n{number},路灯坏了\n", seconds=90 - number)
    dead, read, asked = threading.Event(), Path.read_bytes, list[str]()

    def hang(path: Path) -> bytes:
        asked.append(path.name)
        if path.name == "2.csv":
            dead.wait()
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", hang)
    way = replace(here.world.way, disk=Disk(0.5))
    assert (await visit(here.source, way)).failures == 1
    assert asked == ["0.csv", "1.csv", "2.csv"]
    silent = "error:file:2.csv (the disk has not answered within 0 seconds)"
    assert here.errors() == {"error:folder": 1, silent: 1}
    assert here.count("requests") == 0
    dead.set()
    while (await visit(here.source, way)).failures:
        pass
    assert here.world.ids() == ["0", "1", "2", "3", "4"]


async def test_of_several_files_with_one_ticket_the_newest_words_stand(here: Dropped) -> None:
    """Though all of them are met in one visit, read again, or one of before is put there later."""
    here.drop("d2.csv", "编号,内容\n1,路坏了，现已三人死亡\n", seconds=600)
    here.drop("d1.csv", "编号,内容\n1,路坏了\n", seconds=6000)
    here.drop("d3.csv", "编号,内容\n1,路坏了，现已三人死亡，道路封闭\n", seconds=500)
    await here.world.visit(here.source)
    assert [post.body for post in here.world.published][-1] == "路坏了，现已三人死亡，道路封闭"
    published = len(here.world.published)
    await here.world.visit(replace(here.source, ignores=("x",)))
    here.drop("d0.csv", "编号,内容\n1,有没有人管路\n", seconds=7000)
    await here.world.visit(here.source)
    assert [post.body for post in here.world.published][published:] == []
    here.drop("d4.csv", "编号,内容\n1,路修好了\n", seconds=60)
    await here.world.visit(here.source)
    assert [post.body for post in here.world.published][published:] == ["路修好了"]


@pytest.mark.parametrize("name", ["d1.csv", "copy.csv"])
async def test_an_old_file_that_is_copied_again_takes_no_newer_words_back(here: Dropped, name: str) -> None:
    """Its bytes were read before: they say what they said then, under whatever name and time, however often read."""
    here.drop("d1.csv", "编号,内容\n1,路坏了\n", seconds=6000)
    await here.world.visit(here.source)
    here.drop("d2.csv", "编号,内容\n1,路坏了，现已三人死亡\n", seconds=600)
    await here.world.visit(here.source)
    here.drop(name, "编号,内容\n1,路坏了\n", seconds=60)
    here.world.restart()
    await here.world.visit(here.source)
    await here.world.visit(replace(here.source, ignores=("x",)))
    assert [post.body for post in here.world.published] == ["路坏了", "路坏了，现已三人死亡"]
    here.drop("d3.csv", "编号,内容\n1,路修好了\n", seconds=30)
    await here.world.visit(here.source)
    assert here.world.published[-1].body == "路修好了"


async def test_a_file_that_cannot_be_read_is_named_and_read_again(
    here: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a parser dies of it or finds nothing to read: less and less often, at once when it changes."""
    here.drop("a-13812345678.csv", "编号,内容\n1,路坏了\n")
    here.drop("b.xlsx", b"PK\x03\x04, and no more")
    reads, read = list[str](), kinds.read

    def dying(page: Page, source: AnySource) -> Reading:
        reads.append(page.url.rpartition("/")[2])
        if page.url.endswith(".csv"):
            raise ZeroDivisionError
        return read(page, source)

    monkeypatch.setattr(kinds, "read", dying)
    for _ in range(4):
        await here.world.visit(here.source)
    assert reads == ["a-13812345678.csv", "b.xlsx"] * 2
    assert here.count("error:file:b.xlsx") == here.count("error:file:a-***********.csv") == 2
    here.drop("b.xlsx", (PAGES / "hotline.xlsx").read_bytes(), seconds=30)
    await here.world.visit(here.source)
    assert here.world.ids()
    monkeypatch.undo()  # The program was mended.
    here.world.clock.time += timedelta(days=1)
    await here.world.visit(here.source)
    assert here.world.published[-1].body == "路坏了"
    for _ in range(2):
        here.world.clock.time += timedelta(days=1)
        await here.world.visit(here.source)
    assert here.count("error:file:a-***********.csv") == 2


async def test_files_of_other_kinds_are_named(here: Dropped) -> None:
    """An old Excel's, a text, a folder within the folder, a link: nobody reads them, and that is said of each."""
    here.drop("a.xls", b"\xd0\xcf\x11\xe0")
    here.drop("b.txt", "1,路灯坏了")
    here.drop(".hidden.txt", "")
    here.drop("c.csv", "编号,内容\n1,路灯坏了\n")
    (here.folder / "2026").mkdir()
    (here.folder / "link.json").symlink_to(PAGES / "api.json")
    await here.world.visit(here.source)
    begins = "signal:file:ignored:"
    named = [name.removeprefix(begins) for name in here.world.counts.of("s") if name.startswith(begins)]
    assert (here.world.ids(), sorted(named)) == (["1"], ["2026", "a.xls", "b.txt", "link.json"])


async def test_of_many_files_that_nobody_reads_the_newest_are_named(here: Dropped) -> None:
    """A folder may hold every picture of ten years; the one that came today is named, whatever time it bears."""
    for number in range(60):
        here.drop(f"{number}.jpg", "")
    here.drop("new.xls", "", seconds=1_000_000)
    await here.world.visit(here.source)
    begins = "signal:file:ignored:"
    named = [name for name in here.world.counts.of("s") if name.startswith(begins)]
    assert (f"{begins}new.xls" in named, len(named), here.count(f"{begins}other")) == (True, 51, 11)


async def test_a_name_of_any_charset_is_told_as_people_write_it(here: Dropped) -> None:
    """On shares of old machines it is GBK; what is of none has marks in it. No store takes half a character."""
    for name in ("统计表.xls", "工单.csv", "好.csv"):
        here.drop(
            os.fsdecode(name.encode("gbk")), "编号,内容\n1,路灯坏了\n" if name == "好.csv" else "说明\n市长热线\n"
        )
    here.drop(os.fsdecode(b"\xe6\x97\xa5\xff.xls"), "")
    await here.world.visit(here.source)
    named = {name for name in here.world.counts.of("s") if ":file:" in name}
    ignored = [f"signal:file:ignored:{name}.xls" for name in ("统计表", "日\ufffd")]
    assert (here.world.ids(), named) == (["1"], {*ignored, "error:file:工单.csv"})


@given(some.binary(min_size=1, max_size=80))
def test_any_name_of_a_file_can_be_written(name: bytes) -> None:
    """Whatever bytes a disk has for it."""
    shown = told(os.fsdecode(name))
    assert shown.encode().decode() == shown


@pytest.mark.parametrize("content", ["说明\n市长热线\n", '{"say": "hello"}'])
async def test_a_file_without_a_ticket_is_named(here: Dropped, content: str) -> None:
    """Other columns, other keys: it can be opened, and nothing is found in it. A header alone is a quiet day."""
    here.drop(f"a.{'json' if content.startswith('{') else 'csv'}", content)
    here.drop("b.csv", "编号,内容\n")
    await here.world.visit(here.source)
    assert [name for name in here.world.counts.of("s") if name.startswith("error:")] == [
        f"error:file:a.{'json' if content.startswith('{') else 'csv'}"
    ]


async def test_what_is_not_whole_or_not_ours_is_left(here: Dropped) -> None:
    """A file that was written a moment ago, one that begins with a dot, another ending, a link that leads out."""
    here.drop("now.json", '[{"id": "1", "body": "a"}]', seconds=1)
    here.drop(".a.json", '[{"id": "2", "body": "a"}]')
    here.drop("a.json.part", '[{"id": "3", "body": "a"}]')
    (here.folder / "link.json").symlink_to(PAGES / "api.json")
    await here.world.visit(here.source)
    assert here.world.published == []
    here.world.clock.time += timedelta(minutes=1)
    await here.world.visit(here.source)
    assert here.world.ids() == ["1"]


async def test_a_file_that_could_not_be_published_is_read_again(here: Dropped) -> None:
    """A log that is away loses nothing."""
    here.drop("a.json", '[{"id": "1", "body": "青溪没水"}]')
    here.world.log_is_away = True
    with pytest.raises(Busy):
        await here.world.visit(here.source)
    here.world.log_is_away = False
    await here.world.visit(here.source)
    assert here.world.ids() == ["1"]


async def test_a_folder_that_is_not_there_is_a_failure_by_name(here: Dropped) -> None:
    """It is counted, and the source is reported as failing like any other."""
    gone = replace(here.source, url=f"{here.folder.as_uri()}/nowhere")
    assert (await here.world.visit(gone)).failures == 1
    assert (here.count("error:folder"), here.count("requests")) == (1, 0)


@pytest.mark.parametrize("url", ["https://a.example.cn/", "file:dropped", "file://server/dropped", "/srv/dropped"])
def test_a_folder_is_named_whole(url: str) -> None:
    """An address of the web, a relative path or another machine is refused."""
    with pytest.raises(Misconfigured, match="field `url`"):
        source(f'kind: folder\nurl: {url}\ntownship: "330206104"')
