"""For an address a source is proposed that can be tried at once; what cannot be told is said."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deploy.proposing import Proposal, proposal
from streams.crawl.fetch import Fetched
from streams.source import Api, Feed, Forum, parse_source

DISCUZ = """<html><head><meta name="generator" content="Discuz! X3.4"></head><body><table><tbody id="normalthread_7">
<tr><th><a class="s xst" href="thread-7-1-1.html">路灯坏了</a></th></tr></tbody></table></body></html>"""
FEEDS = """<html><head><link rel=stylesheet href=/x.css><link rel=alternate type="application/rss+xml" href="/rss">
<link rel=alternate type="application/atom+xml" href="/atom"></head></html>"""
STRANGE = st.text(st.sampled_from('{}[]":,<>!-/ arsfed1\n'), max_size=200).map(str.encode)


def looked(body: str | bytes, url: str = "https://bbs.example.cn/forum.php?mod=forumdisplay&fid=42") -> Proposal:
    raw = body if isinstance(body, bytes) else body.encode()
    return proposal(Fetched(url=url, body=raw, charset=None, etag=None, modified=None))


def made(found: Proposal) -> object:
    return parse_source(f'{found.yaml()}township: "330206104"\n', Path("s.yaml"))


@pytest.mark.parametrize(
    "body",
    [
        "<?xml version='1.0'?><rss version='2.0'/>",
        "<feed xmlns='x'>",
        '{"version": "https://jsonfeed.org/version/1.1"}',
    ],
)
def test_a_feed_is_a_feed(body: str) -> None:
    """RSS, Atom and JSON Feed, told by their bytes and not by what the server says."""
    assert type(made(looked(body))) is Feed


def test_a_board_of_discuz_gets_its_selectors() -> None:
    """The list is found by them; the feed of the board is named beside it."""
    found = looked(DISCUZ)
    source = made(found)
    assert type(source) is Forum
    assert "i.pstatus" in source.thread.without
    assert "mod=rss&fid=42" in " ".join(found.remarks)


def test_a_page_that_names_its_feed_leads_there() -> None:
    """The first feed is looked at next; a stylesheet is none."""
    found = looked(FEEDS, "https://a.example.cn/b/")
    assert (found.elsewhere, dict(found.fields)) == ("https://a.example.cn/rss", {})


def test_an_interface_gets_its_list_and_the_keys_that_are_plain() -> None:
    """The longest list of objects, keys by their common names; which ones are missing is said."""
    items = [{"tid": 7, "subject": "灯", "detail": "坏了", "createTime": "2026-03-01"}] * 2
    found = looked(json.dumps({"code": 0, "data": {"tags": [{"a": 1}], "rows": items}}))
    assert found.fields["items"] == "data.rows"
    assert found.fields["message"] == {"id": "tid", "title": "subject", "time": "createTime"}
    assert "which key says body? write it under message" in found.remarks
    whole = looked(json.dumps([{"id": 1, "content": "坏了"}]))
    assert type(made(whole)) is Api
    assert yaml.safe_load(whole.yaml())["message"] == {"id": "id", "body": "content"}


@pytest.mark.parametrize("body", ["", "{", "[]", "[1]", "<html>", "路灯坏了", "\ufffe"])
def test_what_cannot_be_told_is_said(body: str) -> None:
    """No source, and a remark that says what to do or what was seen."""
    found = looked(body)
    assert dict(found.fields) == {}
    assert found.remarks


@given(st.one_of(st.binary(max_size=300), STRANGE))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    """Whatever stands at an address: a proposal or a remark, and no exception."""
    found = looked(body)
    assert found.remarks or found.fields
