"""What one sentence states about harm: who, how many, and whether it is told as having happened."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from models.casualties import count_people, count_yuan, victims, victims_meant
from models.harm import TRIGGERS, Word
from models.harmless import harmless, supposed
from models.numerals import NUMERAL, Amount
from models.persons import PERSON, named
from models.statements import Statements

_PAUSE: Final = re.compile('[，,、（）()…“”"]|[ \u3000](?=[^ -~])')
_BLANKS: Final = " \u3000"
_LISTED: Final = 12
"""Characters of a list's member: a word of harm so near before 、 is a statement of its own."""
_LONGEST_QUOTE: Final = 60
_DENIED: Final = re.compile(
    "(?:没有|没|未|无|零|排除)(?:有|造成|发生|出现|发现|导致|引发|引起|接到|收到|任何|人员|重大|其他|其它|中方|学生|居民|村民|群众|"
    "旅客|游客|人|报告|关于|一|1|例|名|个|位|的|新增|再|直接){0,6}$"
)
_ASKED: Final = re.compile(
    "(?:[^，。]{0,8}的)?(?:可能|风险|危险|隐患|威胁)|(?:就|也)?容易|是否|能否|(?:了|过|人)?(?:多少|几个?人|吗|没有?(?=$|[，？?])|么)"
)
_WISHED: Final = re.compile("(?:求|请|尽快|赶快|赶紧|马上|立即)[^，]{0,8}$")
"""What is asked for is not over: 求派车扑灭."""
_OCCURRED: Final = re.compile(
    r"[今昨前当][天日晚晨早夜]|凌晨|[上中下]午|傍晚|晚上|深夜|夜里|刚才|刚刚|目前|日前|近日|\d[日号时点]|日电|突发|突然|所幸|幸亏|幸好|万幸|过火面积|截至|正在|发生了|发生一起|又发生"
)
"""What beside the name of an event says that it happened, and is not spoken of in general."""
_YEAR_ALONE: Final = re.compile(
    r"\d{2,4}年(?!(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])"
)
"""A year without a day is how people speak of the past; news name the day."""
_SUFFERED: Final = re.compile(
    "被[^，]{0,6}[埋压困砸撞烧冲卷卡夹电咬轧碾淹蛰蜇击刺捅砍打绞割烫剐拖带]|[晕昏]倒|昏迷|倒(?:下|地|在)|瘫倒|落水|溺水|掉|坠|中毒|触电|[砸压撞埋困淹]|冲走|卷|跌|滑|烧[伤死成着]|受伤|下井|下去|不适"
)
_SAME_CLAUSES: Final = 3
"""Clauses looked back at for those of whom a clause without a subject speaks."""
_OTHERS: Final = re.compile(rf"{PERSON}|[他她]们|别人|[^，]者|嫌疑人|凶手|歹徒|枪手|医生|大夫|官方|警方|死者|其中|另")
"""Who could have died instead of those before the pause; 医生宣布死亡 is told of them, however."""
_TOLD_BY: Final = re.compile(
    "(?:医生|大夫|医院|警方|公安|民警|法医|官方|人员|消防员|救援队)[^，。]{0,6}(?:确认|宣布|宣告|证实|认定|发现)|[掏捞挖拉抬找救拖背]"
)
"""Who finds the victims, and is none."""
_BEFALLEN: Final = re.compile("被|当场|不幸|致|意外")
_ALL: Final = re.compile("全部?|全都|无一|均|都|双双|皆|[俩仨]")
"""What counts those of the clause before: 机上150人，全部遇难."""
_BEINGS: Final = re.compile("[猪鸡鸭鹅鱼牛羊狗猫虾树苗花蜂蚕兔禽鸟草稻秧菜蛇木藕它]|作物|植被|庄稼|牲畜|绿化|植物")
"""Animals and plants: where no person is named beside them, it is they who died."""
_THEIRS: Final = re.compile(
    "(?<![救追遛牵放喂捞捕钓养杀宰抓网赶])(?:[猪鸡鸭鹅鱼牛羊狗猫虾树苗草]|作物|庄稼)(?:[虾蟹苗木]|被|都|全部|全|也|大量|陆续|大面积|大片|成片|几乎|已经|已|会|大批|纷纷)*$"
)
"""They stand right before the word, and nobody between."""
_PEOPLE_NAMED: Final = re.compile(
    "[人男女孩童娃农民户工匠主员客生母父爸妈爷奶叔婶姨姐妹兄弟儿妻夫者某她众师]|(?<!其)他|司机|老汉|老太"
)
_MAULED: Final = frozenset("蛰蜇咬拱顶踩踢叮抓")
"""What animals do to people: the animal beside them is not the victim."""
_BEASTS: Final = re.compile(
    rf"[了掉去]?(?:近|约|上|好)?(?:{NUMERAL}|几|许多|大量|很多|不少)[多余]?(?:[只头条匹尾羽亩棵株猪鸡鸭鱼牛羊]|万?斤)"
)
"""What dies, and is no person: 死了五头牛."""
_TAKEN: Final = re.compile("夺|丧|失去|葬送|断送|害")
_MYSELF: Final = re.compile("(?:我|俺)(?![们家爸妈父母儿女爷奶哥弟姐妹丈老爱妻同朋邻的])")
"""Who writes is alive: 我要被压死了 is no death."""
_LIMB: Final = re.compile(
    "手[指掌腕臂]|[双右左]手|腿|脚|胳膊|臂|肋|指头|截肢|骨折|脑袋|眼球|口腔|食道|面部|头部|脊|腰|门牙|下巴|[满浑一].[是都的]"
)
_SHUT_IN: Final = re.compile("电梯|轿厢|缆车|[水洪火洞井矿雪]|[楼屋房]顶|悬崖|驾驶室|车里")
"""Where somebody who writes 我被困 waits for rescue, and not for the traffic."""
_OUTCOME: Final = re.compile("(?:[致共已又就竟场]|共计|造成|^)$")
_NEAR: Final = 8
"""Characters between a number and a bare 死 or 伤, which stands in many other words."""
_NUMBERED: Final = frozenset({"死", "亡", "伤", "牺牲"})
"""Words that tell of victims only with a number."""
_YEARS: Final = re.compile("(?:了|有|已)?[一二三四五六七八九十几多两\\d]{1,3}多?(?:年|个月|周年)")
_ADDS_UP: Final = re.compile("当场|送医|送往|途中|不治|抢救|另有|另外|又[有走死]|又一|随后")
_FURTHER: Final = re.compile("另[一有外名两三\\d]|另$|[还又]有|也(?=[^，。]{0,6}[死亡遇难不治没伤困])|其余|其他")
_APART: Final = re.compile("[两二三四五2-5]起[^，。；\n]{0,4}(?:车祸|事故|火灾|命案)")
"""Accidents whose victims are told one after the other: 两起车祸：城东一死，城西一死."""
_TOTAL: Final = re.compile("人数|累计|总共|共计|一共|全部|[增升达]至|上升到|增加到|达到")
_PART: Final = re.compile("其中|包括|含")

