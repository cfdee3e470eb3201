"""Keep the state of the view up to date while the story runs."""

import time
from collections.abc import Sequence
from typing import Final

from aiokafka import ConsumerRecord
from msgspec.structs import replace

from deploy.demo import telling
from deploy.demo.content import INBOX, glosses, postings
from deploy.demo.ledger import Ledger
from deploy.demo.state import Alert, Heard, Kill, State, Town, hear, latest
from streams.records import Post

TOWNS: Final = (
    Town("990101101000", "柳汀镇", "Liuting"),
    Town("990101102000", "鹿坪乡", "Luping"),
    Town(INBOX, "县收件箱", "inbox"),
)
COUNTING: Final = 0.4
"""Seconds between two counts."""


class Show:
    """The state, and what changes it.

    Args:
        ledger: counts.
        began: time.monotonic() at the start.
        skipped: seconds of the story that had passed by then.
        elasticsearch: URL that the viewer may ask.

    Attributes:
        state: what the view shows now.
        fresh: alerts that came with the last look.
    """

    def __init__(self, ledger: Ledger, *, began: float, skipped: float, elasticsearch: str) -> None:
        self._ledger, self._began, self._skipped = ledger, began, skipped
        self._texts: dict[str, None] = {}
        self._known: set[str] = set()
        self._glosses = glosses(postings())
        self._counted = 0.0
        self.state = State(towns=TOWNS, elasticsearch=elasticsearch)
        self.fresh: tuple[Alert, ...] = ()

    @property
    def second(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @property
    def story(self) -> float:
        """The second of the story."""
        return self.second + self._skipped

    @property
    def settled(self) -> bool:
        """Whether all that was written has been crawled and judged, and every sum adds up."""
        sums, towns = self.state.sums, self.state.towns
        done = sum(town.judged for town in towns)
        posts = sum(town.crawled for town in towns)
        return bool(sums and sums.add_up and posts == done >= len(postings()))

    async def look(self) -> None:
        """Read the topics, and count now and then."""
        news = await self._ledger.read()
        self._hear(news.posts)
        self.fresh = tuple(self._alert(record) for record in news.alerts if self._is_new(record))
        self.state = replace(self.state, second=self.second, alerts=(*self.state.alerts, *self.fresh))
        if self.second - self._counted >= COUNTING:
            await self._count()

    def killed(self) -> None:
        """The worker was killed just now."""
        self.state = replace(self.state, kill=Kill(self.second))

    @property
    def recovering(self) -> bool:
        """Whether the worker was killed and nobody has seen it at work again."""
        return self.state.kill is not None and self.state.kill.back is None

    def recovered(self) -> None:
        """A worker is ready again: say what was lost and what is double, once it has caught up."""
        kill, sums = self.state.kill, self.state.sums
        judged = sum(town.judged for town in self.state.towns)
        if kill and sums and sums.add_up and judged >= sums.crawled:
            self.state = replace(self.state, kill=replace(kill, back=self.second, sums=sums))

    @property
    def told(self) -> bool:
        """Whether the story came out: three dead are graded III, and the twenty of the rumour are to be verified."""
        return any(alert.grade == "III" and alert.verify for alert in latest(self.state.alerts))

    def _hear(self, posts: Sequence[Post]) -> None:
        self._texts |= dict.fromkeys(map(telling.whole, posts))
        heard = (Heard(post.township, title := post.title or post.body, self._glosses.get(title, "")) for post in posts)
        self.state = hear(self.state, *heard)

    def _is_new(self, record: ConsumerRecord) -> bool:
        """At least once is what Kafka promises: a repeat is dropped by its id, as every consumer should."""
        known = telling.identity(record) in self._known
        self._known.add(telling.identity(record))
        return not known

    def _alert(self, record: ConsumerRecord) -> Alert:
        return telling.alert_of(record, self._texts, self._glosses, self.second)

    async def _count(self) -> None:
        counts = await self._ledger.counts([town.code for town in TOWNS])
        alerting = [alert.township for alert in latest(self.state.alerts)]
        towns = tuple(
            replace(
                town,
                crawled=counts[town.code].crawled,
                judged=counts[town.code].judged,
                indexed=counts[town.code].indexed,
                alerts=alerting.count(town.code),
            )
            for town in TOWNS
        )
        self.state = replace(self.state, towns=towns, sums=await self._ledger.sums())
        self._counted = self.second
