"""Blot out accounts on other platforms where the word before says what follows: 微信, VX, 加V, QQ, 扣扣."""

import re
from typing import Final

_PLATFORM: Final = r"[微薇威vVqQ扣](?:信|(?<=[vV])[xX]|(?<=[qQ])[qQ]|(?<=扣)扣|(?<=加.))(?<![A-Za-z]..)"
_SAYS: Final = r"(?P<says>(?:号码?|[iI][dD])?\s?[:：是为]\s?|(?:号码?|[iI][dD])\s?)?\s?"
_DATE: Final = r"(?:19|20)\d\d[01]\d[0-3]\d(?!\d)"
_NUMBER: Final = rf"(?!{_DATE}|12345(?!\d))(?a:[1-9]\d{{4,11}}(?![\w*]))(?![.,]\d|\s?[元块万亿步人户个条次年月])"
_NAME: Final = r"(?a:[A-Za-z][\w\-]{5,19})(?![0-9A-Za-z_*])(?![.\-/:][A-Za-z])"
"""Neither part of a longer word, the rest of which may be blotted out by now, nor an address."""

_SHORTEST: Final = 6
"""Characters of an account that nothing announces but the platform's name."""

_ACCOUNT: Final = re.compile(rf"{_PLATFORM}{_SAYS}(?P<account>{_NUMBER}|{_NAME})")


def without_accounts(text: str) -> str:
    """The text with `*` over such accounts, as long as before. Takes time linear in the text."""
    return _ACCOUNT.sub(_blot, text)


def _blot(match: re.Match[str]) -> str:
    account = match["account"]
    if match["says"] is None and (account.isalpha() or len(account) < _SHORTEST):  # 微信Android, 微信12315.
        return match[0]
    return match[0][: -len(account)] + "*" * len(account)
