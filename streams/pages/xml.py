"""XML before a parser sees it: without entities, and no larger than a feed is."""

import re
from typing import Final

MARKS: Final = 20_000
"""Tags beyond which a document is no feed: 1,000 entries of ten elements. They cost feedparser up to 150 µs each."""

_WITH_TEXTS: Final = 100_000
"""The same with those of texts in CDATA, which cost it nothing; but what looks like CDATA may be none."""

_ATTRIBUTES: Final = 1_000
"""Of one tag: they cost feedparser their square, and a million would take hours."""

_ROOT: Final = re.compile(r"<\w")
_LONG_TAG: Final = re.compile(r"<\w[^<>]{10000,}")


def without_prolog(text: str) -> str | None:
    """The document from its first tag on; None when it is larger than any feed.

    What stands before it declares entities (`a` as a hundred thousand letters, used twenty thousand times, fills any
    memory, and feedparser lets it pass) or leads to other files. Feeds need nothing of it: names of HTML are known.
    A declaration that comes later is none.
    """
    if (
        text.count("<") > _WITH_TEXTS
        or _marks(text) > MARKS
        or any(tag.count("=") > _ATTRIBUTES for tag in _LONG_TAG.findall(text))
    ):
        return None
    root = _ROOT.search(text)
    return text[root.start() :] if root else ""


def _marks(text: str) -> int:
    """Tags outside CDATA that ends."""
    *closed, last = text.split("]]>")
    return last.count("<") + sum(part.partition("<![CDATA[")[0].count("<") for part in closed)
