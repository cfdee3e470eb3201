"""Folders into which another program drops files: sound ones, and what may be wrong with them."""

import dataclasses
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from tests.embedded.farm.kinds import EVERYWHERE, Make
from tests.embedded.farm.site import ALL, File, Site, placed, rules, says
from tests.embedded.farm.tables import COLUMNS, OLD_EXCEL, bomb, csv_of, xlsx_of
from tests.embedded.farm.voices import HANDLE, Said, Voices

LARGE: Final = 25_000_001
UNDER_WAY: Final = -280.0
"""Age of a file that is being written, on a machine whose clock is ahead by nearly all that is granted."""

AHEAD: Final = -7200.0
"""Age of a file from a machine in another time zone."""


def drop(sites: Iterable[Site], season: int, folder: Path, roots: Mapping[str, str]) -> None:
    """Write the files of a season, each site's into a folder of its own; those that stay the same are left alone."""
    for site in sites:
        files = (site.later if site.later and season > 1 else site).files
        if files:
            here = folder / site.name
            here.mkdir(parents=True, exist_ok=True)
            for old in here.iterdir():
                if old.name not in files:
                    old.unlink()
            for name, file in files.items():
                _write(here / name, replace(file, body=placed_bytes(file.body, roots)))


def placed_bytes(body: bytes, roots: Mapping[str, str]) -> bytes:
    """A file with the addresses of the sites that it names; one that is no text stays as it is."""
    return placed(body.decode(), roots).encode() if b"site://" in body else body


def _write(path: Path, file: File) -> None:
    if file.is_link:
        elsewhere = path.parent.with_name(f"{path.parent.name}-elsewhere-{path.name}")
        elsewhere.write_bytes(file.body)
        path.unlink(missing_ok=True)
        path.symlink_to(elsewhere)
    elif file.size:
        path.touch()
        os.truncate(path, file.size)
    elif not path.exists() or path.read_bytes() != file.body or file.age < 0:
        path.write_bytes(file.body)
    written = time.time() - file.age
    os.utime(path, (written, written), follow_symlinks=False)


def lines_of(posts: Iterable[Said]) -> str:
    """JSON lines."""
    return "".join(f"{json.dumps(item_of(said), ensure_ascii=False)}\n" for said in posts)


def item_of(said: Said, **fields: Any) -> dict[str, Any]:
    """A post as whoever brings it says it."""
    return {
        "id": said.id,
        "title": said.title,
        "body": said.body,
        "author": said.author,
        "published": said.published.isoformat(),
        **fields,
    }


FORMS: Final[Mapping[str, Callable[[Sequence[Said]], bytes]]] = {
    "csv": lambda posts: csv_of(posts).encode("utf-8-sig"),
    "CSV": lambda posts: csv_of(posts).encode("gb18030"),
    "xlsx": lambda posts: xlsx_of(posts, draft=True),
    "json": lambda posts: json.dumps([item_of(said) for said in posts]).encode(),
    "jsonl": lambda posts: lines_of(posts).encode(),
}
"""How a file's posts are written, by its ending."""


def folder(name: str, voices: Voices) -> Site:
    """Two files, and what is none of ours; in the second season one has grown, one is gone, one is new."""
    ending = voices.random.choice(list(FORMS))
    posts, (new, newer) = voices.numbered(name, 5), voices.numbered(name, 2)
    more = "，还是没人来"
    edited = replace(posts[0], body=posts[0].body + more, seen_body=posts[0].seen_body + more)
    others = _not_ours(ending, voices.numbered(name, 3))
    first, second, third = (f"{number}-{HANDLE}甲乙.{ending}" for number in (1, 2, 3))
    return _seasons(
        name,
        {first: posts[:3], second: posts[3:]},
        {first: [edited, *posts[1:3], new], third: [newer]},
        written=FORMS[ending],
        others=others,
    )


def _not_ours(ending: str, posts: Sequence[Said]) -> dict[str, File]:
    """Another program's own files: one that it has begun, one of another kind, and a link that leads out."""
    begun, noted, linked = (FORMS[ending]([said]) for said in posts)
    return {
        f".begun.{ending}": File(body=begun),
        f"noted.{ending}.tmp": File(body=noted),
        f"linked.{ending}": File(body=linked, is_link=True),
    }


