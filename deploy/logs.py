"""Logs: one line an event, on standard error; never a text, a handle or a key."""

import logging
import sys
from typing import Literal

import structlog


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
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("deploy", "streams"):
        logging.getLogger(name).setLevel(logging.INFO)
    # A search server that is away is told of by us, once; its client would tell of it with every attempt.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def _ours_or_a_warning(record: logging.LogRecord) -> bool:
    """Whether an event is ours or a library's warning.

    A level for the library's logger is not enough: mode names the logger of a service after the module of its class,
    so that what Faust says in a class of ours comes under our name. Our own events are structlog's dictionaries.
    """
    return isinstance(record.msg, dict) or record.levelno >= logging.WARNING