_PEOPLE: Final = {
    "death": ("deaths",),
    "dead": ("deaths",),
    "lives": ("deaths",),
    "injury": ("injured",),
    "serious": ("injured_serious", "injured"),
    "poisoned": ("poisoned",),
    "missing": ("missing",),
    "trapped": ("trapped",),
    "rescued": ("trapped",),
    "evacuated": ("evacuated",),
    "casualties": ("casualties",),
    "loss": ("loss_yuan",),
}
_NONE_OF: Final = {"casualties": ("deaths", "injured")}
"""What 无人员伤亡 denies; 8人伤亡 does not say how many died."""
_NAMED: Final = frozenset({"death", "dead", "injury", "serious", "trapped", "poisoned", "missing"})
"""Words of harm for which a victim named without a number counts as one."""
_FATAL: Final = frozenset({"death", "dead"})
_BODILY: Final = frozenset({"death", "dead", "injury", "serious", "poisoned"})
_READ: Final = TRIGGERS | {"fear", "again", "after", "freed", "growing", "lost", "hurt"}
"""Categories for which a sentence is read, in a text that has a trigger."""
TELLING: Final = _READ | {"film", "drill", "clinic", "press"}
"""Categories without any word of which a sentence tells nothing, about itself or about others."""
_UNCOUNTED: Final = _BODILY | {"trapped", "missing"}
"""Words of harm that may befall 有人, 好几户: at least one."""
_EVENTS: Final = frozenset({"event", "happened", "ongoing", "mention", "leak", "ruin", "ruined"})
_TELLS: Final = frozenset({*_PEOPLE, *_EVENTS})
_CERTAIN: Final = frozenset({"happened", "ongoing", "leak", "ruined"})
"""Words that say by themselves that something happened."""
_GOES_ON: Final = frozenset({"now", "cry", "over", "contained"})
_COURSE: Final = frozenset({"now", "cry", "peril", "contained", "rescued", "trapped", "growing", "stuck", "lost"})
_HAZARDS: Final = frozenset({"hazard", "looming", "crack", "unsafe"})
_THREATS: Final = frozenset({"now", "cry", "peril", "ongoing", "trapped", "missing", "leak", "ruin", "ruined"})
_ANCHORS: Final = frozenset({"today", "now", "cry", "peril", "ongoing", "over", "contained", "rescued", "vouched"})
"""Words by which a sentence stands on its own, whatever was told before it."""
_REAL: Final = re.compile("真的|真着|真发生|不是演练|并非演练|不是演习|并非演习|不料|弄假成真|实际")
"""What says beside a drill that the harm is none of it."""
_HELD: Final = re.compile(
    "(?<!曾)(?<!次)(?<!期)(?<!常)(?:举行|组织|开展|进行|参加|举办|启动|拉练|观摩)[^，。；]{0,24}(?:演练|演习)|(?:演练|演习)(?:开始|结束|现场|中|圆满|正式)"
)
"""How a drill is told that is held, and not one that is asked for or missed."""
_YESTERDAY: Final = re.compile("[昨前][天日晚夜晨早]|日前|近日|[上去前]周|上[个星]|年前")
_COLLAPSE: Final = re.compile("[塌垮]|滑坡")
_DATED: Final = re.compile(r"(?:1[89]|20)\d\d年\d{1,2}月")
"""Who names the year and the month tells of what is long past."""
_UNDER_WAY: Final = re.compile("正在|正(?:紧急|组织|连夜)|还在")
_BYGONE: Final = re.compile(
    "[昨前][天日晚夜]|[年月日号]|凌晨|[上中下]午|傍晚|晚上|深夜|夜里|当时|后来|之后|[上那]次|时许|点钟|曾"
)
"""What says that an event told without its end is not of this moment."""

