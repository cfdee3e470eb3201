"""What a word of harm befell when it was no person: an animal, a plant, or a thing that dies in jokes."""

import re
from typing import Final

from models.numerals import NUMERAL
from models.persons import named

BEINGS_WITHIN: Final = 28
"""Characters before a word of harm in which an animal may be what it befell."""
_BEINGS: Final = re.compile(
    "[猪鸡鸭鹅鱼牛羊狗猫虾树苗花蜂蚕兔禽鸟草稻秧菜蛇木藕它](?![炮园苑城店厂坊桥镇村乡塘池街路巷沟坪湾])|作物|植被|庄稼|牲畜|绿化|植物"
)
"""Animals and plants: where no person is named beside them, it is they who died."""
_THEIRS: Final = re.compile(
    "(?<![救追遛牵放喂捞捕钓养杀宰抓网赶])(?<![人机员妈爸爷奶娃孩][和与跟及])(?:[猪鸡鸭鹅鱼牛羊狗猫虾树苗草]|作物|庄稼)(?:[虾蟹苗木]|被|都|全部|全|也|大量|陆续|大面积|大片|成片|几乎|已经|已|会|大批|纷纷)*$"
)
"""They stand right before the word, and nobody between."""
_FIGURES: Final = re.compile(
    "(?:理智|灵魂|良心|爱情|梦想|自信|睡眠|脑细胞|基金|股票|快乐|青春|人设|节操"
    "|包裹(?![的着在住])|(?:钱包|快递|外卖|奶茶|手机|电脑|硬盘|耳机)(?![员小骑车店站公师]))[^，]{0,6}$"
)
"""What dies in jokes: 理智当场死亡."""
_NUMBER: Final = re.compile(NUMERAL)
_PEOPLE_NAMED: Final = re.compile(
    "[人男女孩童娃农民户工匠主员客生母父爸妈爷叔婶姨姐妹兄弟儿妻夫者某她众师]|奶(?!茶)|(?<!其)他|司机|老汉|老太"
)
_MAULED: Final = frozenset("蛰蜇咬拱顶踩踢叮抓")
"""What animals do to people: the animal beside them is not the victim."""
HEADS: Final = re.compile(rf"{NUMERAL}[多余]?[只头匹尾羽](?:[^，。人]{{0,4}})$")
"""How animals are counted before a word of harm: 26头当场死亡."""
BEASTS: Final = re.compile(
    rf"[了掉去]?(?:近|约|上|好)?(?:{NUMERAL}|几|许多|大量|很多|不少)[多余]?(?:[只头条匹尾羽亩棵株猪鸡鸭鱼牛羊]|万?斤)"
)
"""What dies, and is no person: 死了五头牛."""


def beings(word: str, before: str) -> bool:
    """Whether what stands before a word of harm is an animal or a plant, and no person is named beside it."""
    if not _MAULED.isdisjoint(word):
        return False
    return bool(_THEIRS.search(before) or (_BEINGS.search(before) and not _people(before)))


def figures(word: str, before: str, *, already: bool) -> bool:
    """Whether a thing dies in a joke: 理智当场死亡, and `already` did: 经抢救无效; a number is never of such things."""
    if not _MAULED.isdisjoint(word) or _people(before) or _NUMBER.search(before):
        return False
    return already or bool(_FIGURES.search(before))


def _people(before: str) -> bool:
    return bool(_PEOPLE_NAMED.search(before) or named(before))
