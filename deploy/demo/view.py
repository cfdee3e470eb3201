"""Draw the live view: what came in, what was made of it, what somebody must know."""

import re
from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.demo.state import Alert, Heard, State, Town, latest, trail
from deploy.demo.words import COLOUR_NAMES, GRADE_NAMES, STORY, Language, scene, words
from streams.records import Colour, Grade

STORY_SECONDS: Final = 60
BEFORE: Final = 14
AFTER: Final = 26
"""Characters shown around the quotes."""

BLANKS: Final = re.compile(r"\s+")

OTHERS: Final = 4
"""Matters shown in a line each, under the one in full."""

RANK: Final[dict[Grade | Colour, int]] = {"I": 4, "red": 4, "II": 3, "orange": 3, "III": 2, "yellow": 2}
"""Of grade and warning, the rest being 1: the higher one gives the card its colour."""
HUES: Final = {4: "#e5484d", 3: "#f07d28", 2: "#e8b931", 1: "#4c9be8"}
ACCENT: Final = "#5fb3a1"
QUIET: Final = "grey58"


def render(state: State, language: Language) -> RenderableType:
    """The whole picture of one moment; fits 100 columns by 30 lines."""
    layout = Layout()
    layout.split_column(Layout(_header(state, language), size=5), Layout(name="body"), Layout(name="foot", size=5))
    layout["body"].split_row(Layout(name="left", size=42), Layout(_alerts(state, language)))
    layout["left"].split_column(Layout(_towns(state, language), size=7), Layout(_heard(state, language)))
    layout["foot"].update(_footer(state, language))
    return layout


def line(alert: Alert, state: State, language: Language) -> str:
    """An alert in one line, for where there is no terminal."""
    quote = " … ".join(alert.text[start:end] for start, end in alert.spans) or alert.verify
    marks = " ".join(part for part in (_grade(alert, language), _colour(alert, language)) if part)
    where = state.town(alert.township).name
    return f"{alert.second:5.1f} s  {marks}  {where}  {alert.title}  “{quote}”  → {'、'.join(alert.offices)}"


def hue(alert: Alert) -> str:
    """The colour of the higher of grade and warning."""
    return HUES[max(RANK.get(alert.grade, 1), RANK.get(alert.warning, 1))]


def excerpt(alert: Alert, language: Language) -> Text:
    """The words of the post around its quotes, the quotes highlighted."""
    spans = sorted(alert.spans)
    start = max(0, min((start for start, _ in spans), default=0) - BEFORE)
    end = max((end for _, end in spans), default=0) + AFTER
    shown = Text("“" if language == "zh" or start == 0 else "“…", style="default")
    at = start
    for first, last in spans:
        if first >= at:
            shown.append(_spaced(alert.text[at:first])).append(
                _spaced(alert.text[first:last]), f"bold black on {hue(alert)}"
            )
            at = last
    return shown.append(_spaced(alert.text[at:end])).append("…”" if end < len(alert.text) else "”")


def _header(state: State, language: Language) -> RenderableType:
    told = words(language)
    top = Table.grid(expand=True)
    top.add_column(ratio=1)
    top.add_column(justify="right")
    name = Text.assemble((told["title"], f"bold {ACCENT}"), (f"  {told['place']}", QUIET))
    top.add_row(name, Text(f"{int(state.second) // 60:02d}:{int(state.second) % 60:02d}", style=f"bold {ACCENT}"))
    now = scene(state.second)
    caption = Text(now.zh if language == "zh" else now.en, style="bold", no_wrap=True, overflow="ellipsis")
    return Panel(Group(top, caption, _progress(state.second)), border_style=ACCENT, padding=(0, 1))


def _progress(second: float, width: int = 94) -> Text:
    """The story's minute as a line, with a knot where a scene begins."""
    knots = {round(one.second / STORY_SECONDS * (width - 1)) for one in STORY}
    reached = round(min(second, STORY_SECONDS) / STORY_SECONDS * (width - 1))
    bar = Text("".join("●" if at in knots else "━" for at in range(width)), style="grey27", no_wrap=True)
    bar.stylize(ACCENT, 0, reached + 1)
    return bar


