"""Who is gone in a text that tells of a mishap, and of no death by the words for it: 捞上来都没气了, 盖着白布抬出来."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from models.harm import Word
from models.unsaid import UNSAID

_TROUBLED: Final = frozenset({"happened", "ongoing", "peril", "freed", "trapped", "missing"})
"""Categories whose words tell of a mishap by themselves."""
_HINTING: Final = _TROUBLED | {
    "death", "dead", "lives", "survived", "casualties", "serious", "injury", "hurt", "poisoned", "rescued", "evacuated",
    "event", "mention", "leak", "ruin", "ruined", "menace", "growing", "stuck", "lost", "now",
}  # fmt: skip
"""Categories of which a text that tells of a mishap has a word, unless it sounds like danger: to look through all
texts would cost a twentieth of all time."""

_MISHAP: Final = re.compile(
    "事故|车祸|出事|撞|追尾|翻[车船沉进到下了入覆]|[车船]翻|侧翻|倾覆|沉[了没船下]|脱轨|坠|跌[进下到倒]|掉[进下到河井坑水沟崖]"
    "|摔|[坍垮塌]|滑坡|滑[进入下落倒]|跳进|泥石流|洪|大水|发水|涨水|水[退漫淹涨卷冲]|水(?:进来|来了|到腰|上炕|太大)|浪|地震|余震"
    "|震[塌倒了]|龙卷|台风|雪崩|冰雹|石头|砸|压[在住着了死倒的]|被压|埋|卷[进到走入]|冲[走进下]|淹|爆[炸燃了开]|炸|[起着失]火"
    "|火[灾场海封灭]|大火|[场把]火|烧[炭死伤着起成得了]|烫|[溺落]水|下[水河塘]|水库|[鱼水池河]塘|捞|触电|漏电|电[倒死到着]|高压线"
    "|闪电|雷[击雨电暴劈打]|劈|煤气|一氧化碳|炭|沼气|硫化氢|泄漏|泄露|漏[气氨]|[氨氯]气|液[氨氯]|磷化氢|亚硝酸盐|中毒"
    "|毒[气死菌倒]|蘑菇|菌子|野菜|假酒|药酒|甲醇|农药|救援|搜救|遇险|捡[了回]?一?条?命|骨折|受伤|井[下底里]|煤矿|矿[井工上难]"
    "|化粪池|窖|晕[倒在过]|昏[倒过]|搅拌|罐|[砍捅刺][死伤中了]|刀|枪|消防[员车队兵]|踩踏|渣土车|脚手架|塔吊|吊[臂车篮]|失温|冻"
    "|中暑|热射病|[大河江]堤|抬[下上出]|扒出|担架|蛙人|潜水|冰窟|窒息|[被让叫给遭][^，。]{0,8}(?:困|咬|蜇|蛰|碾|轧|熏|顶|拍|带走|打|踢)"
    "|蜂|毒蛇|[绞碾轧]|收割机|机器|方向盘|检修|[放拉]下来|拉上来|熏|陷[下进在]|草席"
)
"""What befalls people, and where they are found."""
_SCENE: Final = re.compile(
    "[井窖崖塘坑矿]|[河江湖海][里边中滩岸]|水[里中下边面]|火[里中]|冰[面窟]|雪[地崩山]|工地|施工|作业|车[上里轮]|[船桥]上|渔船|缺氧|120"
)
"""Where people die of mishaps."""
_NATURAL: Final = re.compile(
    "癌|病|心梗|心脏|脑[梗溢]|中风|血[压糖]|肿瘤|老死|寿|高龄|[七八九]十|[789]\\d岁|安详|睡梦|化疗|手术|孕|胎|流产|难产"
    "|宠|猫|狗狗|剧|电影"
)
"""What else they die of there. No word of anger, of an office or of a place: they must not matter."""
_DOUBTED: Final = re.compile(
    "[看刷追]完?《|求证|真的假的|不信谣|没确认|未予?证实|恐已|有消息说|消息人士|殡[葬仪](?:服务|改革|管理|收费|行业|职业)"
)
"""What nobody vouches for is not told in other words, nor is what a film or an office tells of."""
_RITES: Final = frozenset({
    "手术", "殡葬", "殡仪", "丧葬", "坟", "墓", "祭", "去世", "默哀", "安息", "逝者", "一路走好", "追悼", "悼念",
    "祈祷", "祭奠",
})  # fmt: skip
"""Words that else say that somebody died of an illness, or long ago: behind a mishap they are its."""
_VAGUE: Final = "mourned"
"""The category of what is done for the dead: it says less than how somebody died."""


def may_be_gone(words: Sequence[Word]) -> bool:
    """Whether a text with these words of the lexicon may tell of a mishap; one of leaking roofs tells of none."""
    return any(word.category in _HINTING for word in words)


def gone(words: Sequence[Word], otherwise: Sequence[Word], text: str) -> list[Word]:
    """All words of a text, with those that tell of deaths in other words.

    Args:
        words: of the lexicon (`HarmLexicon.words`).
        otherwise: what tells of deaths in other words (`HarmLexicon.otherwise`).
        text: in which both stand.

    Returns:
        Both, left to right; nothing where no other words tell of a death, or the text tells of no mishap.
    """
    told = [word for word in words if word.kind != UNSAID and text[word.start : word.end] not in _RITES]
    if not otherwise or _DOUBTED.search(text) or not _is_mishap(told, text):
        return []
    plainly = [word for word in otherwise if word.category != _VAGUE] or otherwise
    unsaid = (replace(word, kind="") for word in words if word.kind == UNSAID and word.category != "poisoned")
    return sorted((*told, *unsaid, *plainly), key=lambda word: word.start)


def _is_mishap(told: Sequence[Word], text: str) -> bool:
    if any(word.category in _TROUBLED for word in told) or _MISHAP.search(text):
        return True
    return bool(_SCENE.search(text)) and not _NATURAL.search(text)
