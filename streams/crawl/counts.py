"""Counts of what the crawler did, by source and name: for metrics, and for sums that add up."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

IGNORED: Final = "signal:file:ignored:"
"""How the names begin of files that a folder holds and nobody reads."""

UNREAD: Final = "error:file:"
"""The same of files that could not be read; why that is may stand behind the file's own name, in brackets."""

STRANGE: Final = ("signal:unused:", IGNORED, UNREAD)
"""How names begin that end with others' words: a page's classes, a folder's files."""

MOST: Final = 50
"""Names of each of these that one source may have in a day: a page may have hundreds, and others in an hour."""

_LONGEST: Final = 80

Observe = Callable[[str, str, int], None]
"""Told source, name and number."""


class Counts:
    """How often what happened, by source and name.

    Names are `visits`, `requests`, `pages`, `unmodified`, `listed`, `published`, `unchanged`, `duplicate`, `empty`,
    `outdated`, `cut`, `unread` (a thread that was listed and could not be read whole, now or the last time),
    `error:<name>`, `signal:<what>:<field>`, `asleep` (not visited at this time of day), and what operators were told
    of. Each visit counts what it lists, whether or not an earlier one did. A post that is listed is then published,
    unchanged, a duplicate (the id stands there twice with different words), empty, outdated (somebody brought a later
    message before), or without an id (a signal): the sums add up, unless publishing failed, which is counted
    as an error of the visit. Of names with others' words each source has fifty a day, the rest are `<beginning>:other`:
    they leave room for ours. Whoever observes is told each as it is.
    """

    def __init__(self, observe: Observe | None = None) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._observe = observe

    def add(self, source: str, name: str, number: int = 1) -> None:
        """Count so many of a name."""
        if not number:
            return
        told = name = name[:_LONGEST]
        counts = self._counts.setdefault(source, Counter())
        begins = next((each for each in STRANGE if name.startswith(each)), None)
        if begins and name not in counts and sum(each.startswith(begins) for each in counts) >= MOST:
            name = f"{begins}other"
        counts[name] += number
        if self._observe:
            self._observe(source, told, number)

    def renew(self, source: str, written: Mapping[str, int]) -> Mapping[str, int]:
        """On a new day other names with others' words have the place of those of which all is written.

        Returns:
            The rest of what is written.
        """
        counts = self._counts.get(source, Counter())
        old = {name for name, number in written.items() if name.startswith(STRANGE) and counts[name] == number}
        for name in old:
            del counts[name]
        return {name: number for name, number in written.items() if name not in old}

    def of(self, source: str) -> Mapping[str, int]:
        """The counts of one source by name, as they stand."""
        return dict(self._counts.get(source, {}))

    def total(self, name: str) -> int:
        """The count of a name over all sources; with a colon at its end, of all names that begin so."""
        return sum(
            number
            for counts in self._counts.values()
            for each, number in counts.items()
            if each == name or (name.endswith(":") and each.startswith(name))
        )
