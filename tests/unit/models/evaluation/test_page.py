"""The report is a page that can be opened anywhere and runs nothing."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from models.evaluation.answer import Answer
from models.evaluation.interval import share
from models.evaluation.page import page
from models.evaluation.score import Evaluation, Share, Tally

EVIL = '<script src="https://example.org/x.js">alert(1)</script>'


def evaluation() -> Evaluation:
    tally = Tally()
    for line in range(1, 60):
        tally.add(EVIL if line % 3 else "路灯", Answer("路灯" if line % 4 else EVIL, line / 60, line > 9), line)
    counted = Share(what="deaths right", rows=EVIL, met=3, count=4, share=share(3, 4))
    scores = (tally.score("topic", EVIL),)
    return Evaluation(
        file=EVIL, model="topic", read=70, counted=59, bad=11, scores=scores, shares=(counted,), notes=(EVIL,)
    )


class Tags(HTMLParser):
    """Remembers the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_page_loads_and_runs_nothing() -> None:
    """Whatever labels and file names hold: no script, no link, no other host, and the browser is told so."""
    shown = page(evaluation())

    tags = Tags()
    tags.feed(shown)
    assert not tags.names & {"script", "link", "img", "iframe", "object", "a"}
    assert not {name for name in tags.attributes if name.startswith("on")} | (tags.attributes & {"src", "href"})
    assert "default-src 'none'" in shown


def test_a_page_has_plots_and_figures() -> None:
    """Reliability, coverage, each label with its interval, the confusion matrix, and what could not be used."""
    found = evaluation()
    shown = page(found)
    drawn = re.findall(r"<svg.*?</svg>", shown, re.DOTALL)
    assert len(drawn) == 3
    assert all(ET.fromstring(one).get("aria-label") for one in drawn)  # noqa: S314 - our own
    assert str(found.scores[0].macro_f1) in shown
    assert "11 rows could not be used" in shown
    assert sum(map(sum, found.scores[0].confusion)) == 59


def test_without_probabilities_there_are_no_plots_of_them() -> None:
    """Severity comes from rules."""
    tally = Tally()
    tally.add("IV", Answer("none"), 1)
    found = Evaluation(file="f", model="severity", read=1, counted=1, bad=0, scores=(tally.score("grade", "all"),))
    assert page(found).count("<svg") == 1
