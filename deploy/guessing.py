"""Guesses by its values which key of an interface's items says what, where no key has a name that is known."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from streams.pages.dates import time_of

_DATE: Final = re.compile(r"\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,2}.{0,25}|20\d{6}(?:\d{4}(?:\d\d)?)?|1\d{12}")
"""A whole day or moment, and nothing else; or milliseconds since 1970."""

_ID: Final = re.compile(r"[\w\-]{1,64}")
_WORDS: Final = 6
"""Characters that a text has at least, on average."""

_ZONE: Final = ZoneInfo("Asia/Shanghai")


def guessed(items: Sequence[Mapping[str, Any]], named: Mapping[str, str]) -> dict[str, str]:
    """Keys of what is not `named` yet: time, id and body, as far as values tell.

    A key of moments is the time, the first one that tells all items apart the id, and the one with the longest texts
    the body.
    """
    found: dict[str, str] = {}
    keys = [key for key in dict.fromkeys(key for item in items for key in item) if key.isidentifier()]
    for field, tells in (("time", _is_time), ("id", _is_id), ("body", _is_text)):
        free = [key for key in keys if key not in {*named.values(), *found.values()}]
        fitting = [key for key in free if tells([item[key] for item in items if item.get(key) not in (None, "")])]
        if field == "id":
            fitting = [key for key in fitting if all(item.get(key) not in (None, "") for item in items)]
        if field == "body":
            fitting = sorted(fitting, key=lambda key: -sum(len(str(item.get(key) or "")) for item in items))
        if field not in named and fitting:
            found[field] = fitting[0]
    return found


def _is_time(values: Collection[Any]) -> bool:
    now = datetime.now(UTC)
    return bool(values) and all(
        isinstance(each, str | int) and _DATE.fullmatch(str(each)) and time_of(each, _ZONE, now) for each in values
    )


def _is_id(values: Sequence[Any]) -> bool:
    """One item alone tells nothing apart."""
    texts = [str(each) for each in values if isinstance(each, str | int) and not isinstance(each, bool)]
    unlike = len(values) > 1 and len(texts) == len(set(texts)) == len(values)
    return unlike and all(_ID.fullmatch(each) and each.isascii() for each in texts)


def _is_text(values: Collection[Any]) -> bool:
    texts = [each for each in values if isinstance(each, str) and not urlsplit(each).scheme and not each.isascii()]
    return bool(texts) and len(texts) == len(values) and sum(map(len, texts)) >= _WORDS * len(texts)
