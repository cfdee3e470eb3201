"""What an answer of the search server means for the batch.

whole request                         | raised
429, 408, 5xx, time-out, no connection | Busy
403 because an index is blocked        | Busy
401, 403, TLS                          | Misconfigured
anything else                          | the client's own error: a defect of this program

one item of a bulk                     | outcome
2xx                                    | Done
409                                    | Conflict
429, 5xx, 403 because it is blocked    | Overloaded
400 and the rest                       | Rejected
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from elastic_transport import TlsError, TransportError
from elasticsearch import ApiError
from elasticsearch.helpers import ScanError

from streams.errors import Busy, Misconfigured
from streams.protocols import Conflict, Done, Outcome, Overloaded, Rejected

BLOCKED: Final = "cluster_block_exception"
MISSING: Final = "index_not_found_exception"
REASON_LENGTH: Final = 500
PREVIEW: Final = "Preview of field's value"
"""What follows it in a mapping error is the resident's words: they stay out of dead letters and logs."""


@contextmanager
def busy_when_away(server: str) -> Iterator[None]:
    """Turn the client's errors into ours; the message names the server."""
    try:
        yield
    except ApiError as error:
        raise _of_api(server, error) from error
    except TlsError as error:
        raise Misconfigured(
            f"{server}: TLS failed ({error.message}); set `elasticsearch_certificate` to the file of the authority "
            "that signed the server's certificate"
        ) from error
    except TransportError as error:
        raise Busy(f"{server} is away: {error.message}") from error
    except ScanError as error:
        raise Busy(f"{server} could not read every shard: {error}") from error


def absent(server: str, index: str) -> str:
    """What to say of an index that was never created."""
    return f"{server} has no index {index}; run `xiangyin indices create`"


def outcome(item: Mapping[str, Any]) -> Outcome:
    """What became of one write; `item` is one entry of a bulk answer, without its verb."""
    status, error = item["status"], item.get("error", {})
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return Done(item["_seq_no"], item["_primary_term"])
    if status == HTTPStatus.CONFLICT:
        return Conflict()
    if _passes(status, error.get("type")):
        return Overloaded(_reason(status, error))
    return Rejected(_reason(status, error))


def _of_api(server: str, error: ApiError) -> Exception:
    kind = _kind(error)
    if _passes(error.status_code, kind):
        return Busy(f"{server} answered {error.status_code} {kind}")
    if error.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Misconfigured(
            f"{server} refuses our credentials ({error.status_code} {kind}); correct elasticsearch_user and its "
            "password, or XIANGYIN_ELASTICSEARCH_API_KEY, or give the role the indices of this deployment"
        )
    return error


def _passes(status: int, kind: str | None) -> bool:
    """Whether the same request may succeed later. A block is lifted by a person, so it is worth waiting for."""
    return (
        status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or (status == HTTPStatus.FORBIDDEN and kind == BLOCKED)
    )


def _kind(error: ApiError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    detail = body.get("error")
    return str(detail.get("type")) if isinstance(detail, dict) else error.message


def _reason(status: int, error: Mapping[str, Any]) -> str:
    if error.get("type") == MISSING:
        return f"{error.get('reason')}; run `xiangyin indices create`"
    said = str(error.get("reason", "")).partition(PREVIEW)[0].strip()
    return f"{status} {error.get('type')}: {said}"[:REASON_LENGTH]
