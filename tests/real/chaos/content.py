"""Made-up posts with known ids, and the rubbish, edits and repeats among them; the same for the same seed."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from streams.identity import document_id
from streams.murmur2 import partition
from tests.embedded.county import PARTITIONS, TOWNSHIPS

NAME, MATTER, GRAVE, REASON = "made", "made-matter", "made-grave", "made-to-die"
"""Headers by which a record is known again at the end: what it is called, which matter it tells of (chatter has none),
whether somebody's safety is at stake, and why it must be set aside. The worker knows nothing of them."""

POISON, EDITED, REPEATED, MISPLACED = 0.01, 0.02, 0.02, 0.01
"""Shares of records."""

AUTHORS: Final = 100
"""So many write; a matter keeps a mark of each, and a soak is not about those."""
SOURCES: Final = ("forum", "hotline", "board", "weibo")
ESTATES: Final = tuple(
    f"{one}{other}小区"
    for one in "翠碧锦瑞祥荣康泰盛丰裕华兴隆润泽沁馨雅怡悦静澜岚棠梅兰桂枫柏"
    for other in "湖溪泉澄涵漪波涛潭池林苑庭轩阁榭亭台坊里岭峰岩壁谷坡洲汀滩浦"
)
"""In every township; its file names them. What is wrong at one of them is a matter of its own. Estates and not roads:
the same complaint about two roads is one incident (docs/incidents.md)."""
MATTERS: Final = 2_000
"""Matters that a long run founds, all through: two in three of the estates that three townships have."""
FOUNDING: Final = 0.02
"""Share of a short run's posts that may found one."""
FIRST: Final = 4
"""Matters that each township has before it hears twice of one."""

ASKED: Final = (
    "{place}的水管爆了，请来修一下",
    "{place}的路灯坏了，请来修一下",
    "{place}的垃圾没人收，请安排清运",
    "{place}的电梯又停了，什么时候恢复",
    "{place}的下水道堵了，请来疏通",
    "{place}的广场舞太吵，请来管一管",
)
DANGER: Final = (
    "{place}的围墙裂了，随时可能倒塌",
    "{place}的围墙倒了，已造成{number}人受伤",
    "{place}{number}号楼着火了，还有人困在里面",
    "{place}的工地塌了，已造成{number}人受伤",
    "{place}门口发生车祸，已造成{few}人死亡",
    "{place}的阳台掉下来，砸伤{number}人",
)
CHATTER: Final = ("{place}的桃花开了，真好看", "谢谢镇里把{place}的路修好了，给你们点赞", "今天{place}赶集，人真多")


class Matter(Struct, frozen=True):
    """What is wrong at one place."""

    place: str
    text: str
    grave: bool


class Made(Struct, frozen=True):
    """A record to be sent."""

    name: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Told(Struct, frozen=True):
    """A post, and of which matter it tells; None for chatter."""

    fields: dict[str, Any]
    matter: Matter | None

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """What is said of it besides its name."""
        if self.matter is None:
            return ()
        of = (MATTER, f"{self.fields['township']} {self.matter.place}".encode())
        return (of, (GRAVE, b"1")) if self.matter.grave else (of,)


