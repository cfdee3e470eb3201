"""Assemble all that was decided about a post: the document that is stored, and the decision log."""

from datetime import datetime

from msgspec.structs import replace

from models.gazetteer import Places
from models.keywords import Keywords
from models.segment import Tokens
from streams.identity import post_digest
from streams.matter import Facts, Grouping, Known, Moment
from streams.records import Ambiguity, Emotion, JudgedPost, Post, Sentiment, Severity, Text, Topic


def run(
    post: Post,
    text: Text,
    tokens: Tokens,
    places: Places,
    topic: Topic,
    sentiment: Sentiment,
    emotion: Emotion,
    facts: Facts,
    severity: Severity,
    keywords: Keywords,
    grouping: Grouping,
    known: Known,
    moment: Moment,
) -> JudgedPost:
    """The post with its judgement."""
    edited, edits = _edited(text, known, moment)
    return JudgedPost(
        post=replace(post, title=text.title, body=text.body),
        digest=post_digest(text.title, text.body, post.reach, post.gone),
        edited=edited,
        edits=edits,
        version=known.version,
        generation=known.generation,
        first=known.first(moment.position, grouping),
        position=moment.position,
        recorded=moment.recorded,
        happened=moment.happened,
        topic=topic,
        sentiment=sentiment,
        emotion=emotion,
        places=places.names,
        ambiguous=_ambiguous(text, places),
        facts=facts.toll,
        severity=severity,
        incident=grouping.incident,
        keywords=keywords.words,
        tokens=tokens.searchable,
    )


def _edited(text: Text, known: Known, moment: Moment) -> tuple[datetime | None, int]:
    """When and how often its words were found to be others, told from the digest of those that are stored.

    Of what was read later than they were: a replay reads nothing, and what comes late was said before.
    """
    earlier = known.earlier
    if earlier is None:
        return None, 0
    same = post_digest(text.title, text.body, earlier.reach, earlier.gone) == earlier.digest
    if same or not known.is_later:
        return earlier.edited, earlier.edits
    return moment.recorded, earlier.edits + 1


def _ambiguous(text: Text, places: Places) -> tuple[Ambiguity, ...]:
    """Each ambiguous word once, with its candidates."""
    whole = text.whole
    return tuple(dict.fromkeys(Ambiguity(whole[each.start : each.end], each.names) for each in places.ambiguous))
