"""The door: what goes through it names nobody, and going through it twice changes nothing."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from streams.crawl.arrive import shortened
from streams.identity import answer_id
from streams.privacy.door import Door, digested, key_of_post, shown, source_of
from streams.privacy.pseudonym import Pseudonyms
from streams.records import PSEUDONYM, Post

DOOR = Door(Pseudonyms({1: b"k" * 32}))
POST = Post(
    id="88",
    township="330206104",
    source="bbs",
    fetched=datetime(2026, 1, 1, tzinfo=UTC),
    author="平安老王",
    body="路灯坏了",
)


IDS = ("88", "13812345678", "https://bbs.example.cn/u/平安老王/88", "x" * 510, "平安老王" * 200)


@pytest.mark.parametrize("identity", IDS)
def test_who_knows_what_was_asked_finds_the_answer(identity: str) -> None:
    """By the id that is stored, be it a digest or shortened: both are the same of an answer, but for its end."""
    asked, answer = (shown(shortened(each), "平安老王") for each in (identity, answer_id(identity)))
    short = shortened(answer_id(asked))
    assert answer in (short, digested(short))
    assert "平安老王" not in answer
    assert len(answer) <= 512
    assert key_of_post("bbs", answer) == key_of_post("bbs", short) == key_of_post("bbs", shortened(answer_id(identity)))
    assert shown(answer, None) == answer


def test_no_raw_handle_leaves() -> None:
    """Wherever the handle stands, in title, body, url or id, the admitted post does not hold it."""
    post = replace(
        POST,
        id="https://bbs.example.cn/u/平安老王/88",
        url="https://bbs.example.cn/u/%E5%B9%B3%E5%AE%89%E8%80%81%E7%8E%8B/88?by=平安老王",
        title="平安老王来说两句",
        body="我是平安老王，住在平安村。",
    )
    admitted = DOOR.admit(post)
    wire = json.encode(admitted).decode()
    assert "平安老王" not in wire
    assert "%E5%B9%B3" not in wire
    assert admitted.body == "我是****，住在平安村。"
    assert re.fullmatch(PSEUDONYM, admitted.author or "")


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("t/%E5%B9%B3%E5%AE%89%E8%80%81%E7%8E%8B-88", "/t/************************************-88"),
        ("t/%e5%b9%b3%e5%ae%89%e8%80%81%e7%8e%8b-88", "/t/************************************-88"),
        ("t/%C6%BD%B0%B2%C0%CF%CD%F5-88", "/t/************************-88"),
        ("t/%25E5%25B9%25B3%25E5%25AE%2589%25E8%2580%2581%25E7%258E%258B-88", f"/t/{'*' * 60}-88"),
        ("t/by%C6%BD%B0%B2%C0%CF%CD%F5", f"/t/by{'*' * 24}"),
        ("t/%2525E5%2525B9", "/t/%2525E5%2525B9"),
        ("tel/138%20-%201234%20-%205678", f"/{'*' * 29}"),
        ("%E8%B7%AF%E7%81%AF/88", "/%E8%B7%AF%E7%81%AF/88"),
    ],
)
def test_what_stands_encoded_in_an_address_goes_too(address: str, masked: str) -> None:
    """An id taken from an address, and the address: the handle and numbers are found in their URL encoding.

    What names nobody stays as it is.
    """
    admitted = DOOR.admit(replace(POST, id=address, url=f"https://bbs.example.cn/{address}"))
    assert admitted.url == f"https://bbs.example.cn{masked}"
    assert admitted.id.startswith("h-") == ("*" in masked)
    assert DOOR.admit(admitted) == admitted


def test_a_handle_goes_in_any_case_and_width() -> None:
    """Its author's name is the same name in capitals, in full width and with characters in it that nobody sees."""
    text = "LISI_1988说，ｌｉｓｉ＿１９８８、lisi_\u200b1988和Ⓛisi_1988都是我，lisi_1987不是"
    post = replace(
        POST, author="Lisi_1988", title="LISI_1988", body=text, id="u/lisi_1988", url="https://a.cn/LISI_1988/1"
    )
    admitted = DOOR.admit(post)
    assert admitted.body == f"{'*' * 9}说，{'*' * 9}、{'*' * 10}和{'*' * 9}都是我，lisi_1987不是"
    assert (admitted.title, admitted.url) == ("*" * 9, "https://a.cn/*********/1")
    assert admitted.id.startswith("h-")


