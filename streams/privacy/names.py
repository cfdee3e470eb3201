"""Find names of people where a text says that one follows: after 联系人 or 我叫, and below a letter's last words.

A name in running text is left: without such words it can't be told from other words, and what it blots out by mistake
is what judgement rests on.
"""

import re
from collections.abc import Iterator
from typing import Final

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安"
    "齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
    "管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟"
    "邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼"
    "蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平索宣晋初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍"
    "辜羊阿乌母裘亓修邰赫杭况宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干尉冶斯元束檀衣信展阴昝智幸奉植衡富"
    "尧闭"
)
"""Frequent surnames, of about 99 in a hundred people; rarer ones would take ordinary words for names."""

_DOUBLE: Final = (
    "欧阳|上官|皇甫|令狐|诸葛|司徒|司马|申屠|夏侯|贺兰|完颜|慕容|尉迟|长孙|东方|南宫|独孤|公孙|呼延|端木|宇文"
)
_HAN: Final = "一-鿿"
_GIVEN: Final = rf"(?:(?![我叫做本的是了])[{_HAN}]){{1,2}}"
_NAME: Final = rf"(?:(?:{_DOUBLE})|[{_SURNAMES}]){_GIVEN}"

_END: Final = (
    rf"(?=先生|女士|小姐|师傅|老师|同志|等|[，,。.、；;：:！!？?（()）*/\s\da-zA-Z]|\Z"
    rf"|联系|电话|手机|身份证|性别|住址|住在|家住|地址|[男女](?![{_HAN}])|今年|现年|年龄|微信)"
)
"""What may follow a name: without it two words may have been taken for one."""

_ROLES: Final = (
    *(
        "联系人",
        "联络人",
        "投诉人",
        "举报人",
        "反映人",
        "反应人",
        "信访人",
        "上访人",
        "申请人",
        "求助人",
        "报案人",
        "留言人",
    ),
    *("来信人", "来电人", "诉求人", "申诉人", "当事人", "受害人", "原告", "被告", "户主", "房东", "业主"),
    *("签名", "署名", "姓名", "真名"),
)
"""Before a colon and a name."""

_SELF: Final = (
    "我",
    "本人",
    "我名",
    "本人名",
    "我名字",
    "我的名字",
    "诉求人",
    "投诉人",
    "举报人",
    "反映人",
    "我姓名",
    "本人姓名",
)
"""Before 叫 and a name."""

_ANNOUNCED: Final = re.compile(rf"(?::|：|叫)(?:(?<=叫)做?|\s{{0,4}})({_NAME}{_END}(?:[、\s]{_NAME}{_END}){{0,20}})")
_MYSELF: Final = re.compile(
    rf"本人({_NAME})(?=[，,、\s（(]{{0,2}}(?:[男女](?![{_HAN}])|[{_HAN}]族|现年|今年\d|生于|出生|系|是|身份证|电话|手机|家?住"
    r"|\d{4}年|\d{2}岁))"
)
"""本人 goes before verbs as often as before names: what follows must tell of a person."""

_SIGNATURE: Final = re.compile(
    r"(?:敬礼|敬上|为盼|盼复|望回复|谢谢|感谢|拜托了?)[!！。~～,，.]{0,3}\s{0,8}\n\s{0,8}"
    rf"(?:(?:村民|居民|市民|业主|家长)\s{{0,4}}[:：]?\s{{0,4}})?({_NAME})"
    r"(?=\s{0,8}(?:敬上|\Z|\n|\d{4}\s?[年./\-]|二[〇○零]))"
)
"""A line of its own after the last words of a letter, at its end or before the date."""

# All three begin with what the search skips to; what stands before it is looked at afterwards.

_OFFICE: Final = re.compile(r"[局办所站院校队科处室厅部委会社村镇乡区市县省府司厂店家们民众主户长生者人员友姓号]\Z")
"""Endings of those who are nobody in particular: 王村村民, 高中学生, 安平派出所; and of what is no name: 单号."""

_EACH: Final = re.compile(_NAME)
_IS_HAN: Final = re.compile(f"[{_HAN}]")
_WORDS: Final = 12
"""Characters before a colon that may say whose name follows."""

_CALLED: Final = 17
"""Characters after @ in which a name is part of a mention, or of a sentence that a mention must not hide: see mask."""


def named(text: str) -> Iterator[tuple[int, int]]:
    """Where names that the text announces as such start and end, in characters. Takes time linear in the text."""
    for match in _announced(text):
        for name in _EACH.finditer(text, *match.span(1)):
            if not _OFFICE.search(name[0]) and not _is_called(text, name.start()):
                yield name.span()


def _announced(text: str) -> Iterator[re.Match[str]]:
    for match in _ANNOUNCED.finditer(text):
        before = text[max(0, match.start() - _WORDS) : match.start()].rstrip()
        if before.endswith(_SELF if match[0][0] == "叫" else _ROLES):
            yield match
    for match in _MYSELF.finditer(text):
        if not _IS_HAN.fullmatch(text[max(0, match.start() - 1) : match.start()]):
            yield match
    yield from _SIGNATURE.finditer(text)


def _is_called(text: str, start: int) -> bool:
    before = text[max(0, start - _CALLED) : start]
    return "@" in before or "＠" in before
