"""What says that a page is no more, and what only looks like it."""

import pytest

from streams.pages.markup import document
from streams.pages.notice import LONGEST, is_blocked, says_blocked, says_gone

MENU = "<ul><li>论坛</li><li>登录</li><li>立即注册</li></ul>"


def says(text: str, *words: str) -> bool:
    parsed = document(
        f"<!doctype html><title>提示信息</title><body>{MENU}<div id=messagetext><p>{text}</p></div></body>"
    )
    assert parsed
    return says_gone(parsed, words)


def is_titled_gone(title: str) -> bool:
    parsed = document(f"<title>{title} - 青溪论坛</title><body><img src=404.png></body>")
    assert parsed
    return says_gone(parsed)


@pytest.mark.parametrize(
    "text",
    [
        "抱歉，指定的主题不存在或已被删除或正在被审核",
        "该帖已被删除",
        "很抱歉，该贴已被删除。",
        "此帖已被作者删除",
        "您访问的帖子不存在",
        "帖子已被管理员删除了",
        "贴子可能已被删除",
        "该留言不存在或已删除",
    ],
)
def test_a_notice_of_a_deletion_is_known(text: str) -> None:
    """As forums and boards write it, beneath their menus."""
    assert says(text)


@pytest.mark.parametrize(
    "text",
    [
        "抱歉，您需要先登录才能继续本操作",
        "抱歉，您没有权限访问该版块",
        "抱歉，本帖要求阅读权限高于 10 才能浏览",
        "您的访问过于频繁，请稍后再试",
        "Discuz! Database Error",
        "站点维护中，数据未被删除",
        "您没有帖子删除权限",
        "",
    ],
)
def test_a_page_that_only_keeps_us_out_is_none(text: str) -> None:
    """To log in, to wait, to have no right, an error: what stands there may stand there yet."""
    assert not says(text)


@pytest.mark.parametrize(
    "text",
    ["前天发的帖子被删除了，再发一次", "我的主题被管理员删除了，为什么", "主题：帖子被删除该找谁", "他说该帖已被删除"],
)
def test_words_about_a_deletion_are_somebodys(text: str) -> None:
    """In a skin in which no post is found: a notice is a whole line, or a part of the title, and says nothing else."""
    assert not says(text)
    assert not is_titled_gone(text)


def test_a_title_may_be_the_notice() -> None:
    """Beside the name of the site; what stands in the page may be an image."""
    assert is_titled_gone("帖子不存在")


def test_a_site_may_have_words_of_its_own() -> None:
    """They stand under `gone` in the source's file."""
    assert says("查无此信", "查无此信")
    assert not says("查无此信")


def test_a_page_that_says_much_is_no_notice() -> None:
    """In another layout no post is found, and in one of them somebody wrote these words."""
    assert not says("该帖已被删除" + "说了很多" * (LONGEST // 4))


@pytest.mark.parametrize(
    "text",
    [
        "提示: 作者被禁止或删除\u00a0内容自动屏蔽",
        "提示: 该帖被管理员或版主屏蔽",
        "***** 作者被禁止或删除 内容自动屏蔽 *****",
        "作者被禁止或删除",
        "此帖仅作者可见",
    ],
)
def test_a_notice_in_a_posts_place_is_not_its_words(text: str) -> None:
    """As Discuz! writes it, where the post's words stood or beside where they would stand."""
    assert is_blocked(text)
    assert says_blocked("", f"路人甲\n{text}\n举报")


@pytest.mark.parametrize("text", ["作者被禁止或删除，这样做对吗？", "为什么该帖被管理员或版主屏蔽", "桥坏了", ""])
def test_words_about_a_notice_are_a_posts(text: str) -> None:
    """Somebody may complain of it."""
    assert not is_blocked(text)
    assert not says_blocked("桥坏了", f"{text}\n提示: 该帖被管理员或版主屏蔽")
    assert not says_blocked("", f"{text} 提示: 该帖被管理员或版主屏蔽了")
