"""Find the numbers in a text that lead to a person: telephones, identity cards, bank cards.

Digits are read in groups, with what people put between them. Each run of neighbouring groups is judged by itself,
so that what is found in a text does not depend on what else is masked in it: masking twice changes nothing.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from phonenumbers import NumberParseException, is_valid_number, parse

from streams.privacy.digits import BLANK, DIGIT, FIRST, GROUP, UNSEEN, plain

_BETWEEN: Final = rf"[{BLANK}{UNSEEN}\-‐‑‒–—―－_.·．()（）]"
"""What may stand between digits: blanks, dashes, dots, brackets, and what is not seen."""

_MANY: Final = 6
"""Groups beyond which nobody writes an account number; it bounds the work on a hostile row of digits."""

_ROW: Final = 60
"""Groups in a row beyond which nobody writes for readers: such a row goes as a whole, whatever it holds."""

_RUN: Final = re.compile(rf"{FIRST}(?:{_BETWEEN}{{0,4}}{DIGIT}){{6,}}+")
_LONGEST: Final = 19
"""Digits of the longest bank card number (ISO/IEC 7812-1)."""

_PHONE_SAID: Final = re.compile(
    r"(?:电话|手机|座机|热线|致电|拨打|电联|联系我|联系方式|联系人|微信|短信|tel|phone|mobile|[☎☏📞📱])"
    r"[号码是为:：\w]{0,4}[\s(（]{0,2}\Z",
    re.IGNORECASE,
)
_IDENTITY_SAID: Final = re.compile(r"身份证(?:件)?(?:号码?)?[是为:：\s]{0,4}\Z")
_ACCOUNT_SAID: Final = re.compile(r"(?:银行卡|卡|账|帐)(?:号码?|户)[是为:：\s]{0,4}\Z")
_ORDER_SAID: Final = re.compile(r"(?:单|编|流水|受理|批|文|货|期|型)(?:编)?号码?[是为:：#\s]{0,4}\Z")
_MONEY_BEFORE: Final = re.compile(r"[¥￥$€]\s?\Z")
_MONEY_AFTER: Final = re.compile(r"[.．]\d{1,2}(?!\d)|\s?(?:亿|(?:万|千|百)?元(?![旦宵月]))")

_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_APART: Final = r"[,，、/／~～|｜+＋:：*＊;；。=→#'\\]"
_LISTED: Final = re.compile(
    rf"[1１一幺壹①❶༡᠑](?<!{DIGIT}.)(?<!{DIGIT}{_APART}.){DIGIT}{{2}}({_APART}){DIGIT}{{4}}\1{DIGIT}{{4}}"
    rf"(?!{_APART}?{DIGIT})(?!\s?[元块年月日路号线户人名个件米斤吨亩℃度%％])"
)
"""A mobile number parted by what also parts dates, doses and lists: in no longer list, and counting nothing."""

_LANDLINE: Final = re.compile(r"(?:010|02\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}")
"""Area codes of three and of four digits, subscriber numbers of seven and of eight (MIIT numbering plan)."""

_LOCAL: Final = re.compile(r"(?!20\d\d[01]\d[0-3]\d)[2-8]\d{6,7}")
_PROVINCE: Final = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY: Final = re.compile(rf"{_PROVINCE}\d{{4}}(?:19|20)\d\d{_DAY}\d{{3}}[\dX]")
_IDENTITY_15: Final = re.compile(rf"{_PROVINCE}\d{{4}}\d\d{_DAY}\d{{3}}")
"""As issued until 1999: six digits of the division, six of the birthday, three of order (GB 11643-1989)."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_CARD: Final = re.compile(
    r"62\d{14,17}|60\d{14,17}|955\d{13,16}|4\d{15}|5[1-5]\d{14}|35\d{14}|3[47]\d{13}|6[89]\d{14,17}"
)
"""Numbers as UnionPay, the banks before it, Visa, Mastercard, JCB and American Express give them out."""

_WORDS: Final = 14
"""Characters before a number that may say what it is."""

_SAID_DIGITS: Final = 4
"""Digits that may stand between those words and a number: 电话86 87654321."""


