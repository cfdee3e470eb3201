"""Assemble all that was decided about a post: the document that is stored, and the decision log."""

from msgspec.structs import replace

from models.gazetteer import Places
from models.keywords import Keywords
from models.segment import Tokens
from streams.identity import content_digest
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
    return JudgedPost(
        post=replace(post, title=text.title, body=text.body),
        digest=content_digest(text.title, text.body, str(post.reach)),
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


def _ambiguous(text: Text, places: Places) -> tuple[Ambiguity, ...]:
    """Each ambiguous word once, with its candidates."""
    whole = text.whole
    return tuple(dict.fromkeys(Ambiguity(whole[each.start : each.end], each.names) for each in places.ambiguous))
