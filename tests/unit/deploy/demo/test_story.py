"""The story's posts are graded as the demo tells, by the real steps."""

from datetime import UTC, datetime

import pytest

from agents import clean
from deploy.demo.content import Posting, postings
from deploy.grading import Grader
from streams.records import Post, Severity

GRADE = Grader()
CRACK, FALL, DEATHS, RUMOUR = "t001", "m001", "t002", "m002"

DANGERS_OF_THE_DAY = ("m021", "m036", "m076", "a029", "a057", "t004", "t011", "t064")
FILMS_DRILLS_AND_OLD_STORIES = ("a053", "a054", "a055", "m072", "m073", "t058", "t059")


def judge(posting: Posting) -> Severity:
    post = Post(
        id=posting.id,
        township="990101101000",
        source=posting.site,
        fetched=datetime(2026, 6, 1, tzinfo=UTC),
        title=posting.title,
        body=posting.body,
    )
    return GRADE(clean.run(post))[1]


def posting(name: str) -> Posting:
    return next(post for post in postings() if post.id == name)


@pytest.mark.parametrize(
    ("name", "second", "grade"), [(CRACK, 10, "none"), (FALL, 20, "IV"), (DEATHS, 30, "III"), (RUMOUR, 38, "unknown")]
)
def test_the_story_is_graded_as_told(name: str, second: float, grade: str) -> None:
    """A cracked wall is yellow, two hurt are IV, three dead III, and hearsay of twenty dead is not believed."""
    post, found = posting(name), judge(posting(name))
    assert post.at == second
    assert found.grade == grade
    assert (found.warning == "yellow") == (name == CRACK) or name == FALL  # Fallen, a wall may still be a danger.
    whole = f"{post.title}\n{post.body}"
    assert found.evidence
    assert all(whole[quote.start : quote.end] == quote.text for quote in found.evidence)


def test_eighty_angry_posts_grade_nothing() -> None:
    """Anger about the mayor raises no grade and no warning, however many are angry."""
    angry = [post for post in postings() if post.at is not None and post.at >= 45 and not post.title]
    assert len(angry) == 80
    assert {(judge(post).grade, judge(post).warning) for post in angry} == {("none", "none")}


@pytest.mark.parametrize("name", FILMS_DRILLS_AND_OLD_STORIES)
def test_films_games_drills_and_history_are_no_harm(name: str) -> None:
    """Dead in a film or a game, the wounded of a drill and last year's fire grade nothing."""
    assert (judge(posting(name)).grade, judge(posting(name)).warning) == ("none", "none")


def test_dangers_of_the_day_raise_a_warning_and_few_other_everyday_posts_do() -> None:
    """Beyond the story, bulging walls are noticed; of the others fewer than one in forty alerts anybody."""
    day = [post for post in postings() if post.at is None]
    raised = {post.id for post in day if (judge(post).grade, judge(post).warning) != ("none", "none")}
    assert raised.issuperset(DANGERS_OF_THE_DAY)
    assert len(raised.difference(DANGERS_OF_THE_DAY)) < len(day) / 40
