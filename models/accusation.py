"""Does a text accuse an office or its staff of wrongdoing, and which?"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

_WRONGS: Final = re.compile(
    r"打人|打伤|殴打|围殴|动手打|打了|推搡|辱骂|骂人|骂我|受贿|行贿|索贿|索要|收受|收了?.{0,6}(?:钱|红包|好处|礼|回扣)|收黑钱|好处费|要红包|要钱才|"
    r"要好处|塞.{0,3}(?:钱|红包)|送.{0,3}红包|吃了?回扣|贪污|贪了|腐败|私吞|侵吞|独吞|私分|挪用|克扣|截留|冒领|虚报|套取|吃拿卡要|以权谋私|徇私|"
    r"权钱交易|官商勾结|警匪|勾结|串通|保护伞|通风报信|伪造|造假|篡改|作假|威胁|恐吓|报复|强拆|强占|乱罚款|暴力执法|野蛮执法|钓鱼执法|粗暴执法|违法执法|"
    r"滥用职权|优亲厚友|暗箱操作|内定|泄露|性骚扰|猥亵|公车私用|公款吃喝|公款旅游|瞒报|隐瞒不报|压着不报|迟报|销毁|放高利贷|敲诈|勒索|违规审批|违法审批"
)
"""Acts that a law or a party rule names as wrong; with them an accusation needs no name of an office."""

_BREACHES: Final = re.compile(
    r"不作为|乱作为|慢作为|懒政|怠政|推诿|踢皮球|互相推|扯皮|包庇|袒护|偏袒|失职|渎职|玩忽职守|弄虚作假|敷衍|糊弄|欺骗|骗人|骗老百姓|刁难|"
    r"态度恶劣|态度极差|态度差|态度蛮横|蛮横|嚣张|不依法|违法|违规|违纪|乱收费|乱收|不受理|拒不|拒绝|置之不理|不闻不问|不管不问|视而不见|"
    r"睁一只眼|无视|纵容|收钱不办事|出尔反尔|言而无信|官僚|吃喝|徇私|问责|追责|撤职|严查|彻查|控告"
)
"""What is held against an office by name; of nobody in particular it is criticism, and changes no route."""

_REPORTED: Final = re.compile(r"投诉|举报|控告|起诉|状告|检举|揭发")
_REPORTS: Final = re.compile(r"(?:投诉|举报|控告|起诉|状告|检举|揭发)[^，,]{0,8}$")
"""What stands before an office's name when the text is a report against it."""

_BEFORE: Final = 12
"""Characters before a name in which that is looked for."""

_LEADERS: Final = re.compile(
    r"领导|干部|书记|镇长|乡长|主任|村长|支书|站长|所长|局长|队长|院长|校长|官员|当官的|公务员|公职人员|镇政府|乡政府|政府|镇里|乡里|村委"
)
_STAFF: Final = re.compile(
    r"工作人员|办事人?员|窗口|执法人员|执法队员|经办人?|审批人?员|公职人员|公务员|单位的人|部门的人|有关部门|相关部门|主管部门|职能部门"
)
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]+")

_CHARGES: Final = (("wrong", _WRONGS), ("breach", _BREACHES), ("report", _REPORTED))
"""The gravest first."""

FAMILIES: Final[Mapping[str, str]] = {
    "应急|安全生产|安监": "应急办 应急管理 应急局 安监办 安监站 安监",
    "综合执法|行政执法|城管|城市管理": "城管 执法队 综合执法 行政执法 执法大队 执法中队 城管局",
    "公安|派出所|警": "派出所 民警 警察 公安 辅警 协警",
    "建设|住建|规划": "城建办 城建站 建设办 建办 住建办 住建 村建 规建办 城建",
    "市场监管|市场监督|工商": "市监所 市监 市场监管 市场监督 工商所 工商 食药监",
    "环境|环保": "环保办 环保所 环保站 环保局 环保 生态办 环境办",
    "交通|公路": "交管站 交管 交通站 交通办 公路站 路政",
    "教育|学校|学区|校": "教育办 教办 教委办 学区 中心校 中心学校 教育组 老师 校长 教师",
    "卫生健康|卫健|计生": "卫健办 卫计办 计生办 卫生办",
    "卫生院|医院": "卫生院 医生 护士 院长 医院",
    "社会事务|民政|社会保障|社保|人社": "民政办 民政所 民政 社事办 低保办 社保所 劳保所 社会事务办",
    "农业|农村": "农办 农业站 农技站 农业办 农业农村办 农经站",
    "水利|水务|供水": "水利站 水利所 水管站 水务 自来水公司",
    "便民服务|政务服务": "便民中心 便民服务中心 办事大厅 服务大厅 便民大厅 政务大厅 服务窗口",
    "自然资源|国土": "国土所 国土局 国土 自然资源所",
    "纪检|监察|纪委|监督": "纪委 纪检 监察办 纪工委 监委 纪检办",
    "信访": "信访办 信访局",
    "党政|综合办|政府办": "党政办 政府办 镇政府 乡政府 综合办 党委 书记 镇长 乡长",
    "供电|电力": "供电所 电力所 电管站",
    "财政": "财政所 财政办",
    "司法": "司法所",
    "文化|旅游": "文化站 文旅站 文旅 旅游办",
    "消防": "消防队 消防站",
    "税务": "税务所 税务局 税务",
    "林业|林": "林业站 林管站",
}
"""What residents call an office whose name contains one of the words on the left."""

