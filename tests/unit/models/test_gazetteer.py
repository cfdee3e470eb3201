"""Places are found by the township's own list, and failing that by how names of places end."""

import itertools
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.gazetteer import Gazetteer, GazetteerEntry, townships_of

TOWN = Gazetteer(
    (
        GazetteerEntry("柳河路", "road"),
        GazetteerEntry("柳河路小学", "school", ("柳小",)),
        GazetteerEntry("上柳村", "village", ("上柳",)),
        GazetteerEntry("城东实验小学", "school", ("实验小学",)),
        GazetteerEntry("城西实验小学", "school", ("实验小学",)),
    )
)


def test_the_longest_name_wins() -> None:
    """A school on a road is the school, not the road."""
    (mention,) = TOWN.find("柳河路小学的围墙裂了").found
    assert (mention.names, mention.kind, mention.start, mention.end) == (("柳河路小学",), "school", 0, 5)


def test_an_alias_stands_for_its_place() -> None:
    """Residents' short names lead to the name in the township's file."""
    assert TOWN.find("上柳今天又停水，柳小也停了").names == ("上柳村", "柳河路小学")


def test_an_ambiguous_word_stays_ambiguous() -> None:
    """A word for two places names both, and nobody guesses which."""
    (mention,) = TOWN.find("实验小学门口太堵").found
    assert mention.names == ("城东实验小学", "城西实验小学")


def test_mentions_are_literal_places_of_the_text() -> None:
    """Each mention says where it stands."""
    text = "请问上柳村到柳河路的路灯，还有翠湖小区门口的"
    for mention in TOWN.find(text).found:
        assert text[mention.start : mention.end] in {"上柳村", "柳河路", "翠湖小区"}
    assert TOWN.find(text).names == ("上柳村", "柳河路", "翠湖小区")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我们是翠湖花园的业主", ("翠湖花园",)),
        ("家住青松小区，楼下油烟扰民", ("青松小区",)),
        ("建议在望江路与朝阳街交汇处装红绿灯", ("望江路", "朝阳街")),
        ("市第三中学的食堂", ("第三中学",)),
        ("A3区梅园公寓停电", ("A3区", "梅园公寓")),
        ("修一条公路", ()),
        ("小区里的道路坏了", ()),
        ("求政府管一管农村的马路", ()),
    ],
)
def test_what_reads_like_a_name_is_guessed(text: str, names: tuple[str, ...]) -> None:
    """A township's file never names everything; common nouns are no names."""
    assert Gazetteer().find(text).names == names


def test_a_guess_never_overlaps_a_listed_place() -> None:
    """What the township lists is not guessed at again."""
    mentions = Gazetteer([GazetteerEntry("锦绣柳园", "estate")]).find("锦绣柳园小区的电梯").found
    assert [mention.listed for mention in mentions] == [True]


def test_a_single_character_is_refused_as_a_name() -> None:
    """It would be found everywhere; the message names the place."""
    with pytest.raises(ValueError, match="老街"):
        Gazetteer([GazetteerEntry("老街", "road", ("街",))])


def test_only_own_places_tell_a_township() -> None:
    """A guess is no reason to hand a post to a township; two townships named are two answers."""
    gazetteers = {"1": TOWN, "2": Gazetteer([GazetteerEntry("鹿坪村", "village")])}
    assert townships_of("鹿坪村停水", gazetteers) == ("2",)
    assert townships_of("鹿坪村到上柳村的路", gazetteers) == ("1", "2")
    assert townships_of("翠湖小区停水", gazetteers) == ()


CROWDED = Gazetteer(
    (
        GazetteerEntry("上柳村", "village", ("上柳",)),
        GazetteerEntry("柳河路", "road"),
        GazetteerEntry("柳河路小学", "school"),
        GazetteerEntry("塘坞村", "village", ("塘坞",)),
        GazetteerEntry("村口老街", "road"),
        GazetteerEntry("老街农贸市场", "organisation"),
        GazetteerEntry("新塘社区", "village", ("新塘",)),
        GazetteerEntry("新塘花苑", "estate", ("新塘",)),
    )
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("上柳河路小学门口", ("柳河路小学",)),
        ("塘坞村口老街的路灯", ("塘坞村", "村口老街")),
        ("塘坞村口老街农贸市场", ("塘坞村", "老街农贸市场")),
        ("村口老街农贸市场", ("老街农贸市场",)),
        ("上柳村柳河路小学旁", ("上柳村", "柳河路小学")),
        ("新塘社区旁边", ("新塘社区",)),
    ],
)
def test_of_names_that_overlap_the_longest_counts(text: str, names: tuple[str, ...]) -> None:
    """Wherever it begins; what fits beside it is found, too, by a shorter word of its own if need be."""
    assert CROWDED.find(text).names == names


def test_a_word_for_two_kinds_of_place_is_of_neither_kind() -> None:
    """An alias of a village and of an estate says nothing of the kind, in whichever order the file lists them."""
    (mention,) = CROWDED.find("新塘又停水了").found
    assert (mention.names, mention.kind) == (("新塘社区", "新塘花苑"), "other")
    assert CROWDED.find("新塘又停水了").ambiguous == (mention,)
    assert CROWDED.find("新塘花苑又停水了").ambiguous == ()


def test_an_ambiguous_word_names_a_place_for_sure_only_among_all_its_candidates() -> None:
    """Who asks for one of two places gets no guess; who asks for either gets both."""
    places = CROWDED.find("新塘又停水了")
    assert not places.names_one_of({"新塘社区"})
    assert places.names_one_of({"新塘社区", "新塘花苑", "老街"})
    assert CROWDED.find("新塘社区又停水了").names_one_of({"新塘社区"})


@given(st.text(alphabet="上柳村河路小学塘坞口老街农贸市场新社区", max_size=40))
def test_no_longer_name_is_given_up_for_a_shorter_one(text: str) -> None:
    """Wherever a listed word stands, a mention at least as long lies over it or over a part of it."""
    found = list(CROWDED.listed(text))
    spans = [(mention.start, mention.end) for mention in found]
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    for word in (
        "上柳村",
        "上柳",
        "柳河路",
        "柳河路小学",
        "塘坞村",
        "塘坞",
        "村口老街",
        "老街农贸市场",
        "新塘社区",
        "新塘花苑",
        "新塘",
    ):
        for start in range(len(text) - len(word) + 1):
            if text.startswith(word, start):
                over = [span for span in spans if span[0] < start + len(word) and span[1] > start]
                assert max(end - begin for begin, end in over) >= len(word)


@given(st.text(alphabet="柳河路小学上村实验城东西A3区的", max_size=60))
def test_mentions_never_overlap(text: str) -> None:
    """Each character belongs to one mention at most, and every listed mention is a known word."""
    ends = [(mention.start, mention.end) for mention in TOWN.find(text).found if mention.kind != "division"]
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(ends))


@pytest.mark.parametrize("unit", ["柳河路小", "实验小学", "村", "路路路", "小区的", "啊", "A3区", "A"])
def test_a_megabyte_takes_less_than_a_second(unit: str) -> None:
    """Time is linear in the text, with two thousand places in the list."""
    towns = Gazetteer(GazetteerEntry(f"柳河{chr(0x4E00 + number)}村", "village") for number in range(2_000))
    text = unit * (350_000 // len(unit))
    start = process_time()
    towns.find(text)
    assert process_time() - start < 3  # a third of a million characters, on a slow machine
