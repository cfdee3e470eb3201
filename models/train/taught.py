"""Words whose mood everybody knows, though few labelled rows hold them: faces of a microblog, and talk of offices."""

from collections.abc import Iterator, Mapping
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

FACE: Final = 2.0
"""Ordinary rows that a face counts for."""

CIVIC: Final = "civic"
"""The set of talk of offices."""

OFFICES: Final[Mapping[Label, str]] = {
    "positive": "为民办实事 点赞 表扬 效率高 效率真高 办事快 态度好 态度特别好 服务好 服务很好 服务周到 耐心细致 "
    "耐心解答 热心 热情 修好了 路修好了 路灯亮了 通水了 通车了 来电了 办好了 解决了 处理得很快 很快就处理了 "
    "当天就修好了 干净整洁 环境变好了 变漂亮了 放心 家长放心 满意 很满意 非常满意 省心 方便多了 暖心 贴心 负责任 "
    "认真负责 有担当 辛苦了 好样的 送锦旗 好干部 好医生 医术高明 拾金不昧 见义勇为 及时赶到 救命恩人 老百姓高兴 受益 "
    "大家都说好 住得舒服 好吃又便宜 价格公道 值得学习 进步很大 钱退了 工资拿到了 补助到账了",
    "negative": "不作为 乱作为 推诿 踢皮球 互相推 没人管 无人问津 敷衍 糊弄 忽悠 态度差 态度恶劣 态度不好 服务差 "
    "效率低 效率太低 不耐烦 吃拿卡要 乱收费 乱罚款 拖欠工资 克扣 扰民 噪音太大 臭气熏天 污水横流 苦不堪言 民不聊生 "
    "怨声载道 忍无可忍 豆腐渣工程 偷工减料 烂尾 强拆 骗人 霸王条款 欺负老百姓 不管老百姓死活 形同虚设 形式主义 "
    "不满意 很不满意 不放心 不负责任 没解决 没修好 迟迟不修 一拖再拖 石沉大海 没有下文 寒心 失望 心寒 提心吊胆 "
    "担惊受怕 摔了好几跤 危险",
    "neutral": "通知 公告 通告 公示 温馨提示 停水通知 停电公告 征求意见稿 现将有关事项通知如下 特此通知 特此公告 "
    "报名时间 开放时间 办理流程 所需材料 请携带身份证 联系电话 联系人 办公地点 绕行 截止日期 警情通报 情况通报 据悉 "
    "记者从县政府获悉 会议强调 会议指出 召开会议 工作部署 本报讯 天气预报 预警信号 累计确诊 新增病例 请问 咨询 "
    "如何办理 怎么申请 什么时候 建议 希望 恳请 请尽快处理 请求解决 盼回复",
}
"""What offices are praised and blamed for, and how they and those who ask them speak; microblogs seldom talk so."""


def taught(segmenter: Segmenter) -> list[Cut]:
    """Each face and each phrase alone, as a row of its own."""
    return [Cut(example=one, tokens=segmenter.tokens("", one.body)) for one in _examples()]


def _examples() -> Iterator[Example]:
    for label, names in FACES.items():
        yield from (_example(f"[{face}]", label, POLARITY, FACE) for face in names.split())
    for label, phrases in OFFICES.items():
        yield from (_example(phrase, label, CIVIC, 1.0) for phrase in phrases.split())


def _example(text: str, label: Label, source: str, weight: float) -> Example:
    return Example(title="", body=text, label=label, source=source, key=key_of(text), part="train", weight=weight)
