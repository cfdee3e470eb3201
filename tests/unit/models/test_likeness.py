"""How surely a new text and a remembered matter are the same: what counts, what counts against, and what does not."""

from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import similarity
from models.gazetteer import Gazetteer, GazetteerEntry, Mention, Places
from models.likeness import KEYS, Profile, Reading, likeness, place_key, profile, reading, specificity
from models.segment import Segmenter

RARITY, SEGMENTER = similarity.load(), Segmenter()
TOWN = Gazetteer(
    (
        GazetteerEntry("柳汀镇", "other"),
        GazetteerEntry("东埠小学", "school"),
        GazetteerEntry("塘坞小学", "school"),
        GazetteerEntry("柳河路", "road"),
        GazetteerEntry("城东实验小学", "school", ("实验小学",)),
        GazetteerEntry("城西实验小学", "school", ("实验小学",)),
    )
)


def matter(title: str, body: str = "") -> Profile:
    """A matter as it is remembered, its words by rarity."""
    whole = f"{title}\n{body}"
    words = sorted(
        {word for word in SEGMENTER.cut(whole) if len(word) > 1}, key=lambda word: (-RARITY.of_word(word), word)
    )
    found = sorted(TOWN.find(whole).found, key=lambda mention: -specificity(mention, "柳汀镇"))
    places = tuple(dict.fromkeys(name for mention in found for name in mention.names))
    return profile(title, words[:16], places, RARITY)


def text(title: str, body: str = "") -> Reading:
    whole = f"{title}\n{body}" if title else body
    return reading(title, whole, TOWN.find(whole), RARITY, "柳汀镇")


def same(one: str, other: str, *, harm: bool = False) -> float:
    return likeness(matter(one), text(other), harm=harm)


def test_the_same_words_are_the_same_matter() -> None:
    """A title told again is as sure as can be."""
    assert same("东埠小学围墙开裂", "东埠小学围墙开裂") > 0.9


def test_nothing_in_common_is_another_matter() -> None:
    """Other words, other matter."""
    assert same("东埠小学围墙开裂", "夜里施工噪音太大睡不着") < 0.01


def test_the_same_place_alone_is_not_the_same_matter() -> None:
    """A school has more than one trouble."""
    assert same("东埠小学围墙开裂", "东埠小学食堂饭菜太贵") < 0.5


def test_another_school_is_another_matter() -> None:
    """The same words about two listed places are two matters."""
    assert same("东埠小学围墙开裂", "塘坞小学围墙开裂") < 0.5 < same("东埠小学围墙开裂", "围墙开裂，东埠小学的")


def test_another_hidden_district_counts_against() -> None:
    """A1区 and A2区 are not the same, however alike the rest is."""
    assert same("A1区梅园公寓停电", "A2区梅园公寓停电") < same("A1区梅园公寓停电", "A1区梅园公寓停电")


def test_harm_at_the_same_school_needs_little_more() -> None:
    """Days apart, a crack and a fall of one wall are one matter; without harm the same words are too few."""
    before, after = "东埠小学围墙开裂", "东埠小学的墙塌了，砸到人，围墙边上全是砖"
    assert same(before, after, harm=True) > 0.5
    assert same(before, after, harm=True) > same(before, after)


@pytest.mark.parametrize("around", ["门口", "旁边", "附近的", "3栋"])
def test_where_about_a_place_and_that_it_is_dangerous_is_no_thing(around: str) -> None:
    """Two dangers at one gate share such words, and the pair of characters that leads to them; they stay two."""
    one, other = f"东埠小学{around}井盖没了，很危险", f"东埠小学{around}围墙裂了，很危险"
    assert likeness(matter(one), text(other), harm=True, where=False) < 0.5 < same(one, other, harm=True)
    assert likeness(matter(one), text(f"东埠小学{around}井盖还是没有"), harm=True, where=False) > 0.5


def test_a_place_by_another_name_is_no_thing() -> None:
    """Who writes 实验小学 names the school and nothing else that two dangers share."""
    one, other = matter("实验小学门口井盖没了"), text("实验小学围墙裂了")
    assert likeness(one, other, harm=True, where=False) < 0.5


