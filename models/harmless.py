"""What says beside a danger that it is none: it is mended, only supposed, advice to others, or over and done with."""

import re
from typing import Final

_REMOVED: Final = re.compile(
    "(?:消除|排除|没有|无|整治|排查|治理|防范|解决了|杜绝|整改)(?:了|各类|一切|的|重大|任何|存在|这些){0,3}$"
)
_MENDED: Final = re.compile("(?:已|都|全部?|刚)(?:经|被)?(?:修好|修复|排除|整改|封堵|更换|处理|拆除|清除|消除|解决)")
_MENDED_SINCE: Final = re.compile("全装好|都装好|换了新|完成整改|完成修复|来换了|补好了|修好了|填好了|已经装|整改到位")
_REPLIED: Final = re.compile("您(?:所|来电|来信)?反映的|您(?:所)?提出的|收悉")
"""How an office begins its answer: the danger is the asker's, and has been seen to."""
_SAFELY: Final = "才(?:算|能)?安全"
_HOW_SAFE: Final = re.compile(f"多[远久高]{_SAFELY}|怎[样么]{_SAFELY}|如何{_SAFELY}|有什么讲究")
_SUPPOSED: Final = re.compile("如果|假如|假设|要是|万一|倘若|就算|哪怕|即使|即便")
_IN_YOUR_PLACE: Final = re.compile("换[了作成](?:我|你|他|谁)")
_BOASTED: Final = re.compile("^了?(?:我|你|他|她|谁|咱|连[^，]{0,4})(?:自己)?(?:也|都)(?:会|能|知道|晓得|懂|肯|要)")
"""What anybody would do about it, and who is meant does not: 墙歪了我都会修."""
_LIKELY: Final = re.compile("(?:容易|可能|会)(?:引起|导致|造成|引发)")
"""What might come of something else is named as its danger, not as one: 容易引起房屋开裂."""
_INSTANCED: Final = re.compile("(?:等|的)情况[时下]")
"""What a rule provides for: 如电梯出现故障等情况时."""
_ADVISED: Final = re.compile("(?:打|找|拨|联系|报修)[^，。]{0,12}(?:试试|就行|就好|就可以|即可)")
"""An answer to somebody else's question: 螺丝松了会响，打供电所报修试试."""
_LATELY: Final = re.compile("上周|上个?月|上次|上回|那[天次回]|前[几两]天|前阵子|去年")
_UNHURT: Final = re.compile("人(?:倒|都|也|还好)?没事|没伤着|没受伤|没摔着|没出事|虚惊一场")
_STILL: Final = re.compile("还[在是没]|仍|至今|一直|没人|没修|依旧|照样|又|经常|每")
_BEHIND: Final = 12


def harmless(text: str, word: tuple[int, int], clause: tuple[int, int], sentence: tuple[int, int]) -> bool:
    """Whether the danger named at `word` threatens nobody, by what its clause and its sentence say beside it."""
    start, end = word
    return bool(
        _REMOVED.search(text[max(sentence[0], start - _BEHIND) : start])
        or _MENDED.search(text, end, clause[1])
        or _MENDED_SINCE.search(text, end, sentence[1])
        or _REPLIED.search(text, *sentence)
        or _HOW_SAFE.search(text, *sentence)
        or _IN_YOUR_PLACE.search(text, sentence[0], start)
        or _BOASTED.search(text[end : clause[1]])
        or _LIKELY.search(text, clause[0], start)
        or _INSTANCED.search(text, end, clause[1])
        or _ADVISED.search(text, end, sentence[1])
        or _is_past(text, start, end, sentence)
    )


def supposed(text: str, start: int, floor: int) -> bool:
    """Whether what stands at `start` is only imagined: 万一这桥断了, 就算墙歪了."""
    return bool(_SUPPOSED.search(text, floor, start))


def _is_past(text: str, start: int, end: int, sentence: tuple[int, int]) -> bool:
    """A mishap of some days ago that hurt nobody, in a sentence that does not say that it can happen again."""
    return bool(
        _LATELY.search(text, sentence[0], start)
        and _UNHURT.search(text, end, sentence[1])
        and not _STILL.search(text, sentence[0], sentence[1])
    )
