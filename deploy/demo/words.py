"""What the live view says, in English and in Chinese."""

import locale
import os
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from streams.records import Colour, Grade

Language = Literal["en", "zh"]

ENGLISH: Final[Mapping[str, str]] = {
    "title": "乡音 Xiangyin",
    "place": "Qinglan, a made-up county",
    "township": "township",
    "crawled": "crawled",
    "judged": "judged",
    "indexed": "indexed",
    "alerts": "alerts",
    "all": "county",
    "heard": "residents say",
    "alerting": "alerts",
    "quiet": "Nothing to wake anybody for.",
    "verify": "not believed, a person is asked: ",
    "revision": "one alert, revision {revision}",
    "voices": "voices {voices}, posts {posts}",
    "sums": "crawled {crawled} = indexed {indexed} + unchanged {unchanged} + dead {dead}",
    "killed": "worker killed (-9) at {second} s, starting again",
    "back": "worker killed (-9) at {second} s, back at {back} s: lost {lost}, double {doubled}",
    "keys": "k kills the worker (kill -9)   q ends",
    "ask": "ask it yourself: curl {elasticsearch}/{deployment}-posts/_count",
    "grade": "grade {grade} {name}",
    "lost": "lost {lost}, double {doubled}",
    "leaked": "{planted} planted numbers and addresses of residents: {leaked} seen beyond the door",
    "told": "three dead are graded III; the twenty of the rumour are to be verified by a person",
    "matters": "{matters} matters alerted, {alerts} alerts, the first {first} s after the start",
    "interrupted": "ended as asked; nothing of it is left",
    "failed": "the demo cannot go on: {reason}",
}

CHINESE: Final[Mapping[str, str]] = {
    "title": "乡音",
    "place": "虚构的青岚县",
    "township": "乡镇",
    "crawled": "已抓取",
    "judged": "已研判",
    "indexed": "已入库",
    "alerts": "预警",
    "all": "全县",
    "heard": "居民在说",
    "alerting": "预警",
    "quiet": "暂时没有要紧的事。",
    "verify": "未予采信，请人核实：",
    "revision": "同一预警，第 {revision} 版",
    "voices": "{posts} 帖，{voices} 人",
    "sums": "抓取 {crawled} = 入库 {indexed} + 未变 {unchanged} + 死信 {dead}",
    "killed": "第 {second} 秒 kill -9 杀掉处理进程，正在重启",
    "back": "第 {second} 秒 kill -9，第 {back} 秒恢复：丢失 {lost}，重复 {doubled}",
    "keys": "k 杀掉处理进程（kill -9）   q 退出",
    "ask": "自己查一查：curl {elasticsearch}/{deployment}-posts/_count",
    "grade": "{grade} 级 {name}",
    "lost": "丢失 {lost}，重复 {doubled}",
    "leaked": "预埋电话、身份证、银行卡号与邮箱 {planted} 个：出门后可见 {leaked} 个",
    "told": "三人死亡定为 III 级；传言中的二十人请人核实",
    "matters": "预警 {matters} 件，共 {alerts} 条，首条在启动后 {first} 秒",
    "interrupted": "已按要求结束，什么也没有留下",
    "failed": "演示无法继续：{reason}",
}

GRADE_NAMES: Final[Mapping[Language, Mapping[Grade, str]]] = {
    "en": {"I": "extraordinary", "II": "major", "III": "serious", "IV": "ordinary", "unknown": "to be verified"},
    "zh": {"I": "特别重大", "II": "重大", "III": "较大", "IV": "一般", "unknown": "待核实"},
}
COLOUR_NAMES: Final[Mapping[Language, Mapping[Colour, str]]] = {
    "en": {"red": "RED", "orange": "ORANGE", "yellow": "YELLOW", "blue": "BLUE"},
    "zh": {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"},
}


class Scene(Struct, frozen=True):
    """A line of the story, told from `second` on."""

    second: float
    en: str
    zh: str


STORY: Final = (
    Scene(
        0,
        "Two towns, three sites. Two clerks are to know what residents say.",
        "两个乡镇，三个网站，两名工作人员要听见大家说什么。",
    ),
    Scene(
        5,
        "Roads, water, pensions, praise: each post is judged and indexed.",
        "路、水、养老金、表扬：每一帖都研判、入库。",
    ),
    Scene(
        10,
        "A parent sees a crack in a school wall: yellow, in the parent's own words.",
        "家长看见学校围墙开裂：黄色预警，原话为证。",
    ),
    Scene(20, "The wall falls, two are hurt: grade IV.", "墙倒了，两人受伤：IV 级。"),
    Scene(
        30, "Three are dead: grade III. The same alert, its next revision.", "三人死亡：III 级。还是同一预警的下一版。"
    ),
    Scene(38, "“I hear that twenty died”: not believed, a person is asked.", "“听说死了二十个”：不采信，请人核实。"),
    Scene(
        45,
        "Eighty angry posts about the mayor. All heard; anger is no harm, the grade stays.",
        "八十条骂镇长的帖子：都听见了；愤怒不是伤亡，级别不变。",
    ),
    Scene(
        55,
        "Every post is accounted for. Press k, then try: xiangyin init my-town",
        "每一帖都有下落。按 k 试试；下一步：xiangyin init my-town",
    ),
)


def words(language: Language) -> Mapping[str, str]:
    """The words of the interface."""
    return CHINESE if language == "zh" else ENGLISH


def scene(second: float) -> Scene:
    """The line of the story at this second."""
    return max((one for one in STORY if one.second <= max(second, 0)), key=lambda one: one.second)


def language(chosen: str | None) -> Language:
    """The language asked for, else the one of the locale, else English."""
    named = chosen or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return "zh" if (named or locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