def _towns(state: State, language: Language) -> RenderableType:
    told = words(language)
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(ratio=1, no_wrap=True)
    for _ in range(4):
        table.add_column(justify="right")
    heads = (told[name] for name in ("township", "crawled", "judged", "indexed", "alerts"))
    table.add_row(*(Text(head, style=QUIET) for head in heads))
    for town in state.towns:
        table.add_row(_name(town, language), *_counts((town,)))
    table.add_row(Text(told["all"], style="bold"), *_counts(state.towns), style="bold")
    return Panel(table, border_style="grey35", padding=(0, 1))


def _name(town: Town, language: Language) -> Text:
    return Text(town.name if language == "zh" else town.english)


def _place(town: Town, language: Language) -> str:
    return town.name if language == "zh" else f"{town.name} {town.english}"


def _counts(towns: Iterable[Town]) -> list[Text]:
    towns = list(towns)
    crawled, judged, indexed, alerts = (
        sum(getattr(town, name) for town in towns) for name in ("crawled", "judged", "indexed", "alerts")
    )
    return [
        Text(str(crawled)),
        Text(str(judged)),
        Text(str(indexed)),
        Text(str(alerts), style="bold" if alerts else QUIET),
    ]


def _heard(state: State, language: Language) -> RenderableType:
    rows = Group(*(_said(post, language) for post in reversed(state.heard)))
    return Panel(rows, title=Text(words(language)["heard"], style=QUIET), border_style="grey35", padding=(0, 1))


def _said(post: Heard, language: Language) -> RenderableType:
    said = Text(_flat(post.text), no_wrap=True, overflow="ellipsis")
    if language == "zh" or not post.gloss:
        return said
    return Group(said, Text(post.gloss, style=f"italic {QUIET}", no_wrap=True, overflow="ellipsis"))


def _alerts(state: State, language: Language) -> RenderableType:
    told, matters = words(language), latest(state.alerts)
    title = Text(told["alerting"], style=QUIET)
    if not matters:
        return Panel(Text(told["quiet"], style=QUIET), title=title, border_style="grey35", padding=(0, 1))
    first = max(matters, key=lambda alert: (gravity(alert), alert.second))
    others = [alert for alert in matters if alert is not first][:OTHERS]
    rows = (_card(first, state, language), *(_row(alert, state, language) for alert in others))
    return Panel(Group(*rows), title=title, border_style="grey35", padding=(0, 1))


def gravity(alert: Alert) -> tuple[int, int]:
    """By what matters are ordered: the higher of grade and warning, then the grade."""
    order: tuple[Grade, ...] = ("none", "unknown", "IV", "III", "II", "I")
    return max(RANK.get(alert.grade, 1), RANK.get(alert.warning, 1)), order.index(alert.grade)


def _card(alert: Alert, state: State, language: Language) -> RenderableType:
    """The gravest matter in full."""
    told, steps = words(language), trail(state.alerts, alert.incident)
    rows: list[RenderableType] = [
        Text.assemble(*_badges(alert, language), (f" {_place(state.town(alert.township), language)}", QUIET)),
        Text(alert.title, style="bold", no_wrap=True, overflow="ellipsis"),
    ]
    if alert.spans:
        rows.append(excerpt(alert, language))
    if alert.gloss and language == "en":
        rows.append(Text(alert.gloss, style=f"italic {QUIET}"))
    rows.append(Text("→ " + "、".join(alert.offices), style=f"bold {ACCENT}"))
    if alert.verify:
        rows.append(Text.assemble(("? ", "bold magenta"), (told["verify"], "magenta"), f"“{alert.verify}”"))
    rows.append(_steps(steps, language))
    rows.append(Text(_revision(alert, language), style=QUIET))
    return Panel(Group(*rows), border_style=hue(alert), padding=(0, 1))


