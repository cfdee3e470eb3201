"""What the producer is given."""

import json
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from agents.alert import OF_GRADE, OF_WARNING
from streams.topics import MEBIBYTE
from streams.township import Place
from tests.real.chaos.content import ESTATES, GRAVE, MATTER, REASON, Content, Made
from tests.real.chaos.faults import ALL, drawn
from tests.unit.town import CODE, Town, incident, judged

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_same_seed_makes_the_same_records() -> None:
    """A run that failed can be had again."""
    assert list(Content(random.Random(3), START).records(500)) == list(Content(random.Random(3), START).records(500))


def test_one_in_a_hundred_is_rubbish_and_some_come_again_or_are_edited() -> None:
    """Names are known: new posts each have their own, repeats and edits the one of before."""
    made = list(Content(random.Random(3), START).records(5_000))
    times = Counter(each.name for each in made)
    poison = {each.name for each in made if _is_rubbish(each)}
    assert len(times) == 5_000
    assert 30 < len(poison) < 70
    assert len(made) - 5_000 > 100, "repeats and edits"
    assert len({each.value for each in made if each.name not in poison}) > len(times) - len(poison), "edits differ"
    assert all(len(each.value or b"") < MEBIBYTE for each in made)


def test_a_run_founds_matters_from_its_beginning_to_its_end() -> None:
    """A few in each township at once, then a share of the posts; each at an estate that had none."""
    made = list(Content(random.Random(3), START, founding=0.02).records(10_000))
    matters = [dict(each.headers).get(MATTER) for each in made]
    fifth = len(made) // 5
    new = [len({*matters[at : at + fifth]} - {*matters[:at]}) for at in range(0, 5 * fifth, fifth)]
    assert min(new) > 20
    assert 0.15 < matters.count(None) / len(made) < 0.3, "chatter and rubbish"


@pytest.mark.parametrize("seed", [1, 2])
def test_posts_are_judged_as_their_headers_say(seed: int) -> None:
    """Who asks gets an incident, danger is graded, and a matter is one incident, whichever post comes first.

    Else the invariants would ask for what nobody has promised.
    """
    town = Town(places=tuple(Place(name=estate, kind="estate") for estate in ESTATES))
    records = [
        each for each in Content(random.Random(seed), START, founding=0.2).records(1_500) if not _is_rubbish(each)
    ]
    told = [(dict(each.headers), json.loads(each.value or b"")) for each in records]
    random.Random(seed).shuffle(told)
    pairs = set[tuple[bytes, str]]()
    for said, post in told:
        if post["township"] == CODE:
            values = town.hears(post["body"])
            severity, found = judged(values).severity, incident(values)
            assert (MATTER in said) == (found is not None), post
            assert (GRAVE in said) == bool(OF_GRADE[severity.grade] or OF_WARNING[severity.warning]), post
            pairs |= {(said[MATTER], found.id)} if found else set()
    assert len(pairs) > 50
    assert {*Counter(matter for matter, _ in pairs).values(), *Counter(found for _, found in pairs).values()} == {1}


def _is_rubbish(made: Made) -> bool:
    return REASON in dict(made.headers)


def test_each_kind_of_fault_is_drawn_before_any_comes_twice() -> None:
    """Twenty faults leave none out, and the seed decides on their order."""
    names = [name for name, _ in drawn(random.Random(1), 20)]
    assert set(names) == set(ALL)
    assert names[: len(ALL)] != sorted(ALL)
    assert len(names) == 20
