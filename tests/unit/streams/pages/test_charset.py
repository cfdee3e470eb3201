"""Bytes are read as what they are, whatever they are said to be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.pages.charset import decoded

SINGLE = (
    *("windows-1251", "iso-8859-15", "koi8-r", "latin2", "mac-roman", "cp437", "palmos", "tis-620", "latin-1", "ascii"),
    *("unicode_escape", "raw_unicode_escape", "charmap", "utf-7", "rot13", "hex", "undefined", "punycode", "idna"),
)
TEXT = "青溪镇中心小学的围墙裂了一条大缝，家长很担心。"


@pytest.mark.parametrize("said", ["utf-8", "gbk", "gb2312", "iso-8859-1", "no-such", "hex", "", None])
@pytest.mark.parametrize("really", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_lie_about_the_charset_is_seen_through(said: str | None, really: str) -> None:
    """What the server says is believed only where the bytes allow it."""
    assert decoded(TEXT.encode(really), said) == TEXT


@pytest.mark.parametrize("said", SINGLE)
def test_a_charset_that_reads_anything_is_believed_of_nothing(said: str) -> None:
    """Nor one that is none of texts: a server that names one of these does not know what it sends."""
    assert decoded(TEXT.encode("gb18030"), said) == TEXT
    page = f'<meta charset="{said}">{TEXT}'
    assert decoded(page.encode("gb18030")) == page


@pytest.mark.parametrize("said", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_characters_are_believed_of_bytes_that_hold_some(said: str) -> None:
    """Two bytes of GB 18030 are a character of UTF-16, too; a page in UTF-16 has tags, and each second byte is zero."""
    page = f"<p>{TEXT}</p>"
    assert decoded(TEXT.encode("gb18030"), said) == TEXT
    assert decoded(page.encode("gb18030"), said) == page
    assert decoded(page.encode(said), said) == page


@pytest.mark.parametrize("named", ["gb2312", "utf-8", "latin-1"])
def test_a_lie_in_the_page_is_seen_through(named: str) -> None:
    """So is what the page says of itself."""
    page = f'<meta charset="{named}">{TEXT}'
    assert [decoded(page.encode(really)) for really in ("utf-8", "gb18030")] == [page, page]


def test_traditional_characters_are_read_where_they_are_named() -> None:
    """Big5 is read when somebody says so."""
    page = '<meta charset="big5">學校圍牆裂了'
    assert decoded(page.encode("big5")) == page


def test_a_few_broken_bytes_make_no_other_charset_of_a_page() -> None:
    """A page cut in the middle of a character stays readable."""
    assert decoded((TEXT * 10).encode()[:-1]).startswith(TEXT * 9)


@settings(deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([None, "utf-8", "gbk", "utf-16", "utf-7", "idna", "rot13", "undefined"])
)
def test_any_bytes_can_be_read(body: bytes, said: str | None) -> None:
    """Whatever a site sends, it becomes text."""
    assert isinstance(decoded(body, said), str)
