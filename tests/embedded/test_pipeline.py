"""The main job on real servers: posts in, judged, indexed, alerted; nothing lost, nothing twice, nobody named."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedServers
from streams.murmur2 import partition
from streams.privacy import keyring
from streams.privacy.seal import Seal
from tests.embedded.county import ELSEWHERE, HERE, PARTITIONS, THERE, County, post
from tests.embedded.raw_producer import produce
from tests.unit.streams.kafka.handmade import batch, nullable, record

SHARED = Path(__file__).parents[3] / "shared" / "data" / "messages_stream.jsonl"

CRACK = "东埠小学操场边的围墙裂了一道大口子，孩子们每天从下面走，随时可能倒塌，请赶快来看看"
FALL = "东埠小学的围墙倒了，砸伤两名学生，已造成2人受伤"


async def test_a_matter_is_followed_from_a_crack_to_an_accident(county: County) -> None:
    """One matter, one incident: a hazard warns yellow, the accident is graded IV, the alert's next revision."""
    county.work()
    await county.publish([post("1", CRACK)])
    await county.until(1)
    await county.publish([post("2", FALL), post("3", "谢谢镇里把路修好了，给你们点赞")])
    await county.until(3)
    await county.drained()
    (incident,) = [each for each in await county.search("incidents") if each["warning"] != "none"]
    assert (incident["grade"], incident["posts"]) == ("IV", 2)
    alerts = await county.alerts()
    assert [alert["labels"]["grade"] for alert in alerts] == ["none", "IV"]
    assert [alert["revision"] for alert in alerts] == sorted({alert["revision"] for alert in alerts})
    assert alerts[0]["labels"]["warning"] == "yellow"
    assert all(quote["text"] in CRACK + FALL for alert in alerts for quote in alert["evidence"])
    assert {alert["fingerprint"] for alert in alerts} == {incident["id"]}
    stored = {each["id"]: each for each in await county.search("posts")}
    assert stored["1"]["incident"] == stored["2"]["incident"] == incident["id"]
    assert "incident" not in stored["3"] or stored["3"]["incident"] is None


async def test_keys_of_other_producers_lead_to_the_same_place(county: County) -> None:
    """A crc32-partitioned, a null and a 9-digit key end in the same incident as the right one."""
    own = "东埠小学门口的路灯坏了三个月了，晚上漆黑一片，希望尽快修好"
    county.work()
    await county.publish([post("right", own)])
    for other in range(PARTITIONS):
        await county.publish([post(f"wrong-{other}", own)], at=other)
    await county.publish([post("null", own)], key=None)
    await county.publish([post("nine", own, township=HERE[:9])], key=HERE[:9].encode())
    await county.until(3 + PARTITIONS)
    await county.drained()
    stored = await county.search("posts")
    assert len({each["incident"] for each in stored}) == 1
    assert {each["township"] for each in stored} == {HERE}
    (incident,) = await county.search("incidents")
    assert incident["posts"] == 3 + PARTITIONS


async def test_no_store_shows_a_handle_or_a_number(county: County) -> None:
    """What another program plants unmasked is masked before it is stored, sent on or logged."""
    handle, phone, other = "阿强爱钓鱼1987", "13812345678", "王小明同学"
    county.work()
    await county.publish(
        [
            post("1", f"{CRACK}。我是{handle}，电话{phone}", author=handle, title=f"{handle}反映围墙"),
            post("2", f"联系 {phone}，@{other} 也看到了", author=handle),
            post("3", f"电话{phone}", township="123456789000", author=handle),
            {**post("4", f"电话{phone}"), "kind": f"{handle}"},
            {**post("5", "路灯坏了，请修"), "source": f"微博{phone}"},
            {**post("6", "路灯坏了"), "source": f"微博{phone}", "township": "123456789000"},
        ]
    )
    await county.until(3, dead=3)
    await county.drained()
    shown = [json.dumps(await county.search("*"), ensure_ascii=False), county.logs()]
    for role in ("alerts", "dead", "operations"):
        shown += [f"{each.key!r} {each.value.decode()} {each.headers!r}" for each in await county.read(role)]
    everything = "\n".join(shown)
    assert CRACK[:10] in everything
    assert not [word for word in (handle, phone, other) if word in everything]
    assert {each["author"][:3] for each in await county.search("posts") if each.get("author")} == {"p1-"}


