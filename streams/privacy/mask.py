"""Blot out what leads to a person in a text; every character keeps its place, so that quotations hold."""

import re
from typing import Final

from streams.privacy.accounts import without_accounts
from streams.privacy.blot import blotted
from streams.privacy.digits import HAN
from streams.privacy.names import named
from streams.privacy.numbers import personal

_LETTER: Final = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"

_EMAIL: Final = re.compile(
    rf"(?<![{_LETTER}._%+\-．＿])[{_LETTER}._%+\-．＿]++"
    rf"(?:\s?[@＠]\s?[{_LETTER}\-]++(?:[.．][{_LETTER}\-]++)+"
    rf"|(?:[#＃]|\s?[(（\[【]\s?(?i:at)\s?[)）\]】]\s?)(?:[{_LETTER}\-]++[.．])+(?i:com|cn|net|org)(?![{_LETTER}]))"
)
"""With @, or with what people write for it where no program shall read it."""
_MAY_BE_EMAIL: Final = re.compile(r"[@＠#＃(（\[【](?:(?<=[@＠#＃])|\s?(?i:at)\s?[)）\]】])")
_MENTION: Final = re.compile(
    r"(?<=[@＠])(?!\d{1,4}(?:\.\d+)?(?:[元块/\s，。,;；]|\Z))"  # Not a price: 3斤@5元.
    rf"(?:[\w\-]{{1,16}}+(?![\w\-])|[0-9A-Za-z_\-]{{8,}}+|[\w\-]{{8}}[\d{HAN}]*+)"
)
"""A name after @. Where nothing ends it within 16 characters, a sentence follows: half of that is taken as the name,
so that a mention cannot hide what the sentence says."""

_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-Za-hj-zＡ-ＨＪ-Ｚ][·•・.\-\s]?"
    rf"(?:(?=[A-Za-zＡ-Ｚ]{{0,3}}[0-9０-９])[{_LETTER}]{{4,5}}(?:[{_LETTER}]|[挂学警港澳])"
    rf"|(?=[A-Za-zＡ-Ｚ]{{0,3}}[0-9０-９{HAN}])[{_LETTER}{HAN}]{{5}})(?![{_LETTER}])"
)
"""A province, a letter, five characters or, for electric cars, six (GA 36-2018); five, too, with Chinese numerals."""


def mask(text: str) -> str:
    """The text with `*` over what leads to a person, as long as before.

    That is telephone, identity-card and bank-card numbers, e-mail addresses, number plates, accounts after 微信 or QQ,
    the names after @ and those that the text announces (联系人：, 我叫) or ends with. Prices, dates, order numbers and
    statistics stay. Masking twice changes nothing. Takes time linear in the text.
    """
    # The order matters for masking twice: a mention may cover the words that say what a number is, an account may part
    # a row of digits, and a name ends where something was blotted out.
    if _MAY_BE_EMAIL.search(text):
        text = _MENTION.sub(_blot, _EMAIL.sub(_blot, text))
    text = without_accounts(text)
    if spans := list(personal(text)):
        text = blotted(text, spans)
    text = _PLATE.sub(_blot, text)
    return blotted(text, names) if (names := list(named(text))) else text


def _blot(match: re.Match[str]) -> str:
    return "*" * len(match[0])
