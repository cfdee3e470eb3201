"""Record the demo as one SVG that plays by itself: `python -m deploy.demo.record docs/demo.svg`."""

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from deploy.demo.run import run
from deploy.demo.state import State
from deploy.demo.view import render
from deploy.demo.words import Language, language

WIDTH: Final = 100
HEIGHT: Final = 30
MOMENTS: Final = (4.0, 9.0, 13.5, 24.0, 34.0, 42.0, 50.0, 60.0)
"""Seconds of the story whose picture is kept."""

SHOWN: Final = 4.0
"""Seconds for which each picture is shown."""

CELL: Final = 12.2
"""Width of a character, in rich's measure for a font of 20 pixels; a line is twice as high."""

_BLANKS: Final = re.compile(r'(<text [^>]*?)x="([\d.]+)"([^>]*?)textLength="([\d.]+)"([^>]*>)((?:&#160;)+)(?=[^<&])')

THEME: Final = TerminalTheme(
    (17, 20, 24),
    (220, 223, 228),
    [
        (40, 44, 52),
        (229, 72, 77),
        (95, 179, 161),
        (232, 185, 49),
        (76, 155, 232),
        (198, 120, 221),
        (86, 182, 194),
        (220, 223, 228),
    ],
)
FONTS: Final = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', 'Microsoft YaHei', monospace"
"""Fonts of the reader's own machine: the picture fetches nothing."""

# Rich fills these in. Its own template loads fonts from a server, ours does not.
PICTURE: Final = """<g class="{unique_id}">
<style>{styles}</style>
<defs>{lines}</defs>
<g transform="translate(9, 9)" clip-path="url(#screen)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</g>"""

ALBUM: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 aria-label="A terminal: posts of a made-up county are read, judged, and three dead at a school alert an office">
<style>
text {{ font-family: {fonts}; font-size: 20px; font-variant-east-asian: full-width; white-space: pre }}
{rules}
@keyframes turn {{ 0% {{ visibility: visible }} {share:.3f}%, 100% {{ visibility: hidden }} }}
@media (prefers-reduced-motion) {{ g {{ animation: none !important }} }}
</style>
<defs><clipPath id="screen"><rect width="{inner_width}" height="{inner_height}"/></clipPath></defs>
<rect width="{width}" height="{height}" rx="8" fill="{background}"/>
{pictures}
</svg>
"""


class Recorder:
    """Keeps the first state at or after each moment; give it to `run` as `frame`."""

    def __init__(self, moments: Sequence[float] = MOMENTS) -> None:
        self._waiting = list(moments)
        self.states: list[State] = []

    def __call__(self, state: State) -> None:
        if self._waiting and state.second >= self._waiting[0]:
            self._waiting.pop(0)
            self.states.append(state)


def album(states: Sequence[State], spoken: Language) -> str:
    """The pictures as one SVG, shown one after the other, again and again; it refers to nothing outside."""
    width, height = round(WIDTH * CELL) + 18, round(HEIGHT * CELL * 2) + 18
    names = [f"p{number}" for number in range(len(states))]  # Where nothing moves, the last one is shown.
    whole = len(states) * SHOWN
    rules = "\n".join(
        f".{name} {{ visibility: {'visible' if name == names[-1] else 'hidden'}; "
        f"animation: turn {whole:g}s step-end {number * SHOWN - whole:g}s infinite }}"
        for number, name in enumerate(names)
    )
    return ALBUM.format(
        width=width,
        height=height,
        inner_width=width - 18,
        inner_height=height - 18,
        fonts=FONTS,
        rules=rules,
        share=100 / len(states),
        background="#111418",
        pictures="\n".join(_picture(state, spoken, name) for state, name in zip(states, names, strict=True)),
    )


def _picture(state: State, spoken: Language, name: str) -> str:
    console = Console(
        width=WIDTH, height=HEIGHT, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(render(state, spoken), height=HEIGHT)
    drawn = console.export_svg(theme=THEME, code_format=PICTURE, unique_id=name, font_aspect_ratio=0.61)
    return _BLANKS.sub(_moved, drawn)


def _moved(text: re.Match[str]) -> str:
    """A text that begins where its first letter stands: some renderers drop the blanks before it."""
    before, x, between, length, clip, blanks = text.groups()
    shift = blanks.count(";") * CELL
    return f'{before}x="{float(x) + shift:g}"{between}textLength="{float(length) - shift:g}"{clip}'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo for its minute, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    given = parser.parse_args(arguments)
    recorder = Recorder()
    code = run(once=False, lang=given.lang, frame=recorder)
    if code == 0:
        given.file.write_text(album(recorder.states, language(given.lang)), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
