"""Settings become the way out to the web."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version

from msgspec.structs import replace

from deploy.settings.deployment import Settings
from deploy.wiring.clock import SystemClock
from streams.web.fetch import Fetcher, Limits, always, fetcher, untold
from streams.web.host import Tell
from streams.web.turns import Turns


def open_web(
    settings: Settings,
    limits: Limits | None = None,
    tell: Tell = untold,
    turns: Turns | None = None,
    may_ask: Callable[[], bool] = always,
) -> AbstractAsyncContextManager[Fetcher]:
    """The only way out to the web, on this deployment's terms. Raises Misconfigured when there is no contact."""
    return fetcher(
        contact=settings.contact,
        version=version("xiangyin"),
        clock=SystemClock(),
        limits=replace(limits or Limits(), hours=settings.hours, budget=settings.budget),
        allow_hosts=settings.allow_hosts,
        tell=tell,
        turns=turns,
        may_ask=may_ask,
    )
