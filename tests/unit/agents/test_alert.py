"""Alerts: harm and hazard only, each news once, in a form that programs know."""

from typing import Any

import pytest
from msgspec import json
from msgspec.structs import replace

from agents import alert
from streams.matter import Deployment, Matter
from streams.records import Incident, Position
from tests.unit.agents.matters import NOW, OFFICE, TOWNSHIP, WALL, incident, moment
from tests.unit.town import Town


def alerted(now: Incident, before: Incident | None = None, *, live: bool = True) -> list[dict[str, Any]]:
    matter = alert.run(Matter(before, now), moment(live=live), TOWNSHIP, Deployment("county", "http://127.0.0.1:1"))
    return [json.decode(message.value) for message in matter.now.pending_alerts]


@pytest.mark.parametrize(
    ("grade", "warning", "number"),
    [("none", "blue", 9), ("IV", "none", 9), ("III", "blue", 13), ("none", "orange", 17), ("I", "yellow", 21)],
)
def test_the_number_is_the_higher_of_grade_and_warning(grade: Any, warning: Any, number: int) -> None:
    """9 blue, 13 yellow, 17 orange, 21 red."""
    (body,) = alerted(incident(grade=grade, warning=warning))
    assert body["severitynumber"] == number


def test_a_matter_without_harm_alerts_nobody_however_loud() -> None:
    """Voices, mood and missed deadlines are no matter of public safety."""
    assert alerted(incident(posts=500, voices=400)) == []


def test_what_is_old_alerts_nobody() -> None:
    """A backfill or a post past its time is not live; the next live one alerts."""
    graded = incident(grade="III")
    assert alerted(graded, live=False) == []
    assert len(alerted(graded, before=graded)) == 1


@pytest.mark.parametrize("topic", ["county.actions", "timer"])
def test_a_decision_about_what_was_imported_begins_no_alert(topic: str) -> None:
    """Nor does its missed deadline: what a backfill has graded is old news, until a post says it again."""
    before = incident(grade="III")
    matter = Matter(before, replace(before, status="confirmed", revision=2))
    decided = replace(moment(), position=Position(topic, 0, 1))
    assert not alert.run(matter, decided, TOWNSHIP, Deployment("county")).now.pending_alerts
    assert len(alerted(matter.now, before)) == 1


def test_the_same_news_is_told_once_and_a_change_again() -> None:
    """After its alert a matter alerts when it grows graver or a revision says something new."""
    told = incident(grade="IV", alerted=9, alert_started=NOW)
    assert alerted(told, told) == []
    assert len(alerted(replace(told, revision=2), told)) == 1
    (graver,) = alerted(replace(told, grade="II", revision=2), told)
    assert (graver["severitynumber"], graver["cap"]["msgType"]) == (17, "Update")


def test_a_closed_matter_resolves_its_alert() -> None:
    """Alertmanager's word for the end, and CAP's."""
    told = incident(grade="IV", alerted=9, alert_started=NOW)
    (body,) = alerted(replace(told, status="closed", revision=2), told)
    assert (body["status"], body["cap"]["msgType"], body["startsAt"][:10]) == ("resolved", "Cancel", "2026-03-01")


def test_the_summary_is_that_of_the_incident_or_its_title() -> None:
    """An incident that an older program wrote has none, and is called by the post that founded it."""
    (old,) = alerted(incident(grade="IV"))
    (new,) = alerted(incident(grade="IV", summary="校车侧翻，三人受伤"))
    assert (old["annotations"]["summary"], new["annotations"]["summary"]) == ("围墙", "校车侧翻，三人受伤")


def summaries(*posts: str) -> list[tuple[str, str]]:
    """Incident and summary of each alert that these posts bring about, by the whole flow."""
    town = Town()
    sent = [town.hears(post)[Matter].now.pending_alerts[-1] for post in posts]
    return [(each.headers["ce_subject"], json.decode(each.value)["annotations"]["summary"]) for each in sent]


def test_whoever_reads_an_alert_is_sent_for_what_it_is_about() -> None:
    """A bus that overturns at the gate where a cover is missing is its own alert; a fall into the hole is an update."""
    cover, bus = "东埠小学门口下水道井盖没了", "东埠小学门口有辆校车侧翻，三个学生受伤。"
    fall = "东埠小学门口，一个学生掉进没盖的下水道，摔断了腿"
    (hole, first), (other, second), (same, third) = summaries(cover, bus, fall)
    assert (first, second, third) == (cover, bus, fall)
    assert (same, other != hole) == (hole, True)


def test_a_rumour_asks_a_person() -> None:
    """What is claimed and cannot be believed is an alert of the lowest number, with the words to verify."""
    (body,) = alerted(incident(unverified=(WALL,)))
    assert (body["severitynumber"], body["cap"]["certainty"]) == (9, "Possible")
    assert body["annotations"]["verify"] == WALL.text


def test_an_alert_is_a_cloudevent_with_an_id_to_drop_repeats_by() -> None:
    """CloudEvents 1.0 in Kafka's binary mode; id = incident and revision, subject = incident."""
    matter = alert.run(Matter(None, incident(grade="IV")), moment(), TOWNSHIP, Deployment("county"))
    (message,) = matter.now.pending_alerts
    assert message.id == message.headers["ce_id"] == "i1:1"
    assert message.headers["ce_specversion"] == "1.0"
    assert message.headers["ce_subject"] == "i1"
    assert message.headers["content-type"] == "application/json"


def test_an_alert_says_who_must_answer_and_in_whose_words() -> None:
    """Office, role on duty, playbook and the quotation."""
    (body,) = alerted(incident(grade="IV", kind="火灾", evidence=(WALL,), offices=(OFFICE,)))
    assert (body["annotations"]["offices"], body["annotations"]["quote"]) == ("应急办", "围墙倒了")
    assert (body["duty"], body["playbook"]) == ("值班室", "火灾.IV")
