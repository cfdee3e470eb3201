"""What kind of accident befell somebody, by the things in the story, where no word names the kind."""

import re
from typing import Final

UNNAMED: Final = "生产安全事故"
"""The kind of an accident of which nothing says more."""

_SIGNS: Final = {
    UNNAMED: re.compile(
        "工地|施工|工人|工友|师傅|矿|井下|车间|厂|脚手架|塔吊|吊篮|机器|收割机|作业|吊车|溺|落水|水塘|鱼塘|水库|游泳|船|池|窖"
        "|基坑|一氧化碳|煤气中毒|木炭|爆炸|触电|锅炉|液化气|罐|烟花|炮仗|擦炮|狗|蜂"
    ),
    "道路交通事故": re.compile(
        "大货|货车|客车|轿车|小车|面包车|电动车|电瓶车|三轮|摩托|罐车|渣土车|水泥车|巴士|大巴|中巴|的士|出租车|公交车|网约车|校车|农用车|越野车|私家车"
        "|车祸|路口|国道|省道|县道|高速|闯红灯|逆行|碾|刹车|酒驾|肇事|交警|追尾|半挂|斑马线|道口|骑车|过马路"
    ),
    "自然灾害": re.compile(
        "暴雨|大雨|雷雨|雨下|下雨|连阴雨|洪水|山洪|涨水|台风|大风|阵风|狂风|妖风|风刮|龙卷风|冰雹|暴雪|大雪|积雪|这场雪|雪崩|雷击|雷电|雷暴|雷劈"
        "|地震|滑坡|泥石流|山垮|落石|滚石|掉石头|岩石滚|山体|山坡|寒潮|高温|中暑|热射病|冻死|失温"
    ),
    "设施故障": re.compile(
        "电梯|扶梯|轿厢|缆车|索道|过山车|摩天轮|吊桥|游乐|秋千|滑梯|转椅|吊链|看台|栏杆|广告牌|窨井|井盖|无盖|吊顶|幕墙|外墙|瓷砖|空调外机|雨棚|阳台"
        "|路灯|变压器|电线|路面塌陷"
    ),
    "社会安全事件": re.compile(
        "砍|捅|枪|持[刀斧械棍]|菜刀|匕首|打架|斗殴|对打|纠纷|嫌疑人|歹徒|故意|凶手|行凶|报复|劫|绑架|泼汽油|泼硫酸|钢管|械斗|锄头|前夫|前妻|家暴|打死|投毒"
    ),
}
"""Things and people of which accidents of a kind are told; each counts once, and of equal kinds the first is taken."""
_READ: Final = 2_000
"""Characters that are looked at: who reports an accident names its things at once."""


def guess(text: str) -> str:
    """The kind of accident of whose things a text names most."""
    return max(_SIGNS, key=lambda kind: len(set(_SIGNS[kind].findall(text, 0, _READ))))
