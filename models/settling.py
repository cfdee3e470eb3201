"""Settle what a text's words of harm and danger mean beside each other, and of which kind of event they tell."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from models.danger import Dangerous
from models.harm import Word
from models.kinds import UNNAMED, guess
from models.statements import Span, Statements

_KINDS: Final = (
    "食品安全事故", "火灾", "道路交通事故", "自然灾害", "社会安全事件", "环境污染事件", "公共卫生事件",
    "生产安全事故", "设施故障",
)  # fmt: skip
"""When two kinds are mentioned equally often, the earlier one here."""

_ACCIDENTAL: Final = ("deaths", "injured_serious", "trapped", "poisoned", "missing")

_GRAVE: Final = re.compile("重大|严重|极大|巨大|很大|特大|诸多|众多|极其|十分|非常")
_SEVERAL: Final = 2
"""One injury without an accident is often a quarrel's or an illness's; more are an accident."""
_OUTCOMES: Final = (
    "deaths", "none deaths", "none injured", "injured", "poisoned", "hurt",
    "evacuated", "stuck", "rescued", "freed", "after",
)  # fmt: skip
"""What is told of an accident that is reported."""
_HARM: Final = frozenset({*_OUTCOMES, *_ACCIDENTAL, "evacuated"})
_MANY: Final = 3
"""So many dangers, beyond the harm that is told, are no report's causes."""
_OUTBREAK: Final = 5
"""So many who vomit together have eaten or breathed the same, whether or not the text says what."""
_SIGNS: Final = 2
"""So many signs of people in distress, each in a clause of its own, need no danger named beside them."""
_DEADLY_DISASTER: Final = 1
"""Where a disaster has killed so many, others are likely to be in danger still (chosen on half A, models/cards)."""

_MOMENT: Final = re.compile(
    "现在|还有[^，。]{0,8}人|里面有|底下有|下面有|此刻|眼下|这会儿|刚才|刚刚|刚从|刚到|目前|从[早中晚下上清][^，]{0,4}开始|[今昨][早晨晚夜天日]|凌晨|一夜|正在|还在|到现在|分钟|半小时|[急！]{2}|紧急"
)
_HOUR: Final = re.compile("此刻|刚才|刚刚|今[早晨晚]|今天[早上中下凌清一]|昨[晚夜]")
"""What says that it began today, in a text that asks for help."""

Around = Callable[[int, int], Iterable[Word]]
"""The words that say where and whom a danger between two characters of the text threatens."""


def settle(stated: Statements, whole: str, heard: Dangerous, around: Around) -> str:
    """Settle what a text states, in place, and return the kind of event of which it tells.

    A nuisance becomes a danger beside a fear, and what caused a reported accident is none any more; what only sounds
    like danger counts where the words say nothing.

    Args:
        stated: what all sentences state.
        whole: the text.
        heard: spans that sound like danger.
        around: where and whom a danger threatens.
    """
    _settle_poisoned(stated)
    _settle_unsafe(stated, whole)
    _settle_urgent(stated, whole)
    _settle_risk(stated)
    _settle_hazard(stated)
    _settle_heard(stated, "hazard", heard.hazard, around)
    kind = _kind(stated, whole)
    _settle_patients(stated, kind)
    _settle_immediate(stated, kind)
    _settle_heard(stated, "immediate", heard.now, around)
    return kind


def _settle_heard(stated: Statements, name: str, spans: Iterable[Span], around: Around) -> None:
    """What the words of the lexicon say stands by itself; where they say nothing, what it sounds like counts."""
    if name in stated.quotes:
        return
    for start, end in spans:
        stated.quotes[name][start, end] = None
        for word in around(start, end):
            stated.quotes[word.category][word.start, word.end] = None


def _kind(stated: Statements, whole: str) -> str:
    """The kind told of most often, else the kind only spoken of, else an accident that only its victims tell of.

    An accident that is only named by what it did (塌了, 砸中) is of the kind of which its story is.
    """
    kinds = stated.kinds or stated.spoken
    harmed = any(stated.least(name) for name in _ACCIDENTAL) or stated.least("injured") >= _SEVERAL
    kind = UNNAMED if harmed and not stated.clinic else ""
    if "环境污染事件" in kinds and "evacuated" in stated.amounts and not harmed:
        return "环境污染事件"
    if kinds and (harmed or stated.quotes.keys() & {"event", "injured", "evacuated", "ill"}):
        kind = min(kinds, key=lambda kind: (-kinds[kind], _KINDS.index(kind)))
    if kind == UNNAMED:
        return guess(whole)
    return kind or ("隐患" if "hazard" in stated.quotes else "none")


def _settle_poisoned(stated: Statements) -> None:
    """Vomiting is poisoning only of many at once, or where one speaks of poison, of food or of what was let out."""
    if stated.least("poisoned") >= _OUTBREAK:
        stated.kinds["食品安全事故"] += "环境污染事件" not in stated.kinds and "poison" not in stated.quotes
    elif "poison" not in stated.quotes and not (stated.kinds.keys() & {"食品安全事故", "环境污染事件"}):
        stated.amounts.pop("poisoned", None)


def _settle_patients(stated: Statements, kind: str) -> None:
    """Whom a meal sends to hospital it has poisoned: 集体呕吐，122人入院."""
    if kind == "食品安全事故" and stated.amounts.get("injured"):
        stated.amounts["poisoned"] += stated.amounts["injured"]
        stated.quotes["poisoned"] |= stated.quotes["injured"]


