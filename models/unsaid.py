"""What befell somebody where the words beside him do not say it: who is gone in a text that tells of an accident."""

import re
from typing import Final

from msgspec.structs import replace

from models.harm import Word

UNSAID: Final = "unsaid"
"""The kind of words of the lexicon that tell what became of somebody, and not of what: 没有醒来, 走了, 洗胃."""
_MISHAP: Final = re.compile(
    "事故|车祸|[相碰]撞|撞[上倒飞翻了进到入]|追尾|翻[车船沉]|侧翻|倾覆|脱轨|[坠跌掉摔][机楼井河崖落入下进]|[坍垮塌]|滑坡|泥石流|[山洪]洪|洪水|大水|龙卷|地震|雪崩"
    "|落石|石头[砸滚]|爆炸|炸[了死伤]|爆燃|[起着失]火|火灾|大火|火[场海]|[溺落]水|下[水河塘]|水库|[鱼水池]塘|触电|漏电|[被遭][^，。]{0,6}(?:埋|困|压|砸|撞|卷|冲|淹|咬|蜇|砍|捅)|埋了|压在|卷[进到走入]|冲走"
    "|煤气|一氧化碳|沼气|硫化氢|泄漏|泄露|[氨氯]气|液[氨氯]|磷化氢|亚硝酸盐|中毒|毒气|雷[击雨电暴]|搜救|打捞|救援队|遇险|井下|煤矿|矿[井工上]|化粪池|窖|晕[倒在]|昏倒|搅拌罐|罐里|[砍捅刺][死伤中了]|持刀|枪|救护车|消防[员队车]"
)
"""What befalls people, wherever in the text it is told."""
_MEAL: Final = re.compile(
    "食堂|团餐|聚餐|午餐|晚餐|早餐|午饭|晚饭|喜宴|婚宴|酒席|宴席|吃了|喝了|误食|野菌|菌子|蘑菇|四季豆|豆浆|豆角|凉皮|凉菜|卤味|外卖|火锅|亚硝酸盐|假酒|药酒"
)
"""What people have eaten together or by mistake."""
_FATAL: Final = frozenset({"death", "dead"})
_OF: Final = {"death": (_MISHAP, ""), "dead": (_MISHAP, ""), "poisoned": (_MEAL, "食品安全事故")}


def said(words: list[Word], text: str) -> list[Word]:
    """The words of a text without those of the kind `unsaid` of which nothing in it says what befell anybody."""
    unsaid = {word.category for word in words if word.kind == UNSAID}
    if not unsaid:
        return words
    known = {category: kind for category, (told, kind) in _OF.items() if category in unsaid and told.search(text)}
    if any(word.category in _FATAL and word.kind != UNSAID for word in words):
        known |= dict.fromkeys(_FATAL, "")
    return [
        replace(word, kind=known[word.category]) if word.kind == UNSAID else word
        for word in words
        if word.kind != UNSAID or word.category in known
    ]
