"""Reads the source files, each held against the townships of the deployment."""

from collections.abc import Collection
from pathlib import Path

from deploy.settings import yaml
from deploy.settings.townships import yaml_files
from streams.errors import Misconfigured
from streams.source import AnySource, parse_source


def read(file: Path, townships: Collection[str]) -> AnySource:
    """One source; its name is the file's unless it says another.

    Raises:
        Misconfigured: the file cannot be used, or it serves a township that the deployment does not have.
    """
    marked = yaml.read(file)  # First, because it refuses keys given twice.
    source = parse_source(file.read_text("utf-8"), file)
    for code in source.served:
        if code not in townships:
            field = ("township",) if "township" in marked.value else ("townships",)
            known = ", ".join(sorted(townships))
            raise Misconfigured(f"{marked.where(field)}: {code} is no township of this deployment, which has {known}")
    return source


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
