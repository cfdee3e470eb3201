"""A deployment with three townships on servers that run, its worker as a process, and what came of it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.settings.deployment import CONFIG, PREFIX
from streams.murmur2 import partition
from streams.privacy import keyring
from tests.servers import Servers

TOWNSHIPS: Final = {"990101101000": "东埠", "990101102000": "鹿鸣", "990101103000": "石埂"}
HERE, THERE, ELSEWHERE = TOWNSHIPS
PARTITIONS: Final = 4

RUN: Final = [sys.executable, "-m", "deploy.cli"]


class County:
    """What a test does with a deployment: publish, work, look.

    Args:
        servers: embedded or real.
        name: of the deployment.
        folder: where its files are written.
        settings: of the deployment, besides ours.
    """

    def __init__(self, servers: Servers, name: str, folder: Path, *, settings: Mapping[str, Any] | None = None) -> None:
        self.name, self.folder = name, folder
        self.kafka, self.elasticsearch = servers.kafka, servers.elasticsearch
        self.workers: list[subprocess.Popen[bytes]] = []
        self.published: dict[TopicPartition, int] = {}
        keyring.create(folder / "key")
        _write(folder / "deployment.yaml", {**_deployment(name, servers), **(settings or {})})
        for code, place in TOWNSHIPS.items():
            _write(folder / "townships" / f"{code}.yaml", _township(code, place))
        clean = {variable: value for variable, value in os.environ.items() if not variable.startswith(PREFIX)}
        self.environment = {**clean, CONFIG: str(folder / "deployment.yaml")}

    # What people do

    def run(self, *arguments: str, code: int = 0, errors: bool = False) -> str:
        """Run a command of `xiangyin`; its output, or what it complained of. It must end with this exit code."""
        done = subprocess.run(  # noqa: S603 - our own program
            [*RUN, *arguments], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stderr if errors else done.stdout

    def set_up(self) -> None:
        """Topics and indices."""
        self.run("topics", "create")
        self.run("indices", "create")

    def work(self) -> None:
        """Start a worker; its log goes to the folder."""
        self.workers.append(self.start("work", log=f"worker-{len(self.workers)}.log"))

    def start(self, *arguments: str, log: str = "other.log") -> "subprocess.Popen[bytes]":
        """Start a command of `xiangyin` beside us."""
        with (self.folder / log).open("wb") as output:
            return subprocess.Popen([*RUN, *arguments], env=self.environment, stdout=output, stderr=output)  # noqa: S603

    async def health(self, is_so: Callable[[Mapping[str, Any]], object], *, seconds: float = 60) -> dict[str, Any]:
        """What the first worker's `/health` says, once it says so."""
        end = time.monotonic() + seconds
        while True:
            assert time.monotonic() < end, f"not within {seconds} s: {self.logs()[-3000:]}"
            found = re.search(r"http://127\.0\.0\.1:\d+/health", self.logs())
            if found:
                said: dict[str, Any] = await asyncio.to_thread(_fetched, found[0])
                if is_so(said):
                    return said
            await asyncio.sleep(0.2)

    def kill(self) -> None:
        """Kill -9 the newest worker."""
        self.workers[-1].kill()
        self.workers[-1].wait()

    @contextmanager
    def without(self, township: str) -> Iterator[None]:
        """Meanwhile the deployment does not serve this township; its worker is started anew, then and behind it."""
        file = self.folder / "townships" / f"{township}.yaml"
        written = file.read_text("utf-8")
        self.end()
        file.unlink()
        self.work()
        yield
        file.write_text(written, "utf-8")
        self.end()
        self.work()

    def end(self) -> None:
        """End every worker in good order; those that do not are killed."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            try:
                worker.wait(15)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def logs(self) -> str:
        """All that the workers have logged."""
        return "\n".join(file.read_text("utf-8", "replace") for file in sorted(self.folder.glob("worker-*.log")))

    async def publish(
        self,
        values: Iterable[Mapping[str, Any] | bytes],
        *,
        role: str = "posts",
        key: bytes | None = b"",
        at: int | None = None,
    ) -> None:
        """Publish with a plain producer that knows the JSON Schema and nothing else of ours.

        Args:
            values: posts as JSON objects, or bytes as they are.
            role: of the topic.
            key: of each record; empty = the township's own.
            at: partition to publish to, for a producer with another partitioner.
        """
        producer, sent = AIOKafkaProducer(bootstrap_servers=self.kafka), []
        await producer.start()
        try:
            for value in values:
                raw = value if isinstance(value, bytes) else json.dumps(value).encode()
                township = b"" if isinstance(value, bytes) else str(value["township"]).ljust(12, "0").encode()
                its = (township or HERE.encode()) if key == b"" else key
                where = partition(its, PARTITIONS) if at is None and its else at
                sent.append(await producer.send(f"{self.name}.{role}", raw, key=its, partition=where))
            for stands in await asyncio.gather(*sent):
                place = stands.topic_partition
                self.published[place] = max(self.published.get(place, 0), stands.offset + 1)
        finally:
            await producer.stop()

    # What came of it

    async def search(self, kind: str, **query: Any) -> list[dict[str, Any]]:
        """Documents of an index kind (posts, incidents, history), asked of the server itself."""
        from deploy.settings.deployment import load  # noqa: PLC0415
        from streams.elasticsearch.client import connect  # noqa: PLC0415

        client = await connect(load(self.folder / "deployment.yaml").access())
        try:
            await client.indices.refresh(index=f"{self.name}-{kind}")
            body = query or {"match_all": {}}
            answer = await client.search(index=f"{self.name}-{kind}", query=body, size=10_000)
            return [dict(hit["_source"]) for hit in answer["hits"]["hits"]]
        finally:
            await client.close()

    async def count(self, kind: str = "posts") -> int:
        """How many documents the server counts."""
        from deploy.settings.deployment import load  # noqa: PLC0415
        from streams.elasticsearch.client import connect  # noqa: PLC0415

        client = await connect(load(self.folder / "deployment.yaml").access())
        try:
            await client.indices.refresh(index=f"{self.name}-{kind}")
            return int((await client.count(index=f"{self.name}-{kind}"))["count"])
        finally:
            await client.close()

    async def read(self, role: str) -> list[Any]:
        """Every record of a topic, in order within each partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest")
        await consumer.start()
        try:
            places = [TopicPartition(f"{self.name}.{role}", number) for number in range(PARTITIONS)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            records: list[Any] = []
            while batch := await consumer.getmany(timeout_ms=1500):
                records += [record for part in batch.values() for record in part]
            return records
        finally:
            await consumer.stop()

    async def alerts(self) -> list[dict[str, Any]]:
        """First occurrences of alerts by id, in order; repeats must be the same."""
        first: dict[str, dict[str, Any]] = {}
        for record in await self.read("alerts"):
            identity = dict(record.headers)["ce_id"].decode()
            assert first.setdefault(identity, json.loads(record.value)) == json.loads(record.value)
        return list(first.values())

    async def dead(self) -> list[dict[str, Any]]:
        """Dead letters, one for each record, whatever crashes repeated."""
        letters = [json.loads(record.value) for record in await self.read("dead")]
        return list({letter["id"]: letter for letter in letters}.values())

    async def until(self, posts: int, *, dead: int = 0, seconds: float = 60) -> None:
        """Wait until so many posts are stored and so many letters are dead."""
        end = time.monotonic() + seconds
        while (stored := await self.count()) < posts or (dead and len(await self.dead()) < dead):
            assert time.monotonic() < end, f"{stored} of {posts} posts, {await self.dead()}\n{self.logs()[-3000:]}"
            await asyncio.sleep(0.3)

    async def drained(self, *, seconds: float = 90) -> None:
        """Wait until the group has acknowledged everything that we have published.

        Asking the broker for the end of a partition would not do: the embedded one's answer is wrong for batches.
        """
        end = time.monotonic() + seconds
        while behind := await self._behind():
            assert time.monotonic() < end, f"still behind: {behind}\n{self.logs()[-3000:]}"
            await asyncio.sleep(0.2)

    async def _behind(self) -> dict[TopicPartition, int]:
        group = f"{self.name}-worker"
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(list(self.published))
            done = {place: await consumer.committed(place) or 0 for place in self.published}
            return {place: end - done[place] for place, end in self.published.items() if end > done[place]}
        finally:
            await consumer.stop()


def _fetched(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own worker
        return json.load(answer)


def post(
    identity: str, body: str = "", *, township: str = HERE, age: timedelta = timedelta(), **fields: Any
) -> dict[str, Any]:
    """A post as another program would write it, with the JSON Schema in hand."""
    now = datetime.now(UTC)
    return {
        "id": identity,
        "township": township,
        "source": "forum",
        "fetched": now.isoformat(),
        "published": (now - age).isoformat(),
        "body": body,
        **fields,
    }


def _write(file: Path, content: Mapping[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(dict(content), allow_unicode=True), "utf-8")


def _deployment(name: str, servers: Servers) -> dict[str, Any]:
    return {
        "name": name,
        "kafka": servers.kafka,
        "elasticsearch": servers.elasticsearch,
        "partitions": PARTITIONS,
        "batch_seconds": 0.1,
        "contact": "test@example.org",
    }


def _township(code: str, place: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"{place}镇",
        "offices": [
            {"id": "emergency", "name": f"{place}镇应急管理办公室"},
            {"id": "service", "name": f"{place}镇便民服务中心"},
            {"id": "supervision", "name": f"{place}镇纪检监察办公室"},
        ],
        "supervision": "supervision",
        "duty": f"{place}镇值班室",
        "routes": [{"office": "emergency", "kinds": ["生产安全事故", "道路交通事故", "火灾"]}, {"office": "service"}],
        "places": [{"name": f"{place}小学", "kind": "school"}, {"name": f"{place}村", "kind": "village"}],
    }
