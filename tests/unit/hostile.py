"""Texts that nobody writes for readers: what makes a careless program slow, or makes it fall over."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Final

import yaml

import models

Shape = Callable[[int], str]
"""Makes a text of so many characters, the same each time."""

_FOLDER: Final = Path(next(iter(models.__path__))) / "words"
_HARM: Final = yaml.safe_load((_FOLDER / "harm.yaml").read_text(encoding="utf-8"))
_DANGER: Final = yaml.safe_load((_FOLDER / "danger.yaml").read_text(encoding="utf-8"))["words"]
LEXICON: Final[tuple[str, ...]] = tuple(str(word) for group in (_HARM | _DANGER).values() for word in group)
"""Every word of harm, danger and doubt that the program knows."""


def repeated(piece: str) -> Shape:
    """A piece over and over."""
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def nested(opening: str, closing: str) -> Shape:
    """All openings, then all closings."""

    def shape(size: int) -> str:
        depth = size // (len(opening) + len(closing))
        return opening * depth + closing * depth

    return shape


def shuffled(*pieces: str, between: str = "") -> Shape:
    """Pieces in an order without order."""

    def shape(size: int) -> str:
        random, text, length = Random(size), [], 0
        while length < size:
            text.append(random.choice(pieces) + between)
            length += len(text[-1])
        return "".join(text)[:size]

    return shape


def characters(first: int, last: int) -> Shape:
    """Every character between two code points, in turn."""
    return lambda size: "".join(chr(first + at % (last - first)) for at in range(size))


def numbered(piece: str) -> Shape:
    """A piece with another number in it each time."""
    return lambda size: "".join(piece.format(at) for at in range(size // len(piece) + 1))[:size]


def crowded(filler: str, piece: str, times: int) -> Shape:
    """One sentence: a filler to the end, and there a piece so many times."""
    return lambda size: filler * max(0, size - len(piece) * times) + piece * times


def rows(piece: str, groups: int) -> Shape:
    """Rows of so many groups of digits."""
    return repeated((piece * groups)[: len(piece) * groups] + "。")


_NUMBERS: Final = (
    *("1", "0", "1 ", "6 2 ", "1 3 8 ", "13800138000", "3-5", "1,234", "12.34-", "１２３ＡＢＣ", "٣٤٥", "2019年"),
    *("一二三", "十百千万亿", "亿", "数十", "三四十余", "廿", "〇", "零", "电话 138"),
)
_MARKS: Final = (
    *(
        "《",
        "》",
        "《《《",
        "“",
        "”",
        "（",
        "）",
        "((",
        "【",
        "】",
        "[",
        "]",
        "！",
        "？",
        "\n",
        " ",
        "\u3000",
        "\t",
        "、",
        "，",
        "。",
    ),
    *(
        "<",
        ">",
        "<a",
        "<b>",
        "</b>",
        "<script>",
        "</script",
        "<style>",
        "<!--",
        "&lt;",
        "https://a.b/c?d=e&",
        "#还我公道#",
    ),
    *("@", "@a", "a@", "a.a@a.", "＠", "浙B", "浙B1"),
)
_CHARACTERS: Final = (
    *(
        "\ud800",
        "\udfff",
        "\u0301",
        "e\u0301\u0302",
        "围\u0301墙\u0302",
        "\u202eمرحبا",
        "\u2066",
        "\0",
        "死\0亡",
        "\x7f",
    ),
    *("\u200b", "\ufeff", "😡", "👨‍👩‍👧", "𠀀", "\U0010ffff", "a", "abc def ", "w1 ", "圍牆倒塌傷亡慘重", "還有人被困"),
)
_WORDS: Final = (
    *(
        "人",
        "3名",
        "死3人",
        "3人死亡，",
        "三死五伤",
        "其中3人",
        "死",
        "死亡",
        "没有",
        "没有任何人员伤亡",
        "听说",
        "如果",
        "去年",
    ),
    *("演练", "当场", "另有", "共计", "被困", "着火了", "爆炸", "裂缝", "直接经济损失300万元", "随时可能倒塌"),
    *(
        "感谢",
        "谢谢大家",
        "希望",
        "请领导",
        "投诉",
        "举报",
        "收了",
        "违法",
        "不作为",
        "校长",
        "城管",
        "举报便民服务中心",
    ),
    *("村", "路", "小学", "小区", "A3区", "柳汀镇", "东埠村", "新塘社区", "县道X305", "便民服务中心"),
)
PIECES: Final = (*_NUMBERS, *_MARKS, *_CHARACTERS, *_WORDS)
"""What strange texts are made of."""

SHAPES: Final[Mapping[str, Shape]] = {
    **{f"repeated {piece!a}": repeated(piece) for piece in PIECES},
    "ordinary": repeated("反映小区门口的路灯坏了很久没人来修，晚上回家很危险。"),
    "ordinary without an end": repeated("反映小区门口的路灯坏了很久没人来修"),
    "all pieces": shuffled(*PIECES),
    "all pieces, sentences": shuffled(*PIECES, between="。"),
    "lexicon": shuffled(*LEXICON),
    "lexicon, clauses": shuffled(*LEXICON, between="，"),
    "lexicon, sentences": shuffled(*LEXICON, between="。"),
    "lexicon, people": shuffled(*LEXICON, between="3人"),
    **{f"rows of {groups} {piece!r}": rows(piece, groups) for groups in (25, 55) for piece in ("1 ", "62 ", "6 2 ")},
    **{f"rows of 28 {piece!r}": rows(piece, 28) for piece in ("1 3 ", "0 5 7 4 ", "1 3 8 1 3 8 0 0 1 3 8 ")},
    "brackets": nested("<b ", ">"),
    "elements": nested("<b>", "</b>"),
    "quotes": nested("《", "》"),
    "parentheses": nested("（", "）"),
    "tags too long": repeated("<a" + " " * 4_990 + ">>>"),
    "controls": characters(0, 0x20),
    "halves": characters(0xD800, 0xDFFF),
    "every character": characters(0x20, 0xD7FF),
    "rare ideographs": characters(0x20000, 0x2A6DF),
    "different words": lambda size: "".join(chr(0x4E00 + (at * at * 7 + at) % 20_000) for at in range(size)),
    "different places": lambda size: "".join(chr(0x4E00 + at * 31 % 20_000) + "山小区" for at in range(size // 4)),
    "different districts": numbered("A{}区"),
    "different tolls": numbered("{}人死亡，"),
    "different tolls, sentences": numbered("{}人死亡。"),
    "different mentions": numbered("@user{}，"),
    "a toll at the end of many clauses": crowded("，", "，全部3人死亡", 64),
    "a toll at the end of many brackets": crowded("（", "，全部3人死亡", 64),
    "a toll at the end of a long clause": crowded("某", "死3人", 64),
    "a toll after a long numeral": crowded("一", "人死亡", 1),
    "a toll after many digits": crowded("1", "人死亡", 1),
}
"""What `bench/long.py` measures, and what may not grow faster than its length."""
