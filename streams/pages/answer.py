"""An office's own answer to a message, wherever its words were found."""

import re
from datetime import datetime
from typing import Final

from streams.identity import answer_id
from streams.pages.page import Raw

_GREETING: Final = re.compile(r"[\W_]*(?:(?:网友|市民)?[,，]?(?:您|你)好)?[\W_]*")
_NOT_YET: Final = re.compile(
    r"(?:|(?:暂|暂时|尚|还)?(?:无|空|没有)"
    r"|(?:暂|暂时|尚|还)?(?:无|未|没有|没|待|等待|正在|已经?(?=受理))?(?:官方|单位|部门|相关部门)?"
    r"(?:回复|答复|办理|处理|受理|反馈)(?:内容|意见|结果|之?中)?)[\W_]*"
)


def says_something(words: str) -> bool:
    """Whether an office's words answer anything: 暂无回复, 已受理, 无 and -- hold the place of what is to come."""
    greeting = _GREETING.match(words)
    return _NOT_YET.fullmatch(words, greeting.end() if greeting else 0) is None


def answer_to(asked: Raw, words: str, published: datetime | None, *said_of_it: str) -> tuple[Raw, ...]:
    """The answer as a post of its own, none while there is none. What is said of it (office, state) is its title.

    It has no author to protect, and is no resident's report of harm to grade.
    """
    if not says_something(words):
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
