"""Only what a reader sees becomes text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.pages.markup import text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br>二<br/>三", "一\n二\n三"),
        ("<b>粗</b>体<script>x()</script><style>a{}</style>", "粗体"),
        ("a < b，c > d", "a < b，c > d"),
        ("三&nbsp;&lt;五&gt; &amp;", "三 <五> &"),
        ("看<img src=x onerror=alert(1)>图", "看图"),
        ("<div hidden>藏</div><i style='DISPLAY : none'>藏</i>见", "见"),
        ("<!-- 注 -->文<iframe src=x>内</iframe>", "文"),
        ("一\0二\x08\ud800", "一二"),
        ("  一  \r\n\r\n\r\n 二\t三 ", "一\n二 三"),
        ("😀𠮷👨‍👩‍👧", "😀𠮷👨‍👩‍👧"),
        ("<p>没有结束<b>的", "没有结束的"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲\n乙"),
        ("", ""),
    ],
)
def test_markup_becomes_the_text_that_a_reader_sees(value: str, text: str) -> None:
    """Blocks become lines; scripts, styles, comments, hidden parts and control characters go; plain text stays."""
    assert text_of(value) == text


@settings(deadline=None)
@given(st.one_of(st.text(max_size=100), st.text(st.sampled_from("<>/abscript &lt;#1\0\n一\"'=!-"), max_size=80)))
def test_any_text_can_be_read_and_stored(value: str) -> None:
    """Whatever somebody types: no NUL, no half characters, no blanks around it."""
    text = text_of(value)
    assert "\0" not in text
    assert text == text.strip() == text.encode().decode()


def test_markup_without_end_is_read_without_a_parser() -> None:
    """A text of very many tags keeps its words, in a time that does not grow with their square."""
    assert text_of("<div>字" * 100_000).count("字") == 100_000