def test_harm_on_the_same_road_does_not() -> None:
    """A road is long: two accidents on it are two."""
    assert same("柳河路货车撞倒路灯杆", "柳河路电瓶车起火", harm=True) < 0.5


@pytest.mark.parametrize(
    ("mention", "expected"),
    [
        (Mention(("东埠小学",), "school", 0, 4), 1.0),
        (Mention(("柳河路",), "road", 0, 3), 0.5),
        (Mention(("A3区",), "division", 0, 3), 0.0),
        (Mention(("城东实验小学", "城西实验小学"), "school", 0, 4), 0.5),
        (Mention(("柳汀镇",), "other", 0, 3), 0.0),
        (Mention(("那里",), "no kind of ours", 0, 2), 0.8),
    ],
)
def test_how_much_a_place_says(mention: Mention, expected: float) -> None:
    """A school much, a road half, a district and the township itself nothing; of two candidates each its share."""
    assert specificity(mention, "柳汀镇") == expected


def test_an_ambiguous_school_proves_half() -> None:
    """Who writes 实验小学 may mean the other one."""
    founded = matter("城东实验小学围墙开裂")
    sure = likeness(founded, text("城东实验小学食堂围墙"), harm=True)
    assert likeness(founded, text("实验小学食堂围墙"), harm=True) < sure


def test_a_matter_is_found_again_by_few_rare_keys_and_by_its_places() -> None:
    """Not by common words, which would bring up half of the township; hidden districts are no key."""
    keys = matter("A3区东埠小学围墙开裂，希望领导重视").keys
    assert place_key("东埠小学") in keys
    assert place_key("A3区") not in keys
    assert len([key for key in keys if not key.startswith("@")]) <= 2 * KEYS
    assert "希望" not in keys


def test_only_the_beginning_of_a_long_letter_is_compared() -> None:
    """Else a letter of three pages would contain the words of every matter."""
    letter = "关于物业收费的几点意见" * 60 + "东埠小学围墙开裂"
    assert same("东埠小学围墙开裂", letter) < 0.1


def test_the_name_of_the_township_says_nothing() -> None:
    """It stands in every second letter."""
    assert same("柳汀镇停水", "柳汀镇路灯坏了") < 0.1


WORDS = st.lists(
    st.sampled_from(["东埠小学", "塘坞小学", "围墙", "开裂", "柳河路", "路灯", "坏了", "A1区", "，", "12", ""]),
    max_size=8,
)


@given(WORDS.map("".join), WORDS.map("".join))
def test_likeness_is_a_probability(one: str, other: str) -> None:
    """Between 0 and 1, whatever is compared."""
    assert 0 <= same(one, other) <= 1


@given(WORDS, WORDS.map("".join), st.randoms())
def test_the_order_of_what_is_remembered_says_nothing(words: list[str], other: str, random: Random) -> None:
    """Whole numbers are added: workers that remember the same words agree to the last digit."""
    shuffled = random.sample(words, len(words))
    one, same_words = (profile("", remembered, (), RARITY) for remembered in (words, shuffled))
    assert likeness(one, text(other), harm=False) == likeness(same_words, text(other), harm=False)


@given(WORDS.map("".join), WORDS.map("".join))
def test_harm_never_makes_matters_less_alike(one: str, other: str) -> None:
    """Danger in both is a reason to see one matter, never to see two."""
    assert same(one, other, harm=True) >= same(one, other)


def test_an_empty_text_and_an_empty_matter_are_no_matter() -> None:
    """Nothing is like nothing, and nobody divides by it."""
    empty = profile("", (), (), RARITY)
    assert likeness(empty, reading("", "", Places(), RARITY, ""), harm=False) < 0.01


def test_a_long_text_costs_what_its_beginning_costs() -> None:
    """Two hundred thousand characters are compared as fast as four hundred, but for reading them once."""
    start = process_time()
    text("", "东埠小学围墙开裂" * 25_000)
    long = process_time() - start
    start = process_time()
    for _ in range(50):
        text("", "东埠小学围墙开裂" * 50)
    assert long < 20 * (process_time() - start)
