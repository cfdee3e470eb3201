"""What JSON holds where an expression finds nothing."""

from collections.abc import Mapping
from typing import Any, Final

from deploy.explaining.opening import opening
from streams.pages.charset import decoded
from streams.pages.expression import parsed, value_at
from streams.pages.page import Page
from streams.parsers.api import lines
from streams.source import Api, Folder, Manual, Webhook

_SAYS: Final = ("msg", "message", "error", "errmsg", "error_description")
"""Where interfaces say in words what is wrong."""

_SHOWN: Final = 20
_LONGEST: Final = 60


def why(source: Api | Folder | Webhook | Manual, page: Page, signal: str) -> str:
    """In words, or nothing where there is nothing to say."""
    field, _, what = signal.partition(":")
    text = decoded(page.body, source.encoding or page.charset)
    try:
        answer = lines(text) if page.url.endswith(".jsonl") else parsed(text)
    except ValueError:
        return f"it is no JSON: {opening(text)}" if field == "page" else ""
    if field == "paging":
        return "the next page would be the same: `parameter` is not what it pages by"
    items = value_at(answer, source.items) if source.items else answer
    items = [items] if isinstance(items, dict) and not isinstance(source, Api) else items
    if not isinstance(items, list):
        return f"`items` {source.items or '(none)'} finds {'nothing' if items is None else 'no list'}; {_shape(answer)}"
    expression = getattr(source.message, field, None)
    if not expression:
        return ""
    lacking = [each for each in items if isinstance(each, dict) and not value_at(each, expression)]
    if what == "unreadable":
        said = next((value for each in items if (value := value_at(each, expression))), None)
        return f"`{field}` {expression} finds {str(said)[:_LONGEST]!r}"
    return f"`{field}` {expression} finds nothing; an item has {_keys(lacking[0])}" if lacking else ""


def _shape(answer: Any) -> str:
    """What an answer has, down to where it branches, and what it says of itself in words."""
    path, here = "it", answer
    while isinstance(here, Mapping) and (inner := [each for each in here.items() if isinstance(each[1], Mapping)]):
        if len(inner) != 1:
            break
        path, here = inner[0]
    words = [answer[key] for key in _SAYS if isinstance(answer.get(key), str)] if isinstance(answer, Mapping) else []
    has = f"{path} has {_keys(here)}" if isinstance(here, Mapping) else f"{path} is {type(here).__name__}"
    return has + (f"; it says {words[0][:_LONGEST]!r}" if words and words[0] else "")


def _keys(value: Mapping[str, Any]) -> str:
    return ", ".join(list(value)[:_SHOWN]) or "nothing"
