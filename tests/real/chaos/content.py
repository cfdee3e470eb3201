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

NAME: Final = "made"
"""Header by which a record is known again at the end; the worker knows nothing of it."""

POISON, EDITED, REPEATED, MISPLACED = 0.01, 0.02, 0.02, 0.01
"""Shares of records."""

SOURCES: Final = ("forum", "hotline", "board", "weibo")
ROADS: Final = tuple(f"{name}路" for name in (
    "和平", "幸福", "人民", "建设", "团结", "柳河", "新华", "滨江", "中山", "解放", "民主", "友谊", "光明", "向阳",
    "朝阳", "育才", "文化", "劳动", "青年", "长江", "黄河", "泰山", "昆仑", "迎宾",
))  # fmt: skip
"""In every township; its file names them, so that matters at different ones are different matters."""
ASKED: Final = (
    "{place}的水管爆了，请来修一下",
    "{road}的路灯坏了好几天了，什么时候修",
    "{road}的垃圾没人收，臭得很",
    "{road}{number}号楼下的井盖松了，走路要小心",
    "{road}的班车又停了，什么时候恢复",
    "{road}的积水排不出去，请疏通下水道",
)
GRAVE: Final = (
    "{school}操场边的围墙裂了一道大口子，孩子们每天从下面走，随时可能倒塌，请赶快来看看",
    "{school}的围墙倒了，砸伤两名学生，已造成{number}人受伤",
    "{road}{number}号的楼着火了，还有人困在里面",
    "{road}的工地塌了，已造成{number}人受伤",
    "{road}的路口发生车祸，已造成{few}人死亡",
    "{road}的一家饭店食物中毒，已有{number}人送医院",
)
CHATTER: Final = ("{place}的桃花开了，真好看", "谢谢镇里把{road}修好了，给你们点赞", "今天{place}赶集，人真多")


class Made(Struct, frozen=True):
    """A record to be sent."""

    name: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Content:
    """Makes records, one after the other.

    Args:
        dice: decides everything.
        start: when the first one was fetched; each later one a millisecond after the one before.
    """

    def __init__(self, dice: random.Random, start: datetime | None = None) -> None:
        self._dice, self._clock, self._number = dice, start or datetime.now(UTC), 0
        self._recent: list[dict[str, Any]] = []

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
        return [self._keyed(self._fields(township, CHATTER)) for township in TOWNSHIPS]

    def _post(self) -> Made:
        township = self._dice.choice(tuple(TOWNSHIPS))
        fields = self._fields(township, self._dice.choices((ASKED, GRAVE, CHATTER), (6, 2, 2))[0])
        self._recent = [*self._recent[-200:], fields]
        if self._dice.random() < MISPLACED:
            key = self._dice.choice((None, b"elsewhere"))
            return _made(fields, key, self._dice.randrange(PARTITIONS))
        return self._keyed(fields)

    def _edit(self) -> Made:
        before = self._dice.choice(self._recent)
        return self._keyed({**before, "body": f"{before['body']}（更新{self._number}）", "fetched": self._time()})

    def _fields(self, township: str, texts: tuple[str, ...]) -> dict[str, Any]:
        self._number += 1
        name, dice = TOWNSHIPS[township], self._dice
        body = dice.choice(texts).format(
            place=f"{name}村", school=f"{name}小学", road=dice.choice(ROADS), number=2 + self._number // 40,
            few=1 + self._number // 400,  # Rising, so that matters change and alert all through the run.
        )  # fmt: skip
        at = self._time()
        author = {"author": f"p1-{dice.randrange(500):032x}"} if dice.random() < 0.8 else {}
        return {"id": str(self._number), "township": township, "source": dice.choice(SOURCES), "fetched": at,
                "published": at, "body": body, **author}  # fmt: skip

    def _keyed(self, fields: dict[str, Any]) -> Made:
        key = str(fields["township"]).encode()
        return _made(fields, key, partition(key, PARTITIONS))

    def _poison(self) -> Made:
        fields = self._fields(self._dice.choice(tuple(TOWNSHIPS)), ASKED)
        whole = json.dumps(fields).encode()
        value, schema = self._dice.choice((
            (b"\xff\x00rubbish", b"1"),
            (whole[: len(whole) // 2], b"1"),
            (b"", b"1"),
            (None, b"1"),
            (b"[" * 100_000, b"1"),
            (json.dumps({**fields, "township": "?"}).encode(), b"1"),
            (json.dumps({**fields, "township": "110101001000"}).encode(), b"1"),
            (json.dumps({**fields, "fetched": "yesterday"}).encode(), b"1"),
            (json.dumps({**fields, "id": ""}).encode(), b"1"),
            (whole, b"9"),
            (whole, b"new"),
        ))  # fmt: skip
        name = f"poison-{self._number}"
        place = self._dice.randrange(PARTITIONS)
        return Made(name, place, fields["township"].encode(), value, ((NAME, name.encode()), ("schema", schema)))

    def _time(self) -> str:
        self._clock += timedelta(milliseconds=1)
        return self._clock.isoformat(timespec="milliseconds")


def _made(fields: dict[str, Any], key: bytes | None, where: int) -> Made:
    name = document_id(fields["township"], fields["source"], fields["id"])
    return Made(name, where, key, json.dumps(fields).encode(), ((NAME, name.encode()), ("schema", b"1")))
