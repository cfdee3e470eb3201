"""A source most of whose records are dead is set aside."""

from streams.batch.quarantine import LEAST, MOST, PROBE, WINDOW, Quarantine


def test_a_source_that_sends_mostly_rubbish_is_set_aside_once() -> None:
    """More dead than alive among its last records, and at least twenty of them: from then on it goes unread."""
    quarantine = Quarantine()
    entered = [quarantine.saw("t", "broken", dead=True) for _ in range(LEAST)]
    assert entered == [False] * (LEAST - 1) + [True]
    assert quarantine.holds("t", "broken")
    assert not quarantine.saw("t", "broken", dead=True)


def test_a_source_that_was_mended_comes_back() -> None:
    """Every tenth record is read all the same; the first that is sound ends the quarantine."""
    quarantine = Quarantine()
    for _ in range(LEAST):
        quarantine.saw("t", "broken", dead=True)
    held = [quarantine.holds("t", "broken") for _ in range(PROBE)]
    assert held == [True] * (PROBE - 1) + [False]
    quarantine.saw("t", "broken", dead=False)
    assert not quarantine.holds("t", "broken")


def test_it_harms_no_other_source_and_no_other_township() -> None:
    """Quarantine goes by township and source."""
    quarantine = Quarantine()
    for _ in range(WINDOW):
        quarantine.saw("t", "broken", dead=True)
    assert not quarantine.holds("t", "sound")
    assert not quarantine.holds("u", "broken")


def test_a_bad_record_now_and_then_is_no_reason() -> None:
    """A third of a source's records may be dead without any end."""
    quarantine = Quarantine()
    assert not any(quarantine.saw("t", "mixed", dead=number % 3 == 0) for number in range(10 * WINDOW))


def test_any_number_of_names_fills_no_memory() -> None:
    """A program that makes up a source for each post is no reason to remember them all."""
    quarantine = Quarantine()
    for _ in range(LEAST):
        quarantine.saw("t", "broken", dead=True)
    for number in range(MOST + 10):
        quarantine.saw("t", f"made up {number}", dead=False)
        quarantine.holds("t", "broken")
    assert len(quarantine._recent) == MOST
    assert quarantine.holds("t", "broken")


def test_it_says_whom_it_holds() -> None:
    """For the metrics: who is set aside now, and nobody once all is begun anew."""
    quarantine = Quarantine()
    for _ in range(LEAST):
        quarantine.saw("t", "broken", dead=True)
        quarantine.saw("t", "sound", dead=False)
    assert quarantine.held == (("t", "broken"),)
    quarantine.clear()
    assert not quarantine.held