def _settle_unsafe(stated: Statements, whole: str) -> None:
    """安全隐患 alone is a manner of speaking: it counts in the first line, gravely, twice or beside a danger."""
    unsafe = stated.quotes.pop("unsafe", {})
    if len(unsafe) != 1 or _GRAVE.search(whole, *next(iter(unsafe))) or len(stated.quotes["hazard"]) != 1:
        return
    if "\n" in whole[: next(iter(unsafe))[0]]:
        stated.quotes.pop("hazard")


def _settle_urgent(stated: Statements, whole: str) -> None:
    """Who asks for help this minute, with a danger that grows or began today, is in danger now."""
    quotes = stated.quotes
    urgent, growing, lost = (quotes.pop(name, {}) for name in ("urgent", "growing", "lost"))
    if stated.press or quotes.keys() & {"over", "after"}:
        return
    if stated.least("deaths") or "freed" in quotes:
        lost = {}  # who cries or does not answer beside the dead is told of, not in danger
    dangers = quotes.keys() & {"hazard", "risk", "event", "stuck"}
    urgent |= quotes.get("cry", {})
    asked = urgent and (growing or lost or (dangers and _MOMENT.search(whole)))
    goes_on = (growing and dangers and _HOUR.search(whole)) or (lost and (dangers or len(lost) >= _SIGNS))
    growing |= lost
    if asked or goes_on:
        quotes["pressing"] = urgent | growing
        danger = growing | quotes.pop("risk", {})
        if danger and not dangers & {"event", "stuck"}:
            quotes["hazard"] |= danger


def _settle_risk(stated: Statements) -> None:
    """What is a nuisance by itself is a danger beside another one, where somebody is afraid, or has been harmed."""
    risk, fear, again = (stated.quotes.pop(name, {}) for name in ("risk", "fear", "again"))
    told = _told(stated)
    if risk and ("hazard" in stated.quotes or fear or len(risk) >= _MANY or (told and again)):
        stated.quotes["hazard"] |= risk
    if told and again and not stated.press:
        stated.quotes["again"] = again
        stated.quotes["hazard"] |= stated.quotes.get("hazard") or again


def _told(stated: Statements) -> int:
    """How often the text tells of harm that has been done."""
    harmed = any(stated.least(name) for name in (*_ACCIDENTAL, "injured")) or "hurt" in stated.quotes
    return len(stated.quotes.get("event", ())) + harmed


def _settle_hazard(stated: Statements) -> None:
    """A text that tells more of an accident than of danger names no danger that has hurt nobody yet.

    Nor does a report of an accident: what it names as dangerous is the cause. But where somebody asks that it be
    mended, or says that it is as it was, it can happen again.
    """
    told, dangers = _told(stated), len(stated.quotes.get("hazard", ()))
    menace = stated.quotes.pop("menace", None)
    if not stated.press and menace and not stated.quotes.keys() & {"over", "after", "freed"}:
        return
    if not stated.press and not _harmed(stated):
        if ruin := stated.quotes.get("ruin"):
            stated.quotes["hazard"] |= ruin
        return
    if stated.quotes.keys() & {"again", "pressing"}:
        return
    reported = stated.press or any(name in stated.quotes for name in _OUTCOMES)
    if (reported and dangers < _MANY + told) or (told >= dangers and "remains" not in stated.quotes):
        stated.quotes.pop("hazard", None)


def _harmed(stated: Statements) -> bool:
    """Whether somebody was harmed, or an event told that harmed nobody: 目前没伤着谁 alone tells of neither."""
    spared = {"none deaths", "none injured"} if "event" not in stated.quotes else set()
    return bool(stated.quotes.keys() & (_HARM - spared)) or any(stated.least(name) for name in stated.amounts)


def _settle_immediate(stated: Statements, kind: str) -> None:
    """Danger lasts while people are trapped or missing, or something is said to go on; not once it is over."""
    quotes = stated.quotes
    now, cries = quotes.pop("now", {}), quotes.pop("cry", {})
    past = quotes.keys() & {"over", "after"}
    now = {} if kind == "none" or "over" in quotes else now if kind == "隐患" else now | cries
    going = quotes.pop("going", {})
    if not past and not stated.least("deaths"):
        now |= going
    if kind == "火灾" and not past:
        now |= quotes.get("contained", {})
        if stated.press and not stated.yesterday:
            now |= quotes.get("event", {})
    now |= _suffered(stated)
    if kind == "自然灾害" and stated.press and stated.least("deaths") >= _DEADLY_DISASTER:
        now |= quotes["deaths"]
    if stated.least("missing"):
        now |= quotes["missing"]
    if "ruin" in quotes and "crack" in quotes:
        now |= quotes["ruin"]
    if now := now | quotes.pop("pressing", {}):
        quotes["immediate"] = now


def _suffered(stated: Statements) -> dict[tuple[int, int], None]:
    """Who cannot get away, or hangs, sinks, chokes; beside the dead and in the paper that is told of, and over."""
    quotes, deaths = stated.quotes, stated.least("deaths")
    if quotes.keys() & {"rescued", "over", "after", "freed"}:
        return {}
    trapped = quotes.get("trapped", {}) if deaths < stated.least("trapped") else {}
    peril = quotes.get("peril", {}) if not (stated.press or deaths) else {}
    return peril | trapped | quotes.get("stuck", {})