async def test_strange_records_stop_nothing(county: County) -> None:
    """Malformed, oversized, undecodable and unplaceable records are dead letters by name; the others are stored."""
    county.work()
    await county.publish([b"{", b"", b'{"id": 5}', b"\xff\x00", post("u", "路灯坏了", township="123456789012")])
    future, past = datetime.now(UTC) + timedelta(days=900), datetime(1970, 1, 1, tzinfo=UTC)
    strange = [
        post("empty", ""),
        post("emoji", "😀👨‍👩‍👧‍👦𠮷𪚥路灯坏了"),
        post("nul", "路灯\x00坏了，请修"),
        post("future", "路灯坏了，请修一下", published=future.isoformat(), fetched=future.isoformat()),
        post("past", CRACK, published=past.isoformat()),
        post("html", "<script>steal()</script><p onclick=x()>水管<b>爆</b>了，请来修</p>"),
        post("long", "修路" * 50_000),
    ]
    await county.publish(strange)
    await county.until(len(strange), dead=5)
    await county.drained()
    dead = await county.dead()
    assert sorted(letter["reason"] for letter in dead) == ["township", *["unreadable"] * 4]
    assert all(letter["error"] and letter["sealed"] for letter in dead)
    stored = {each["id"]: each for each in await county.search("posts")}
    assert stored.keys() == {each["id"] for each in strange}
    assert "steal" not in stored["html"]["body"]
    assert "\x00" not in stored["nul"]["body"]
    assert stored["future"]["happened"] <= datetime.now(UTC).isoformat()
    assert await county.alerts() == [], "a post of 1970 wakes nobody"


async def test_a_broken_producer_stops_nobody(county: County) -> None:
    """Bytes that no client parses become dead letters, each in its place; the posts around them are judged."""
    county.work()
    await county.publish([post("before", "路灯坏了，请修一下")])
    sent = [json.dumps(post(name, "东埠村的水管爆了，请来修")).encode() for name in ("1", "2", "3")]
    headers = [(b"\xc3\x28name", b"13800000000")]
    one = batch([record(0, sent[0]), record(1, sent[1], headers=headers), record(2, sent[2]), nullable(b"\0?")])
    packed = batch([b"no zstd"], attributes=4, last_delta=1, records=2)
    topic, number = f"{county.name}.posts", partition(HERE.encode(), PARTITIONS)
    assert await produce(county.kafka, topic, number, [one, packed]) == [0, 0]
    await county.publish([post("after", "东埠村的路面塌了，请来修")])
    await county.until(4, dead=3)
    await county.drained()
    letters = sorted(await county.dead(), key=lambda letter: int(letter["offset"]))
    assert [(letter["offset"], letter["reason"], letter["step"]) for letter in letters] == [
        (2, "unreadable", "read"),
        (4, "unreadable", "read"),
        (6, "unreadable", "read"),
    ]
    assert letters[0]["error"] == "the name of a header is not UTF-8"
    assert "records 5 to 6" in letters[2]["error"]
    seal = Seal(max(keyring.read(county.folder / "key").items())[1])
    opened = json.loads(seal.open(letters[0]["sealed"]))
    assert base64.b64decode(opened["value"]) == sent[1]
    assert base64.b64decode(opened["headers"]["\\xc3(name"]) == b"13800000000"
    assert base64.b64decode(json.loads(seal.open(letters[2]["sealed"]))["value"])[12:] == packed[12:]
    assert {each["id"] for each in await county.search("posts")} == {"before", "1", "3", "after"}
    assert "records became dead letters" in county.logs(), "the operator is told"
    assert "13800000000" not in county.logs()
    county.end()
    ending = county.logs().strip().splitlines()[-2:]
    assert ["asked to end" in ending[0], "ended" in ending[1]] == [True, True], "who looks at the log sees why it stops"


async def test_an_id_with_other_content_is_an_edit(county: County) -> None:
    """The newest reading stands, the incident counts the post once, and an older reading changes nothing."""
    county.work()
    earlier, now = datetime.now(UTC) - timedelta(minutes=3), datetime.now(UTC)
    first = post("1", "东埠村的水管爆了，请来修", fetched=earlier.isoformat())
    edit = post("1", "东埠村的水管爆了，淹了两户，请快来修", fetched=now.isoformat())
    await county.publish([first, edit, first, edit])
    await county.publish([post("2", "东埠村的水管爆了，水流了一夜，请来修")])
    await county.until(2)
    await county.drained()
    stored = {each["id"]: each for each in await county.search("posts")}
    assert stored["1"]["body"] == edit["body"]
    (incident,) = await county.search("incidents")
    assert incident["posts"] == 2


async def test_old_posts_and_backfills_wake_nobody(county: County) -> None:
    """A post older than 48 hours, or from the backfill, is judged, indexed and grouped, and alerts nobody."""
    county.work()
    await county.publish([post("old", FALL, age=timedelta(hours=49))])
    await county.publish([post("back", FALL.replace("东埠", "鹿鸣"), township=THERE)], role="backfill")
    await county.until(2)
    await county.drained()
    assert {each["severity"]["grade"] for each in await county.search("posts")} == {"IV"}
    assert {each["grade"] for each in await county.search("incidents")} == {"IV"}
    assert await county.alerts() == []
    await county.publish([post("new", FALL)])
    await county.until(3)
    await county.drained()
    assert [alert["labels"]["grade"] for alert in await county.alerts()] == ["IV"]


