"""The live view: a pure picture of a state, readable at 100 columns by 30 lines, in two languages."""

import io

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from deploy.demo.state import Alert, Heard, Kill, State, Sums, Town, hear, latest, trail
from deploy.demo.view import excerpt, line, render
from deploy.demo.words import CHINESE, ENGLISH, STORY, Language, language, scene

TEXT = "水塔歪了\n北坡村水塔的铁架倾斜，底下就是小学的操场，请人来看。"
TOWNS = (
    Town("990101101000", "柳汀镇", "Liuting", 180, 176, 178, 1),
    Town("990101102000", "鹿坪乡", "Luping", 61, 60, 61),
)


def alert(**given: object) -> Alert:
    base = Alert(
        second=11.4,
        incident="a",
        revision=1,
        township="990101101000",
        title="水塔歪了",
        grade="none",
        warning="yellow",
        text=TEXT,
        spans=((11, 15),),
        gloss="A water tower leans over a school yard.",
        offices=("柳汀镇应急管理办公室",),
        posts=1,
        voices=1,
    )
    return replace(base, **given)


FULL = State(
    second=41,
    towns=TOWNS,
    heard=(Heard("990101101000", "雨后双彩虹", "A double rainbow."), Heard("990101102000", "字" * 200)),
    alerts=(
        alert(),
        alert(second=21, revision=2, grade="IV"),
        alert(second=31, revision=3, grade="III"),
        alert(second=39, revision=4, grade="III", verify="死了20个人"),
        *(alert(incident=f"b{at}", warning="blue", title="另一件事" * 20) for at in range(9)),
    ),
    sums=Sums(241, 239, 0, 2),
    elasticsearch="http://127.0.0.1:41234",
)


def drawn(state: State, language: Language = "en", *, styled: bool = False) -> str:
    console = Console(
        width=100, height=30, file=io.StringIO(), force_terminal=True, color_system="truecolor" if styled else None
    )
    with console.capture() as shown:
        console.print(render(state, language), height=30)
    return shown.get()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("state", [State(towns=TOWNS), FULL], ids=["empty", "full"])
def test_the_picture_fits_100_by_30(state: State, language: Language) -> None:
    """At any moment the view has 30 lines of at most 100 columns, however long the posts are."""
    lines = drawn(state, language).rstrip("\n").split("\n")
    assert len(lines) == 30
    assert max(map(cell_len, lines)) <= 100


def test_an_alert_shows_grade_colour_quote_and_office() -> None:
    """Whoever looks sees grade, colour, the words quoted, their English, the office and what is to be verified."""
    picture = drawn(FULL)
    for shown in (
        "grade III",
        "YELLOW",
        "铁架倾斜",
        "water tower leans",
        "柳汀镇应急管理办公室",
        "死了20个人",
        "revision 4",
    ):
        assert shown in picture


def test_the_quote_is_highlighted() -> None:
    """The quoted words, and no others, carry the colour of the alert."""
    shown = excerpt(alert(), "en")
    marked = [shown.plain[span.start : span.end] for span in shown.spans if "on #" in str(span.style)]
    assert marked == [TEXT[11:15]]
    assert "48;2;232;185;49m" in drawn(FULL, styled=True)


def test_quotes_that_stand_apart_are_shown_apart() -> None:
    """Title and body, or words of several posts, never run into one word; what adjoins in the text stays whole."""
    apart = alert(text="墙倒了 … 砸伤两人", spans=((0, 3), (6, 10)))
    assert excerpt(apart, "zh").plain == "“墙倒了 … 砸伤两人”"
    title_and_body = alert(text="墙倒了\n砸伤两人", spans=((0, 3), (4, 8)))
    assert excerpt(title_and_body, "zh").plain == "“墙倒了 砸伤两人”"
    adjoining = alert(text="墙倒了砸伤两人", spans=((0, 3), (3, 7)))
    assert excerpt(adjoining, "zh").plain == "“墙倒了砸伤两人”"


def test_every_matter_has_one_card_and_its_trail() -> None:
    """One alert with four revisions is one card that tells how it grew."""
    assert len(latest(FULL.alerts)) == 10
    assert [step.revision for step in trail(FULL.alerts, "a")] == [1, 2, 3, 4]
    assert "11 s YELLOW ▸ 21 s IV ▸ 31 s III ▸ 39 s III?" in drawn(FULL)


def test_an_english_line_stands_under_the_posts_only_in_english() -> None:
    """The English interface has glosses under the invented posts; the Chinese one needs none."""
    assert "A double rainbow." in drawn(FULL, "en")
    assert "A double rainbow." not in drawn(FULL, "zh")


def test_after_a_kill_the_view_says_what_was_lost() -> None:
    """After `k` the view says when the worker died, when it was back, and what was lost and double."""
    dead = replace(FULL, kill=Kill(41.2))
    back = replace(FULL, kill=Kill(41.2, 47.0, Sums(241, 239, 0, 2)))
    assert "killed (-9) at 41 s" in drawn(dead)
    assert "back at 47 s: lost 0, double 0" in drawn(back)


def test_sums_that_do_not_add_up_are_not_ticked() -> None:
    """A tick stands only behind sums that add up; a missing or doubled post withholds it."""
    assert "✓" in drawn(FULL)
    for wrong in (Sums(241, 238, 0, 2), Sums(241, 239, 0, 2, doubled=1)):
        assert "✓" not in drawn(replace(FULL, sums=wrong))


def test_a_plain_line_says_as_much_as_a_card() -> None:
    """Where there is no terminal an alert is one line with time, grade, place, quote and office."""
    told = line(FULL.alerts[3], FULL, "en")
    for shown in ("39.0 s", "grade III", "YELLOW", "柳汀镇", "铁架倾斜", "应急管理办公室"):
        assert shown in told
    assert "\n" not in told


def test_the_story_begins_with_towns_and_ends_with_sums() -> None:
    """Each scene has its second, in order, in both languages."""
    assert [one.second for one in STORY] == [0, 5, 10, 20, 30, 38, 45, 55]
    assert scene(-1).second == 0
    assert scene(29.9).second == 20
    assert scene(300).second == 55


def test_both_languages_say_the_same_things() -> None:
    """No phrase of the interface lacks its translation."""
    assert ENGLISH.keys() == CHINESE.keys()


@pytest.mark.parametrize(
    ("chosen", "locale", "expected"),
    [("zh", "en_US.UTF-8", "zh"), ("en", "zh_CN.UTF-8", "en"), (None, "zh_CN.UTF-8", "zh"), (None, "C", "en")],
)
def test_language_by_choice_then_by_locale(
    monkeypatch: pytest.MonkeyPatch, chosen: str | None, locale: str, expected: str
) -> None:
    """`--lang` decides; without it the locale does; English where that says nothing."""
    monkeypatch.setenv("LC_ALL", locale)
    assert language(chosen) == expected


def test_only_the_newest_posts_are_kept() -> None:
    """The list of what residents say never grows without end."""
    state = hear(State(), *(Heard("1", str(at)) for at in range(50)))
    assert state.heard[-1].text == "49"
    assert len(state.heard) == 12
