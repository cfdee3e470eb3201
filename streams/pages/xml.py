"""XML before a parser sees it: without entities, and no larger than a feed is."""

import re
from typing import Final

MARKS: Final = 100_000
"""Tags beyond which a document is no feed: unclosed ones cost feedparser more than their number."""

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
    if text.count("<") > MARKS or any(tag.count("=") > _ATTRIBUTES for tag in _LONG_TAG.findall(text)):
        return None
    root = _ROOT.search(text)
    return text[root.start() :] if root else ""
