"""Find the places that a text names: the township's own list first, then what looks like a place's name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct

LONGEST_STEM: Final = 8
"""Characters before `小区`, `路` ... that may belong to the name; keeps the search linear."""

SUFFIXES: Final[Mapping[str, str]] = {
    "school": "幼儿园 小学 中学 学校 学院 大学",
    "hospital": "医院 卫生院 卫生室",
    "estate": "小区 花园 家园 公寓 新村 新城 山庄 大厦 公馆 苑 邸 郡 府 湾",
    "village": "社区 村",
    "road": "大道 隧道 大桥 立交桥 路 街 巷",
    "organisation": "有限公司 公司 工厂 厂 超市 酒店 宾馆 商场 市场 驾校",
    "water": "水库 水厂 大坝",
    "other": "公园 广场 工地 搅拌站 车站 垃圾站",
}
"""What names of places end in, by kind."""

_KINDS: Final = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes.split()}
_FOLLOWERS: Final = {
    "村": "民委里干支庄镇长务部组",
    "厂": "家房商长区",
    "路": "灯面口况段上边基权线道程由人费网障坊舞办过",
    "街": "道上舞办",
    "湾": "小",
    "大学": "生",
    "小学": "生",
    "中学": "生",
}
"""What makes another word of a suffix: `路灯` ends no name."""

_NOT_BEFORE: Final = "道马公铁线网思套出后走销政乡农上下进建"
"""What makes another word with a suffix of one character: `铁路`, `政府`."""

_DIVISION: Final = re.compile(r"[A-Z](?<![A-Za-z][A-Z])[0-9]+[区县市]")
"""A county or district whose name was hidden by its publisher: `A3区`. Beginning with the capital, it is searched for
by that: three times as fast as with what must not stand before it."""

_SUFFIX: Final = re.compile(
    "|".join(
        suffix + (f"(?![{_FOLLOWERS[suffix]}])" if suffix in _FOLLOWERS else "")
        for suffix in sorted(_KINDS, key=len, reverse=True)
    )
)
_BREAK_WORDS: Final = (
    "街道|尊敬|领导|业主|居民|家住|位于|附近|旁边|对面|反映|投诉|举报|咨询|请问|关于|建议|沿线|以及|或者|还有|通过|其中|"
    "包括|进入|属于|没有|可以|希望|导致|相关|相信|严重|影响|占用|造成|进出|修建|违建|开办|设立|设置|侵占|破坏|距离|呼吁|"
    "维护|扰乱|部分|如果|按照|要求|配合|支持|使得|地处|自己|什么|大型|主要|门口|新建|穿越|开挖|规划|减少|缺乏|附属|"
    "所谓|不具备|商品房|临近|周边|经过|途经|靠近|路过|打通|隔壁|作为|开发商"
)
_BREAK_CHARACTERS: Final = (
    "买卖读的了在是及到从对把被由于至向往有等请问我们你您他她它这那该本此每各某去来住省市区县镇乡就都也又很更最个些条座所家栋"
    "为因但给让将并或而且着过后前里内外上下边旁已再称叫号与距离现使像说题"
)
_BREAK_STARTS: Final = "".join(word[0] for word in _BREAK_WORDS.split("|")) + _BREAK_CHARACTERS
_BREAK: Final = re.compile(
    rf"(?=[A-Z{_BREAK_STARTS}]|[^\u4e00-\u9fffA-Za-z0-9])"  # else each character tries each word
    rf"(?:[^\u4e00-\u9fffA-Za-z0-9]|[A-Z][0-9]+[市区县]|{_BREAK_WORDS}|[{_BREAK_CHARACTERS}])"
)
"""Words that no place's name goes across: what stands before the last of them is not part of the name."""

_COMMON: Final = re.compile(
    r"(?:[一二两三四五六七八九十几整全老旧新小大中高低村路街校花商菜建宅还多滩塘域属直国济求和水分子总贵限级]|水泥|泥巴|自然|农贸|"
    r"超级|商业|住宅|安置|高档|廉租|建筑|施工|物业|开发|房地产|置业|责任|私立|公立|民办|公办|义务|重点|名牌|示范|普通|普惠|"
    r"职业|人民|步行|拆迁|集体|保障|行政|贫困|快速|断头|背街|走投无|实验|第一|城市|相邻|所有|其他|文明|封闭|配套|公共|建材|"
    r"二手|房产|劳动力|人才|汽车|经济|建设|工程|国有|事业|企业|劳务|保险|担保|金融|贷款|装修|装饰|食品|培训|教育|投资|服务|"
    r"社区|小区|公交|火|电力|燃气|供水|城投|集团|性|生活|专科|综合|眼科|儿童|国际|居住|学校|幼儿园|道路|和|机电|"
    r"特|型|资产|技术|电信|移动|地方|党委|稳定|通行)*"
)
"""Words that make no name by themselves: `老小区` and `农贸市场` are no places."""


class GazetteerEntry(Struct, frozen=True):
    """A place of the township's own list; `aliases` are other words for it."""

    name: str
    kind: str = "other"
    aliases: tuple[str, ...] = ()


class Mention(Struct, frozen=True):
    """A place named at characters `start` to `end`; several `names` = the word stands for several places."""

    names: tuple[str, ...]
    kind: str
    start: int
    end: int
    listed: bool = True
    """From the township's own list; else only something that reads like a place's name."""


