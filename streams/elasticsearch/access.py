"""Where the search server is."""

from msgspec import Struct


class Access(Struct, frozen=True, kw_only=True):
    """Where the search server is and how to be let in; printing it never shows a secret."""

    url: str
    compatibility: bool | None = None
    """Plain JSON instead of the vendored media type; None finds out by asking the server what it is."""
    api_key: str | None = None
    user: str | None = None
    password: str | None = None
    certificate: str | None = None
    """File with the certificate authority that signed the server's certificate."""

    def __repr__(self) -> str:
        return f"Access(url={self.url!r})"