def _seasons(
    name: str,
    *seasons: Mapping[str, Sequence[Said]],
    written: Callable[[Sequence[Said]], bytes],
    others: Mapping[str, File],
    named: str = "",
) -> Site:
    """A folder with files of these posts and other ones, a season or two."""
    made = [
        Site(
            name,
            sources={name: {"kind": "folder", **EVERYWHERE, "columns": COLUMNS}},
            files={**{file: File(body=written(posts)) for file, posts in files.items()}, **others},
            posts=[said for posts in files.values() for said in posts],
            named={name: [named]} if named else {},
        )
        for files in seasons
    ]
    made[0].later = made[1] if made[1:] else None
    return made[0]


def _beside(named: str, file: str, made: Callable[[list[Said]], File]) -> Make:
    """Something wrong beside a sound file; what it would say may not come out."""

    def make(name: str, voices: Voices) -> Site:
        other = made(voices.numbered(name, 2))
        return _seasons(
            name, {"sound.csv": voices.numbered(name, 3)}, written=FORMS["csv"], others={file: other}, named=named
        )

    return make


def _away(name: str, voices: Voices) -> Site:
    return _seasons(name, {}, written=FORMS["csv"], others={}, named="error:folder")


def _odd_lines(name: str, voices: Voices) -> Site:
    """A line was cut, and one is no object."""
    return _seasons(
        name,
        {"lines.jsonl": voices.numbered(name, 3)},
        written=lambda posts: lines_of(posts).replace("\n", '\n{"id": "\n7\n', 1).encode(),
        others={},
        named="signal:item:unreadable",
    )


def _under_way(name: str, voices: Voices) -> Site:
    """A file that is still being written, in the middle of a text; later it is whole."""
    posts = voices.numbered(name, 3)
    site = _seasons(name, {}, {"rows.csv": posts}, written=FORMS["csv"], others={})
    half = csv_of(posts).rpartition("，")[0].encode()
    site.files = {"rows.csv": File(body=half, age=UNDER_WAY)}
    return site


def _of_origin(name: str, voices: Voices) -> Site:
    """A file of what stands on a site that closes a part of itself, and opens it later."""
    posts, origin = voices.numbered(name, 4), f"{name}-origin"
    items = [item_of(said, url=f"site://{origin}/{('closed', 'p')[place % 2]}") for place, said in enumerate(posts)]
    site = _seasons(
        name, {"items.json": posts}, written=lambda _: json.dumps(items).encode(), others={}, named="refused:robots"
    )
    site.sources[name]["origin"] = f"site://{origin}"
    site.posts = posts[1::2]
    site.later = dataclasses.replace(site, posts=posts, named={})
    opened = Site(origin, closed=ALL, robots=says(rules(()), "text/plain"))
    site.origins = [Site(origin, closed=ALL, robots=says(rules(("/closed",)), "text/plain"), later=opened)]
    return site


def _ragged(posts: Sequence[Said]) -> bytes:
    """Rows with a value more than the header."""
    header, *rows = csv_of(posts).splitlines()
    return "\n".join((header, *(f"{row},又一个" for row in rows))).encode()


FOLDER_FAULTS: Final[Mapping[str, Make]] = {
    "folder-away": _away,
    "folder-large": _beside("error:file:large.csv (more than 25 MB)", "large.csv", lambda _: File(size=LARGE)),
    "folder-half": _beside("signal:page:unreadable", "half.xlsx", lambda posts: File(body=xlsx_of(posts)[:3_000])),
    "folder-bomb": _beside("signal:page:unreadable", "bomb.xlsx", lambda _: File(body=bomb())),
    "folder-old": _beside("signal:page:unreadable", "old.xlsx", lambda _: File(body=OLD_EXCEL)),
    "folder-no-json": _beside("signal:page:unreadable", "no.json", lambda posts: File(body=FORMS["json"](posts)[:-9])),
    "folder-ragged": _beside("signal:row:unreadable", "ragged.csv", lambda posts: File(body=_ragged(posts))),
    "folder-ahead": _beside(
        "error:file:ahead.csv (of a time that is to come)",
        "ahead.csv",
        lambda posts: File(body=FORMS["csv"](posts), age=AHEAD),
    ),
    "folder-odd-lines": _odd_lines,
    "folder-under-way": _under_way,
    "folder-of-origin": _of_origin,
}
