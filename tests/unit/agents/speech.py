"""What people write: reports of harm, of danger and of everyday trouble, and what they say in anger, praise or plea."""

from typing import Final

from hypothesis import strategies as st

WHEN: Final = st.sampled_from(["今晨", "昨夜", "刚才", "今天下午三点", "3月2日凌晨", ""])
WHERE: Final = st.sampled_from(["东埠小学", "上柳村", "柳河路", "汀兰苑", "化工厂", "村口", "大塘水库旁", "老街"])
EVENT: Final = st.sampled_from(
    ["围墙倒了", "突然起火", "发生车祸", "煤气爆炸", "塔吊倒塌", "大桥垮塌", "客车翻车", "山体滑坡"]
)
NUMBER: Final = st.sampled_from(["1", "2", "3", "12", "31", "两", "三", "十二", "百余", "５"])
TOLL: Final = st.sampled_from(
    [
        "造成{}人死亡",
        "{}人受伤",
        "砸伤{}个学生",
        "{}人失踪",
        "还有{}人被困",
        "无人员伤亡",
        "直接经济损失{}万元",
        "已疏散{}人",
    ]
)
DANGER: Final = st.sampled_from(
    ["围墙裂缝很大，随时可能倒塌", "电线裸露，下雨就漏电", "电梯经常下坠，没人敢坐", "水库大坝渗漏，随时可能溃坝"]
)
TROUBLE: Final = st.sampled_from(
    [
        "路灯坏了，请尽快维修",
        "停水三天了，请问什么时候来水",
        "垃圾没人清，请派人处理",
        "半夜还在施工，请查一下",
        "路面坑洼，建议修补",
    ]
)

LETTERS: Final = st.sampled_from(
    [
        "东埠小学明年秋季招生的学区怎么划分，外来务工人员的孩子报名要带哪些材料，班额满了学校怎么安排，请教育部门答复",
        "化工厂夜里偷排黑烟，气味刺鼻，河水变成黄色还有死鱼，污水直接流进农田，请环保部门派人检测",
        "在工地干了半年，包工头拖欠工资三个月，没有签劳动合同也没有交社保，请劳动监察帮助我们追讨",
        "去卫生院看病，医保卡刷不了，新农合报销比例比去年低，住院押金也不退，请卫生部门解释一下报销政策",
        "公交车一个小时才来一班，出租车拒载还不打表，客运站的黑车到处拉客，请交通运输部门加密班次",
    ]
)
"""Letters whose topic is plain; of one that is not, a word more may tip the scale."""

tolls: Final = st.builds(str.format, TOLL, NUMBER)
harm: Final = st.builds(
    lambda when, where, event, told: "，".join([when + where + event, *told]),
    WHEN, WHERE, EVENT, st.lists(tolls, min_size=1, max_size=3, unique=True),
)  # fmt: skip
danger: Final = st.builds(str.__add__, WHERE, DANGER)
trouble: Final = st.builds(str.__add__, WHERE, TROUBLE)
reports: Final = st.one_of(harm, danger, trouble)

OFFICIAL: Final = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["张", "王", "李", "赵", "欧阳"]),
        st.sampled_from(["建国", "伟", "秀英", "志强", ""]),
        st.sampled_from(["书记", "镇长", "主任", "局长", "县长", "科长", "部长", "委员", "代表"]),
    ),
)
BLAME: Final = st.sampled_from(
    [
        *(
            "不作为",
            "太让人失望了",
            "良心何在",
            "光说不练",
            "尸位素餐",
            "草菅人命",
            "见死不救",
            "吃人不吐骨头",
            "无能",
            "下台",
        ),
        *(
            "害死人的形式主义",
            "死不认账",
            "不管百姓死活",
            "是害群之马",
            "欺上瞒下",
            "一问三不知",
            "伤透了大家的心",
        ),
    ]
)
PRAISE: Final = st.sampled_from(
    [
        "辛苦了",
        "干得漂亮",
        "真是好官",
        "为民做主",
        "鞠躬尽瘁死而后已",
        "冒死救人好样的",
        "雷厉风行",
        "值得点赞",
        "好人一生平安",
    ]
)
PLEA: Final = st.sampled_from(
    [
        *(
            "我们要上访",
            "联名信访要求公开信息",
            "已经拨打12345",
            "跪求青天大老爷",
            "强烈要求罢免",
            "拉横幅去省里",
            "求记者曝光",
        ),
        *("还我公道", "天理难容", "老百姓的命不是命", "无法无天", "人命关天", "气死我了", "寒心", "求扩散", "坐等处理"),
        *("家破人亡都怪你们", "#问责#", "#还我公道#", "#为官不为#", "😡😡", "[怒][怒]", "呵呵", "唉", "@市长热线"),
    ]
)

outbursts: Final = st.one_of(
    st.builds(str.__add__, OFFICIAL, st.one_of(BLAME, PRAISE)), BLAME, PLEA, OFFICIAL.map("感谢{}".format)
)
"""What says nothing of harm and accuses no office of a wrong."""

tails: Final = st.sampled_from(["", "！", "！！！", "。", "？？", "!!!"])


@st.composite
def interrupted(draw: st.DrawFn, told: st.SearchStrategy[str] = reports) -> tuple[str, str, str]:
    """A text without its outbursts, the same with them, and a title that is one or is empty.

    They stand before the text, between any two of its clauses and behind it; where a clause goes on after a comma, it
    goes on after the outburst's comma too.
    """
    clauses = draw(told).split("，")
    with_them = clauses[:1]
    for clause in clauses[1:]:
        with_them += [*draw(st.lists(outbursts, max_size=1)), clause]
    before, after = draw(st.lists(outbursts, max_size=2)), draw(st.lists(outbursts, max_size=2))
    text = "，".join([*before, *with_them]) + draw(st.sampled_from(["，", "。", "！", "\n"])).join(["", *after])
    return "，".join(clauses), text + draw(tails), draw(st.one_of(st.just(""), outbursts))
