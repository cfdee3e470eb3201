"""Whom a word of harm befell, and how many they are: counted, named, or told in the clause before."""

import re
from collections.abc import Mapping
from typing import Final

from models.beings import BEASTS, BEINGS_WITHIN, HEADS, beings, figures
from models.casualties import REACH, count_people, count_yuan, people, total_after, victims, victims_meant
from models.clauses import FURTHEST, Clauses
from models.harm import Word
from models.numerals import NUMERAL, Amount, added
from models.numerals import amount as number
from models.persons import PERSON, named
from models.standing import YEARS
from models.sufferers import ALL, entries, listed, subject, sufferers
from models.survivors import Share, everybody, lost, rest
from models.tally import Mention

_WHO: Final = re.compile("[者员]?(?:人员)?(?:先后|相继|已|均|都|也|又|经|抢救|无效|因|医治|于|今|昨|[天日晚早晨]){0,4}")
"""Between 伤 and 死亡, when the injured are those who died: 一名重伤员今晨死亡."""
_BEFALLEN: Final = re.compile("被|当场|不幸|致|意外")
_POISON: Final = re.compile("中毒|假酒|毒酒")
"""What makes 病例 cases of an accident."""
_ALIKE: Final = re.compile("、[^，。；]{0,12}?等?")
"""Between two harms of the same people: 14人骨折、颅脑损伤等重伤."""
_BY: Final = re.compile("[被让叫由](?!.*[被让叫由])[^，]{1,8}$")
"""Who did it, and is not whom it befell: 狗也让民警打死了."""
_DECLARED: Final = re.compile(
    "(?:医[生院师护]|大夫|警方|公安|民警|法医|官方|120|急救)[^，。]{0,6}(?:确认|宣布|宣告|证实|认定|判定)"
)
"""Who finds that somebody is dead."""
_EACH: Final = re.compile(r"各(?=[有死亡造致]|[一二两三四五六七八九十\d])")
_PLACES: Final = re.compile(rf"({NUMERAL})(?:处|个(?!人)|起|地|辆|车|艘|船|家|县|乡|镇|村|班|队|组|单|头|边)")
"""两个村各有两人遇难: the number holds for each of so many places."""
_MOST_PLACES: Final = 20
"""So many places at most are told of together: 三千户各… is no toll."""
_WHO_FOLLOWS: Final = re.compile("的是|就是|没了|失去|去了|(?:而去|牺牲|献身|殉职|遇难|罹难)(?=的)")
"""A word at whose end they follow whom it befell: 走的是, 没了丈夫, 牺牲的队员."""
_SOMEBODY: Final = re.compile(PERSON)
"""Who is named in the clause of a death, however far before it in an honest one, is told of there, and not again."""
_EVERY: Final = re.compile("都|均|全")
"""Of several who are told already: 父子二人再没上来，村民下去时都已没了气."""
_OUTCOME: Final = re.compile("(?:[致共已又就竟场]|共计|造成|^)$")
_NEAR: Final = 8
"""Characters between a number and a bare 死 or 伤, which stands in many other words."""
_NUMBERED: Final = frozenset({"死", "亡", "伤", "牺牲"})
"""Words that tell of victims only with a number."""
_MYSELF: Final = re.compile("(?:我|俺)(?![们家爸妈父母儿女爷奶哥弟姐妹丈老爱妻同朋邻的])")
"""Who writes is alive: 我要被压死了 is no death."""
_LIMB: Final = re.compile(
    "手[指掌腕臂]|[双右左]手|腿|脚|胳膊|臂|肋|指头|截肢|骨折|脑袋|眼球|口腔|食道|面部|头部|脊|腰|门牙|下巴|[满浑一].[是都的]"
)
_SHUT_IN: Final = re.compile("电梯|轿厢|缆车|[水洪火洞井矿雪]|[楼屋房]顶|悬崖|驾驶室|车里")
"""Where somebody who writes 我被困 waits for rescue, and not for the traffic."""
_TAKEN: Final = re.compile("夺|丧|失去|葬送|断送|害")

_FATAL: Final = frozenset({"death", "dead", "mourned"})
_BODILY: Final = frozenset({"death", "dead", "mourned", "injury", "serious", "poisoned"})
_NAMED: Final = frozenset({"death", "dead", "mourned", "injury", "serious", "trapped", "poisoned", "missing"})
"""Words of harm for which a victim named without a number counts as one."""
_UNCOUNTED: Final = _BODILY | {"trapped", "missing"}
"""Words of harm that may befall 有人, 好几户: at least one."""