_ENDINGS: Final = (
    "办公室",
    "服务中心",
    "服务站",
    "服务大厅",
    "大队",
    "中队",
    "中心",
    "办",
    "站",
    "所",
    "局",
    "队",
    "科",
    "室",
    "大厅",
)
_SHORT: Final[Mapping[str, str]] = {"办公室": "办", "服务中心": "中心", "大队": "队", "中队": "队", "服务站": "站"}


Mention = tuple[int, str]
"""The character at which an office is named, and its id."""


class Accusation(Struct, frozen=True):
    """Who is accused: the offices named, by id, and whether somebody is accused who is not named."""

    offices: frozenset[str] = frozenset()
    unnamed: bool = False

    def __bool__(self) -> bool:
        return bool(self.offices) or self.unnamed


def accusation(text: str, offices: Mapping[str, Iterable[str]]) -> Accusation:
    """Find whom a text accuses.

    An office is accused when a sentence names it, or the sentence before does, and tells of a wrong or a breach
    of duty, or when the text reports it. Rather one too many: the supervision office can hand a matter on, the
    accused office must not get it. Opinions about nobody in particular accuse nobody.

    Args:
        text: title and body.
        offices: per office id what it is called, see `names`.
    """
    sentences = list(_SENTENCE.finditer(text))
    charges = [charge for at, sentence in enumerate(sentences) if (charge := _charge(at, sentence[0]))]
    mentions = _mentions(text, offices) if charges else []
    accused: set[str] = set()
    unnamed = False
    for at, what in charges:
        said = _within(mentions, sentences[at])
        if what == "report":
            accused |= {office for place, office in said if _is_reported(text, sentences[at].start(), place)}
            continue
        named = {office for _, office in said or (_within(mentions, sentences[at - 1]) if at else ())}
        accused |= named
        unnamed |= what == "wrong" and not named and _is_official(sentences[at][0])
    return Accusation(frozenset(accused), unnamed)


def _charge(at: int, sentence: str) -> tuple[int, str] | None:
    """Whether the sentence, the one at this place among all, tells of a wrong, of a breach of duty, or reports."""
    for what, said in _CHARGES:
        if said.search(sentence):
            return at, what
    return None


def names(name: str, township: str) -> tuple[str, ...]:
    """What residents call an office: its name, with and without the township's, and its usual short forms."""
    stem = name.removeprefix(township).removeprefix(township[:-1]) or name
    found = [name, stem]
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(core := stem.removesuffix(ending)) > 1:
            short = _SHORT.get(ending, ending)
            found += [core + short, core[:2] + short, core[-2:] + short]
            break
    for words, short_forms in FAMILIES.items():
        if re.search(words, stem):
            found += short_forms.split()
    return tuple(dict.fromkeys(word for word in found if len(word) > 1))


def _is_official(sentence: str) -> bool:
    return _LEADERS.search(sentence) is not None or _STAFF.search(sentence) is not None


def _mentions(text: str, offices: Mapping[str, Iterable[str]]) -> list[Mention]:
    """Where which office is named, in the order of the text: looked for once, not sentence by sentence."""
    present = [(word, office) for office, words in offices.items() for word in words if word in text]
    return sorted((at.start(), office) for word, office in present for at in re.finditer(re.escape(word), text))


def _within(mentions: Sequence[Mention], sentence: re.Match[str]) -> Sequence[Mention]:
    return mentions and mentions[bisect_left(mentions, (sentence.start(),)) : bisect_left(mentions, (sentence.end(),))]


def _is_reported(text: str, start: int, at: int) -> bool:
    """Whether a report is against the office named at `at`: as the object, not as the addressee (向...投诉)."""
    return _REPORTS.search(text[max(start, at - _BEFORE) : at]) is not None
