"""A table on the web, CSV or XLSX, such as a 12345 hotline's export: which column says what."""

from typing import Annotated

from msgspec import Meta, Struct

from streams.source.base import Complete, Source

Column = Annotated[str, Meta(min_length=1, description="A column's name, as the header writes it.")]


class Columns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column says what; one that is not named here is looked for by the names that programs commonly write."""

    id: Column | None = None
    body: Column | None = None
    title: Column | None = None
    time: Column | None = None
    author: Column | None = None
    url: Column | None = None
    views: Column | None = None
    likes: Column | None = None
    replies: Column | None = None
    answer: Column | None = None
    """The official reply's text."""
    answer_time: Column | None = None
    office: Column | None = None
    """The office that answers."""
    status: Column | None = None


class Table(Source, frozen=True, kw_only=True):
    """A file with a row a message, under a header: CSV with commas, or XLSX."""

    columns: Columns = Columns()
    sheet: str | None = None
    """Of an XLSX; the first that is visible where none is named."""
    link: str | None = None
    """Address of a message for readers, with {id} in it, where no column says it."""
    complete: Complete = False
