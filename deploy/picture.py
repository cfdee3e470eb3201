"""Draw the flow as agents/flow.py states it: `python -m deploy.picture FILE...` renews it in Markdown files."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from inspect import getdoc, signature
from pathlib import Path
from typing import Final, get_type_hints

from agents.flow import STAGES
from streams.stage import Stage

SHOWN: Final = 4
"""Steps in a line of the picture."""

TIMER: Final = "deadlines"
"""What feeds a stage that reads no topic: time itself."""


def picture(stages: Iterable[Stage] = STAGES) -> str:
    """Topics, stages with their steps in order, and where the answers end up, as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    for stage in stages:
        lines += [f"  {_id(topic)}([{topic}]) --> {stage.name}" for topic in stage.reads or (TIMER,)]
        lines.append(f'  {stage.name}["<b>{stage.name}</b><br/>{_wrapped(stage.steps)}"]')
        lines += [f"  {stage.name} --> {_id(sink)}[({sink})]" for sink in stage.writes]
    return "\n".join(("```mermaid", *lines, "```"))


def table(stages: Iterable[Stage] = STAGES) -> str:
    """Every step once, in order: what it does, and the types that it takes and gives."""
    steps = dict.fromkeys(step for stage in stages for step in stage.steps)
    return "\n".join(("| step | what | takes | gives |", "| --- | --- | --- | --- |", *map(_row, steps)))


PARTS: Final[Mapping[str, Callable[[], str]]] = {"flow": picture, "steps": table}
"""What stands between `<!-- NAME -->` and `<!-- /NAME -->`."""


def renewed(text: str) -> str:
    """The Markdown text with every part drawn anew."""
    for name, draw in PARTS.items():
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        drawn = f"{opening}\n{draw()}\n{closing}"
        text = re.sub(f"{opening}.*?{closing}", lambda _, drawn=drawn: drawn, text, flags=re.DOTALL)  # type: ignore[misc]
    return text


def _row(step: str) -> str:
    module = import_module(f"agents.{step}")
    hints = get_type_hints(module.run)
    takes = ", ".join(_name(hints[parameter]) for parameter in signature(module.run).parameters)
    what = (getdoc(module) or "").partition("\n")[0]
    return f"| [{step}](../agents/{step}.py) | {what} | {takes} | {_name(hints['return'])} |"


def _name(kind: object) -> str:
    """A type as people write it; None after `or` says that the stage may end here."""
    return " or ".join(str(getattr(part, "__name__", part)) for part in getattr(kind, "__args__", (kind,))).replace(
        "NoneType", "nothing"
    )


def _wrapped(steps: tuple[str, ...]) -> str:
    lines = [" → ".join(steps[start : start + SHOWN]) for start in range(0, len(steps), SHOWN)]
    return " →<br/>".join(lines)


def _id(name: str) -> str:
    return name.replace(" ", "_")


def main(files: Iterable[str]) -> None:
    """Renew the files in place."""
    for file in map(Path, files):
        file.write_text(renewed(file.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
