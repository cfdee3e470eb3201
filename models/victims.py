"""Whom a word of harm befell, and how many they are: counted, named, or told in the clause before."""

import re
from collections.abc import Mapping
from typing import Final

from models.beings import BEASTS, BEINGS_WITHIN, beings, figures
from models.casualties import count_people, count_yuan, victims, victims_meant
from models.clauses import Clauses
from models.harm import Word
from models.numerals import Amount
from models.persons import PERSON
from models.standing import YEARS
from models.survivors import lost, rest
from models.tally import Mention

_SUFFERED: Final = re.compile(
    "被[^，]{0,6}[埋压困砸撞烧冲卷卡夹电咬轧碾淹蛰蜇击刺捅砍打绞割烫剐拖带]|[晕昏]倒|昏迷|倒(?:下|地|在)|瘫倒|落水|溺水|掉|坠|中毒|触电|[砸压撞埋困淹]|冲走|卷|跌|滑|烧[伤死成着]|受伤|下井|下去|不适"
)
_SAVED: Final = re.compile("(?:[推拉护掩救托顶](?:开|住|护|助|起|下|出|上)?|[抢营施]救)了?$")
"""Before those whom the victim saved: 为推开两名战友被压住."""
_SAME_CLAUSES: Final = 3
"""Clauses looked back at for those of whom a clause without a subject speaks."""
_OTHERS: Final = re.compile(rf"{PERSON}|[他她]们|别人|[^，]者|嫌疑人|凶手|歹徒|枪手|医生|大夫|官方|警方|死者|其中|另")
"""Who could have died instead of those before the pause; 医生宣布死亡 is told of them, however."""
_TOLD_BY: Final = re.compile(
    "(?:医生|大夫|医院|警方|公安|民警|法医|官方|人员|消防员|救援队)[^，。]{0,6}(?:确认|宣布|宣告|证实|认定|发现)|[掏捞挖拉抬找救拖背]"
)
"""Who finds the victims, and is none."""
_WHO: Final = re.compile("[者员]?(?:人员)?(?:先后|相继|已|均|都|也|又|经|抢救|无效|因|医治|于|今|昨|[天日晚早晨]){0,4}")
"""Between 伤 and 死亡, when the injured are those who died: 一名重伤员今晨死亡."""
_LIST: Final = 200
"""Characters before a word in which those whom it befell are listed."""
_AGED: Final = re.compile("[（(][^（）()]{0,6}\\d{1,3}岁[^（）()]{0,8}[）)]")
_BEFALLEN: Final = re.compile("被|当场|不幸|致|意外")
_ALL: Final = re.compile("全部?|全都|无一|无人生|均|都|双双|皆|[俩仨]")
"""What counts those of the clause before: 机上150人，全部遇难."""
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

