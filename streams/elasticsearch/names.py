"""Names of the indices of a deployment."""

from msgspec import Struct


class Names(Struct, frozen=True):
    """Index names of one deployment; every name that programs use is an alias, so that a rebuild can swap it."""

    deployment: str

    def posts(self, township: str) -> str:
        """Alias of a township's posts."""
        return f"{self.deployment}-posts-{township}"

    def incidents(self, township: str) -> str:
        """Alias of a township's incidents."""
        return f"{self.deployment}-incidents-{township}"

    @property
    def all_posts(self) -> str:
        """Alias over the posts of all townships, for reading."""
        return f"{self.deployment}-posts"

    @property
    def all_incidents(self) -> str:
        """Alias over the incidents of all townships, for reading."""
        return f"{self.deployment}-incidents"

    @property
    def history(self) -> str:
        """Alias of what happened to incidents, a document a revision."""
        return f"{self.deployment}-history"

    @property
    def forgotten(self) -> str:
        """Alias of the hashed ids of posts that must not come back."""
        return f"{self.deployment}-forgotten"

    @property
    def marks(self) -> str:
        """Alias of the workers' notes to their successors."""
        return f"{self.deployment}-marks"

    @property
    def sources(self) -> str:
        """Alias of what crawlers remember of sources."""
        return f"{self.deployment}-sources"

    @property
    def health(self) -> str:
        """Alias of how sources fared, a document a source and day."""
        return f"{self.deployment}-health"


def live(index: str) -> str:
    """An alias that an index has only while it is the one in use.

    What was read from an index is written upon through this one: numbers of one index mean nothing in another, and by
    chance might be those of an older state there.
    """
    return f"{index}-live"


def lock(index: str, run: str) -> str:
    """An alias that an index has while this run of a command has the index to itself."""
    return f"{index}-moving-{run}"


def attempts_id(partition: int) -> str:
    """Under which id a worker notes what it tried alone on a partition."""
    return f"attempts-{partition}"
