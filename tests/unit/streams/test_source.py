"""A source's YAML: complete, or refused with file, line and remedy."""

from pathlib import Path

import pytest

from streams.errors import Misconfigured
from streams.source import Api, Board, Feed, Folder, Forum, Table, Webhook, parse_source

FORUM = """\
kind: forum
url: https://bbs.example.cn/forum-42-1.html
township: "330206104"
schedule: 300
expects: {posts_a_day: [2, 60]}
list: {row: tr, thread: a, stamp: td.n}
thread: {title: h1, post: div.post, id: "@id", body: div.body}
ignores: [signature, medals]
"""
PATH = Path("sources/bbs.yaml")


def refusal(text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        parse_source(text, PATH)
    return str(caught.value)


def test_a_source_is_named_after_its_file() -> None:
    """Unless it says a name itself."""
    assert parse_source(FORUM, PATH).name == "bbs"
    assert parse_source(FORUM + "name: qingxi\n", PATH).name == "qingxi"


def test_the_kind_decides_the_form() -> None:
    """Each kind has its own fields."""
    feed = parse_source('{kind: feed, url: "https://a.cn/rss", township: "330206104"}', PATH)
    api = parse_source('{kind: api, url: "https://a.cn/", township: "330206104", message: {id: a, body: b}}', PATH)
    assert [type(each) for each in (parse_source(FORUM, PATH), feed, api)] == [Forum, Feed, Api]


BOARD = """\
kind: board
url: https://xinxiang.example.cn/list
township: "330206104"
list: {row: tr, message: a, stamp: td}
message: {within: div.letter, body: p}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("row: tr, ", "", 4, "`stamp` needs `row`"),
        ("within: div.letter, ", "", 5, "missing required field `within`"),
        ("body: p", "body: 'p['", 5, "CSS"),
        ("kind: board", "kind: board\nmessage_id: id", 2, "one group"),
        ("message: a,", "message: a@onclick,", 4, "`list`: @onclick says an id and no address: write `link`"),
        ("kind: board", "kind: board\nlink: https://xinxiang.example.cn/", 2, "{id}"),
    ],
)
def test_a_wrong_field_of_a_board_is_refused(before: str, after: str, line: int, words: str) -> None:
    """As those of the other kinds are."""
    message = refusal(BOARD.replace(before, after))
    assert words in message
    assert message.startswith(f"{PATH}:{line}:")


API = """\
kind: api
url: https://board.example.cn/api
township: "330206104"
items: data.list
message: {id: id, body: content}
paging: {parameter: page}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("data.list", "'data.['", 4, "`items`: 'data.[' is no JMESPath"),
        ("body: content", "body: created-at", 5, """'"created-at"'"""),
        ("body: content", "body: no_such(x)", 5, "the function no_such"),
        ("body: content", "body: 内容", 5, "double quotes"),
        ("page}", "before, time: t, cursor: c}", 6, "exclude each other"),
        ("page}", "page, step: 0}", 6, "same page"),
        ("page}", "page, time: ']'}", 6, "JMESPath"),
    ],
)
def test_a_wrong_expression_is_refused_when_its_source_is_read(before: str, after: str, line: int, words: str) -> None:
    """And not when the first page comes; keys of other signs than ASCII letters need quotes."""
    message = refusal(API.replace(before, after))
    assert words in message
    assert message.startswith(f"{PATH}:{line}:")
    parse_source(API.replace("content", """'"内容"'"""), PATH)


def test_township_codes_are_served_in_twelve_digits_each_once() -> None:
    """However many, and however long they are written."""
    several = FORUM.replace('township: "330206104"', 'townships: ["330206104", "330206104000", "330206105"]')
    assert parse_source(several, PATH).served == ("330206104000", "330206105000")


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('"330206104"', "330206104", 3, "put the number in quotes"),
        ('"330206104"', '"3302"', 3, "9 or 12 digits"),
        ('township: "330206104"\n', "", 1, "no township"),
        ("[2, 60]", "[2, many]", 5, "posts_a_day"),
        ("[2, 60]", "[60, 2]", 5, "lower number comes first"),
        ("kind: forum", "kind: blog", 1, "the kinds are feed, forum, board, api, table, folder, webhook, manual"),
        ("kind: forum", "kind: forum\nname: 柳汀", 2, "small letters a-z, digits"),
        ("schedule: 300", "licens: x", 4, "did you mean `licence`?"),
        ("row: tr, ", "row: tr, thraed: a, ", 6, "did you mean `thread`?"),
        ("row: tr, ", "row: tr, xyz: a, ", 6, "the fields here are row, stamp, next, thread"),
        ("schedule: 300", "schedule: 0", 4, "schedule"),
        ("ignores:", "ignored:", 8, "unknown field `ignored`"),
        (", body: div.body", "", 7, "missing required field `body`"),
        ("https:", "ftp:", 2, "begin it with https://"),
        ("schedule: 300", "origin: weibo.com", 4, "field `origin`: 'weibo.com' is no web address"),
        ("row: tr, ", "", 6, "`stamp` needs `row`"),
        ("body: div.body", "body: 'div['", 7, "CSS"),
        ("body: div.body", "body: div.body, without: [b, 'div[']", 7, "`without`: 'div[' is no CSS selector"),
        ("body: div.body", "body: 'td[t_f'", 7, "`body`: 'td[t_f' is no CSS selector: a bracket"),
        ("body: div.body", "body: 'a:not(b'", 7, "not closed"),
        ("body: div.body", """body: 'a[href="b]'""", 7, "not closed"),
        ("schedule: 300", "thread_id: '('", 4, "thread_id"),
        ("schedule: 300", "timezone: Mars/Base", 4, "Asia/Shanghai"),
        ("kind: forum", "kind: [", 3, "no YAML"),
    ],
)
def test_a_wrong_field_is_refused_with_its_line_and_a_remedy(before: str, after: str, line: int, words: str) -> None:
    """The message begins with file and line, and says what to do."""
    message = refusal(FORUM.replace(before, after))
    assert words in message
    assert message.startswith(f"{PATH}:{line}:")


def test_a_selector_of_a_feed_is_checked_too() -> None:
    """`full` is one; a bracket within quotes is a word like any other."""
    feed = 'kind: feed\nurl: https://a.cn/rss\ntownship: "330206104"\nfull: '
    assert "`without`: 'i[' is no CSS selector" in refusal(f"{feed}div\nwithout: [b, 'i[']")
    assert "there is no `full`" in refusal(f"{feed}null\nwithout: [b]")
    assert refusal(f"{feed}div[x").startswith(f"{PATH}:4: field `full`: 'div[x' is no CSS selector")
    parse_source(f"{feed}'a[title=\"[\"]'", PATH)


@pytest.mark.parametrize("text", ["", "- a", "just words", "\0", "a: &x [*x]", "!!python/object/apply:os.system [id]"])
def test_what_is_no_source_is_refused(text: str) -> None:
    """Neither an empty file nor one that would run something."""
    assert refusal(text).startswith(f"{PATH}:1")


def test_the_examples_of_the_docs_are_sources() -> None:
    """What docs/sources.md shows can be copied."""
    text = (Path(__file__).parents[3] / "docs" / "sources.md").read_text("utf-8")
    examples = [part.partition("```")[0] for part in text.split("```yaml\n")[1:]]
    assert [type(parse_source(example, PATH)) for example in examples] == [
        Feed,
        Feed,
        Forum,
        Board,
        Board,
        Api,
        Table,
        Webhook,
        Folder,
        Feed,
    ]
