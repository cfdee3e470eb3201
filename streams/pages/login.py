"""Whether a page in which nothing was found asks to log in: the session of who read it is over, or was never there."""

import re
from typing import Final

from streams.pages.charset import decoded
from streams.pages.page import Page

LOGIN: Final = "page:login"
"""The signal."""

_LARGEST: Final = 100_000
"""Bytes of such a page."""

_ADDRESS: Final = re.compile(r"://[^?#]*[/.](?:login|signin|passport|sso|cas|logon)\b", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^<>]{0,200}>[^<]{0,200}(?:登[录陆入]|\blog ?in\b|\bsign ?in\b)", re.IGNORECASE)
_SAID: Final = re.compile(
    r"\"(?:msg|message|error|errmsg)\"\s*:\s*\"[^\"]{0,100}"
    r"(?:登[录陆]|未授权|token|unauthori[sz]ed|not logged)",
    re.IGNORECASE,
)


def asks_to_log_in(page: Page) -> bool:
    """By its address after redirects, its title, or what an interface says in words.

    A field for a password is no sign: forums have one at the head of each page.
    """
    if _ADDRESS.search(page.url):
        return True
    if len(page.body) > _LARGEST:
        return False
    text = decoded(page.body, page.charset)
    return bool((_SAID if text.lstrip()[:1] in {"{", "["} else _TITLE).search(text))