async def test_neither_an_action_nor_criticism_changes_a_grade(county: County) -> None:
    """An officer's decision moves the status; eighty angry posts move nothing; the alert follows the status."""
    county.work()
    await county.publish([post("1", FALL)])
    await county.until(1)
    await county.drained()
    (incident,) = await county.search("incidents")
    anger = [
        post(f"angry-{n}", f"第{n}次说了，领导不作为，太气人了！！！东埠小学围墙的事必须公开道歉！") for n in range(80)
    ]
    await county.publish(anger)
    await county.until(81)
    action = {"id": "a1", "township": HERE, "incident": incident["id"], "revision": 1, "role": "值班", "reason": "到场"}
    time = datetime.now(UTC).isoformat()
    await county.publish([{**action, "verb": "confirm", "time": time}], role="actions")
    await county.publish([{**action, "id": "a2", "verb": "close", "time": time}], role="actions")
    await county.drained()
    after = {each["id"]: each for each in await county.search("incidents")}
    assert after[incident["id"]]["grade"] == incident["grade"] == "IV"
    assert after[incident["id"]]["status"] == "closed"
    assert {each["grade"] for each in after.values()} <= {"IV", "none"}
    alerts = await county.alerts()
    assert {alert["labels"]["grade"] for alert in alerts} == {"IV"}
    assert [alert["labels"]["state"] for alert in alerts] == ["open", "confirmed", "closed"]
    assert alerts[-1]["status"] == "resolved"


async def test_kill_after_kill_ends_like_an_uninterrupted_run(
    county: County, servers: EmbeddedServers, deployment: str, tmp_path: Path
) -> None:
    """Kill -9 of the worker again and again: the same documents, no post twice, no alert lost, alerts in order."""
    (calm_folder := tmp_path / "calm").mkdir()
    calm = County(servers, f"{deployment}-calm", calm_folder)
    calm.set_up()
    (calm_folder / "key").write_bytes((county.folder / "key").read_bytes())
    sent = [
        post(f"{township}-{number}", text, township=township)
        for township, place in ((HERE, "东埠"), (THERE, "鹿鸣"), (ELSEWHERE, "石埂"))
        for number in range(60)
        for text in [varied(place, number)]
    ]
    for each in (calm, county):
        await each.publish(sent)
    calm.work()
    try:
        await calm.until(len(sent))
        await calm.drained()
    finally:
        calm.end()
    for pause in (3.5, 3.0, 3.2, 2.6):
        county.work()
        await asyncio.sleep(pause)
        county.kill()
    county.work()
    await county.until(len(sent))
    await county.drained()
    assert await county.count() == len(sent)
    assert await outcome(county) == await outcome(calm)
    assert by_matter(await county.alerts()) == by_matter(await calm.alerts())
    revisions: dict[str, int] = {}
    for alert in await county.alerts():
        assert alert["revision"] > revisions.get(alert["fingerprint"], 0)
        revisions[alert["fingerprint"]] = alert["revision"]


def varied(place: str, number: int) -> str:
    texts = (
        f"{place}小学的围墙裂了，随时可能倒塌，孩子们天天从下面走",
        f"{place}小学的围墙倒了，砸伤{2 + number // 20}人，请救援",
        f"{place}村的路灯坏了{number}天，请来修一修",
        f"{place}村第{number}组停水了，什么时候来水",
        f"听说{place}村的厂里死了十个人，是不是真的",
        f"谢谢{place}村的干部，路修好了",
    )
    return texts[number % len(texts)]


async def outcome(county: County) -> tuple[dict[str, object], dict[str, object]]:
    """Posts with their incident and grade; incidents with all that is counted."""
    posts: dict[str, object] = {
        each["id"]: (each.get("incident"), each["severity"]["grade"]) for each in await county.search("posts")
    }
    incidents: dict[str, object] = {
        each["id"]: (each["grade"], each["warning"], each["posts"], each["voices"], each["revision"])
        for each in await county.search("incidents")
    }
    return posts, incidents


def by_matter(alerts: list[dict[str, object]]) -> dict[object, list[object]]:
    """What was alerted of each incident, in order."""
    found: dict[object, list[object]] = {}
    for alert in alerts:
        found.setdefault(alert["fingerprint"], []).append((alert["revision"], alert["labels"], alert["facts"]))
    return found


@pytest.mark.skipif(not SHARED.exists(), reason="the real messages of ../shared/data are not there")
async def test_an_import_of_real_messages_is_complete(county: County) -> None:
    """4,326 rows in while the worker runs, 4,326 documents, counted by asking the search server."""
    rows = len(SHARED.read_text("utf-8").splitlines())
    county.work()
    said = county.run("import", str(SHARED), "--township", HERE)
    assert f"published {rows}" in said
    await county.until(rows, seconds=150)
    await county.drained()
    assert await county.count() + len(await county.dead()) == rows
    newest = max(each["last_seen"] for each in await county.search("incidents"))
    assert newest < "2022", "an import keeps its dates"
    assert await county.alerts() == []
