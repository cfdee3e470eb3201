"""The recorded demo: one picture that stands alone."""

import re
from xml.etree import ElementTree as ET

from deploy.demo.record import MOMENTS, Recorder, album
from deploy.demo.state import Alert, Heard, State, Sums, Town

STATE = State(
    second=31,
    towns=(Town("990101101000", "柳汀镇", "Liuting", 3, 3, 3, 1),),
    heard=(Heard("990101101000", "<b>水塔</b> & 歪了", "A tower leans."),),
    alerts=(
        Alert(
            second=12,
            incident="a",
            revision=1,
            township="990101101000",
            title="水塔歪了",
            grade="III",
            warning="yellow",
            text="水塔的铁架倾斜",
            spans=((3, 7),),
        ),
    ),
    sums=Sums(3, 3, 0, 0),
)
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_refers_to_nothing_outside() -> None:
    """No font, style, link or picture is loaded from anywhere: the SVG shows the same offline, and tells nobody."""
    drawn = album([STATE, STATE], "en")
    assert "://" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert "@import" not in drawn
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", drawn)


def test_the_album_is_well_formed_and_shows_each_moment() -> None:
    """Each state is a group of its own with its own animation; where nothing moves the last one is shown."""
    drawn = album([STATE, STATE, STATE], "zh")
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert [group.get("class") for group in root.findall(f"{SVG}g")] == ["p0", "p1", "p2"]
    assert drawn.count("animation: turn") == 3
    assert re.findall(r"\.(p\d) \{ visibility: visible", drawn) == ["p2"]
    assert "柳汀镇" in drawn


def test_the_recorder_keeps_one_state_a_moment() -> None:
    """However often the view is drawn, one picture is kept for each moment of the story."""
    recorder = Recorder((4.0, 9.0))
    for second in range(20):
        recorder(State(second=float(second)))
    assert [state.second for state in recorder.states] == [4.0, 9.0]
    assert list(MOMENTS) == sorted(MOMENTS)
