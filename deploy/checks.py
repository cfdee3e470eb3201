"""Tries everything that a deployment needs, and says of each part what is wrong and how to mend it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from msgspec import Struct

from deploy import templates
from deploy.manners import assert_awake
from deploy.remedies import START_ELASTICSEARCH, START_KAFKA
from deploy.settings import deployment, sources, townships
from deploy.settings.deployment import Settings
from streams.crawl.disk import Disk
from streams.elasticsearch.client import connect
from streams.elasticsearch.indices import differences
from streams.errors import Busy, Misconfigured, XiangyinError
from streams.identity import padded
from streams.kafka.access import arguments
from streams.kafka.admin import unseen
from streams.kafka.failures import busy_when_away
from streams.privacy import keyring
from streams.push import signature
from streams.source import AnySource, Folder, Webhook
from streams.topics import PLANS, topic
from streams.web.fetch import assert_named

T = TypeVar("T")

OLDEST_ELASTICSEARCH: Final = 8

PATIENCE: Final = 10.0
"""Seconds in which a folder must be listed: a person waits."""


class Finding(Struct, frozen=True):
    """One part of the deployment: well, or what is wrong with it and the remedy, a line each.

    `lacking` is what is well as it is, and yet not enough for every command.
    """

    part: str
    detail: str = ""
    wrong: tuple[str, ...] = ()
    lacking: str = ""


async def checks(file: Path | None) -> AsyncIterator[Finding]:
    """Findings, part by part; what needs a part that is wrong is left out."""
    settings, finding = _tried("configuration", lambda: deployment.load(file))
    named = "; ".join([str(deployment.find(file)), *deployment.unknown_variables(os.environ)])
    yield finding if settings is None else Finding("configuration", named)
    if settings is None:
        return
    keys, finding = _tried("key file", lambda: keyring.read(settings.key_file))
    yield finding if keys is None else Finding("key file", f"{settings.key_file}, mode 0600, newest key {max(keys)}")
    served, finding = _tried("townships", lambda: townships.read_all(settings.townships))
    named = ", ".join(f"{township.name} {code}" for code, township in (served or {}).items())
    yield finding if served is None else Finding("townships", named)
    if served is not None:
        known, finding = _tried("sources", lambda: _awake(settings, set(served)))
        opened = tuple(await unopened(known.values())) if known else ()
        yield finding if known is None else Finding("sources", ", ".join(known), wrong=opened)
        yield contact(settings.contact)
    yield await _kafka(settings)
    yield await _elasticsearch(settings, list(served or {}))


def _awake(settings: Settings, served: set[str]) -> dict[str, AnySource]:
    known = sources.read_all(settings.sources, served)
    assert_awake(known.values(), settings.hours)
    return known


async def unopened(known: Iterable[AnySource], seconds: float = PATIENCE) -> Sequence[str]:
    """What a crawler will not be able to open: the secrets of webhooks, each with its own, and folders.

    All folders are listed at once, in `seconds`: a share whose server is away holds whoever looks there, for hours.
    """
    disk, believed, wrong, folders = Disk(seconds), dict[str, Sequence[bytes]](), list[str](), list[Folder]()
    for source in known:
        try:
            if isinstance(source, Webhook):
                believed[source.name] = signature.secrets_of(Path(source.secret_file))
            elif isinstance(source, Folder):
                folders.append(source)
        except Misconfigured as error:
            wrong.append(f"{source.name}: {error}")
    try:
        signature.assert_apart(believed)
    except Misconfigured as error:
        wrong.append(str(error))
    return [*wrong, *filter(None, await asyncio.gather(*(_unlisted(each, disk) for each in folders)))]


async def _unlisted(folder: Folder, disk: Disk) -> str:
    """Why a folder cannot be listed, and what to do; nothing where it can."""
    try:
        await disk.read(folder.name, lambda: os.scandir(folder.path).close())
    except TimeoutError as error:
        remedy = "see whether its server is away and mount it again, or correct `url`"
        return f"{folder.name}: {folder.path}: {error.strerror}; {remedy}"
    except OSError as error:
        return f"{folder.name}: {folder.path}: {error.strerror}; make the folder, or correct `url`"
    return ""


def contact(named: str) -> Finding:
    """Who stands in the User-Agent. Without it all but the crawler can work."""
    if not named:
        return Finding("contact", "nobody", lacking="write an e-mail address or a page before `xiangyin crawl`")
    _, finding = _tried("contact", lambda: assert_named(named))
    return finding if finding.wrong else Finding("contact", named)


def _tried(part: str, read: Callable[[], T]) -> tuple[T | None, Finding]:
    try:
        return read(), Finding(part)
    except XiangyinError as error:
        return None, Finding(part, wrong=tuple(str(error).splitlines()))


async def _kafka(settings: Settings) -> Finding:
    part = f"Kafka at {settings.kafka}"
    try:
        access = settings.kafka_access()
        admin = AIOKafkaAdminClient(**arguments(access), request_timeout_ms=5000)
    except Misconfigured as error:
        return Finding(part, wrong=(str(error),))
    try:
        async with busy_when_away(access):
            await admin.start()
            wanted = [topic(settings.name, plan.role) for plan in PLANS]
            there = set(await admin.list_topics())
            standing = [name for name in wanted if name in there]
            described = await admin.describe_topics(standing) if standing else []
    except Busy as busy:
        return Finding(part, wrong=(f"{part} does not answer ({type(busy.__cause__).__name__}); {START_KAFKA}",))
    except Misconfigured as error:
        return Finding(part, wrong=(str(error),))
    finally:
        await admin.close()
    missing = [f"topic {name} is missing; {unseen(access)}" for name in wanted if name not in there]
    counts = {each["topic"]: len(each["partitions"]) for each in described}
    other = [
        f"topic {name} has {count} partitions, the configuration says {settings.partitions}; set partitions: {count}, "
        "or begin a deployment under another name"
        for name, count in counts.items()
        if count != settings.partitions
    ]
    detail = f"{len(standing)} topics with {settings.partitions} partitions"
    return Finding(part, detail, (*missing, *other))


async def _elasticsearch(settings: Settings, codes: list[str]) -> Finding:
    part = f"Elasticsearch at {settings.elasticsearch}"
    try:
        client = await connect(settings.access(), request_seconds=10)
    except Busy as error:
        return Finding(part, wrong=(f"{error}; {START_ELASTICSEARCH}",))
    except Misconfigured as error:
        return Finding(part, wrong=(str(error),))
    try:
        version = dict((await client.info()).body)["version"]
        wanted = templates.indices(settings.name, [padded(code) for code in codes])
        wrong = await differences(client, settings.elasticsearch, wanted)
    except XiangyinError as error:
        return Finding(part, wrong=(str(error),))
    finally:
        await client.close()
    embedded = version.get("distribution") == "opensearch"
    if not embedded and int(version["number"].partition(".")[0]) < OLDEST_ELASTICSEARCH:
        wrong = [f"version {version['number']} is too old; upgrade to 8.x", *wrong]
    name = "the embedded search server" if embedded else f"version {version['number']}"
    return Finding(part, f"{name}, {len(wanted)} indices", tuple(wrong))
