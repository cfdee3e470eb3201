"""Programs that send what they hear to `POST /ingest/{source}`: sound ones, and those that are not to be believed."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from msgspec.structs import replace

from deploy.ingest import LARGEST
from tests.embedded.farm.folders import item_of
from tests.embedded.farm.kinds import EVERYWHERE, Make
from tests.embedded.farm.site import ALL, Message, Site, rules, says
from tests.embedded.farm.voices import HANDLE, Said, Voices

NEW, OLD, WRONG = "new", "old", "wrong"
"""Of a source's secrets two are believed, so that it can change them."""

ITEMS: Final = "data.list"
LATE: Final = 600.0
"""Seconds by which a sender's clock is wrong, twice as many as are granted."""

Row = list[Message]


def secret_of(source: str, which: str) -> bytes:
    """One of the secrets of a source."""
    return sha256(f"{which} secret of {source}".encode()).digest()


def secrets_file(source: str) -> str:
    """The file of those that are believed."""
    return "".join(f"whsec_{base64.b64encode(secret_of(source, which)).decode()}\n" for which in (OLD, NEW))


def webhook(name: str, voices: Voices) -> Site:
    """A message a post, one twice, words that come again, a list; in the second season an edit and something new."""
    one, two, *several = voices.numbered(name, 5)
    more = "，还是没人来"
    edited = replace(one, body=one.body + more, seen_body=one.seen_body + more)
    first = _message(name, [one])
    return _sends(
        name,
        ([one, two, *several], [[first, replace(first, word="repeated")], [_message(name, [two], by=OLD)],
                                [_message(name, several)], [_message(name, [two], number=2, word='"unchanged": 1')]]),
        ([edited, new := voices.numbered(name, 1)[0]], [[_message(name, [edited, new, two])]]),
    )  # fmt: skip


def _message(name: str, posts: Sequence[Said], number: int = 1, **how: Any) -> Message:
    """These posts; a name stands in the message's id, too."""
    items = [item_of(said) for said in posts]
    return Message(**{
        "to": name,
        "id": f"{quote(HANDLE)}-{name}-{'-'.join(str(said.serial) for said in posts)}-{number}",
        "body": json.dumps({"data": {"list": items}}, ensure_ascii=False),
        "by": NEW,
        **how,
    })  # fmt: skip


def _sends(name: str, *seasons: tuple[Sequence[Said], list[Row]], named: str = "") -> Site:
    """A source to which a program sends these messages, of which these posts are to come out, a season or two."""
    made = [
        Site(
            name,
            sources={name: {"kind": "webhook", **EVERYWHERE, "secret_file": f"{name}.secret", "items": ITEMS}},
            messages=messages,
            posts=list(posts),
            named={name: [named]} if named else {},
        )
        for posts, messages in seasons
    ]
    made[0].later = made[1] if made[1:] else None
    return made[0]


def _beside(named: str, answer: int, change: Callable[[Message], Message], word: str = "error") -> Make:
    """A message at which something is wrong between sound ones."""

    def make(name: str, voices: Voices) -> Site:
        before, wrong, after = ([said] for said in voices.numbered(name, 3))
        faulty = replace(change(_message(name, wrong)), answer=answer, word=word)
        row = [_message(name, before), faulty, _message(name, after)]
        return _sends(name, ([*before, *after], [row]), named=named)

    return make


def _odd_items(name: str, voices: Voices) -> Site:
    """An item without an id, and one that is none."""
    posts = voices.numbered(name, 2)
    message = _message(name, posts)
    odd = message.body.replace("[", '[{"body": "没有编号"}, 7, ', 1)
    return _sends(name, (posts, [[replace(message, body=odd)]]), named="signal:id:missing")


def _of_origin(name: str, voices: Voices) -> Site:
    """What stands on a site that closes a part of itself."""
    origin, posts = f"{name}-origin", voices.numbered(name, 4)
    items = [item_of(said, url=f"site://{origin}/{('closed', 'p')[place % 2]}") for place, said in enumerate(posts)]
    message = replace(_message(name, posts), body=json.dumps({"data": {"list": items}}, ensure_ascii=False))
    site = _sends(name, (posts[1::2], [[message]]), named="refused:robots")
    site.sources[name]["origin"] = f"site://{origin}"
    site.origins = [Site(origin, closed=ALL, robots=says(rules(("/closed",)), "text/plain"))]
    return site


WEBHOOK_FAULTS: Final[Mapping[str, Make]] = {
    "webhook-wrong-secret": _beside("error:message:unsigned", 401, lambda sent: replace(sent, by=WRONG)),
    "webhook-altered": _beside("error:message:unsigned", 401, lambda sent: replace(sent, signed=f"{sent.body} ")),
    "webhook-late": _beside("error:message:clock", 401, lambda sent: replace(sent, age=LATE)),
    "webhook-early": _beside("error:message:clock", 401, lambda sent: replace(sent, age=-LATE)),
    "webhook-to-nobody": _beside("", 401, lambda sent: replace(sent, to=quote(HANDLE))),
    "webhook-large": _beside("error:message:large", 413, lambda sent: replace(sent, body=sent.body.ljust(LARGEST + 1))),
    "webhook-cut": _beside("error:message:broken", 0, lambda sent: replace(sent, cut=True), word=""),
    "webhook-no-json": _beside("signal:page:unreadable", 422, lambda sent: replace(sent, body=sent.body[:-9])),
    "webhook-no-list": _beside(
        "signal:items:missing", 422, lambda sent: replace(sent, body=sent.body.replace('"list"', '"rows"'))
    ),
    "webhook-odd-items": _odd_items,
    "webhook-of-origin": _of_origin,
}
