"""Locate a post: which places does it name?"""

from models.gazetteer import Gazetteer, Places
from streams.records import Text


def run(text: Text, gazetteer: Gazetteer) -> Places:
    """The places of the whole text (title, newline, body), with their characters; what is ambiguous stays so."""
    return gazetteer.find(text.whole)
