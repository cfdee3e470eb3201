"""Reads the township files, and refuses what would leave a post without an office."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from deploy.settings import judged, yaml
from deploy.settings.records import convert
from streams.errors import Misconfigured
from streams.identity import padded
from streams.township import Township


def read(file: Path) -> Township:
    """One township; its code has 12 digits afterwards.

    Raises:
        Misconfigured: the file cannot be used; the message has a line for each thing that is wrong.
    """
    marked = yaml.read(file)
    township = convert(marked, Township)
    if problems := list(_problems(marked, township)):
        raise Misconfigured("\n".join(problems))
    return replace(township, code=padded(township.code))


def read_all(folder: Path) -> dict[str, Township]:
    """Every `*.yaml` of a folder, by code.

    Raises:
        Misconfigured: none is there, one cannot be used, or two have the same code.
    """
    found: dict[str, Township] = {}
    files: dict[str, Path] = {}
    for file in yaml_files(folder, "township"):
        township = read(file)
        if township.code in found:
            raise Misconfigured(f"{file}: township {township.code} stands in {files[township.code]} too; keep one")
        found[township.code], files[township.code] = township, file
    return found


def codes(folder: Path) -> tuple[str, ...]:
    """The codes of the townships of a folder, 12 digits each; nothing else of them is held to be right.

    Raises:
        Misconfigured: no township is there, or one is no YAML.
    """
    said = [yaml.read(file).value.get("code") for file in yaml_files(folder, "township")]
    return tuple(padded(code) for code in said if isinstance(code, str))


def yaml_files(folder: Path, what: str) -> list[Path]:
    """The YAML files of a folder, by name."""
    found = sorted(file for pattern in ("*.yaml", "*.yml") for file in folder.glob(pattern))
    if not found:
        raise Misconfigured(f"{folder}: no {what} file (*.yaml) there; `xiangyin init DIR` makes an example")
    return found


def _problems(marked: yaml.Marked, township: Township) -> Iterator[str]:
    offices = [office.id for office in township.offices]
    known = f"the offices here are {', '.join(offices) or 'none'}"
    for index, office in enumerate(offices):
        if office in offices[:index]:
            yield f"{marked.where(('offices', index, 'id'))}: two offices have the id {office}; rename one"
    if township.supervision not in offices:
        yield f"{marked.where(('supervision',))}: there is no office {township.supervision}; {known}"
    for index, route in enumerate(township.routes):
        if route.office not in offices:
            yield f"{marked.where(('routes', index, 'office'))}: there is no office {route.office}; {known}"
        yield from _unheard(marked, index, "topics", route.topics, judged.topics)
        yield from _unheard(marked, index, "kinds", route.kinds, judged.kinds)
    last = township.routes[-1] if township.routes else None
    if last is None or last.topics or last.kinds or last.words or last.places:
        yield (
            f"{marked.where(('routes',))}: the last route must have an office and no condition, "
            "so that every matter has an office; add `- office: ...`"
        )


def _unheard(
    marked: yaml.Marked, index: int, field: str, asked: Sequence[str], known: Callable[[], Sequence[str]]
) -> Iterator[str]:
    for at, name in enumerate(asked):
        if name not in known():
            where = marked.where(("routes", index, field, at))
            yield f"{where}: no post has {name!r} among its {field}; the known ones are {', '.join(known())}"
