"""Which words a model may know: common ones, none that names a person or a number."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from rjieba import Jieba

from models.table import LONGEST_WORD

LEAST_DOCUMENTS: Final = 3
"""DESIGN section 5: a word in fewer documents may be somebody's own."""

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
)
"""The hundred commonest family names (Ministry of Public Security, report on names 2020)."""

RARER: Final = (
    "习温施文牛樊葛邢安齐伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲"
    "翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗"
    "瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南储原栗燕楚"
    "鄢劳谌奚皮粟冼蔺楼盘满闻厉伊仝郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相容敬扈晁芮阙浦戈伏鹿薄邸"
    "雍辜乌裘亓修邰赫杭况那宿鲜印逯隆茹战慕危亢嵇公湛宾戎勾茅利於居揭尉冶束檀展昝智幸奉植衡富尧傅萧阎邓佴诸乜令言"
)
"""Most of the next four hundred. Many everyday words begin with them, too."""

DOUBLE: Final = (
    "欧阳", "诸葛", "司马", "上官", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "端木",
)  # fmt: skip
"""Family names of two characters."""

LEADERS: Final = frozenset({"周恩来", "朱德", "林彪", "江青", "李鹏", "罗干"})
"""Whose names jieba's dictionary does not mark as names, or which are as short as words."""


COMMON: Final = 40
"""A word in as many documents is a word that looks like a name (谢谢, 文明), not somebody's."""

EVERYDAY: Final = 60
"""How often jieba's corpus has a word that is no piece of a name (安全, but not 温家, which it has 57 times)."""

_IDEOGRAPHS: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")
_NAME: Final = re.compile("[\u3400-\u9fff]{2,4}")
_TITLED: Final = re.compile("[\u3400-\u9fff](书记|市长|区长|县长|镇长|局长|厅长|主任|校长|院长|老师|医生|总)")


class Admission:
    """Decides which words may stand in a vocabulary."""

    def __init__(self) -> None:
        self._jieba = Jieba()

    def admits(self, word: str, documents: int) -> bool:
        """Whether a word that stands in so many documents may be known.

        Not numbers, Latin words and other scripts, links, blanks and persons' names. Of a phrase, a shifter and a
        word with a blank between them, both must be admitted.
        """
        if documents < LEAST_DOCUMENTS:
            return False
        if " " in word.strip():
            return all(part and self.admits(part, documents) for part in word.split(" "))
        if _IDEOGRAPHS.fullmatch(word):
            return len(word) <= LONGEST_WORD and not self._is_name(word, documents)
        return len(word) == 1 and unicodedata.category(word)[0] in "PS"

    def _is_name(self, word: str, documents: int) -> bool:
        """Built like a name: a family name with an office, or a name in jieba's dictionary.

        安全感 and 高新区 stand there as names, too. A name for sure is one whose first two characters are no everyday
        word; the others are left out under the commonest family names, unless they are in many documents.
        """
        if word in LEADERS:
            return True
        if not _NAME.fullmatch(word) or not word.startswith((*SURNAMES, *RARER, *DOUBLE)):
            return False
        if _TITLED.fullmatch(word):
            return True
        if self._jieba.has_word(word) and not self._is_tagged(word):
            return False
        if word[0] in SURNAMES and documents < COMMON:
            return True
        return len(word) > 2 and (word.startswith(DOUBLE) or not self._is_everyday(word[:2]))  # noqa: PLR2004

    def _is_everyday(self, word: str) -> bool:
        return self._jieba.has_word(word) and self._jieba.suggest_freq(word) >= EVERYDAY

    def _is_tagged(self, word: str) -> bool:
        return any(tag.startswith("nr") for one, tag in self._jieba.tag(word, hmm=False) if one == word)


def vocabulary(documents: Iterable[Collection[str]]) -> tuple[tuple[str, ...], list[int]]:
    """The admitted words, sorted, and in how many documents each stands."""
    counts = Counter(word for words in documents for word in set(words))
    admission = Admission()
    words = tuple(sorted(word for word, count in counts.items() if admission.admits(word, count)))
    return words, [counts[word] for word in words]
