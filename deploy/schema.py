"""JSON Schema of everything that other programs and editors read or write."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from deploy.settings.deployment import ONLY_ENVIRONMENT, Settings
from models.correction import Correction
from streams.batch.claims import Claim
from streams.batch.register import Dealing
from streams.crawl.watch import Event
from streams.records import Action, DeadLetter, Evidence, Forget, Post, Toll
from streams.source import AnySource, Shown
from streams.township import Township
from streams.web.host import HostEvent

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


class Cap(Struct, kw_only=True):
    """What a Common Alerting Protocol 1.2 message says of it (OASIS); a Draft until an officer confirms."""

    status: Literal["Draft", "Actual", "Exercise"]
    msgType: Literal["Alert", "Update", "Cancel"]  # noqa: N815 - CAP's own spelling
    severity: str
    urgency: str
    certainty: str
    references: tuple[str, ...]


class Alert(Struct, kw_only=True):
    """The value of a record in `.alerts`, shaped like an alert of Alertmanager; CloudEvents' attributes are headers."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: datetime | None  # noqa: N815 - Alertmanager's own spelling
    endsAt: datetime | None  # noqa: N815
    fingerprint: str
    generatorURL: str  # noqa: N815
    revision: int
    severitynumber: Annotated[int, Meta(description="9 blue, 13 yellow, 17 orange, 21 red.")]
    evidence: tuple[Evidence, ...]
    unverified: tuple[Evidence, ...]
    facts: Toll
    posts: int
    voices: int
    cap: Cap
    duty: str
    playbook: str


def schema(what: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of NAMES.

    Raises:
        KeyError: there is no such schema.
    """
    return {"$schema": DRAFT, **_SCHEMAS[what]()}


def _of(kind: Any) -> Callable[[], dict[str, Any]]:
    return lambda: msgspec.json.schema(kind)


def _either(*kinds: Any) -> dict[str, Any]:
    found, named = msgspec.json.schema_components(kinds)
    return {"anyOf": list(found), "$defs": named}


def _deployment() -> dict[str, Any]:
    """Fields that the environment may give are not required of the file, and secrets have no place in it."""
    found = Settings.model_json_schema()
    for name in ONLY_ENVIRONMENT:
        del found["properties"][name]
    return {name: value for name, value in found.items() if name != "required"}


_SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "deployment": _deployment,
    "township": _of(Township),
    "source": _of(AnySource),
    "post": _of(Post),
    "action": lambda: _either(Action, Forget),
    "alert": _of(Alert),
    "deadletter": _of(DeadLetter),
    "operation": lambda: _either(Event, HostEvent, Shown, Claim, Dealing),
    "correction": _of(Correction),
}

NAMES: Final = tuple(_SCHEMAS)
