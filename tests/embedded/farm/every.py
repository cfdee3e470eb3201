"""Every kind of source, each with its sound site."""

from typing import Final

from tests.embedded.farm.folders import folder
from tests.embedded.farm.gateways import gateway
from tests.embedded.farm.kinds import Make, api, atom, board, forum, json_feed, rss
from tests.embedded.farm.tables import table, xlsx
from tests.embedded.farm.truncated import truncated
from tests.embedded.farm.webhooks import webhook

FETCHED: Final[tuple[Make, ...]] = (rss, atom, json_feed, truncated, gateway, forum, board, table, xlsx, api)
"""Kinds that are asked for."""

BROUGHT: Final[tuple[Make, ...]] = (folder, webhook)
KINDS: Final = (*FETCHED, *BROUGHT)
