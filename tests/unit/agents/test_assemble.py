"""The document that is stored: a post and all that was decided about it."""

from datetime import timedelta

from msgspec import json

from agents import assemble
from models.gazetteer import Places
from models.keywords import Keywords
from models.segment import Tokens
from streams.elasticsearch import documents
from streams.elasticsearch.documents import post_document
from streams.matter import Facts, Grouping, Known
from streams.records import Ambiguity, Emotion, JudgedPost, Post, Reach, Sentiment, Severity, Text, Topic
from streams.township import Place, Route
from tests.unit.agents.matters import NOW, moment
from tests.unit.town import Town, incident, judged

PLACES = (
    Place(name="新塘社区", kind="village", aliases=("新塘",)),
    Place(name="新塘花苑", kind="estate", aliases=("新塘",)),
    Place(name="东埠小学", kind="school"),
)
ROUTES = (Route(office="construction", places=("新塘花苑",)), Route(office="service"))


def test_candidates_of_an_ambiguous_place_stand_in_the_stored_post() -> None:
    """Whoever looks for either place finds the post, and sees that it may mean the other; nothing was guessed."""
    stored = judged(Town(places=PLACES).hears("新塘停水三天了，东埠小学也停了，请问新塘什么时候来水"))
    assert stored.places == ("新塘社区", "新塘花苑", "东埠小学")
    assert stored.ambiguous == (Ambiguity("新塘", ("新塘社区", "新塘花苑")),)
    assert post_document(stored)["ambiguous"] == stored.ambiguous


def test_a_place_that_is_named_in_full_is_not_ambiguous() -> None:
    """The longest word decides: 新塘花苑 is not 新塘."""
    stored = judged(Town(places=PLACES).hears("新塘花苑停水三天了，请问什么时候来水"))
    assert (stored.places, stored.ambiguous) == (("新塘花苑",), ())


def test_an_ambiguous_place_routes_nothing() -> None:
    """An office that answers for one of the candidates does not get what may be another's."""
    unsure, sure = (
        incident(Town(ROUTES, PLACES).hears(f"{place}电线裸露，下雨就漏电")) for place in ("新塘", "新塘花苑")
    )
    assert unsure is not None
    assert sure is not None
    assert [office.id for office in unsure.offices] == ["service"]
    assert [office.id for office in sure.offices] == ["construction"]


def version(
    words: str, stored: JudgedPost | None = None, *, read: int = 1, generation: int = 0, views: int = 0
) -> JudgedPost:
    """The document of a post that says these words, read in that second, where this was stored of it."""
    earlier = None if stored is None else documents.earlier(json.decode(json.encode(post_document(stored))))
    post = Post(id="p1", township="990101101000", source="forum", fetched=NOW, reach=Reach(views=views or None))
    return assemble.run(
        post=post,
        text=Text("停水", words),
        tokens=Tokens((), 0),
        places=Places(()),
        topic=Topic("城乡建设", 0.9, uncertain=False),
        sentiment=Sentiment("neutral", 0.0),
        emotion=Emotion("none", 0.0),
        facts=Facts(),
        severity=Severity(),
        keywords=Keywords(()),
        grouping=Grouping("i1"),
        known=Known("d1", read * 1_000_000 + generation, generation, earlier),
        moment=moment(minutes=read),
    )


def test_an_edit_is_counted_and_dated() -> None:
    """Other words that were read later: when, and how often; the newest words are the ones that are kept."""
    first = version("停水三天了")
    assert (first.edited, first.edits) == (None, 0)
    second = version("停水五天了", first, read=2)
    assert (second.edited, second.edits) == (NOW + timedelta(minutes=2), 1)
    third = version("来水了", second, read=3)
    assert (third.edited, third.edits, third.post.body) == (NOW + timedelta(minutes=3), 2, "来水了")


def test_what_changes_no_word_is_no_edit() -> None:
    """A post that spreads, one that is replayed by a newer judgement, a version from before that comes late."""
    first = version("停水五天了", version("停水三天了"), read=2)
    for again in (
        version("停水五天了", first, read=3, views=900),
        version("停水 五天了", first, read=2, generation=1),
        version("停水三天了", first, read=1),
    ):
        assert (again.edited, again.edits) == (first.edited, first.edits)