Mention = tuple[Word, Amount, bool]
"""A word of harm, its amount, and whether it is part of another amount."""


class Sentence:
    """One sentence: its words of the lexicon, its clauses, and how far each statement can be used."""

    def __init__(self, text: str, words: tuple[Word, ...], start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.words = words
        self.categories = {word.category for word in words}
        self.stated = Statements()
        self.used = start
        self.tolled = False
        self.pauses: list[int] = []

    def read(self) -> Statements:
        """Everything that the sentence states."""
        stated = self.stated
        stated.frame = "film" if "film" in self.categories else ""
        stated.clinic = "clinic" in self.categories
        stated.press = "press" in self.categories
        if "drill" in self.categories:
            stated.drill = bool(_HELD.search(self.text, self.start, self.end))
        elif not stated.frame and self.categories & _READ:
            self.pauses = self._pauses()
            stated.anchored = self._is_anchored()
            stated.real = bool(_REAL.search(self.text, self.start, self.end))
            stated.yesterday = bool(_YESTERDAY.search(self.text, self.start, self.end))
            self._note_all()
        return stated

    def _pauses(self) -> list[int]:
        """Where clauses end: at marks, and at blanks that do not set off a number or a foreign word."""
        text, pauses = self.text, [self.start - 1]
        for mark in _PAUSE.finditer(text, self.start, self.end):
            if self._parts(mark.group(), mark.start(), pauses[-1]):
                pauses.append(mark.start())
        return [*pauses, self.end]

    def _parts(self, mark: str, at: int, last: int) -> bool:
        """Whether a mark ends a clause: 、 does behind a harm, but not between people (9名乘客、船长和厨师遇难)."""
        if mark == "、":
            floor = max(last, at - _LISTED)
            return any(floor < word.end <= at and word.category in _TELLS for word in self.words)
        return mark not in _BLANKS or not self.text[at - 1].isascii()

    def _is_anchored(self) -> bool:
        return bool(self.categories & _ANCHORS or _OCCURRED.search(self.text, self.start, self.end))

    def _note_all(self) -> None:
        since: dict[str, int] = {}
        if year := _YEAR_ALONE.search(self.text, self.start, self.end):
            since["past"] = year.start()
        stated: list[tuple[Word, str]] = []
        for word in self.words:
            if word.category == "today":
                since.pop("past", None)
            elif word.category in {"suppose", "past", "hearsay"}:
                since.setdefault(word.category, word.start)
                since.pop("vouched", None)
            elif word.category == "vouched":
                since.pop("hearsay", None)
                since["vouched"] = word.start
            elif word.category == "may":
                since["may"] = word.start
            else:
                stated.append((word, self._standing(word, since)))
                if word.category == "looming":
                    since["may"] = word.start
        self._note_people(stated)
        self._note_events(stated)
        self._note_dangers(stated)
        self._note_frame(stated, since)

    def _note_frame(self, stated: list[tuple[Word, str]], since: dict[str, int]) -> None:
        """Whose harm it is, when it is not the text's own: what follows in other sentences may be theirs, too."""
        standings = {standing for word, standing in stated if word.category in _PEOPLE or word.category in _EVENTS}
        if standings and "stated" not in standings:
            if "hint" in standings:
                self.stated.frame = "hint"
            elif "past" in since:
                self.stated.frame = "past"

    def _standing(self, word: Word, since: dict[str, int]) -> str:
        """How a statement stands: stated, denied, a hint (rumour), or void."""
        floor, ceiling = self._clause(word)
        if (
            "statistic" in self.categories
            or self._near("unreal", floor, ceiling)
            or "suppose" in since
            or since.get("past", word.start) < word.start
            or since.get("may", -1) >= floor
        ):
            return "void"
        if "hearsay" in since or ("doubt" in self.categories and "vouched" not in since):
            return "hint"
        if _DENIED.search(self.text[max(floor, word.start - 20) : word.start]):
            return "denied"
        asked = _ASKED.match(self.text, word.end, ceiling + 1) or self._near("ask", floor, word.start)
        if asked or _YEARS.match(self.text, word.end, ceiling):
            return "void"
        return "void" if word.category == "trapped" and self._near("often", floor, ceiling) else "stated"

    def _near(self, category: str, floor: int, ceiling: int) -> bool:
        return category in self.categories and any(
            floor <= word.start < ceiling for word in self.words if word.category == category
        )

    def _clause(self, word: Word) -> tuple[int, int]:
        index = bisect_right(self.pauses, word.start)
        return self.pauses[index - 1] + 1, self.pauses[index]

    def _quote(self, word: Word, start: int | None = None) -> tuple[int, int]:
        """The clause around a word, or the part of it that is near."""
        floor, ceiling = self._clause(word)
        start = word.start if start is None else start
        if ceiling - floor <= _LONGEST_QUOTE:
            return floor, ceiling
        return max(floor, min(start, word.start - 20)), min(ceiling, max(start, word.end) + 20)

    def _note_people(self, stated: list[tuple[Word, str]]) -> None:
        found: dict[str, list[Mention]] = defaultdict(list)
        for word, standing in stated:
            if word.category in _PEOPLE and standing == "denied":
                self._note_denied(word)
            elif word.category in _PEOPLE:
                self._note_harm(word, standing, found)
        for name, mentions in found.items():
            if mentions:
                where = self.stated.further if self._are_further(mentions) else self.stated.amounts
                where[name].append(_total(self.text, mentions, self._clause))

    def _note_harm(self, word: Word, standing: str, found: dict[str, list[Mention]]) -> None:
        amount = self._amount(word, found)
        if standing == "hint" and word.category != "loss" and (amount or word.category in _FATAL):
            self.stated.hints[self._quote(word)] = None
        if standing != "stated":
            return
        if word.kind:
            self.stated.kinds[word.kind] += 1
        if amount is None:
            if word.category == "poisoned" and word.kind:
                self.stated.quotes["event"][self._quote(word)] = None
            return
        self.tolled = True
        for name in _PEOPLE[word.category]:
            if not self._is_told_already(word, amount, found[name]):
                found[name].append((word, amount, self._is_part(word)))
                self.stated.quotes[name][self._quote(word)] = None

    def _is_told_already(self, word: Word, amount: Amount, mentions: list[Mention]) -> bool:
        return bool(mentions) and mentions[-1][1] is amount and mentions[-1][0].start >= self._clause(word)[0]

    def _are_further(self, mentions: list[Mention]) -> bool:
        """Whether these victims come on top of those of other sentences: 另一名少年不治."""
        return all(
            _FURTHER.search(self.text, self._clause(word)[0], word.end)
            and not _TOTAL.search(self.text, self.start, self.end)
            for word, _, _ in mentions
        )

    def _note_denied(self, word: Word) -> None:
        self.tolled = True
        for name in _NONE_OF.get(word.category, _PEOPLE.get(word.category, ())):
            self.stated.amounts[name].append(Amount(0, 0))
            self.stated.quotes["none " + name][self._quote(word)] = None

    def _amount(self, word: Word, found: Mapping[str, list[Mention]]) -> Amount | None:
        floor, ceiling = self._clause(word)
        floor = max(floor, self.used)
        if word.category == "loss":
            loss = count_yuan(self.text, word.start, word.end, floor, ceiling)
            return loss.amount if loss else None
        if self._is_no_accident(word, floor, ceiling):
            return None
        return self._counted(word, floor, ceiling) or self._same(word, found) or self._named(word, floor, ceiling)

    def _same(self, word: Word, found: Mapping[str, list[Mention]]) -> Amount | None:
        """The amount that an earlier word of the clause used up, when this one speaks of the same people.

        两人经抢救无效身亡 tells of two deaths once, 两名失踪女童已遇难 of two that are not missing any more.
        """
        floor, _ = self._clause(word)
        if word.category not in _FATAL:
            return None
        for name in ("deaths", "missing", "trapped"):
            if (earlier := found.get(name)) and earlier[-1][0].start >= floor:
                amount = earlier[-1][1]
                if name == "missing":
                    earlier.pop()
                return amount if name == "deaths" or word.category == "death" else None
        return None

    def _counted(self, word: Word, floor: int, ceiling: int) -> Amount | None:
        """The number that stands beside a word of harm, used up with it."""
        if word.category == "rescued":
            floor = max(floor, word.start - 4)
        if _ALL.search(self.text, max(floor, word.start - 6), word.end) and floor - 1 in self.pauses:
            floor = max(self.used, self.pauses[max(0, self.pauses.index(floor - 1) - 1)] + 1)
        count = count_people(self.text, word.start, word.end, floor, ceiling)
        bare = word.end - word.start == 1 and not _OUTCOME.search(self.text, floor, word.start)
        if count is None or (bare and (count.start > word.start or word.start - count.end > _NEAR)):
            return None
        self.used = max(word.end, count.end)
        return count.amount

    def _named(self, word: Word, floor: int, ceiling: int) -> Amount | None:
        """Victims that are named without a number; a death that is told without any victim is one."""
        if word.category not in _NAMED or self.text[word.start : word.end] in _NUMBERED:
            return None
        if "claim" in self.categories or _YEARS.match(self.text, word.end):
            return None
        number = victims(self.text, word.start, floor) or self._subject(floor)
        if number := number or int(self._is_shut_in(word, floor, ceiling)):
            return Amount(number, number)
        if word.category in _UNCOUNTED and (vague := victims_meant(self.text, word.start, word.end, floor, ceiling)):
            return vague
        told = word.category == "death" and self._is_told(word, floor)
        others = self._sufferers(word, floor) if word.category in _FATAL else self._maimed(word)
        return others or (Amount(1, 1) if told else None)

    def _maimed(self, word: Word) -> Amount | None:
        """A limb is somebody's, whether or not it is said whose: 钢板滑落砸断了双腿."""
        maimed = (
            word.category == "injury"
            and word.kind
            and _LIMB.search(self.text, max(self._clause(word)[0], word.start - _NEAR), word.end + _NEAR)
        )
        return Amount(1, 1) if maimed else None

    def _is_shut_in(self, word: Word, floor: int, ceiling: int) -> bool:
        """Whether somebody calls for help out of a lift or a flood: 我被困在电梯里."""
        return (
            word.category == "trapped"
            and bool(_MYSELF.search(self.text, floor, word.start))
            and bool(_SHUT_IN.search(self.text, word.start, ceiling))
        )

    def _subject(self, floor: int) -> int:
        """Who stands in the clause before a passive without a subject: 我叔出事了，被石头压在下面."""
        place = bisect_left(self.pauses, floor - 1)
        if not 0 < place < len(self.pauses) or not self.text.startswith("被", floor):
            return 0
        return victims(self.text, floor - 1, self.pauses[place - 1] + 1)

    def _sufferers(self, word: Word, floor: int) -> Amount | None:
        """Those whom the clause before counts and harms: 两名工人被埋，挖出时已无生命体征."""
        place = bisect_left(self.pauses, floor - 1)
        if _OTHERS.search(self.text, floor, word.start) and not _TOLD_BY.search(self.text, floor, word.start):
            return None
        everybody = word.category == "death" and _ALL.search(self.text, floor, word.end)
        for index in range(min(place, len(self.pauses) - 1), max(0, place - _SAME_CLAUSES), -1):
            start, end = self.pauses[index - 1] + 1, self.pauses[index]
            suffered = _SUFFERED.search(self.text, start, end)
            if suffered is None and not everybody:
                continue
            until = suffered.start() if suffered else end
            count = count_people(self.text, until, until, start, until)
            number = count.amount if count else Amount(*[victims(self.text, until, start)] * 2)
            if number.least:
                return number
        return None

    def _is_told(self, word: Word, floor: int) -> bool:
        """Whether a death without a number or a victim beside it is told as one: 被撞死, but not 摔死砸死."""
        before = self.text[max(floor, word.start - 20) : word.start]
        return not _MYSELF.search(before) and (
            not word.kind or self.text[word.end - 1] == "亡" or bool(_BEFALLEN.search(before))
        )

    def _is_no_accident(self, word: Word, floor: int, ceiling: int) -> bool:
        """Illness, an animal, or lives that were not taken."""
        if word.category == "lives":
            return not _TAKEN.search(self.text, floor, word.start)
        if word.category not in _BODILY or word.category == "poisoned":
            return word.category == "poisoned" and "epidemic" in self.categories
        if self.categories & {"epidemic", "disease"} or (
            word.kind != "社会安全事件" and self._near("illness", floor, ceiling)
        ):
            return True
        if _BEASTS.match(self.text, word.end, ceiling):
            self.tolled = True
            return True
        if not _MAULED.isdisjoint(self.text[word.start : word.end]):
            return False
        before = self.text[max(floor, word.start - 28) : word.start]
        return bool(
            _THEIRS.search(before) or (_BEINGS.search(before) and not (_PEOPLE_NAMED.search(before) or named(before)))
        )

    def _is_part(self, word: Word) -> bool:
        floor, _ = self._clause(word)
        before = (
            self.text[max(self.start, word.start - _LONGEST_QUOTE) : word.start].replace("（", "(").replace("）", ")")
        )
        return bool(_PART.search(self.text, floor, word.start)) or before.rfind("(") > before.rfind(")")

    def _note_events(self, stated: list[tuple[Word, str]]) -> None:
        occurred = (
            self.tolled or bool(self.categories & _GOES_ON) or bool(_OCCURRED.search(self.text, self.start, self.end))
        )
        claimed = "claim" in self.categories
        for word, standing in stated:
            if word.category not in _EVENTS or standing in {"void", "denied"} or (claimed and not self.tolled):
                continue
            if self._near("often", *self._clause(word)):
                continue
            if standing == "hint":
                if word.category in _CERTAIN:
                    self.stated.hints[self._quote(word)] = None
                continue
            self.stated.spoken[word.kind] += 1
            if word.category in _CERTAIN or (word.category != "mention" and occurred):
                self.stated.kinds[word.kind] += 1
                self.stated.quotes["event"][self._quote(word)] = None
                if _COLLAPSE.search(self.text, word.start, word.end) and not _DATED.search(
                    self.text, self.start, self.end
                ):
                    self.stated.quotes["ruin"][self._quote(word)] = None
                if word.category in {"leak", "ruin", "ruined"}:
                    self.stated.quotes["hazard"][self._quote(word)] = None
                    self.stated.quotes["remains"][self._quote(word)] = None
                if word.category == "leak" or (word.category == "ongoing" and not self._is_bygone()):
                    self.stated.quotes["going"][self._quote(word)] = None

    def _is_bygone(self) -> bool:
        return self.tolled or bool(_BYGONE.search(self.text, self.start, self.end))

    def _note_dangers(self, stated: list[tuple[Word, str]]) -> None:
        near = False
        for word, standing in stated:
            category = "hazard" if word.category in _HAZARDS else word.category
            if word.category == "crack" and standing == "denied":
                continue
            if category == "hazard" and not self._is_removed(word):
                self.stated.quotes[category][self._quote(word)] = None
                near = True
                if word.category in {"crack", "unsafe"}:
                    self.stated.quotes[word.category][self._quote(word)] = None
            elif category == "evacuated" and _UNDER_WAY.search(self.text, self._clause(word)[0], word.start):
                self.stated.quotes["now"][self._quote(word)] = None
            elif category == "risk":
                self.stated.quotes[category][self._quote(word)] = None
                near = True
            elif category == "over" and _WISHED.search(self.text, self._clause(word)[0], word.start):
                continue
            elif category in {"fear", "again", "hurt", "over", "after", "freed", "urgent"} or (
                category in _COURSE and standing == "stated"
            ):
                self.stated.quotes[category][self._quote(word)] = None
            elif category == "poisoned" and standing == "stated" and self.text.find("中毒", word.start, word.end) >= 0:
                self.stated.quotes["poison"][self._quote(word)] = None
        self.stated.threatens = near or bool(self.categories & _THREATS)

    def note_surroundings(self, words: Iterable[Word]) -> None:
        """Note where and whom the sentence's danger threatens."""
        for word in words:
            self.stated.quotes[word.category][self._quote(word)] = None

    def _is_removed(self, word: Word) -> bool:
        """Whether a danger is mended, or only supposed: 万一这桥断了."""
        clause = self._clause(word)
        return harmless(self.text, (word.start, word.end), clause, (self.start, self.end)) or (
            word.category == "hazard" and supposed(self.text, word.start, clause[0])
        )


def _total(text: str, mentions: list[Mention], clause: Callable[[Word], tuple[int, int]]) -> Amount:
    """One number out of one sentence's mentions: the greatest, or the sum where the words say that they add up."""
    if any(_TOTAL.search(text, *clause(word)) for word, _, _ in mentions):
        mentions = [(word, amount, True) for word, amount, _ in mentions]
    wholes = [(word, amount) for word, amount, part in mentions if not part]
    first, last = mentions[0][0], mentions[-1][0]
    apart = _APART.search(text, max(0, clause(first)[0] - _LONGEST_QUOTE), last.start)
    if len(wholes) > 1 and (apart or any(_ADDS_UP.search(text, *clause(word)) for word, _ in wholes)):
        values = [amount.value for _, amount in wholes if amount.value is not None]
        return Amount(sum(values) if values else None, sum(amount.least for _, amount in wholes))
    return max((amount for _, amount, _ in mentions), key=lambda amount: amount.least)
