"""The document that is stored: a post and all that was decided about it."""

from streams.elasticsearch.documents import post_document
from streams.records import Ambiguity
from streams.township import Place, Route
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
