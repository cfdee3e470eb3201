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
    """What pages and files are called is counted by name, so far; what we call things is, however much came before."""
    counts = Counts()
    for number in range(5000):
        counts.add("a", f"signal:unused:{number}{'x' * 500}")
        counts.add("a", f"error:file:{number}.xlsx")
        counts.add("a", f"signal:file:ignored:{number}.xls")
    for name in ("listed", "error:timeout", "trouble:erring", "signal:page:login"):
        counts.add("a", name)
        assert counts.of("a")[name] == 1
    assert len(counts.of("a")) == 3 * 51 + 4
    assert counts.total("signal:unused:") == counts.total("error:file:") == 5000
    assert max(map(len, counts.of("a"))) <= 80


def test_who_observes_hears_each_name_as_it_is() -> None:
    """The log names a file though fifty others were named before it."""
    told: list[str] = []
    counts = Counts(lambda _, name, __: told.append(name))
    for number in range(60):
        counts.add("a", f"error:file:{number}.xlsx")
    assert told == [f"error:file:{number}.xlsx" for number in range(60)]
    assert counts.of("a")["error:file:other"] == 10
