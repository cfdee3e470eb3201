"""Which letters are open follows from the letters and the dealings alone, in whatever order they are read."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.batch.register import DROPPED, RETRIED, Dealing, Filed, Standing, Wanted, quarantined, standing
from streams.records import Letter

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def letter(offset: int, *, retries: int = 0, first: int | None = None, reason: str = "step") -> Letter:
    """The letter of a record of that offset."""
    return Letter(
        id=f"d.posts-0-{offset}", topic="d.posts", partition=0, offset=offset, step="classify", reason=reason,  # type: ignore[arg-type]
        error="KeyError at classify.py:7", time=BEGIN + timedelta(minutes=offset), township="990101101000",
        source="forum", retries=retries, first=None if first is None else f"d.posts-0-{first}",
    )  # fmt: skip


def dealing(about: Letter, event: str = RETRIED, minute: int = 0) -> Dealing:
    """What somebody did with it."""
    return Dealing(
        event=event, letter=about.id, recorded=about.time, township=None, source=None, by="duty", reason="",  # type: ignore[arg-type]
        time=BEGIN + timedelta(days=1, minutes=minute),
    )  # fmt: skip


def filed(*letters: Letter) -> list[Filed]:
    return [Filed(each, (0, number)) for number, each in enumerate(letters)]


def states(found: list[Standing]) -> list[str]:
    return [each.state for each in found]


def test_what_was_sent_again_is_open_no_more() -> None:
    """A letter is open until somebody deals with it; dropped and sent again are told apart."""
    one, two, three = letter(1), letter(2), letter(3)
    assert states(standing(filed(one, two, three), [])) == ["open"] * 3
    assert states(standing(filed(one, two, three), [dealing(two), dealing(three, DROPPED)])) == [
        "open", "retried", "dropped",
    ]  # fmt: skip


def test_a_second_death_opens_a_new_letter_and_marks_the_old_one() -> None:
    """Of a record that died three times, each letter says what became of it; the last one is open."""
    line = [letter(1), letter(5, retries=1, first=1), letter(9, retries=2, first=1)]
    found = standing(filed(*line), [dealing(line[0]), dealing(line[1])])
    assert states(found) == ["died again", "died again", "open"]
    assert {each.letter.line[0] for each in found} == {"d.posts-0-1"}


def test_a_letter_that_was_written_twice_is_one() -> None:
    """A worker that dies after step 3 writes it again, perhaps after somebody has dealt with it."""
    one = letter(1)
    (found,) = standing(filed(one, one), [dealing(one, DROPPED)])
    assert (found.state, found.filed.place) == ("dropped", (0, 0))


def test_a_topic_created_again_has_letters_of_its_own() -> None:
    """The same id of another record is another letter: what was done with the old one closes it not."""
    old = letter(1)
    new = replace(old, time=old.time + timedelta(days=3))
    assert sorted(states(standing(filed(old, new), [dealing(old, DROPPED)]))) == ["dropped", "open"]


numbers = st.integers(0, 6)
dealings = st.lists(st.tuples(numbers, st.sampled_from([RETRIED, DROPPED]), st.integers(0, 3)))


@given(st.lists(numbers), st.lists(numbers), dealings, st.integers())
def test_the_order_of_reading_does_not_matter(
    first: list[int], again: list[int], done: list[tuple[int, str, int]], seed: int
) -> None:
    """Partitions are read side by side; whatever comes first, every letter stands once and ends the same."""
    letters = [letter(each) for each in first] + [letter(each + 10, retries=1, first=each) for each in again]
    dealt = [dealing(letter(each), event, minute) for each, event, minute in done]
    shuffled, random = [*letters], Random(seed)
    random.shuffle(shuffled)
    dealt_otherwise = [*dealt]
    random.shuffle(dealt_otherwise)
    one, other = standing(filed(*letters), dealt), standing(filed(*shuffled), dealt_otherwise)
    assert [(each.letter, each.state, each.dealing) for each in one] == [
        (each.letter, each.state, each.dealing) for each in other
    ]
    assert len({each.letter.identity for each in one}) == len(one) == len({each.identity for each in letters})
    touched = {each for each, _, _ in done}
    assert all(each.is_open == (each.letter.retries > 0 or each.letter.offset not in touched) for each in one)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), True),
        (Wanted(step="classify", reason="step", source="forum", township="990101101000"), True),
        (Wanted(step="read"), False),
        (Wanted(error="keyerror"), True),
        (Wanted(error="IndexError"), False),
        (Wanted(since=BEGIN + timedelta(minutes=1), until=BEGIN + timedelta(minutes=2)), True),
        (Wanted(since=BEGIN + timedelta(minutes=2)), False),
        (Wanted(until=BEGIN + timedelta(minutes=1)), False),
    ],
)
def test_every_filter_must_hold(wanted: Wanted, *, expected: bool) -> None:
    """By step, reason, source, township, words of the error in any case, and a span of time, its end left out."""
    assert wanted.has(letter(1)) is expected


def test_sources_that_were_set_aside_are_told() -> None:
    """By their open letters: how many are unread, and when the last one came."""
    one, two = letter(1, reason="quarantine"), letter(2, reason="quarantine")
    found = standing(filed(one, two, letter(3)), [])
    assert quarantined(found) == {("990101101000", "forum"): (2, two.time)}
    assert quarantined(standing(filed(one, two), [dealing(one), dealing(two)])) == {}
