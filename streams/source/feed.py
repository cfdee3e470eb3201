"""A feed."""

from streams.source.base import Source


class Feed(Source, frozen=True, kw_only=True):
    """RSS, Atom or JSON Feed: its fields are named by their standards."""
