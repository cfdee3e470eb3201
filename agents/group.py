"""Group posts: the same place and the same problem in one township are one incident."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from math import exp
from typing import Final

from msgspec import Struct

from models.gazetteer import Mention, Places
from models.segment import Tokens
from models.similarity import Rarity, pairs
from streams.identity import incident_id
from streams.matter import Grouping, Known, Moment
from streams.records import Incident, Post, Severity, Text
from streams.township import Township

WORDS: Final = 16
"""What an incident remembers of the words of its founding post."""

PLACES: Final = 12
HEADLINE: Final = 80
"""Characters of the body that stand for a title where there is none."""

KEYS: Final = 8
"""By how many of its title's rarest pairs an incident is found again."""

CANDIDATES: Final = 24
"""How many incidents are looked at closely; the rest share less with the post."""

THRESHOLD: Final = 0.5
BIAS: Final = -4.9
TITLE: Final = 6.9
WORD: Final = 6.8
PLACE: Final = 1.7
ELSEWHERE: Final = -2.8
HARM: Final = 4.0
"""Logistic weights, fitted to hand-read pairs of posts (docs/incidents.md)."""

COMMONNESS: Final = 1.0
"""Added to what a title must be covered by: a short and common one proves little."""

HARM_WINDOW: Final = timedelta(days=7)
"""A wall that cracks, falls and kills is one matter when it is told of within days."""

SPECIFIC: Final[Mapping[str, float]] = {
    "school": 1.0,
    "hospital": 1.0,
    "estate": 1.0,
    "organisation": 1.0,
    "water": 1.0,
    "other": 0.8,
    "village": 0.7,
    "road": 0.5,
    "division": 0.0,
}
"""How much it says that two posts name the same place, by its kind: a road is long, a district large."""

_WANTS: Final = re.compile(
    r"[?？吗]|请|求|希望|建议|投诉|举报|反映|反应|咨询|呼吁|恳|盼|望|诉|申诉|维权|讨|何时|什么时候|为什么|为何|怎么|如何|能否|可否|是否|"
    r"能不能|可不可以|有没有|问题|扰民|噪音|噪声|油烟|污染|违规|违法|违章|违建|拖欠|欠薪|不合理|不作为|无人|没人|坏了|停水|停电|停气|漏水|"
    r"堵|臭|垃圾|隐患|危险|裂|塌|倒了|砸|受伤|死|着火|起火|失火|爆|中毒|淹|积水|坑|破损|失灵|故障|骗|强制|强行|乱|收费|退款|退费|拆迁|"
    r"补偿|赔|工资|太差|严重|影响|解决|处理|管管|管一管|曝光|听说|据说|传言"
)
_THANKS: Final = re.compile(r"感谢|谢谢|多谢|致谢|表扬|点赞|好评|锦旗|为.{0,8}点个?赞|辛苦了|称赞")
_STILL: Final = re.compile(
    r"[?？吗]|希望|建议|投诉|举报|仍然?|依然|还是|但是?|可是|不过|至今|何时|什么时候|为什么|为何|怎么|能否|可否|是否|恳请|请求|"
    r"请(?!放心|接受|允许|收下)|求|扰民|不作为|拖欠|隐患|危险|没有解决|没解决|未解决"
)


class Features(Struct, frozen=True):
    """What an incident remembers of the post that founds it."""

    places: tuple[str, ...]
    words: tuple[str, ...]


class Profile(Struct, frozen=True):
    """An incident as the comparison sees it; made of nothing but its document."""

    incident: Incident
    title: frozenset[str]
    words: tuple[tuple[str, float], ...]
    title_weight: float
    words_weight: float
    places: frozenset[str]
    keys: frozenset[str]


class Reading(Struct, frozen=True):
    """A post as the comparison sees it."""

    text: str
    pairs: set[str]
    places: Mapping[str, float]
    """Each place that the post names, with how specific it is."""


class Matters:
    """A township's known incidents, found again by rare pairs of characters and by places.

    A cache: what it answers depends on the incidents put in and not on their order.
    """

    def __init__(self, rarity: Rarity) -> None:
        self.rarity = rarity
        self._profiles: dict[str, Profile] = {}
        self._keys: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[Incident]:
        return iter([profile.incident for profile in self._profiles.values()])

    def __len__(self) -> int:
        return len(self._profiles)

    def get(self, incident: str) -> Incident | None:
        """The incident of this id, or None."""
        profile = self._profiles.get(incident)
        return profile.incident if profile else None

    def put(self, incident: Incident) -> None:
        """Add an incident, or replace the one of its id."""
        earlier = self._profiles.get(incident.id)
        profile = self._profile(incident)
        if earlier is None or earlier.keys != profile.keys:
            self.remove(incident.id)
            for key in profile.keys:
                self._keys.setdefault(key, set()).add(incident.id)
        self._profiles[incident.id] = profile

    def remove(self, incident: str) -> None:
        """Take back an incident that never came to be."""
        profile = self._profiles.pop(incident, None)
        for key in profile.keys if profile else ():
            self._keys[key].discard(incident)
            if not self._keys[key]:
                del self._keys[key]

    def candidates(self, reading: Reading) -> list[Profile]:
        """The incidents that share most with the post, the likeliest first."""
        shared: Counter[str] = Counter()
        for key in (*reading.pairs, *map(_place_key, reading.places)):
            for incident in self._keys.get(key, ()):
                shared[incident] += 1
        ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
        return [self._profiles[incident] for incident, _ in ranked[:CANDIDATES]]

    def _profile(self, incident: Incident) -> Profile:
        title = frozenset(pairs(incident.title))
        words = tuple((word, self.rarity.of_word(word) ** 2) for word in incident.words[:WORDS])
        rarest = sorted(title, key=lambda pair: (-self.rarity.of(pair), pair))[:KEYS]
        telling = (max(sorted(pairs(word)), key=self.rarity.of, default="") for word in incident.words)
        return Profile(
            incident,
            title,
            words,
            sum(self.rarity.of(pair) ** 2 for pair in sorted(title)),
            sum(weight for _, weight in words),
            frozenset(incident.places),
            frozenset((*rarest, *telling, *map(_place_key, incident.places))) - {""},
        )