def test_a_handle_s_unseen_characters_make_it_no_longer() -> None:
    """An author called 路 and a character without a width is called 路."""
    assert DOOR.admit(replace(POST, author="路\u200b")).body == "路灯坏了"


def test_numbers_are_masked_in_every_text() -> None:
    """Title, body and url are masked; an id with a number in it becomes a digest that stays the same."""
    post = replace(
        POST, id="tel-13812345678", title="打13812345678", body="信箱a@b.cn", url="https://x.example.cn/?t=13812345678"
    )
    admitted = DOOR.admit(post)
    assert b"13812345678" not in json.encode(admitted)
    assert (admitted.title, admitted.body) == ("打***********", "信箱******")
    assert admitted.url == "https://x.example.cn/?t=***********"
    assert admitted.id == DOOR.admit(post).id != DOOR.admit(replace(post, id="tel-13812345679")).id


@pytest.mark.parametrize("source", ["tel-13812345678", "13812345678", "to a@b.cn", "平安老王的朋友圈"])
def test_a_source_that_leads_to_a_person_becomes_a_digest(source: str) -> None:
    """A source's name is anybody's words and is shown in clear: a number, an address or the handle in it goes.

    The digest is letters, the same for the same name, and the author's pseudonym is what it was.
    """
    post = replace(POST, source=source)
    admitted = DOOR.admit(post)
    assert re.fullmatch("h-[a-p]{32}", admitted.source)
    assert admitted.source == source_of(post) == DOOR.admit(replace(post, id="89")).source
    assert DOOR.admit(admitted) == admitted
    assert source.encode() not in json.encode(admitted)


@pytest.mark.parametrize("source", ["bbs", "county-hotline-12345", "柳汀论坛", "2024-11-23.csv"])
def test_a_source_that_names_nobody_stays(source: str) -> None:
    """Operators know their sources by name."""
    assert DOOR.admit(replace(POST, source=source)).source == source


def test_a_township_code_gets_its_twelve_digits() -> None:
    """Nine digits are padded, so that both forms are one township."""
    assert DOOR.admit(POST).township == "330206104000"
    assert DOOR.admit(replace(POST, township="330206104000")).township == "330206104000"


def test_a_handle_of_one_character_blots_out_no_words() -> None:
    """An author called 路 must not make every road vanish."""
    assert DOOR.admit(replace(POST, author="路")).body == "路灯坏了"


def test_an_absent_author_stays_absent() -> None:
    """Nobody, an empty name and blanks are no author."""
    assert [DOOR.admit(replace(POST, author=name)).author for name in (None, "", "  ")] == [None, None, None]


def test_the_host_of_an_address_stays() -> None:
    """A handle that is part of a host's name by chance must not break the link; a password in it goes."""
    assert DOOR.admit(replace(POST, author="bbs", url="https://bbs.example.cn/1")).url == "https://bbs.example.cn/1"
    assert "secret" not in (DOOR.admit(replace(POST, author="secret", url="https://secret:x@a.cn/")).url or "")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(max_size=60), st.text(max_size=12), st.text(min_size=1, max_size=30))
def test_admitting_twice_changes_nothing(title: str, body: str, author: str, identity: str) -> None:
    """The worker admits again what the crawler admitted: same record, same lengths."""
    post = replace(POST, title=title, body=body, author=author, id=identity, source=identity)
    once = DOOR.admit(replace(post, url="https://a.cn/" + identity))
    assert DOOR.admit(once) == once
    assert (len(once.title), len(once.body)) == (len(title), len(body))
