"""Whether a statement is told as having happened: not if it is supposed, past, asked, denied, or only heard."""

import re
from typing import Final, Literal

from models.clauses import Clauses
from models.harm import Word

Standing = Literal["stated", "denied", "hint", "void"]
"""How a word of harm is meant; a hint is a rumour, and what is void says nothing."""

_DENIED: Final = re.compile(
    "(?:没有|没|未|无|零|排除)(?:有|造成|发生|出现|发现|导致|引发|引起|接到|收到|任何|人员|重大|其他|其它|中方|学生|居民|村民|群众|"
    "旅客|游客|人|报告|关于|一|1|例|名|个|位|的|新增|再|直接){0,6}$"
)
_DENIED_WITHIN: Final = 20
"""Characters before a word in which it is denied."""
_INTENDED: Final = re.compile("(?<![主重需必])要$|(?<![很赶飞尽加])快(?:要|磨|撑)?$|想$")
"""What somebody says he will do, or what is about to happen: 我要冻死她, 绳子快断了."""
_ASKED: Final = re.compile(
    "(?:[^，。]{0,8}的)?(?:可能|风险|危险|隐患|威胁)|(?:就|也)?容易|是否|能否|(?:了|过|人)?(?:多少|几个?人|吗|没有?(?=$|[，？?])|么)"
)
_DONE: Final = frozenset({"death", "dead", "happened", "injury"})
YEARS: Final = re.compile("(?:了|有|已)?[一二三四五六七八九十几多两\\d]{1,3}多?(?:年|个月|周年)")
"""How long ago it was, behind a word of harm."""
_YEAR_ALONE: Final = re.compile(
    r"(?:\d{2,4}|一九[一二三四五六七八九〇零]{2}|二[〇零][一二〇零][一二三四五六七八九〇零])年(?!(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])"
)
"""A year without a day is how people speak of the past; news name the day."""
_DATE: Final = re.compile(r"(?:19|20)(?<!\d..)\d\d年(?=\d{1,2}月)")
_PLANNED: Final = re.compile("(?:计划|预计|力争|争取|确保|拟|工期|延[期长至到])[^，。；\n]{0,6}$")
_UNTIL: Final = re.compile(r"\d{1,2}月(?:\d{1,2}[日号]|[底末])?[之以]?前(?!后|来|往|去)")
_PLANNED_WITHIN: Final = 12
"""Before and behind these a year is one of plans, and says nothing of when the text was written: 预计2030年6月完工."""
_BELIED: Final = re.compile(
    "[^，。；！？\n]{0,16}?(?:(?:系|[是属为均])[^，。；！？\n]{0,6}?"
    "(?:谣言|谣传|造谣|捏造|编造|虚构|伪造|合成|生成|摆拍|移花接木|张冠李戴|拼接|假消息|假的|误传|讹传)"
    "|不实(?![施行际])|不属实|失实|与事实不符|子虚乌有|没有的事|并不存在)"
)
"""What says behind a statement, in the same breath, that it is none: 砍死5人的说法纯属捏造."""
_ANNIVERSARY: Final = re.compile("周年|历史上的今天|忌日|祭日")
"""A sentence that remembers tells of nothing new, before the word as behind it."""
_TIME: Final = r"(?:[去今前每]年|年均|[上下]半年|季度|以来|月份|期间|累计|\d{4}年)"
_REGION: Final = re.compile("全[国省市县区州球]|我[国省市县区]|辖区|各地|世界")
_OF_A_REGION: Final = re.compile(
    f"(?:{_REGION.pattern})[^，。；\n]{{0,12}}?{_TIME}|{_TIME}[^，。；\n]{{0,12}}?(?!世界)(?:{_REGION.pattern})"
)
_BY_THE_DOZEN: Final = re.compile(r"\d(?<![第\d].)\d+多?起")
_OF_YEARS: Final = re.compile(
    r"[\d一二两三四五六七八九十几](?<![\d一二].)(?:(?<=\d)\d?|(?<!\d)[一二两三四五六七八九十几]{0,2})年(?:来|里|间|内|中|下来)?(?:已经?|就|共|总共|一共|先后)?[撞淹砸压摔烧炸电轧]?死"
)
"""Who counts a whole region's over a time, accidents by the dozen, or the dead of years, tells of no accident."""
_TRIED: Final = re.compile("[审经]理?查明")
"""A court that finds what happened tells of its own case, whenever that was."""
_ONE_CASE: Final = re.compile(
    "台风|洪|暴雨|强降雨|地震|泥石流|雪灾|灾害|最严重|最大|这起|一起|该起|首起|此次|本次|[今昨][天日晨早晚夜]|凌晨|刚刚"
)
"""Who says so counts one accident or disaster after all."""
MEMORIES: Final = 9999
"""The first recent year of a text that remembers: whatever it dates is history."""
_LONG_AGO: Final = 2000


