"""A folder into which another program drops files."""

from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from streams.pages.expression import Expression, check_expressions
from streams.source.api import Item
from streams.source.base import Source
from streams.source.brought import PLAIN
from streams.source.table import Columns


class Folder(Source, frozen=True, kw_only=True):
    """Files with posts: CSV and XLSX by `columns`, JSON and JSON lines by `message`. `url` is file:///path."""

    columns: Columns = Columns()
    sheet: str | None = None
    """Of an XLSX; the first that is visible where none is named."""
    items: Expression | None = None
    """Where the list of items stands in a JSON file; without it the file is the list, or a line an item."""
    message: Item = PLAIN
    link: str | None = None
    """Address of a message for readers, with {id} in it, where the file does not say it."""

    schemes: ClassVar[frozenset[str]] = frozenset({"file"})

    def __post_init__(self) -> None:
        Source.__post_init__(self)
        check_expressions(self, "items")
        if urlsplit(self.url).netloc or not self.path.is_absolute():
            raise ValueError(
                f"field `url`: {self.url!r} is no folder of this machine: write it like file:///srv/dropped"
            )

    @property
    def path(self) -> Path:
        """Where the folder is."""
        return Path(url2pathname(urlsplit(self.url).path))
