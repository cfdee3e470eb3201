"""A post's township is set by its source, else by the places that it names."""

from collections.abc import Sequence

import pytest

from streams.crawl.township import township_of
from streams.pages.page import Raw
from streams.source import Feed

ONE = Feed(name="one", url="https://a.cn/", township="330206104")
THREE = Feed(name="three", url="https://a.cn/", townships=("330206104", "330206105", "330206106"))


def never(_: str) -> Sequence[str]:
    raise AssertionError("a source of one township needs no gazetteer")


def test_a_source_of_one_township_decides() -> None:
    """Whatever places the post names."""
    assert township_of(Raw(id="1", body="在白石"), ONE, never) == "330206104000"


@pytest.mark.parametrize(
    ("named", "thread", "township"),
    [
        (["330206105"], None, "330206105000"),
        (["330206105000", "330206105"], None, "330206105000"),
        (["330206105", "990000001"], None, "330206105000"),
        (["330206105"], "330206104000", "330206105000"),
        ([], "330206104000", "330206104000"),
        (["330206104", "330206105"], "330206106000", "330206106000"),
        (["330206104", "330206105"], None, "330206000000"),
        (["990000001"], None, "330206000000"),
        ([], None, "330206000000"),
    ],
)
def test_a_shared_source_goes_by_the_one_place_that_is_named(
    named: list[str], thread: str | None, township: str
) -> None:
    """Several or none: where its thread went, or the county's own inbox."""
    assert township_of(Raw(id="1", title="t", body="b"), THREE, lambda _: named, thread) == township


def test_title_and_body_are_both_looked_at() -> None:
    """A place in the title alone is enough."""
    places = {"青溪\n桥裂了": ["330206104"]}
    assert township_of(Raw(id="1", title="青溪", body="桥裂了"), THREE, lambda text: places[text]) == "330206104000"
