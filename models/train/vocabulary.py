"""Which words a model may know: common ones, none that names a person or a number."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from rjieba import Jieba

from models.linear import LONGEST_WORD

LEAST_DOCUMENTS: Final = 3
"""DESIGN section 5: a word in fewer documents may be somebody's own."""

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
)
"""The hundred commonest family names (Ministry of Public Security, report on names 2020)."""


COMMON: Final = 40
"""A word in as many documents is a word that looks like a name (谢谢, 文明), not somebody's."""

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
        """Built like a name, and a name or no word in jieba's dictionary; or a family name with an office."""
        if documents >= COMMON or word[0] not in SURNAMES or not _NAME.fullmatch(word):
            return False
        if _TITLED.fullmatch(word) or not self._jieba.has_word(word):
            return True
        return any(tag.startswith("nr") for one, tag in self._jieba.tag(word, hmm=False) if one == word)


def vocabulary(documents: Iterable[Collection[str]]) -> tuple[tuple[str, ...], list[int]]:
    """The admitted words, sorted, and in how many documents each stands."""
    counts = Counter(word for words in documents for word in set(words))
    admission = Admission()
    words = tuple(sorted(word for word, count in counts.items() if admission.admits(word, count)))
    return words, [counts[word] for word in words]