class Number(NamedTuple):
    """Digits as they stand in a text: `spans` says where the groups are, `row` where the first of the row begins."""

    text: str
    row: int
    spans: Sequence[tuple[int, int]]
    end: int
    digits: str

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def groups(self) -> tuple[int, ...]:
        """How many digits stand together."""
        return tuple(right - left for left, right in self.spans)

    @property
    def between(self) -> list[str]:
        """What parts them."""
        return [self.text[left:right] for (_, left), (right, _) in pairwise(self.spans)]

    def after(self, said: re.Pattern[str]) -> bool:
        """Whether the words right before the number say what it is; within a row of digits there are none."""
        if self.start - self.row > _WORDS:
            return False
        return said.search(self.text[max(0, self.start - _WORDS) : self.start]) is not None

    @property
    def is_order(self) -> bool:
        return self.after(_ORDER_SAID)

    @property
    def is_money(self) -> bool:
        return self.after(_MONEY_BEFORE) or _MONEY_AFTER.match(self.text, self.end) is not None


def personal(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers that lead to a person start and end; spans may overlap. Takes time linear in the text."""
    for run in _RUN.finditer(text):
        spans = [match.span() for match in GROUP.finditer(text, *run.span())]
        if len(spans) > _ROW:
            yield run.span()
        else:
            yield from ((number.start, number.end) for number in _numbers(text, spans))
    for match in _LISTED.finditer(text):
        if _is_listed_mobile(number := _listed(match)):
            yield number.start, number.end


def _numbers(text: str, spans: list[tuple[int, int]]) -> Iterator[Number]:
    """The numbers of a row that begin and end with a group and lead to a person.

    A kind's form is looked for in all digits of the row at once, and only what has it is put together and judged:
    so neither many groups nor few cost much.
    """
    row, digits = spans[0][0], plain("".join([text[left:right] for left, right in spans]))
    group = {edge: index for index, edge in enumerate(accumulate((right - left for left, right in spans), initial=0))}
    for kind in _KINDS:
        for left, right in kind.shaped(digits):
            first, last = group.get(left), group.get(right)
            if first is None or last is None or last - first > kind.groups:
                continue
            number = Number(text, row, spans[first:last], spans[last - 1][1], digits[left:right])
            if kind.leads(number):
                yield number
    if (with_x := _with_check_x(text, spans, digits, group)) and (_identity(with_x) or _said(with_x)):
        yield with_x


def _with_check_x(text: str, spans: list[tuple[int, int]], digits: str, group: Mapping[int, int]) -> Number | None:
    """Seventeen digits at the end of a row, and X for a ten."""
    first = group.get(len(digits) - 17)
    check = _CHECK_X.match(text, spans[-1][1])
    if first is None or check is None:
        return None
    return Number(text, spans[0][0], spans[first:], check.end(), digits[-17:] + "X")


_CHECK_X: Final = re.compile(rf"{_BETWEEN}?[xXｘＸ](?![0-9A-Za-z])")


def _mobile(number: Number) -> bool:
    if not _MOBILE.fullmatch(number.digits[-11:]) or number.digits[:-11] not in {"", "0", "86"}:
        return False
    return _is_dialled(number) and not number.is_order and not number.is_money


def _is_dialled(number: Number) -> bool:
    """Whether digits are grouped as in a telephone number, not as in a date or in a row of a table."""
    groups, between = number.groups, {each.strip() for each in number.between}
    if len(groups) == 1 or not any(number.between) or number.after(_PHONE_SAID):
        return True
    if between & {".", "．"} and (len(between) > 1 or len(groups) < 3):  # noqa: PLR2004 (one dot is a decimal point)
        return False
    if groups[0] == 4 and number.digits.startswith("19"):  # noqa: PLR2004 (a year)
        return False
    return len(groups) == 2 or groups[-3:] == (3, 4, 4) or set(groups) == {1} or (between != {""} and len(between) == 1)  # noqa: PLR2004


def _listed(match: re.Match[str]) -> Number:
    at = match.start()
    spans = [(at, at + 3), (at + 4, at + 8), (at + 9, at + 13)]
    digits = plain("".join([match.string[left:right] for left, right in spans]))
    return Number(match.string, at, spans, match.end(), digits)


def _is_listed_mobile(number: Number) -> bool:
    years = all(digits.startswith(("19", "20")) for digits in (number.digits[3:7], number.digits[7:]))
    return not years and _mobile(number)


def _landline(number: Number) -> bool:
    if not _LANDLINE.fullmatch(number.digits) or number.is_order:
        return False
    return len(number.spans) <= 3  # noqa: PLR2004 (area, two halves)


def _local(number: Number) -> bool:
    """Seven or eight digits are a telephone only where the text says so: they could be anything."""
    return _LOCAL.fullmatch(number.digits) is not None and number.after(_PHONE_SAID)


def _abroad(number: Number) -> bool:
    """A number with + or 00 and the code of a country, as that country gives them out (phonenumbers)."""
    digits = number.digits.removeprefix("00")
    if number.start != number.row or number.is_money:
        return False
    if digits == number.digits and number.text[number.row - 1 : number.row] not in {"+", "＋"}:
        return False
    try:
        return is_valid_number(parse(f"+{digits}"))
    except NumberParseException:
        return False


def _identity(number: Number) -> bool:
    """Eighteen digits with the check of GB 11643-1999 (ISO 7064, MOD 11-2)."""
    if not _IDENTITY.fullmatch(number.digits):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number.digits, strict=False))
    return number.digits[-1] == _CHECKS[total % 11]


def _identity_15(number: Number) -> bool:
    return _IDENTITY_15.fullmatch(number.digits) is not None and len(number.spans) == 1 and not number.is_order


def _card(number: Number) -> bool:
    """A known issuer and the check digit of ISO/IEC 7812-1 (Luhn)."""
    if not _CARD.fullmatch(number.digits) or not _luhn(number.digits) or number.is_order:
        return False
    apart = len(number.spans) > 1  # Four prices in a row pass Luhn one time in ten.
    return not apart or number.digits.startswith("62") or number.after(_ACCOUNT_SAID)


def _luhn(digits: str) -> bool:
    code = digits.encode()
    return (sum(code[-1::-2].translate(_ONCE)) + sum(code[-2::-2].translate(_TWICE))) % 10 == 0


_ONCE: Final = bytes.maketrans(b"0123456789", bytes((0, 1, 2, 3, 4, 5, 6, 7, 8, 9)))
_TWICE: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
"""Twice a digit, and the sum of that one's digits."""


def _said(number: Number) -> bool:
    """Mistyped, but named by the words before it."""
    return len(number.spans) <= _MANY and (number.after(_IDENTITY_SAID) or number.after(_ACCOUNT_SAID))


class Kind(NamedTuple):
    """How to find the numbers of a kind in a row of digits: where one may begin, of how many digits and groups."""

    leads: Callable[[Number], bool]
    begins: re.Pattern[str]
    sizes: Sequence[int]
    groups: int = _ROW
    within: int = sys.maxsize
    """How many digits of the row are looked at."""

    def shaped(self, digits: str) -> list[tuple[int, int]]:
        """Where in the digits such a number may begin and end."""
        if len(digits) < self.sizes[0]:
            return []
        begins = [match.start() for match in self.begins.finditer(digits, 0, self.within)]
        return [(begin, begin + size) for begin in begins for size in self.sizes]


def _begins(form: str) -> re.Pattern[str]:
    return re.compile(f"(?={form})")


_KINDS: Final = (
    Kind(_mobile, _begins(_MOBILE.pattern), (11,)),
    Kind(_mobile, _begins(rf"0{_MOBILE.pattern}"), (12,)),
    Kind(_mobile, _begins(rf"86{_MOBILE.pattern}"), (13,)),
    Kind(_landline, _begins(_LANDLINE.pattern), (11, 12), groups=3),
    Kind(_local, _begins(r"[2-8]\d{6}"), (7, 8), within=_SAID_DIGITS + 8),
    Kind(_abroad, _begins(r"\A(?:00)?[1-9]\d{7}"), range(8, 18), groups=_MANY, within=17),
    Kind(_identity, _begins(_IDENTITY.pattern), (18,)),
    Kind(_identity_15, _begins(_IDENTITY_15.pattern), (15,), groups=1),
    Kind(_card, _begins(r"62\d{14}"), (16, 17, 18, 19)),
    Kind(_card, _begins(_CARD.pattern), (15, 16, 17, 18, 19), groups=1),
    Kind(_card, _begins(rf"\A(?:{_CARD.pattern})"), (15, 16, 17, 18, 19), within=_LONGEST),
    Kind(_said, _begins(r"\A\d{12}"), range(12, _LONGEST + 1), groups=_MANY, within=_LONGEST),
)
"""What a number may be; where words must name it, it can only begin a row, or nearly so."""
