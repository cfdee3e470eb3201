"""Look for what was planted, in whatever was written, in several disguises."""

import base64
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote, unquote

from tests.embedded.farm.voices import PLANTED

_CHARACTER: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_BYTES: Final = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_BETWEEN: Final = re.compile(r"[\s\-.·,_/\u200b-\u200d\ufeff]+")


def _unescaped(text: str) -> str:
    text = _BYTES.sub(lambda match: bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace"), text)
    return _CHARACTER.sub(lambda match: chr(int(match[1], 16)), text)


def _folded(text: str) -> str:
    """Full-width as half-width, lower case, nothing between."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).lower()


VIEWS: Final[Mapping[str, Callable[[str], str]]] = {
    "as it is": str,
    "with blanks, dashes, dots or zero-width characters between, or full-width": _folded,
    "in URL encoding, once or twice": lambda text: _folded(unquote(unquote(text))),
    "escaped as in JSON or Python": lambda text: _folded(_unescaped(text)),
    "backwards": lambda text: _folded(text)[::-1],
}
"""How a text is looked at."""


def _base64(stem: str) -> Iterable[str]:
    """What a stem is wherever it begins in its group of three bytes, without the ends, which its neighbours share."""
    data = stem.encode()
    return [base64.b64encode(data[skip : skip + (len(data) - skip) // 3 * 3]).decode() for skip in range(3)]


FORMS: Final[Mapping[str, Callable[[str], Iterable[str]]]] = {
    "base64": _base64,
    "base64 for URLs": lambda stem: [form.translate(str.maketrans("+/", "-_")) for form in _base64(stem)],
    "hexadecimal": lambda stem: [data.hex() for data in (stem.encode(), stem.encode("gb18030"))],
    "URL encoding of GBK": lambda stem: [quote(stem.encode("gb18030")).lower()],
}
"""How a stem may be written so that it has to be looked for as such."""


def leaks(places: Mapping[str, bytes | str], stems: Sequence[str] = PLANTED) -> list[str]:
    """Where planted values stand, in which disguise: a line each. `places` are names and what is written there."""
    found = []
    for place, written in places.items():
        text = written if isinstance(written, str) else written.decode("utf-8", "replace")
        for disguise, view in VIEWS.items():
            seen = view(text)
            found += [
                _line(stem, place, disguise, seen, at)
                for stem in stems
                if (at := seen.find(stem if disguise == "as it is" else _folded(stem))) >= 0
            ]
        for disguise, forms in FORMS.items():
            seen = text if disguise.startswith("base64") else text.lower()
            found += [
                _line(stem, place, disguise, seen, at)
                for stem in stems
                for form in forms(stem)
                if (at := seen.find(form)) >= 0
            ]
    return found


def _line(stem: str, place: str, disguise: str, seen: str, at: int) -> str:
    return f"leak: {stem} in {place}, {disguise}: ...{seen[max(0, at - 60) : at + 60]}..."
