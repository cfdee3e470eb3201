"""What the faces of a microblog mean: `[抓狂]` is no joy, though few labelled rows hold it."""

from collections.abc import Mapping
from typing import Final

from models.mood import Label
from models.segment import Segmenter
from models.train.corpus import Cut, Example, key_of
from models.train.mood import POLARITY

FACES: Final[Mapping[Label, str]] = {
    "positive": "哈哈 嘻嘻 爱你 太开心 鼓掌 偷笑 可爱 心 花心 赞 给力 亲亲 抱抱 酷 威武 耶 得意 害羞 馋嘴 礼物 笑哈哈 "
    "羞嗒嗒 噢耶 太阳 干杯 蛋糕 挤眼 做鬼脸 加油 玫瑰 鲜花 握手 哇 抱一抱 微风 憨笑 呲牙",
    "negative": "泪 抓狂 怒 衰 晕 鄙视 生病 委屈 可怜 怒骂 汗 黑线 吐 伤心 哼 失望 悲伤 崩溃 打哈气 困 闭嘴 拜拜 "
    "白眼 左哼哼 右哼哼 弱 泪流满面 悲催 打脸 允悲 懒得理你 最差 伤不起 失落 感冒 骷髅 心碎 大哭 流泪 裂开 苦涩 难过 "
    "恐惧 怒火",
}
"""Names of Weibo's faces whose sign hardly anybody doubts; [微笑], [呵呵] and their like are left to the rows."""

WEIGHT: Final = 2.0


def faces(segmenter: Segmenter) -> list[Cut]:
    """Each face alone, as a row that is positive or negative."""
    rows = [(f"[{face}]", label) for label, names in FACES.items() for face in names.split()]
    return [Cut(example=_example(text, label), tokens=segmenter.tokens("", text)) for text, label in rows]


def _example(text: str, label: Label) -> Example:
    return Example(title="", body=text, label=label, source=POLARITY, key=key_of(text), part="train", weight=WEIGHT)
