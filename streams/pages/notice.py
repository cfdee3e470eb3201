"""Whether a page says that what stood there is no more: forums say so with 200, where the web has 404 and 410."""

import re
from collections.abc import Collection
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from streams.pages.markup import seen

LONGEST: Final = 3_000
"""Characters of such a page, with all menus: where more is said, somebody may have written these words."""

_NOTICE: Final = re.compile(
    r"(?:主题|[帖贴]子|[该此本][帖贴]|文章|话题|留言|信件)(?:可能|或许)?"
    r"(?:不存在|(?:已经?)?被?(?:其?作者|楼主|版主|管理员|系统)?(?:删除|移除)了?(?!权限))"
)
"""As Discuz! ("指定的主题不存在或已被删除或正在被审核"), 贴吧 ("该贴已被删除") and others write it.
To log in (需要登录), to have no right (没有权限) or to be too fast says nothing of what stands there."""


def says_gone(parsed: LexborHTMLParser, words: Collection[str] = ()) -> bool:
    """Whether a page in which no post was found says that there is none any more: in known words, or in these."""
    text = seen(parsed.body)
    if len(text) > LONGEST:
        return False
    return _NOTICE.search(text) is not None or any(each in text for each in words)