class Places(Struct, frozen=True):
    """The places that a text names, in its order; none overlaps another, but for hidden districts."""

    found: tuple[Mention, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name once, in the order of the text; all candidates where a word is ambiguous."""
        return tuple(dict.fromkeys(name for mention in self.found for name in mention.names))

    @property
    def ambiguous(self) -> tuple[Mention, ...]:
        """The mentions that stand for one of several places; nobody has said for which."""
        return tuple(mention for mention in self.found if len(mention.names) > 1)

    def names_one_of(self, places: Collection[str]) -> bool:
        """Whether one of these places is named for sure: all that an ambiguous word may stand for are among them."""
        return any(all(name in places for name in mention.names) for mention in self.found)


_START: Final = attrgetter("start")


class Gazetteer:
    """A township's places, found by longest match in one pass over the text: of two that overlap the longer counts.

    Args:
        entries: places; two may share a word, which then stays ambiguous.

    Raises:
        ValueError: a name or alias is shorter than two characters, and would be found everywhere.
    """

    def __init__(self, entries: Iterable[GazetteerEntry] = ()) -> None:
        self._entries: dict[str, tuple[GazetteerEntry, ...]] = {}
        for entry in entries:
            for word in dict.fromkeys((entry.name, *entry.aliases)):
                if len(word) < 2:  # noqa: PLR2004
                    raise ValueError(f"place {entry.name!r}: {word!r} is too short to be told from other words")
                self._entries[word] = (*self._entries.get(word, ()), entry)
        self._pattern = re.compile(_longest(self._entries)) if self._entries else None

    def find(self, text: str) -> Places:
        """Return the listed places, and where none is listed what reads like a place's name."""
        guessed = [*_guessed(text)]
        listed = [*self.listed(text)]
        if listed:
            taken = {at for mention in listed for at in range(mention.start, mention.end)}
            guessed = [mention for mention in guessed if taken.isdisjoint(range(mention.start, mention.end))]
        return Places(tuple(sorted((*listed, *guessed), key=_START)))

    def listed(self, text: str) -> Iterator[Mention]:
        """Yield the places of the township's own list that the text names."""
        for match in _longest_of(self._pattern, text) if self._pattern else ():
            entries = self._entries[match[0]]
            names = tuple(dict.fromkeys(entry.name for entry in entries))
            kinds = {entry.kind for entry in entries}
            yield Mention(names, kinds.pop() if len(kinds) == 1 else "other", *match.span())

    def knows(self, text: str) -> bool:
        """Whether the text names a place of the township's own list."""
        return bool(self._pattern and self._pattern.search(text))


def kind_of(name: str) -> str:
    """The kind of place that a name's ending tells; empty where it tells none."""
    return next((_KINDS[name[-length:]] for length in (4, 3, 2, 1) if name[-length:] in _KINDS), "")


def townships_of(text: str, gazetteers: Mapping[str, Gazetteer]) -> tuple[str, ...]:
    """Return the codes of the townships one of whose own places the text names; guesses do not count."""
    return tuple(code for code, gazetteer in gazetteers.items() if gazetteer.knows(text))


def _guessed(text: str) -> Iterator[Mention]:
    for match in _DIVISION.finditer(text):
        yield Mention((match[0],), "division", *match.span(), listed=False)
    earlier = 0
    for match in _SUFFIX.finditer(text):
        start, end = match.span()
        if end - start > 1 or text[start - 1 : start] not in _NOT_BEFORE:
            stem = _BREAK.split(text[max(earlier, start - LONGEST_STEM) : start])[-1].lstrip("和")
            if _is_name(stem, end - start):
                yield Mention((stem + match[0],), _KINDS[match[0]], start - len(stem), end, listed=False)
        earlier = end


def _is_name(stem: str, ending: int) -> bool:
    """Whether a stem makes a name with an ending of so many characters."""
    return (ending > 1 or len(stem) > 1) and not _COMMON.fullmatch(stem)


def _longest_of(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches from left to right; of those that overlap the longest, then what fits beside it."""
    at = 0
    while first := pattern.search(text, at):
        crowd, at, start = [first], first.end(), first.start() + 1
        while start < at:
            if match := pattern.match(text, start):
                crowd.append(match)
                at = max(at, match.end())
            start += 1
        yield from crowd if len(crowd) == 1 else _apart(pattern, text, crowd, at)


def _apart(pattern: re.Pattern[str], text: str, crowd: Iterable[re.Match[str]], end: int) -> Iterator[re.Match[str]]:
    """Of matches that overlap in a row the longest ones, and shorter words in the gaps that these leave."""
    taken: set[int] = set()
    longest: list[re.Match[str]] = []
    at = end
    for match in sorted(crowd, key=lambda each: (-len(each[0]), each.start())):
        at = min(at, match.start())
        if taken.isdisjoint((match.start(), match.end() - 1)):
            taken.update(range(*match.span()))
            longest.append(match)
    for match in sorted(longest, key=re.Match[str].start):
        yield from pattern.finditer(text, at, match.start())
        yield match
        at = match.end()
    yield from pattern.finditer(text, at, end)


def _longest(words: Iterable[str]) -> str:
    """A regular expression as a trie: at each character one way on, so time is linear in the text."""
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _expression(trie)


def _expression(trie: Mapping[str, Any]) -> str:
    ways = [re.escape(character) + _expression(rest) for character, rest in sorted(trie.items()) if character]
    return f"(?:{'|'.join(ways)}){'?' if '' in trie else ''}" if ways else ""
