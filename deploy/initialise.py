"""Makes a deployment's folder from the templates of deploy/init."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import msgspec

from deploy.schema import schema
from streams.errors import Misconfigured
from streams.privacy import keyring

SCHEMAS: Final = ("deployment", "township", "source")
"""Written beside the files that they describe, for editors."""


def initialise(folder: Path, name: str) -> list[Path]:
    """Write a commented deployment for one township with a fresh key; return the files, in the order to be read.

    Raises:
        Misconfigured: one of the files is there already, and nothing is written; or the folder takes no files.
    """
    try:
        return _written(folder, name)
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be written to ({error.strerror}); choose another folder") from error


def _written(folder: Path, name: str) -> list[Path]:
    contents = {
        Path(*path): text.replace("{name}", name) if path == ("deployment.yaml",) else text
        for path, text in _templates(files("deploy").joinpath("init"))
    }
    contents |= {Path("schema", f"{what}.json"): _formatted(what) for what in SCHEMAS}
    key = folder / "key"
    for file in (key, *(folder / path for path in contents)):
        if file.exists():
            raise Misconfigured(f"{file} is there already, and is not overwritten; choose an empty folder")
    for path, text in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    keyring.create(key)
    return [*(folder / path for path in contents), key]


def _templates(folder: Traversable, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], str]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name)):
        # Kept without its dot, because a .gitignore would rule this folder, too.
        name = ".gitignore" if entry.name == "gitignore" else entry.name
        if entry.is_dir():
            found += _templates(entry, (*path, name))
        else:
            found.append(((*path, name), entry.read_text("utf-8")))
    return found


def _formatted(what: str) -> str:
    return msgspec.json.format(msgspec.json.encode(schema(what)), indent=2).decode() + "\n"
