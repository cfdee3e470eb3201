"""Names that are the same whenever and wherever they are made."""

from hashlib import blake2b
from typing import Final

ANSWER: Final = "#answer"
"""Ends the id of an office's answer, behind that of what was asked; a digest of either leaves it there."""


def document_id(township: str, source: str, post: str) -> str:
    """The `_id` of a post's document: 32 hex digits from township code, source name and the post's own id."""
    return _digest("post", township, source, post)


def incident_id(township: str, source: str, post: str) -> str:
    """The id of the incident that this post founds: 32 hex digits."""
    return _digest("incident", township, source, post)


def answer_id(asked: str) -> str:
    """The id of an office's answer to a post of this id, be it the source's own, a digest or shortened."""
    return f"{asked}{ANSWER}"


def asked_id(answer: str) -> str | None:
    """The id of what an office's answer of this id answers; None for that of no answer."""
    asked = answer.removesuffix(ANSWER)
    return asked if asked and asked != answer else None


def with_answer(post: str) -> tuple[str, ...]:
    """The ids of a post and of an office's answer to it; of an answer its own."""
    return (post,) if asked_id(post) else (post, answer_id(post))


def forgotten_post(source: str, post: str) -> str:
    """Under which key a forgotten post stands in the list, in whichever township it may come again."""
    return _digest("forgotten post", source, post)


def forgotten_author(pseudonym: str) -> str:
    """Under which key a forgotten pseudonym stands in the list."""
    return _digest("forgotten author", pseudonym)


def post_digest(title: str, body: str, reach: object, gone: object = None) -> str:
    """A digest of all by which two versions of a post differ."""
    return content_digest(title, body, str(reach), *([str(gone)] if gone else []))


def content_digest(*parts: str) -> str:
    """A digest by which two versions of a text can be told apart."""
    return _digest("content", *parts)


def _digest(*parts: str) -> str:
    """Each part goes in with its length, so that no two different lists of parts look alike."""
    digest = blake2b(digest_size=16, person=b"xiangyin")
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def padded(township: str) -> str:
    """A township code of 12 digits: GB/T 10114's nine are padded with 000."""
    return township + "000" if len(township) == 9 else township  # noqa: PLR2004


def county_inbox(township: str) -> str:
    """Where posts go whose township nobody could tell: the county's six digits, then zeros."""
    return township[:6] + "000000"
