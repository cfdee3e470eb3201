"""What an answer of the search server means for the batch.

whole request                         | raised
408, 5xx, time-out, no connection      | Busy: away
429                                    | Busy: overloaded
429, 403 because an index is blocked   | Busy: disk_full when the server says so, else read_only
401, 403                               | Unadmitted, which is Misconfigured; a worker waits for a while, see `admission`
TLS                                    | Misconfigured
anything else                          | the client's own error: a defect of this program

one item of a bulk                     | outcome
2xx                                    | Done
404 of what was to be deleted          | Done: an attempt whose answer was lost has deleted it
409                                    | Conflict
404 of what was read from an index     | Conflict: another index has taken its place
429, 5xx, 403 because it is blocked    | Overloaded, with the same reasons
404, 400 whatever the document says    | Unprepared: no such index, or one of an older program
403 that is no block                   | Barred: our user may not write there
400 and the rest                       | Rejected

one item of a multi-get                |
404 of its index                       | Misconfigured
403                                    | Unadmitted
any other error                        | Busy: away
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from elastic_transport import TlsError, TransportError
from elasticsearch import ApiError

from streams.errors import Busy, Misconfigured, Why
from streams.protocols import Conflict, Done, Outcome, Overloaded, Rejected

BLOCKED: Final = "cluster_block_exception"
MISSING: Final = "index_not_found_exception"
CLOSED: Final = "security_exception"
UNMAPPED: Final = "strict_dynamic_mapping_exception"
FLOODED: Final = ("/12/", "/13/")
"""Numbers of the blocks that the server itself puts where a disk is full: on an index, on the cluster."""

MAKE_ROOM: Final = "the disk is full: make room on it, then the server lifts the block by itself"
CREATE: Final = "run `xiangyin indices create`"
"""The remedy where an index is not there, or older than this program."""

UNLOCK: Final = (
    "`xiangyin indices rebuild` is at work there; or it was killed (`xiangyin indices rebuild --resume` goes on); "
    "or somebody set index.blocks"
)

REASON_LENGTH: Final = 500
PREVIEW: Final = "Preview of field's value"
"""What follows it in a mapping error is the resident's words: they stay out of dead letters and logs."""


class Unadmitted(Misconfigured):
    """The server refuses our credentials, or what they allow; one that has just been started may do so for a while."""


class Barred(Rejected, frozen=True):
    """Rejected whatever the document says: our user may not write there."""


class Unprepared(Rejected, frozen=True):
    """Rejected whatever the document says: the index is not there, or lacks a field that this program writes."""


@contextmanager
def busy_when_away(server: str) -> Iterator[None]:
    """Turn the client's errors into ours; the message names the server."""
    try:
        yield
    except ApiError as error:
        raise _of_api(server, error) from error
    except TlsError as error:
        raise Misconfigured(f"{server}: {_unencrypted(error.message)}") from error
    except TransportError as error:  # aiohttp says `ssl:default` of connections without TLS, too.
        raise Busy(f"{server} is away: {error.message.replace(' ssl:default', '')}") from error


def absent(server: str, index: str) -> str:
    """What to say of an index that was never created."""
    return f"{server} has no index {index}; {CREATE}"


def assert_prepared(server: str, outcomes: Iterable[Outcome]) -> None:
    """Raise Misconfigured or Unadmitted when no document is why something was not written, but the server's set-up."""
    for each in outcomes:
        if isinstance(each, Barred):
            raise Unadmitted(f"{server} {each.reason}")
        if isinstance(each, Unprepared):
            raise Misconfigured(f"{server} {each.reason}")


