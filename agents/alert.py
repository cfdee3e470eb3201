"""Alert: is this worth waking somebody for, and in which words?"""

from typing import Final

from msgspec import json
from msgspec.structs import asdict, replace

from streams.matter import Deployment, Matter, Moment
from streams.records import AlertMessage, Colour, Grade, Incident, Toll
from streams.topics import POSTS, role
from streams.township import Township

OF_GRADE: Final[dict[Grade, int]] = {"none": 0, "unknown": 9, "IV": 9, "III": 13, "II": 17, "I": 21}
OF_WARNING: Final[dict[Colour, int]] = {"none": 0, "blue": 9, "yellow": 13, "orange": 17, "red": 21}
"""Severity numbers as in OpenTelemetry's log model: 9 info, 13 warn, 17 error, 21 fatal."""

CAP_SEVERITY: Final = {9: "Minor", 13: "Moderate", 17: "Severe", 21: "Extreme"}
"""Words of the Common Alerting Protocol 1.2 (OASIS), section 3.2.2."""


def run(matter: Matter, moment: Moment, township: Township, deployment: Deployment) -> Matter:
    """The matter, with an alert to send when it is graver than any alert before, or when an alerted matter changed.

    Only harm and hazard count: a matter without grade, warning or unverified harm never alerts, whatever is owed.
    What is old, or comes from a backfill, is not `live` and alerts nobody. Only a post begins an alert, or makes it
    graver: a decision or a missed deadline about what an import or a replay has graded is no news of it.
    """
    now, rank = matter.now, severity_number(matter.now)
    changed = matter.before is None or now.revision != matter.before.revision
    graver = rank > now.alerted and role(moment.position.topic) == POSTS
    if not (moment.live and rank and (graver or (now.alert_started and changed))):
        return matter
    incident = replace(now, alerted=max(rank, now.alerted), alert_started=now.alert_started or moment.recorded)
    news = "Cancel" if now.status == "closed" else "Update" if now.alert_started else "Alert"
    message = _message(incident, news, moment, township, deployment)
    return Matter(matter.before, replace(incident, pending_alerts=(*incident.pending_alerts, message)))


def severity_number(incident: Incident) -> int:
    """9 blue, 13 yellow, 17 orange, 21 red: the higher of grade and warning; 0 = no matter of public safety."""
    return max(
        OF_GRADE[incident.grade], OF_WARNING[incident.warning], OF_GRADE["unknown"] if incident.unverified else 0
    )


def _message(incident: Incident, news: str, moment: Moment, township: Township, deployment: Deployment) -> AlertMessage:
    identity = f"{incident.id}:{incident.revision}"
    headers = {
        "ce_specversion": "1.0",
        "ce_id": identity,
        "ce_source": f"/xiangyin/{deployment.name}/{incident.township}",
        "ce_type": "cn.xiangyin.alert",
        "ce_subject": incident.id,
        "ce_time": moment.recorded.isoformat(),
        "ce_severitynumber": str(severity_number(incident)),
        "content-type": "application/json",
        "traceparent": moment.traceparent,
    }
    body = _body(incident, news, moment, township, deployment)
    return AlertMessage(id=identity, headers=headers, value=json.encode(body).decode())


def _body(
    incident: Incident, news: str, moment: Moment, township: Township, deployment: Deployment
) -> dict[str, object]:
    resolved = news == "Cancel"
    return {
        "status": "resolved" if resolved else "firing",
        "labels": _labels(incident, township),
        "annotations": _annotations(incident),
        "startsAt": incident.alert_started,
        "endsAt": moment.recorded if resolved else None,
        "fingerprint": incident.id,
        "generatorURL": f"{deployment.url}/incidents/{incident.id}",
        "revision": incident.revision,
        "severitynumber": severity_number(incident),
        "evidence": incident.evidence,
        "unverified": incident.unverified,
        "facts": asdict(incident.toll),
        "posts": incident.posts,
        "voices": incident.voices,
        "cap": {
            "status": "Draft" if incident.status == "open" else "Actual",
            "msgType": news,
            "severity": CAP_SEVERITY[severity_number(incident)],
            "urgency": "Immediate" if incident.warning in ("red", "orange") else "Expected",
            "certainty": _certainty(incident),
            "references": [] if news == "Alert" else [incident.id],
        },
        "duty": township.duty,
        "playbook": f"{incident.kind}.{incident.grade}",
    }


def _labels(incident: Incident, township: Township) -> dict[str, str]:
    return {
        "alertname": "xiangyin_public_safety",
        "township": incident.township,
        "township_name": township.name,
        "grade": incident.grade,
        "warning": incident.warning,
        "kind": incident.kind,
        "topic": incident.topic,
        "offices": ",".join(office.id for office in incident.offices),
        "state": incident.status,
    }


def _annotations(incident: Incident) -> dict[str, str]:
    quotes = incident.evidence or incident.unverified
    return {
        "summary": incident.summary or incident.title,
        "quote": " … ".join(dict.fromkeys(quote.text for quote in quotes)),
        "offices": "、".join(office.name for office in incident.offices),
        "verify": "、".join(dict.fromkeys(claim.text for claim in incident.unverified)),
        "missed": "、".join(deadline.name for deadline in incident.deadlines if deadline.missed),
    }


def _certainty(incident: Incident) -> str:
    """CAP 1.2: Observed = harm is stated, Likely = a danger is, Possible = a claim that a person must verify."""
    if incident.grade in ("none", "unknown") and incident.warning == "none":
        return "Possible"
    return "Likely" if incident.toll == Toll() else "Observed"
