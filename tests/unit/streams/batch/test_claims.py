"""Of two commands that reach for one letter, exactly one is to send it, whoever reads what first."""

from datetime import UTC, datetime, timedelta

from streams.batch.claims import LEASE, Claim, others
from streams.batch.register import DROPPED, RETRIED, Dealing

CAME = datetime(2026, 3, 1, tzinfo=UTC)
NOW = CAME + timedelta(days=1)
IT = ("d.posts-0-1", CAME)


def claim(run: str, after: timedelta = timedelta(), letter: str = IT[0]) -> Claim:
    """What a run tells when it reaches for a letter."""
    return Claim(letter=letter, recorded=CAME, by="duty", run=run, time=NOW + after)


def dealing(event: str) -> Dealing:
    """What a command tells when it has dealt with the letter."""
    return Dealing(
        event=event, letter=IT[0], recorded=CAME, township=None, source=None, by="duty", reason="", time=NOW,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_first_claim_has_the_letter() -> None:
    """Both see both claims, or the first only its own: one of them finds nobody before it."""
    first, second = claim("a"), claim("b")
    assert others([first], "a") == {}
    assert others([first, second], "a") == {}
    assert others([first, second], "b") == {IT: first}


def test_what_was_dealt_with_is_nobodys() -> None:
    """Whatever was claimed: a letter that was sent again or dropped meanwhile is left, and it is said which."""
    for event in (RETRIED, DROPPED):
        done = dealing(event)
        assert others([claim("a"), done, claim("b")], "b") == {IT: done}
        assert others([claim("a"), claim("b"), done], "a") == {IT: done}


def test_a_claim_ends_with_its_lease() -> None:
    """A command that died keeps nobody waiting longer; one that lives has sent by then, or lets it be."""
    dead, early, late = claim("a"), claim("b", LEASE - timedelta(seconds=1)), claim("c", LEASE)
    assert others([dead, early], "b") == {IT: dead}
    assert others([dead, late], "c") == {}
    assert others([dead, early, late], "c") == {IT: early}


def test_each_letter_has_its_own_claims() -> None:
    """Another letter, and the letter of another record with the same id, are other matters."""
    told = [claim("a"), claim("b", letter="d.posts-0-2"), claim("b")]
    assert others(told, "b") == {IT: told[0]}
    assert others([claim("a")], "b") == {}
