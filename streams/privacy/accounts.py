"""Blot out accounts on other platforms where the word before says what follows: 微信, WX, 加V, QQ, 抖音."""

import re
from typing import Final

_PLATFORM: Final = (
    r"[微薇威徽加➕企扣抖快支vVwWqQ](?:(?<=[微薇威徽])\s?信|(?<=[加➕])[微薇威vVqQ]|(?<=企)鹅"
    r"|(?<=扣)扣|(?<=抖)音|(?<=快)手|(?<=支)付宝|(?<![A-Za-z0-9].)(?:(?<=[vV])[xX信]|(?<=[wW])(?i:x|eixin|echat)|(?<=[qQ])(?:[qQ]|(?=\s?[:：]))))"
)
"""The search skips to the first character, which is why it stands apart."""

_SAYS: Final = r"(?P<says>(?:号码?|[iI][dD])?\s?[:：是为]{1,2}\s?|(?:号码?|[iI][dD])\s?)?\s?"
_DIGITS: Final = "0-9０-９①-⑨⓪"
_DATE: Final = r"(?:19|20)\d\d[01]\d[0-3]\d(?!\d)"
_NUMBER: Final = (
    rf"(?!{_DATE}|12345(?!\d))[1-9１-９①-⑨](?:[ \u3000]?[{_DIGITS}]){{4,11}}(?![\w*])"
    r"(?![.,]\d|\s?[元块万亿步人户个条次年月])"
)
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