class Victims:
    """Counts the victims of a sentence's words, asked left to right: a number counts for one word."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses, self._text = clauses, clauses.text
        self._used = clauses.start
        self._figure = False
        self.beasts = False
        """Whether animals were killed: something has happened, though to nobody."""
        self.share: Share | None = None
        """What the last word tells of all who were there, or of all but some, where nobody near says of how many."""
        self.bare = False
        """Whether the last word names and counts nobody, and is told as one death."""

    def of(self, word: Word, found: Mapping[str, list[Mention]]) -> Amount | None:
        """How many the word befell; None when it tells of nobody.

        Args:
            word: of harm.
            found: what the words before it tell, by the fields of the toll; who is found dead is missing no more.
        """
        self.share, self.bare = None, False
        floor, ceiling = self._clauses.around(word)
        floor = max(floor, self._used)
        if word.category == "loss":
            loss = count_yuan(self._text, word.start, word.end, floor, ceiling)
            return loss.amount if loss else None
        if self._is_no_accident(word, floor, ceiling):
            return None
        if word.category == "survived":
            return self._shared(lost(self._clauses, word))
        return (
            self._rest(word)
            or self._counted(word, floor, ceiling)
            or self._same(word, found)
            or self._named(word, floor, ceiling, found)
        )

    def _shared(self, told: Amount | Share | None) -> Amount | None:
        """The amount told, if the sentence says of how many; else the share is kept for who knows the whole text."""
        if isinstance(told, Share):
            self.share = told
            return None
        return told

    def _rest(self, word: Word) -> Amount | None:
        """All but some, of whom a clause before tells; a number beside the word says it better."""
        if word.category not in _FATAL or not ALL.search(self._text, self._clauses.around(word)[0], word.end):
            return None
        return self._shared(rest(self._clauses, word) or everybody(self._clauses, word))

    def _is_no_accident(self, word: Word, floor: int, ceiling: int) -> bool:
        """Illness, an animal, or lives that were not taken."""
        if word.category == "lives":
            return not _TAKEN.search(self._text, floor, word.start)
        if word.category not in _BODILY or word.category == "poisoned":
            return word.category == "poisoned" and bool(self._clauses.categories & {"epidemic", "ill"})
        if "ill" in self._clauses.categories:
            return False
        if (
            self._clauses.categories & {"epidemic", "disease"}
            and "poisoned" not in self._clauses.categories
            and not self._clauses.says(_POISON)
        ) or (word.kind != "社会安全事件" and self._clauses.near("illness", floor, ceiling)):
            return True
        before = self._text[max(floor, word.start - BEINGS_WITHIN) : word.start]
        if BEASTS.match(self._text, word.end, ceiling) or (word.category in _FATAL and HEADS.search(before)):
            self.beasts = True
            return True
        return self._is_an_animals(word, floor)

    def _is_an_animals(self, word: Word, floor: int) -> bool:
        text = self._text
        before = text[max(floor, word.start - BEINGS_WITHIN) : word.start]
        befell = text[word.start : word.end], _BY.sub("", before)
        self._figure = figures(*befell, already=self._figure)
        return self._figure or beings(*befell)

    def _counted(self, word: Word, floor: int, ceiling: int) -> Amount | None:
        """The number that stands beside a word of harm, used up with it."""
        if word.category == "rescued":
            floor = max(floor, word.start - 4)
        if ALL.search(self._text, max(floor, word.start - 6), word.end) and self._clauses.begins(floor):
            if listed_before := entries(self._clauses, floor):
                return listed_before
            floor = max([self._used, *(start for start, _ in self._clauses.before(floor, most=1))])
        count = count_people(self._text, word.start, word.end, floor, ceiling)
        if count is None and word.category == "dead" and self._text[word.end - 1] == "者":
            count = total_after(self._text, word.end, self._clauses.end)
        bare = word.end - word.start == 1 and not _OUTCOME.search(self._text, floor, word.start)
        if count is None or (bare and (count.start > word.end or word.start - count.end > _NEAR)):
            return None
        self._used = max(word.end, count.end)
        return self._each(count.amount, floor, word)

    def _each(self, amount: Amount, floor: int, word: Word) -> Amount:
        """The number for all places, where it is told of each: 两个村各有两人遇难."""
        if not _EACH.search(self._text, floor, word.end):
            return amount
        places = [number(match[1]) for match in _PLACES.finditer(self._text, self._clauses.start, word.start)]
        times = places[-1].value if places and places[-1] else None
        return added([amount] * times) if times and times < _MOST_PLACES else amount

    def _same(self, word: Word, found: Mapping[str, list[Mention]]) -> Amount | None:
        """The amount that an earlier word of the clause used up, when this one speaks of the same people.

        两人经抢救无效身亡 tells of two deaths once, 两名失踪女童已遇难 of two that are not missing any more.
        """
        floor, _ = self._clauses.around(word)
        if word.category == "serious" and (earlier := found.get("injured")):
            alike = _ALIKE.fullmatch(self._text, earlier[-1].word.end, word.start)
            return earlier[-1].amount if alike else None
        if word.category not in _FATAL:
            return None
        for name in ("deaths", "missing", "trapped", "injured_serious", "injured"):
            if not (earlier := found.get(name)) or earlier[-1].word.start < floor:
                continue
            amount, until = earlier[-1].amount, earlier[-1].word.end
            if name.startswith("injured") and not _WHO.fullmatch(self._text, until, word.start):
                continue
            if name == "missing":
                earlier.pop()
            return amount if name != "trapped" or word.category == "death" else None
        return None

    def _named(self, word: Word, floor: int, ceiling: int, found: Mapping[str, list[Mention]]) -> Amount | None:
        """Victims that are named without a number; a death that is told without any victim is one."""
        numbered = word.category != "death" and self._text[word.start : word.end] in _NUMBERED
        if word.category not in _NAMED or numbered or "claim" in self._clauses.categories:
            return None
        if YEARS.match(self._text, word.end):
            return None
        number = victims(self._text, word.start, floor) or subject(self._clauses, floor)
        if number <= 1 and (dead := found.get("deaths")) and self._is_told_again(word, floor, dead[-1].word):
            return None
        if not number and _WHO_FOLLOWS.match(self._text, max(word.start, word.end - 2)):
            number = named(self._text[word.end : min(ceiling, word.end + REACH)])
        if number := number or int(self._is_shut_in(word, floor, ceiling)):
            return Amount(number, number)
        if word.category in _UNCOUNTED and (vague := victims_meant(self._text, word.start, word.end, floor, ceiling)):
            return vague
        told = word.category == "death" and self._is_told(word, floor)
        somebody = bool(_SOMEBODY.search(self._text, max(floor, word.start - FURTHEST), word.start))
        since = dead[-1].word.end if (dead := found.get("deaths")) and not somebody else 0
        others = sufferers(self._clauses, word, floor, since) if word.category in _FATAL else self._maimed(word)
        vague = Amount(None, 1) if word.category == "mourned" else None
        self.bare = bool(told or vague) and not (others or somebody)
        return others or (listed(self._clauses, word) if told else vague)

    def _is_told_again(self, word: Word, floor: int, earlier: Word) -> bool:
        """Whether those who are told dead already are found to be so, or all of them spoken of: 医生当场宣布死亡."""
        if word.category == "death" and _DECLARED.search(self._text, floor, word.end):
            return True
        return bool(_EVERY.search(self._text, floor, word.end)) and not people(self._text, earlier.end, word.start)

    def _is_shut_in(self, word: Word, floor: int, ceiling: int) -> bool:
        """Whether somebody calls for help out of a lift or a flood: 我被困在电梯里."""
        return (
            word.category == "trapped"
            and bool(_MYSELF.search(self._text, floor, word.start))
            and bool(_SHUT_IN.search(self._text, word.start, ceiling))
        )

    def _maimed(self, word: Word) -> Amount | None:
        """A limb is somebody's, whether or not it is said whose: 钢板滑落砸断了双腿."""
        floor, _ = self._clauses.around(word)
        maimed = (
            word.category == "injury"
            and word.kind
            and _LIMB.search(self._text, max(floor, word.start - _NEAR), word.end + _NEAR)
        )
        return Amount(1, 1) if maimed else None

    def _is_told(self, word: Word, floor: int) -> bool:
        """Whether a death without a number or a victim beside it is told as one: 被撞死, but not 摔死砸死."""
        before = self._text[max(floor, word.start - 20) : word.start]
        return not _MYSELF.search(before) and (
            not word.kind or self._text[word.end - 1] == "亡" or bool(_BEFALLEN.search(before))
        )