def looked_up(server: str, item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An item of a multi-get, when it is there.

    Raises:
        Misconfigured: its index was never created.
        Unadmitted: our user may not read it.
        Busy: it could not be looked up.
    """
    error = item.get("error")
    if not error:
        return item if item.get("found") else None
    if error.get("type") == MISSING:
        raise Misconfigured(absent(server, item["_index"]))
    if error.get("type") == CLOSED:
        raise Unadmitted(f"{server} {_closed(HTTPStatus.FORBIDDEN, CLOSED)}")
    raise Busy(f"{server} could not look up {item['_index']}: {error.get('type')}")


def outcome(item: Mapping[str, Any], *, fenced: bool = False) -> Outcome:
    """What became of one write.

    Args:
        item: one entry of a bulk answer, without its verb.
        fenced: it was to replace what had been read, in the index that it had been read from.
    """
    status, error = item["status"], item.get("error", {})
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return Done(item["_seq_no"], item["_primary_term"], item["_index"])
    if item.get("result") == "not_found":
        return Done(0, 0, item["_index"])
    if status == HTTPStatus.CONFLICT or (fenced and error.get("type") == MISSING):
        return Conflict()
    if _passes(status, error.get("type")):
        return Overloaded(_reason(status, error), _why(status, error))
    return _rejected(item["_index"], status, error)


def _rejected(index: str, status: int, error: Mapping[str, Any]) -> Rejected:
    if error.get("type") == MISSING:
        return Unprepared(f"has no index {index}; {CREATE}")
    if error.get("type") == UNMAPPED:
        return Unprepared(f"has an older index {index} ({_reason(status, error)}); {CREATE}")
    if error.get("type") == CLOSED:
        return Barred(_closed(status, CLOSED))
    return Rejected(_reason(status, error))


def _unencrypted(message: str) -> str:
    """Why no TLS connection came about, and what to do."""
    if "WRONG_VERSION_NUMBER" in message:
        return f"it speaks no TLS ({message}); write http:// in `elasticsearch`, or the port where it does"
    return (
        f"TLS failed ({message}); set `elasticsearch_certificate` to the file of the authority that signed the "
        "server's certificate"
    )


def _closed(status: int, kind: str) -> str:
    return (
        f"refuses our credentials ({status} {kind}); correct elasticsearch_user and its password, or "
        "XIANGYIN_ELASTICSEARCH_API_KEY, or give the role the indices of this deployment"
    )


def _of_api(server: str, error: ApiError) -> Exception:
    kind = _kind(error)
    if _passes(error.status_code, kind):
        said = _blocked(_detail(error)) or f"{error.status_code} {kind}"
        return Busy(f"{server} answered {said}", _why(error.status_code, _detail(error)))
    if error.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Unadmitted(f"{server} {_closed(error.status_code, kind)}")
    return error


def _passes(status: int, kind: str | None) -> bool:
    """Whether the same request may succeed later. A block is lifted by a person, so it is worth waiting for."""
    return (
        status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or (status == HTTPStatus.FORBIDDEN and kind == BLOCKED)
    )


def _why(status: int, error: Mapping[str, Any]) -> Why:
    if error.get("type") == BLOCKED:
        return "disk_full" if any(number in str(error.get("reason")) for number in FLOODED) else "read_only"
    return "overloaded" if status == HTTPStatus.TOO_MANY_REQUESTS else "away"


def _blocked(error: Mapping[str, Any]) -> str:
    """What the server says of a block, and what to do; empty when it is about something else."""
    if error.get("type") != BLOCKED:
        return ""
    full = _why(0, error) == "disk_full"
    return f"{str(error.get('reason')).rstrip(';')}; {MAKE_ROOM if full else UNLOCK}"


def _detail(error: ApiError) -> Mapping[str, Any]:
    body = error.body if isinstance(error.body, dict) else {}
    detail = body.get("error")
    return detail if isinstance(detail, dict) else {}


def _kind(error: ApiError) -> str:
    return str(_detail(error).get("type", error.message))


def _reason(status: int, error: Mapping[str, Any]) -> str:
    if blocked := _blocked(error):
        return blocked
    said = str(error.get("reason", "")).partition(PREVIEW)[0].strip()
    return f"{status} {error.get('type')}: {said}"[:REASON_LENGTH]