def run(
    post: Post,
    text: Text,
    tokens: Tokens,
    places: Places,
    severity: Severity,
    matters: Matters,
    known: Known,
    township: Township,
    moment: Moment,
) -> Grouping:
    """Return the incident that the post belongs to: one that is there, one that it founds, or none.

    What was decided about a stored post stands. Author, mood and reach are no parameters.
    """
    features = remembered(tokens, places, matters.rarity)
    if known.earlier:
        return _standing(known.earlier.incident, features, matters)
    if not is_matter(text, severity):
        return Grouping(None)
    score, incident = _best(_reading(text, places), severity, matters, township, moment)
    if incident is not None:
        return Grouping(incident.id, score)
    founded = incident_id(post.township, post.source, post.id)
    return Grouping(founded, places=features.places, words=features.words)


def remembered(tokens: Tokens, places: Places, rarity: Rarity) -> Features:
    """The places that the post names, and its most telling words: rare ones, those of the title twice as much."""
    title, counts = set(tokens.title), Counter((*tokens.title, *tokens.body))
    weights = {
        word: rarity.of_word(word) * (1 + (word in title)) * (1 + count / 10)
        for word, count in counts.items()
        if len(word) > 1
    }
    return Features(places.names[:PLACES], tuple(sorted(weights, key=lambda word: (-weights[word], word))[:WORDS]))


def is_matter(text: Text, severity: Severity) -> bool:
    """Whether the post reports or asks for something; thanks, greetings and chatter do not."""
    if severity.hazard or severity.immediate or severity.grade != "none":
        return True
    whole = text.whole
    if _THANKS.search(text.title or whole):
        return _STILL.search(_THANKS.sub("", whole)) is not None
    return _WANTS.search(_THANKS.sub("", whole)) is not None


def likeness(profile: Profile, reading: Reading, rarity: Rarity, *, harm: bool) -> float:
    """From 0 to 1, how surely post and incident are about the same matter.

    By how much of the incident's title and words the post repeats, rare ones counting more, by the places that
    both name, and against it when they name different districts.
    """
    title = sum(rarity.of(pair) ** 2 for pair in sorted(profile.title & reading.pairs))
    words = sum(weight for word, weight in profile.words if word in reading.text)
    place = max((reading.places[name] for name in profile.places & reading.places.keys()), default=0.0)
    logit = (
        BIAS
        + TITLE * title / (profile.title_weight + COMMONNESS)
        + WORD * words / (profile.words_weight + COMMONNESS)
        + PLACE * place
        + ELSEWHERE * _is_elsewhere(profile.places, reading.places)
        + HARM * (harm and place >= SPECIFIC["village"])
    )
    return 1 / (1 + exp(-logit))


def _standing(incident: str | None, features: Features, matters: Matters) -> Grouping:
    """The earlier decision; with what the incident needs to be written, should it have been lost on the way."""
    if incident is None or matters.get(incident):
        return Grouping(incident)
    return Grouping(incident, places=features.places, words=features.words)


def _best(
    reading: Reading, severity: Severity, matters: Matters, township: Township, moment: Moment
) -> tuple[float, Incident | None]:
    quiet = timedelta(days=township.quiet_days)
    scored = [
        (likeness(profile, reading, matters.rarity, harm=_same_harm(profile.incident, severity, moment)), profile)
        for profile in matters.candidates(reading)
        if _distance(profile.incident, moment) <= quiet
    ]
    score, best = max(scored, key=lambda item: (item[0], item[1].incident.id), default=(0.0, None))
    return (score, best.incident) if best and score >= THRESHOLD else (score, None)


def _reading(text: Text, places: Places) -> Reading:
    whole = text.whole
    specific: dict[str, float] = {}
    for mention in places.found:
        for name in mention.names:
            specific[name] = max(specific.get(name, 0.0), _specificity(mention))
    return Reading(whole, pairs(whole), specific)


def _specificity(mention: Mention) -> float:
    return SPECIFIC.get(mention.kind, SPECIFIC["other"]) / len(mention.names)


def _is_elsewhere(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    here, there = (_divisions(names) for names in (ours, theirs))
    return bool(here and there and not here & there)


def _divisions(names: Iterable[str]) -> set[str]:
    return {name for name in names if name[0].isascii() and name[-1] in "区县市" and name[1:-1].isdigit()}


def _same_harm(incident: Incident, severity: Severity, moment: Moment) -> bool:
    """Whether both speak of harm or danger, within days of one another."""
    ours = incident.warning != "none" or incident.grade != "none"
    theirs = severity.hazard or severity.immediate or severity.grade != "none"
    return ours and theirs and _distance(incident, moment) <= HARM_WINDOW


def _distance(incident: Incident, moment: Moment) -> timedelta:
    """How long the incident was quiet when the post was published, or how much older the post is."""
    return max(moment.happened - incident.last_seen, incident.first_seen - moment.happened)


def _place_key(name: str) -> str:
    return f"@{name}"
