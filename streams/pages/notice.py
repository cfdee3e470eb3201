"""Whether a page says that what stood there is no more, or is shown to nobody: forums say so in a post's place."""

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

_BLOCKED: Final = re.compile(
    r"(?:提示)?\W*(?:作者被禁止或删除(?:\W*内容自动屏蔽)?|[该此本][帖贴]被(?:管理员或版主|管理员|版主)屏蔽|"
    r"[该此本][帖贴]仅作者可见)\W*"
)
"""As Discuz! writes it in the place of a post's words, behind 提示: or between asterisks."""

_AROUND: Final = re.compile(
    r"[抱歉很对不起您要所访问查看请求指定的该此本这个主题帖贴子页面内容或者被已经删除移审核存在正关闭屏蔽隐藏了"
    r"提示信息系统错误返回上一首点击里因违反规定而无法\d\W]*"
)
"""What may stand in one line with it. Whoever writes of a deletion has other words: 我, 发, 为什么, 再."""

_LINE: Final = 100
"""Characters of a line that is a notice."""

_TITLE: Final = re.compile(r"[-_|–—]")
"""Parts a title from the name of its site."""

_QUOTE: Final = re.compile(r"[^*]{6,20}")
"""So many characters of a post are found in no page by chance; those that the door has masked are asterisks."""


def says_gone(parsed: LexborHTMLParser, words: Collection[str] = ()) -> bool:
    """Whether a page in which no post was found says that there is none any more: in known words, or in these.

    In another skin no post is found either, and somebody may write there of a deletion. So a line has to be the notice
    and nothing else, or a part of the title; one with words of the site's own has to be short.
    """
    text, title = seen(parsed.body), parsed.css_first("title")
    if len(text) > LONGEST:
        return False
    said = [*text.split("\n"), *_TITLE.split(title.text() if title else "")]
    return any(_is_notice(line.strip(), words) for line in said if len(line) <= _LINE)


def _is_notice(line: str, words: Collection[str]) -> bool:
    found = _NOTICE.search(line)
    is_whole = found is not None and _AROUND.fullmatch(f"{line[: found.start()]} {line[found.end() :]}") is not None
    return is_whole or any(each in line for each in words)


def quotes(text: str, words: str) -> bool:
    """Whether a post's words, or a beginning of them, stand in a page's text: then it shows that post."""
    folded = "".join(text.split())
    return any(each in folded for each in _QUOTE.findall("".join(words.split())))


def is_blocked(words: str) -> bool:
    """Whether these words are no post's, but a notice in its place: its site shows the post to nobody any more."""
    return _BLOCKED.fullmatch(words.strip()) is not None


def says_blocked(words: str, around: str) -> bool:
    """The same of a post's own words, and, where there are none, of a line of what stands around them."""
    return is_blocked(words) or (not words and any(is_blocked(line) for line in around.split("\n")))
