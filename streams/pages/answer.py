"""An office's own answer to a message, wherever its words were found."""

from datetime import datetime

from streams.identity import answer_id
from streams.pages.page import Raw


def answer_to(asked: Raw, words: str, published: datetime | None, *said_of_it: str) -> tuple[Raw, ...]:
    """The answer as a post of its own, none without words. What is said of it (office, state) is its title.

    It has no author to protect, and is no resident's report of harm to grade.
    """
    if not words:
        return ()
    title = " · ".join(filter(None, said_of_it)).replace("\n", " ")
    return (
        Raw(
            id=answer_id(asked.id),
            title=title,
            body=words,
            kind="answer",
            url=asked.url,
            published=published,
            thread=asked.id,
        ),
    )