class Content:
    """Makes records, one after the other.

    Args:
        dice: decides everything.
        start: when the first one was fetched; each later one a millisecond after the one before.
        founding: share of the posts that tell of a new matter, while there are estates without one.
    """

    def __init__(self, dice: random.Random, start: datetime | None = None, founding: float = FOUNDING) -> None:
        self._dice, self._clock, self._number = dice, start or datetime.now(UTC), 0
        self._founding, self._recent = founding, list[Told]()
        self._matters: dict[str, list[Matter]] = {township: [] for township in TOWNSHIPS}
        self._places = {township: iter(dice.sample(ESTATES, len(ESTATES))) for township in TOWNSHIPS}

    def records(self, posts: int) -> Iterator[Made]:
        """So many new posts or poison records, with the edits and repeats that fall among them."""
        for _ in range(posts):
            made = self._poison() if self._dice.random() < POISON else self._post()
            yield made
            if self._dice.random() < REPEATED:
                yield made
            if self._recent and self._dice.random() < EDITED:
                yield self._edit()

    def probes(self) -> list[Made]:
        """A post for each township, by which is seen when posts are judged again."""
        return [_keyed(self._chatter(township)) for township in TOWNSHIPS]

    def _post(self) -> Made:
        township = self._dice.choice(tuple(TOWNSHIPS))
        told = self._chatter(township) if self._dice.random() < 0.2 else self._complaint(township)
        self._recent = [*self._recent[-200:], told]
        if self._dice.random() < MISPLACED:
            key = self._dice.choice((None, b"elsewhere"))
            return _made(told, key, self._dice.randrange(PARTITIONS))
        return _keyed(told)

    def _edit(self) -> Made:
        before = self._dice.choice(self._recent)
        body = f"{before.fields['body']}（更新{self._number}）"
        return _keyed(Told({**before.fields, "body": body, "fetched": self._time()}, before.matter))

    def _chatter(self, township: str) -> Told:
        village = f"{TOWNSHIPS[township]}村"
        return Told(self._fields(township, self._dice.choice(CHATTER).format(place=village)), None)

    def _complaint(self, township: str) -> Told:
        matter = self._matter(township)
        # Rising numbers, so that matters change and alert all through the run.
        body = matter.text.format(place=matter.place, number=2 + self._number // 40, few=1 + self._number // 400)
        return Told(self._fields(township, body), matter)

    def _matter(self, township: str) -> Matter:
        """One that is known, or a new one at an estate that had none."""
        known, dice = self._matters[township], self._dice
        if (len(known) < FIRST or dice.random() < self._founding) and (place := next(self._places[township], "")):
            grave = dice.random() < 0.25
            known.append(Matter(place, dice.choice(DANGER if grave else ASKED), grave))
            return known[-1]
        return dice.choice(known)

    def _fields(self, township: str, body: str) -> dict[str, Any]:
        self._number += 1
        at, dice = self._time(), self._dice
        author = {"author": f"p1-{dice.randrange(AUTHORS):032x}"} if dice.random() < 0.8 else {}
        return {"id": str(self._number), "township": township, "source": dice.choice(SOURCES), "fetched": at,
                "published": at, "body": body, **author}  # fmt: skip

    def _poison(self) -> Made:
        fields = self._chatter(self._dice.choice(tuple(TOWNSHIPS))).fields
        whole = json.dumps(fields).encode()
        reason, value, schema = self._dice.choice((
            ("unreadable", b"\xff\x00rubbish", b"1"),
            ("unreadable", whole[: len(whole) // 2], b"1"),
            ("unreadable", b"", b"1"),
            ("unreadable", None, b"1"),
            ("unreadable", b"[" * 100_000, b"1"),
            ("unreadable", json.dumps({**fields, "township": "?"}).encode(), b"1"),
            ("township", json.dumps({**fields, "township": "110101001000"}).encode(), b"1"),
            ("unreadable", json.dumps({**fields, "fetched": "yesterday"}).encode(), b"1"),
            ("unreadable", json.dumps({**fields, "id": ""}).encode(), b"1"),
            ("schema", whole, b"9"),
            ("unreadable", whole, b"new"),
        ))  # fmt: skip
        name = f"poison-{self._number}"
        place = self._dice.randrange(PARTITIONS)
        headers = ((NAME, name.encode()), ("schema", schema), (REASON, reason.encode()))
        return Made(name, place, fields["township"].encode(), value, headers)

    def _time(self) -> str:
        self._clock += timedelta(milliseconds=1)
        return self._clock.isoformat(timespec="milliseconds")


def _keyed(told: Told) -> Made:
    key = str(told.fields["township"]).encode()
    return _made(told, key, partition(key, PARTITIONS))


def _made(told: Told, key: bytes | None, where: int) -> Made:
    fields = told.fields
    name = document_id(fields["township"], fields["source"], fields["id"])
    headers = ((NAME, name.encode()), ("schema", b"1"), *told.headers)
    return Made(name, where, key, json.dumps(fields).encode(), headers)
