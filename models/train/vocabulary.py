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

_IDEOGRAPHS: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")


class Admission:
    """Decides which words may stand in a vocabulary."""

    def __init__(self) -> None:
        self._jieba = Jieba()

    def admits(self, word: str) -> bool:
        """Whether the word is neither number, Latin word or other script, link, blank nor a person's name."""
        if " " in word:
            return all(part == "[" or self.admits(part) for part in word.split(" ") if part) and len(word.split()) > 1
        if _IDEOGRAPHS.fullmatch(word):
            return len(word) <= LONGEST_WORD and not self._is_name(word)
        return len(word) == 1 and unicodedata.category(word)[0] in "PS"

    def _is_name(self, word: str) -> bool:
        """A word that jieba's dictionary marks as a person's name, and that is built like one."""
        if len(word) == 1:
            return False
        tags = {tag for _, tag in self._jieba.tag(word, hmm=False)}
        return any(tag.startswith("nr") for tag in tags) and (word[0] in SURNAMES or tags in ({"nrfg"}, {"nrt"}))


def vocabulary(documents: Iterable[Collection[str]], least: int = LEAST_DOCUMENTS) -> tuple[tuple[str, ...], list[int]]:
    """The admitted words that stand in at least `least` documents, sorted, and in how many each stands."""
    counts = Counter(word for words in documents for word in set(words))
    admission = Admission()
    words = tuple(sorted(word for word, count in counts.items() if count >= least and admission.admits(word)))
    return words, [counts[word] for word in words]
