"""The step that finds the places of a post."""

from agents import locate
from models.gazetteer import Gazetteer, GazetteerEntry
from streams.records import Text


def test_places_count_characters_of_title_newline_and_body() -> None:
    """Where a place stands is said in the same characters as the evidence."""
    text = Text("上柳村停水", "自来水厂说东埠小学那边爆管")
    town = Gazetteer([GazetteerEntry("上柳村", "village"), GazetteerEntry("东埠小学", "school")])
    found = locate.run(text, town).found
    assert [text.whole[mention.start : mention.end] for mention in found] == ["上柳村", "东埠小学"]


def test_a_text_without_places_has_none() -> None:
    """No place is invented."""
    assert locate.run(Text("", "今天下雨"), Gazetteer()).found == ()
