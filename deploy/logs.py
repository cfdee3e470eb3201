"""Logs: one line an event, on standard error; never a text, a handle or a key."""

import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Final, Literal

import structlog

LIBRARIES: Final = ("aiokafka", "elastic_transport")
"""Which talk to servers: of a broker that is away the one complains fifty times a second, of a search server the other
every second."""

PAUSE: Final = 60
"""Seconds between two of their warnings that a server is away still."""

NO_NEWS: Final = re.compile(r"Heartbeat failed for group .* because it is rebalancing|Crashed reason=Told\(\)")
"""What libraries give as a warning or an error and is none: a worker comes or goes (aiokafka); why it ends, of which
our own line before it has told (Faust)."""


def configure(style: Literal["text", "json"]) -> None:
    """Send our own events and the libraries' warnings to standard error, as text for people or JSON for programs."""
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        # A plain trace: structlog's own shows local variables, and those hold people's words.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    handler.setFormatter(formatter)
    handler.addFilter(_ours_or_a_warning)
    handler.addFilter(_Seldom(time.monotonic))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("deploy", "streams"):
        logging.getLogger(name).setLevel(logging.INFO)


def aside() -> None:
    """Send our own events to standard error, where a command prints its result and names itself what is away."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def _ours_or_a_warning(record: logging.LogRecord) -> bool:
    """Whether an event is ours or a library's warning.

    A level for the library's logger is not enough: mode names the logger of a service after the module of its class,
    so that what Faust says in a class of ours comes under our name. Our own events are structlog's dictionaries.
    """
    if isinstance(record.msg, dict):
        return True
    return record.levelno >= logging.WARNING and not NO_NEWS.search(record.getMessage())


class _Seldom:
    """Lets what a library says of a server through once in PAUSE seconds: an outage is said with every attempt at it.

    What is the same sentence with other numbers is the same.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(LIBRARIES):
            return True
        now = self._clock()
        self._told = {said: at for said, at in self._told.items() if now - at < PAUSE}
        if (said := str(record.msg)) in self._told:
            return False
        self._told[said] = now
        return True
