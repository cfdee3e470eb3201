"""The county's posts: what was written for it, and when it appears."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from deploy.demo.content import FLOW, PLANTED, STORY_SECONDS, postings, schedule
from streams.privacy.mask import mask

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_few_hundred_posts_and_none_twice() -> None:
    """The county has a few hundred posts on three sites; each id is unique on its site, each text in the county."""
    posts = postings()
    assert len(posts) >= 300
    assert len({(post.site, post.id) for post in posts}) == len(posts)
    assert len({post.body for post in posts}) == len(posts)
    assert set(Counter(post.site for post in posts)) == {"feed", "forum", "board"}


def test_posts_are_no_template_spam() -> None:
    """No two posts of thirty characters or more share half of their three-character pieces."""
    pieces = [
        (post.id, {post.body[at : at + 3] for at in range(len(post.body) - 2)})
        for post in postings()
        if len(post.body) >= 30
    ]
    told = [one for one in pieces if not one[0].startswith(("t001", "t002", "m001"))]  # one event in three mouths
    for at, (name, mine) in enumerate(told):
        for other, theirs in told[at + 1 :]:
            assert len(mine & theirs) / min(len(mine), len(theirs)) < 0.5, (name, other)


def test_the_story_and_sixty_more_have_an_english_line() -> None:
    """Every post of the story that a viewer sees at length has a gloss, and at least sixty others."""
    told = [post for post in postings() if post.at is not None and post.title]
    assert len(told) >= 4
    assert all(post.gloss for post in told)
    assert sum(bool(post.gloss) for post in postings() if post.at is None) >= 60


def test_a_reply_stands_under_a_thread_that_is_there() -> None:
    """A reply never appears before its thread, and its thread exists."""
    shown = {one.posting.id: one for one in schedule(postings(), START) if one.posting.site == "forum"}
    for one in shown.values():
        if one.posting.thread:
            assert shown[one.posting.thread].appears <= one.appears
            assert shown[one.posting.thread].published <= one.published


def test_all_posts_appear_within_the_story() -> None:
    """Nothing flows before second 5; after the story's minute everything is on the sites, and dated in the past."""
    end = START + timedelta(seconds=STORY_SECONDS)
    for one in schedule(postings(), START):
        assert START + timedelta(seconds=FLOW[0]) <= one.appears <= end
        assert one.published <= one.appears


def test_some_posts_are_too_old_to_alert() -> None:
    """The county has posts of more than two days, some of a danger: they are judged and never alert."""
    assert sum(post.age > 48 * 60 for post in postings()) >= 8


def test_planted_numbers_are_there_to_be_masked() -> None:
    """Residents left a phone number, an identity card, an e-mail address, a bank card: the door hides each."""
    for planted in PLANTED:
        (body,) = (post.body for post in postings() if planted in post.body)
        assert planted not in mask(body)
