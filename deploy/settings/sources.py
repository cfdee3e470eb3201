"""Reads the source files, each held against the townships of the deployment."""

from collections.abc import Collection
from pathlib import Path

from deploy.settings import yaml
from deploy.settings.townships import yaml_files
from streams.errors import Misconfigured
from streams.identity import padded
from streams.source import AnySource, parse_source


def read(file: Path, townships: Collection[str]) -> AnySource:
    """One source; its name is the file's unless it says another.

    Raises:
        Misconfigured: the file cannot be used, or it serves a township that the deployment does not have.
    """
    marked = yaml.read(file)  # First, because it refuses keys given twice.
    source = parse_source(file.read_text("utf-8"), file)
    field = ("township",) if "township" in marked.value else ("townships",)
    for code in source.served:
        assert_served(code, townships, marked.where(field))
    return source


def assert_served(code: str, townships: Collection[str], where: str) -> None:
    """Raise Misconfigured for the code of a township that the deployment does not have."""
    if padded(code) not in townships:
        known = ", ".join(sorted(townships))
        raise Misconfigured(f"{where}: {code} is no township of this deployment, which has {known}")


def named(folder: Path, name: str, townships: Collection[str]) -> AnySource | None:
    """The source of this name, or None; other files are read only where no file is called so.

    Raises:
        Misconfigured: a file that was read cannot be used.
    """
    for file in (folder / f"{name}.yaml", folder / f"{name}.yml"):
        if file.is_file():
            return read(file, townships)
    return read_all(folder, townships).get(name)


def read_all(folder: Path, townships: Collection[str]) -> dict[str, AnySource]:
    """Every `*.yaml` of a folder, by name.

    Raises:
        Misconfigured: none is there, one cannot be used, or two have the same name.
    """
    found: dict[str, AnySource] = {}
    for file in yaml_files(folder, "source"):
        source = read(file, townships)
        if source.name in found:
            raise Misconfigured(f"{file}: there is another source named {source.name}; rename one")
        found[source.name] = source
    return found
