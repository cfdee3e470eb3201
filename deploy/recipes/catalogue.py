"""The recipes, and how one becomes a source's file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

import msgspec
import yaml
from msgspec import Struct

Right = Literal["robots", "permission", "unknown"]

_FILE: Final = Path(__file__).with_name("rsshub.yaml")
_BLANK: Final = re.compile(r"{(\w+)}")


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A route of a gateway. The file of the recipes says what each field means."""

    platform: str
    gives: str
    route: str
    origin: str
    right: Right
    why: str
    gateway: str
    """What the gateway needs for it."""

    @property
    def blanks(self) -> tuple[str, ...]:
        """What has to be said besides: a keyword, an account's number."""
        return tuple(_BLANK.findall(self.route))

    def source(self, gateway: str, township: str, blanks: Mapping[str, str]) -> str:
        """The YAML of a source.

        Args:
            gateway: address of the deployment's own gateway: http://127.0.0.1:1200
            township: code of the township, 9 or 12 digits.
            blanks: the value of each blank of the route.

        Raises:
            KeyError: a blank has no value.
        """
        route = _BLANK.sub(lambda blank: quote(blanks[blank[1]], safe=""), self.route)
        fields = {
            "kind": "feed",
            "url": gateway.rstrip("/") + route,
            "origin": self.origin,
            "township": township,
            "licence": f"{self.right}: {self.why}",
        }
        return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)


def recipes() -> Mapping[str, Recipe]:
    """Every recipe by its name."""
    return msgspec.yaml.decode(_FILE.read_bytes(), type=dict[str, Recipe])