_FATAL: Final = frozenset({"death", "dead"})
_BODILY: Final = frozenset({"death", "dead", "injury", "serious", "poisoned"})
_NAMED: Final = frozenset({"death", "dead", "injury", "serious", "trapped", "poisoned", "missing"})
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

    def of(self, word: Word, found: Mapping[str, list[Mention]]) -> Amount | None:
        """How many the word befell; None when it tells of nobody.

        Args:
            word: of harm.
            found: what the words before it tell, by the fields of the toll; who is found dead is missing no more.
        """
        floor, ceiling = self._clauses.around(word)
        floor = max(floor, self._used)
        if word.category == "loss":
            loss = count_yuan(self._text, word.start, word.end, floor, ceiling)
            return loss.amount if loss else None
        if self._is_no_accident(word, floor, ceiling):
            return None
        if word.category == "survived":
            return lost(self._clauses, word)
        return (
            self._rest(word)
            or self._counted(word, floor, ceiling)
            or self._same(word, found)
            or self._named(word, floor, ceiling)
        )

    def _rest(self, word: Word) -> Amount | None:
        """All but some, of whom a clause before tells; a number beside the word says it better."""
        if word.category not in _FATAL or not _ALL.search(self._text, self._clauses.around(word)[0], word.end):
            return None
        return rest(self._clauses, word)

    def _is_no_accident(self, word: Word, floor: int, ceiling: int) -> bool:
        """Illness, an animal, or lives that were not taken."""
        if word.category == "lives":
            return not _TAKEN.search(self._text, floor, word.start)
        if word.category not in _BODILY or word.category == "poisoned":
            return word.category == "poisoned" and bool(self._clauses.categories & {"epidemic", "ill"})
        if "ill" in self._clauses.categories:
            return False
        if self._clauses.categories & {"epidemic", "disease"} or (
            word.kind != "社会安全事件" and self._clauses.near("illness", floor, ceiling)
        ):
            return True
        if BEASTS.match(self._text, word.end, ceiling):
            self.beasts = True
            return True
        return self._is_an_animals(word, floor)

    def _is_an_animals(self, word: Word, floor: int) -> bool:
        text = self._text
        befell = text[word.start : word.end], text[max(floor, word.start - BEINGS_WITHIN) : word.start]
        self._figure = figures(*befell, already=self._figure)
        return self._figure or beings(*befell)

    def _counted(self, word: Word, floor: int, ceiling: int) -> Amount | None:
        """The number that stands beside a word of harm, used up with it."""
        if word.category == "rescued":
            floor = max(floor, word.start - 4)
        if _ALL.search(self._text, max(floor, word.start - 6), word.end) and self._clauses.begins(floor):
            floor = max([self._used, *(start for start, _ in self._clauses.before(floor, most=1))])
        count = count_people(self._text, word.start, word.end, floor, ceiling)
        bare = word.end - word.start == 1 and not _OUTCOME.search(self._text, floor, word.start)
        if count is None or (bare and (count.start > word.end or word.start - count.end > _NEAR)):
            return None
        self._used = max(word.end, count.end)
        return count.amount

    def _same(self, word: Word, found: Mapping[str, list[Mention]]) -> Amount | None:
        """The amount that an earlier word of the clause used up, when this one speaks of the same people.

        两人经抢救无效身亡 tells of two deaths once, 两名失踪女童已遇难 of two that are not missing any more.
        """
        floor, _ = self._clauses.around(word)
        if word.category not in _FATAL:
            return None
        for name in ("deaths", "missing", "trapped", "injured_serious", "injured"):
            if not (earlier := found.get(name)) or earlier[-1][0].start < floor:
                continue
            amount, until = earlier[-1][1], earlier[-1][0].end
            if name.startswith("injured") and not _WHO.fullmatch(self._text, until, word.start):
                continue
            if name == "missing":
                earlier.pop()
            return amount if name != "trapped" or word.category == "death" else None
        return None

    def _named(self, word: Word, floor: int, ceiling: int) -> Amount | None:
        """Victims that are named without a number; a death that is told without any victim is one."""
        if word.category not in _NAMED or self._text[word.start : word.end] in _NUMBERED:
            return None
        if "claim" in self._clauses.categories or YEARS.match(self._text, word.end):
            return None
        number = victims(self._text, word.start, floor) or self._subject(floor)
        if number := number or int(self._is_shut_in(word, floor, ceiling)):
            return Amount(number, number)
        if word.category in _UNCOUNTED and (vague := victims_meant(self._text, word.start, word.end, floor, ceiling)):
            return vague
        told = word.category == "death" and self._is_told(word, floor)
        others = self._sufferers(word, floor) if word.category in _FATAL else self._maimed(word)
        return others or (self._listed(word) if told else None)

    def _listed(self, word: Word) -> Amount:
        """One, or all those whom the sentence lists with their ages: 杜某（44岁）、妻子韩某（41岁）."""
        ages = len(_AGED.findall(self._text, max(self._clauses.start, word.start - _LIST), word.start))
        return Amount(max(1, ages), max(1, ages))

    def _subject(self, floor: int) -> int:
        """Who stands in the clause before a passive without a subject: 我叔出事了，被石头压在下面."""
        if not self._text.startswith("被", floor):
            return 0
        return sum(victims(self._text, floor - 1, start) for start, _ in self._clauses.before(floor, most=1))

    def _is_shut_in(self, word: Word, floor: int, ceiling: int) -> bool:
        """Whether somebody calls for help out of a lift or a flood: 我被困在电梯里."""
        return (
            word.category == "trapped"
            and bool(_MYSELF.search(self._text, floor, word.start))
            and bool(_SHUT_IN.search(self._text, word.start, ceiling))
        )

    def _sufferers(self, word: Word, floor: int) -> Amount | None:
        """Those whom a clause before counts and harms: 两名工人被埋，挖出时已无生命体征."""
        if _OTHERS.search(self._text, floor, word.start) and not _TOLD_BY.search(self._text, floor, word.start):
            return None
        everybody = word.category == "death" and _ALL.search(self._text, floor, word.end)
        for start, end in self._clauses.before(floor, _SAME_CLAUSES):
            suffered = _SUFFERED.search(self._text, start, end)
            if suffered is None and not everybody:
                continue
            until = suffered.start() if suffered else end
            count = count_people(self._text, until, until, start, until)
            if count and _SAVED.search(self._text, start, count.start):
                return None
            number = count.amount if count else Amount(*[victims(self._text, until, start)] * 2)
            if number.least:
                return number
        return None

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