def _badges(alert: Alert, language: Language) -> list[tuple[str, str]]:
    marks = (_grade(alert, language), _colour(alert, language))
    styles = (f"bold black on {HUES[RANK.get(alert.grade, 1)]}", f"bold black on {HUES[RANK.get(alert.warning, 1)]}")
    shown = [(f" {mark} ", style) for mark, style in zip(marks, styles, strict=True) if mark]
    return [part for badge in shown for part in (badge, (" ", "default"))]


def _steps(steps: Iterable[Alert], language: Language) -> Text:
    """How one alert grew: 11 s YELLOW ▸ 21 s IV ▸ 31 s III."""
    shown = Text()
    for at, alert in enumerate(steps):
        mark = _grade_sign(alert) or _colour(alert, language)
        shown.append(" ▸ " if at else "", QUIET).append(f"{alert.second:.0f} s ", QUIET)
        shown.append(mark + ("?" if alert.verify else ""), f"bold {hue(alert)}")
    return shown


def _revision(alert: Alert, language: Language) -> str:
    told = words(language)
    voices = told["voices"].format(voices=alert.voices, posts=alert.posts)
    return f"{told['revision'].format(revision=alert.revision)} · {voices}"


def _row(alert: Alert, state: State, language: Language) -> RenderableType:
    """Another matter, in two lines."""
    quote = alert.text[alert.spans[0][0] : alert.spans[0][1]] if alert.spans else alert.verify
    head = Text.assemble(*_badges(alert, language), alert.title, no_wrap=True, overflow="ellipsis")
    where = f"{state.town(alert.township).name} “{_flat(quote)}” → {'、'.join(alert.offices)}"
    return Padding(Group(head, Text(where, style=QUIET, no_wrap=True, overflow="ellipsis")), (0, 1))


def _grade_sign(alert: Alert) -> str:
    return "" if alert.grade in ("none", "unknown") else alert.grade


def _grade(alert: Alert, language: Language) -> str:
    name = GRADE_NAMES[language].get(alert.grade, "")
    sign = _grade_sign(alert)
    return words(language)["grade"].format(grade=sign, name=name) if sign else name


def _colour(alert: Alert, language: Language) -> str:
    return COLOUR_NAMES[language].get(alert.warning, "")


def _footer(state: State, language: Language) -> RenderableType:
    told = words(language)
    rows = Group(_sums(state, language), _kill(state, language), Text(told["keys"], style=QUIET, no_wrap=True))
    return Panel(rows, border_style=ACCENT, padding=(0, 1))


def _sums(state: State, language: Language) -> Text:
    if state.sums is None:
        return Text("…", style=QUIET)
    sums = state.sums
    text = words(language)["sums"].format(
        crawled=sums.crawled, indexed=sums.indexed, unchanged=sums.unchanged, dead=sums.dead
    )
    # While posts are under way the two sides differ; that is no loss yet, and looks like none.
    return Text.assemble((text, "bold"), ("  ✓", f"bold {ACCENT}") if sums.add_up else ("  …", QUIET), no_wrap=True)


def _kill(state: State, language: Language) -> Text:
    told, kill = words(language), state.kill
    if kill is None:
        asked = told["ask"].format(elasticsearch=state.elasticsearch, deployment=state.deployment)
        return Text(asked if state.elasticsearch else "", style=QUIET, no_wrap=True)
    if kill.back is None or kill.sums is None:
        return Text(told["killed"].format(second=round(kill.second)), style="bold magenta", no_wrap=True)
    text = told["back"].format(
        second=round(kill.second), back=round(kill.back), lost=kill.sums.lost, doubled=kill.sums.doubled
    )
    return Text(text, style=f"bold {ACCENT}" if kill.sums.add_up else "bold red", no_wrap=True)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _spaced(text: str) -> str:
    """On one line; a part of a text keeps the space at its ends, which parts it from the next."""
    return BLANKS.sub(" ", text)
