"""Every failure of the pipeline, and what happens then.

raised       | meaning                                        | what happens
Unreadable   | bytes that are no record of ours               | dead letter, go on
FutureSchema | a record of a version newer than this program  | dead letter, retried after the upgrade
StepFailed   | a pure step raised: a property of the record   | dead letter with step and trace, go on
Refused      | the store will never take this document        | dead letter, go on
Busy         | 429, 503, a time-out, a server that is away    | wait, try the same request again
Fenced       | another worker owns this township now          | stop the worker, restart clean
NewerState   | the store holds state of a newer program       | stop the worker: upgrade it first
StoreRefuses | the store refuses every post, or an incident   | stop the worker, a person must look
Unfetched    | a page that could not be had, by name          | counted; the source is visited again later
Misconfigured| settings or servers that cannot work together  | stop, say file, line or server, and the remedy
"""

from pathlib import Path
from traceback import extract_tb
from typing import Final, Literal, get_args

Why = Literal["away", "overloaded", "disk_full", "read_only"]
"""Why a server is waited for: it does not answer; it has too much to do; it has no room; somebody locked an index."""

WHYS: Final[tuple[Why, ...]] = get_args(Why)


class XiangyinError(Exception):
    """Root of all errors that this program raises on purpose."""


class Unreadable(XiangyinError):
    """Bytes that are no record of ours."""


class FutureSchema(XiangyinError):
    """A record written by a newer program."""


class StepFailed(XiangyinError):
    """A pure step raised; `step` names it, the cause is chained.

    The message says what and where, not in which words: an exception may quote what a resident wrote.
    """

    def __init__(self, step: str, cause: BaseException) -> None:
        frames = extract_tb(cause.__traceback__)[1:]
        trace = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        super().__init__(f"step {step} failed: {type(cause).__name__} at {trace or 'its call'}")
        self.step = step


class Refused(XiangyinError):
    """The store will never take this document."""


class Busy(XiangyinError):
    """A server is overloaded or away; the same request may succeed later."""

    def __init__(self, message: str = "", why: Why = "away") -> None:
        super().__init__(message)
        self.why = why


class Fenced(XiangyinError):
    """Another worker owns what this one was about to write."""


class NewerState(XiangyinError):
    """The store holds state that only a newer program can read."""


class StoreRefuses(XiangyinError):
    """The store refuses every post of a batch, or an incident: no letter can stand for that, and a person must look."""


class Unfetched(XiangyinError):
    """A page that could not be had; `name` is what it is counted under, `retry_after` what the site asked, seconds.

    `status` is the answer's, where there was one and the name does not say it.
    """

    def __init__(self, name: str, message: str, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.name, self.retry_after, self.status = name, retry_after, status


class Misconfigured(XiangyinError):
    """Settings that cannot work; the message names file, field or server, and the remedy."""