def recent(text: str, year: int | None) -> int:
    """The first year that is no history: by when a text was published, else by the latest year that it dates."""
    dates = (_year(date) for date in _DATE.finditer(text) if not _is_planned(text, date))
    return (year or max(dates, default=_LONG_AGO + 1)) - 1


def _year(date: re.Match[str]) -> int:
    return int(date[0].removesuffix("年"))


def _counts(clauses: Clauses) -> bool:
    """Whether a sentence counts many, and tells of no one case."""
    many = (
        (clauses.says(_REGION) and clauses.says(_OF_A_REGION))
        or (clauses.holds("起") and clauses.says(_BY_THE_DOZEN))
        or (clauses.holds("死") and clauses.says(_OF_YEARS))
    )
    return many and not clauses.says(_ONE_CASE)


def _is_planned(text: str, date: re.Match[str]) -> bool:
    before = text[max(0, date.start() - _PLANNED_WITHIN) : date.start()]
    return bool(_PLANNED.search(before) or _UNTIL.match(text, date.end()))


class Reading:
    """Reads a sentence's words left to right and remembers which cue still holds.

    如果, 听说 and 去年 hold to the end of the sentence, 去年 until a word of today; 可能 to the end of its clause.

    Args:
        clauses: of the sentence.
        recent: the first year that is no history.
    """

    def __init__(self, clauses: Clauses, recent: int = 0) -> None:
        self._clauses = clauses
        self._since: dict[str, int] = {}
        self._remembers = clauses.says(_ANNIVERSARY)
        if self._remembers:
            self._since["past"] = clauses.start - 1
        self._counts = "ill" not in clauses.categories and _counts(clauses)
        if clauses.holds("年"):
            self._heed_years(recent)

    def _heed_years(self, recent: int) -> None:
        clauses = self._clauses
        year = _YEAR_ALONE.search(clauses.text, clauses.start, clauses.end)
        if year and not clauses.says(_TRIED):
            self._since.setdefault("past", year.start())
        for date in _DATE.finditer(clauses.text, clauses.start, clauses.end):
            if _year(date) < recent or "past" in clauses.categories:
                self._since.setdefault("past", date.start())

    @property
    def past(self) -> bool:
        """Whether the sentence ends in the past."""
        return "past" in self._since

    def heeds(self, word: Word) -> bool:
        """Whether the word says how others are meant; it is remembered, then."""
        since = self._since
        if word.category == "today":
            if not self._remembers and since.get("past", word.start) < word.start:
                since.pop("past")
        elif word.category in {"suppose", "past", "memory", "hearsay"}:
            since.setdefault("past" if word.category == "memory" else word.category, word.start)
            since.pop("vouched", None)
        elif word.category == "vouched":
            since.pop("hearsay", None)
            since["vouched"] = word.start
        elif word.category == "may":
            since["may"] = word.start
        else:
            return False
        return True

    def standing(self, word: Word) -> Standing:
        """How the next word of harm is meant; behind what is looming, all is only possible."""
        standing = self._standing(word)
        if word.category == "looming":
            self._since["may"] = word.start
        return standing

    def _standing(self, word: Word) -> Standing:
        clauses, since = self._clauses, self._since
        floor, ceiling = clauses.around(word)
        if (
            "statistic" in clauses.categories
            or self._counts
            or _BELIED.match(clauses.text, word.end, clauses.end)
            or clauses.near("unreal", floor, ceiling)
            or "suppose" in since
            or since.get("past", word.start) < word.start
            or since.get("may", -1) >= floor
        ):
            return "void"
        if "hearsay" in since or (clauses.categories & {"doubt", "refuted"} and "vouched" not in since):
            return "void" if "refuted" in clauses.categories else "hint"
        if _DENIED.search(clauses.text[max(floor, word.start - _DENIED_WITHIN) : word.start]):
            return "denied"
        if word.category in _DONE and _INTENDED.search(clauses.text[max(floor, word.start - 3) : word.start]):
            return "void"
        asked = _ASKED.match(clauses.text, word.end, ceiling + 1) or clauses.near("ask", floor, word.start)
        if asked or YEARS.match(clauses.text, word.end, ceiling):
            return "void"
        return "void" if word.category == "trapped" and clauses.near("often", floor, ceiling) else "stated"
