"""Counts by source and name, for metrics that cannot be flooded."""

from streams.crawl.counts import Counts


def test_counts_add_up_and_are_told() -> None:
    """By source, over all sources, and to whoever keeps the metrics; nothing is told of nothing."""
    told: list[tuple[str, str, int]] = []
    counts = Counts(lambda *each: told.append(each))
    counts.add("a", "published", 2)
    counts.add("b", "published")
    counts.add("b", "error:timeout")
    counts.add("b", "error:server", 0)
    assert (counts.total("published"), counts.total("error:"), counts.of("b")) == (
        3,
        1,
        {"published": 1, "error:timeout": 1},
    )
    assert told == [("a", "published", 2), ("b", "published", 1), ("b", "error:timeout", 1)]


def test_a_hostile_page_makes_no_flood_of_names() -> None:
    """Names come from pages too: beyond 200 of a source they are one."""
    counts = Counts()
    for number in range(5000):
        counts.add("a", f"signal:unused:{number}{'x' * 500}")
    assert len(counts.of("a")) == 201
    assert counts.total("signal:") == 5000
    assert max(map(len, counts.of("a"))) <= 80
