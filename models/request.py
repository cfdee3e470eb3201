"""Does a text report or ask for something, or is it thanks, news of a fine day, chatter?"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from math import log, sqrt
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from models.artefact import FOLDER, REMEDY, Unusable

WEIGHTS: Final = FOLDER / "requests.json"
LEAST: Final = 20
LEAST_REQUESTS: Final = 3
"""A word counts when it stands in so many texts, and in so many requests: names from microblogs stay out."""

THRESHOLD: Final = 0.0
"""Chosen so that of 4,326 messages to officials not one in a hundred is taken for chatter (docs/incidents.md)."""

READ: Final = 1_000
"""Characters in which the plain demands are looked for."""

_ASKS: Final = re.compile(
    r"投诉|举报|反映|建议|咨询|能不能|能否|可否|可不可以|希望.{0,12}(?:领导|部门|政府|处理|解决|重视|管)|没人管|无人管|"
    r"请(?:领导|政府|有关|相关|问|求|尽快|派|来|提前|处理|解决|查|核|专业|修|维修|清|换|补|拆|安排|协调)|听说.{0,20}(?:死|伤|塌|炸|毒|火)"
)
_LACKS: Final = re.compile(
    r"没灯|没水|没电|没信号|没人|没有?来|没发|没到|坏了|断了|堵了|碎了|掉了|裂|漏|塌|吵|臭|滑|陡|脏|黑|太[^好美香暖棒]|老掉|偷|电鱼|排队|响得|被占|"
    r"拖|欠|扣|不退|不给|不让|不管|狗|老鼠|蚊子|四点|半夜|凌晨|又[停坏漏堵]|越来越[乱堵差慢吵]|吗$"
)
"""What in a title says that something is wrong or wanted; proves little, and is outweighed by idle words."""

IDLE: Final = -1.5
"""Below this score even such a title is chatter."""

BESIDE_THANKS: Final = 0.7
"""What a text must score without its thanks. Of 4,326 messages whose first 300 characters followed a made-up thanks 878
were lost without this, 119 with it; of 46,293 microblogs 43 more are taken for requests."""

_GLAD: Final = re.compile(
    r"感谢|谢谢|多谢|致谢|表扬|点个?赞|好评|锦旗|辛苦了|称赞|致敬|恭喜|祝贺|真好|挺好|太好了|真不错|真美|太美|真暖|真香|舒服|"
    r"得了.{0,6}奖|越来越[多好美]|终于.{0,8}了|比去年好|欢迎|来看|好看|有图|免费"
)
_STILL: Final = re.compile(
    r"[?？吗]|投诉|举报|建议|希望|仍然?[未没不]|依然[未没不]|至今|何时|什么时候|为什么|为何|能否|可否|是否|恳请|请求|扰民|不作为|拖欠|"
    r"隐患|没有?解决|未解决|迟迟|请(?:领导|政府|有关|相关|尽快|问|派|处理|解决|查)"
)
_SETTLED: Final = re.compile(
    r"修好|装好|办好|弄好|补好|清理好|处理好|好多了|多了[，。！!]|解决了|处理了|恢复了?|修通|通车|通了|亮了|亮堂|来水了|来电了|退了|补发了|发下来|"
    r"到账|收到了|进步|好消息|喜讯|干净|整洁|耐心|热情|细心|负责任|很快就|第二天就|当天就|马上就|立刻就|及时|态度[特很非真]?[别常]?好|帮我|帮忙|帮了|找到了|救了|送回"
)
"""What beside thanks says that there is nothing left to ask for."""

_CLAUSE: Final = re.compile(r"[^，,。！!？?；;（）()\s]+")
_CLOSING: Final = re.compile(
    r"(?:(?:万分|十分|非常|无比|不胜|衷心|真诚|在此|再次|先)的?)*(?:感谢|谢谢|多谢)[^。！!？?，,]{0,12}[。！!~，,\s]*"
    r"(?:祝[^。！!？?]{0,30}[。！!\s]*)?(?:此致[，,\s]*敬礼[。！!\s]*)?$"
)
"""A thank-you, good wishes and a salute: how letters end."""

_WISH: Final = re.compile(
    r"(?:希望|盼望?|期盼|望|恳请|恳求|请)(?!问)[^。！!？?；;]{0,20}?(?:领导|书记|[市区县镇]长|部门|政府|解决|处理|重视|整改|整治|管)"
    r"[^。！!？?；;]{0,40}[。！!\s]*$"
)
"""That an office may act, as the last thing that is said: 希望 and what is hoped for sound glad, and are not."""

ENDING: Final = 80
"""Characters in which a closing is looked for."""


class RequestModel(Struct, frozen=True):
    """Log-odds of words in requests against chatter (naive Bayes, as in Manning et al. 2008, 13.3)."""

    weights: dict[str, int]
    """In hundredths, whole numbers: a sum of them is the same in any order."""

    def score(self, words: Collection[str]) -> float:
        """Above 0: rather a request. Divided by the root of the number of words, so that length decides nothing."""
        return sum([self.weights.get(word, 0) for word in words]) / sqrt(len(words) + 1) / 100

    def is_request(self, title: str, whole: str, words: Collection[str]) -> bool:
        """Whether the text reports or asks for something.

        A text that is glad or thanks in its title (anywhere, where it has none) needs a plain demand in other words, or
        words that mostly requests have, and nothing that is settled; a thank-you that only closes a letter is none.
        """
        read = whole[:READ]
        unclosed = without_closing(read)
        if _GLAD.search(title or unclosed):
            other = _without_praise(unclosed)
            if _STILL.search(unclosed) or _ASKS.search(other):
                return True
            return not _SETTLED.search(other) and self.score([word for word in words if word in other]) >= BESIDE_THANKS
        if _ASKS.search(read):
            return True
        return self.score(words) >= (IDLE if _LACKS.search(title) else THRESHOLD)

    def stored(self) -> bytes:
        """The weights as they are stored: the same for the same texts."""
        return json.format(json.encode(self, order="sorted"), indent=0)


def without_closing(text: str) -> str:
    """The text less a thank-you that closes it, as letters do."""
    closing = _CLOSING.search(text, max(0, len(text) - ENDING)) if "谢" in text[-ENDING:] else None
    return text[: closing.start()] if closing else text


def without_manners(text: str) -> str:
    """The text less the polite end of a request or a complaint: what is hoped for, and thanks for nothing yet."""
    rest = without_closing(text)
    if len(rest) < len(text) and _SETTLED.search(text, len(rest)):
        return text
    if wish := _WISH.search(rest, max(0, len(rest) - ENDING)):
        return rest[: wish.start()]
    if len(rest) < len(text) and any(sign.search(rest) for sign in (_STILL, _ASKS, _LACKS)):
        return rest
    return text


def _without_praise(text: str) -> str:
    return "，".join(clause for clause in _CLAUSE.findall(text) if not _GLAD.search(clause))


def fitted(requests: Iterable[Collection[str]], chatter: Iterable[Collection[str]]) -> RequestModel:
    """Weigh words by the texts of both kinds; each text is given as its words."""
    ours, theirs = _counted(requests), _counted(chatter)
    words = [word for word in ours[0] if ours[0][word] >= LEAST_REQUESTS and ours[0][word] + theirs[0][word] >= LEAST]
    return RequestModel({word: round(100 * (_share(word, *ours) - _share(word, *theirs))) for word in words})


def load(path: Path = WEIGHTS) -> RequestModel:
    """Read the weights.

    Raises:
        Unusable: the file is missing or holds no such weights; the message names it.
    """
    try:
        return json.decode(path.read_bytes(), type=RequestModel)
    except OSError as error:
        raise Unusable(f"{path}: cannot be read ({error.strerror}); {REMEDY}") from error
    except ValueError as error:
        raise Unusable(f"{path}: no weights of requests ({error}); {REMEDY}") from error


def _counted(texts: Iterable[Collection[str]]) -> tuple[Counter[str], int]:
    counts: Counter[str] = Counter()
    total = 0
    for words in texts:
        counts.update({word for word in words if word.isalpha() and not word.isascii()})
        total += 1
    return counts, total


def _share(word: str, counts: Counter[str], total: int) -> float:
    return log((counts[word] + 1) / (total + 2))
