"""A source as its YAML says: where it is, how to read it, how much is normal, what is knowingly left."""

from streams.source.api import Api, Item, Paging
from streams.source.base import Expects, Source
from streams.source.board import Board, Letters, Message
from streams.source.brought import Manual, Webhook
from streams.source.feed import Feed
from streams.source.folder import Folder
from streams.source.forum import Forum, Thread, Threads
from streams.source.parse import AnySource, parse_source
from streams.source.permission import Permission, Shown
from streams.source.selector import Selector
from streams.source.table import Columns, Table

__all__ = [
    "AnySource",
    "Api",
    "Board",
    "Columns",
    "Expects",
    "Feed",
    "Folder",
    "Forum",
    "Item",
    "Letters",
    "Manual",
    "Message",
    "Paging",
    "Permission",
    "Selector",
    "Shown",
    "Source",
    "Table",
    "Thread",
    "Threads",
    "Webhook",
    "parse_source",
]
