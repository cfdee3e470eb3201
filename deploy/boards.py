"""Proposes how a letter box of a government is read: where its list leads, as far as the list tells."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from streams.pages.links import absolute

_CALLED: Final = re.compile(r"信箱|来信|留言|问政|民声|民意|诉求")
"""How such a page calls itself, in its title or heading."""

_NUMBER: Final = re.compile(r"(?P<before>[^/\d\"\\]+/?)\d+\D*$")
"""The last number of an address, which is the letter's, and what stands before it."""

_NEXT: Final = re.compile(r"\s*(?:下一?页|后页|>|»)\s*")
_FEW: Final = 2
"""Links of one form that make a list."""

QUESTION: Final = "what-holds-the-question"
"""Finds nothing: `xiangyin source try` then says where the longest text of such a page is."""


def letters(parsed: LexborHTMLParser, url: str) -> Mapping[str, Any] | None:
    """The fields of a source for a page that calls itself a letter box and lists letters; None for any other."""
    if not any(_CALLED.search(node.text()) for node in parsed.css("title, h1, h2")):
        return None
    forms: Counter[str] = Counter()
    for node in parsed.css("a[href]"):
        address = (node.attributes.get("href") or "").partition("#")[0]
        own = urlsplit(absolute(url, address)).netloc == urlsplit(url).netloc
        if own and (said := _NUMBER.search(address)) and not _NEXT.fullmatch(node.text()):
            forms[said["before"]] += 1
    if not forms or (best := forms.most_common(1)[0])[1] < _FEW:
        return None
    before = best[0]
    following = next((node for node in parsed.css("a[class]") if _NEXT.fullmatch(node.text())), None)
    names = (following.attributes.get("class") or "").split() if following is not None else []
    return {
        "kind": "board",
        "url": url,
        "list": {"message": f'a[href*="{before}"]', **({"next": f"a.{names[0]}"} if names else {})},
        "message": {"within": "body", "title": "h1", "body": QUESTION},
        "message_id": re.escape(before) + r"(\d+)",
    }
