"""Dead letters as a person reads them: a table, a line of JSON, one in full."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import typer
from msgspec import DecodeError, json
from msgspec.structs import asdict
from rich.cells import cell_len, set_cell_size

from deploy.reading import LOCAL
from streams.batch.claims import LEASE, Claim
from streams.batch.letters import Original
from streams.batch.register import RETRIED, Dealing, Standing, quarantined

REMEDIES: Final[Mapping[str, str]] = {
    "unreadable": "mend the program that publishes such records, then drop the letter; one that is too large is to be "
    "published anew; retry only once a newer worker can read it",
    "schema": "a newer program wrote it: upgrade the workers, then retry",
    "step": "a defect of this program: report step and error, upgrade the workers, then retry",
    "refused": "the store does not take it as it is: see the error and `xiangyin check`; then retry, or drop",
    "deadly": "two workers died of it: retry only after an upgrade, or two more will",
    "quarantine": "nothing known is wrong with it: its source's other letters say what is; mend that, then retry: "
    "what is sent again is read, quarantine or not",
    "orphan": "a decision about an incident that is not there: if its post has come since, retry; else drop",
    "township": "the deployment does not serve its township: add the file, `xiangyin indices create`, restart the "
    "workers, then retry",
}
"""What to do, by the letter's reason."""

CUT: Final = "only its beginning was kept: publish it anew from its source, then drop the letter"
"""What to do with one of which not all was kept, whatever the reason."""

SHOWN: Final = 20_000
"""Characters of a value that `show` prints; --raw writes all that was kept."""

ROWS: Final = 50
"""Letters in a table, unless more or fewer are asked for."""

HEAD: Final = ("letter", "came (+08:00)", "reason", "step", "township", "source", "deaths", "state", "error")

ERROR: Final = 100
"""Characters of an error in the table, with what to do at its end; `show` and --json have all."""

REMEDY: Final = 60
"""Of these, for what to do."""


def plain(each: Standing) -> dict[str, object]:
    """A letter for programs."""
    return {**asdict(each.letter), "state": each.state, "dealing": each.dealing}


def newest(letters: Sequence[Standing], limit: int) -> Sequence[Standing]:
    """The last that came, at most so many, in the order in which they came."""
    return sorted(letters, key=lambda each: each.letter.time)[-limit:]


def table(letters: Sequence[Standing], limit: int, deployment: str) -> None:
    """The newest letters; of the open ones how many there are by reason, and which sources were set aside."""
    shown = newest(letters, limit)
    rows = [HEAD, *([_visible(cell) for cell in _cells(each, deployment)] for each in shown)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:  # As wide as it is: a narrow terminal wraps a line, and no id is cut.
        typer.echo("  ".join(map(set_cell_size, row, widths)).rstrip())
    if len(letters) > len(shown):
        typer.echo(f"and {len(letters) - len(shown)} older ones: --limit, or --json for all")
    for (township, source), (number, latest) in quarantined(letters).items():
        typer.echo(
            f"unread, in quarantine: {number} of {_visible(source)} of {township}, the last of "
            f"{_local(latest)}; xiangyin_quarantined in a worker's metrics says whether it still is"
        )
    reasons = Counter(each.letter.reason for each in letters if each.is_open)
    for reason, number in sorted(reasons.items()):
        typer.echo(f"{reason} ({number}): {REMEDIES[reason]}")


def short(identity: str, deployment: str) -> str:
    """A letter's id as people read and write it: every command takes it so."""
    return _visible(identity.removeprefix(f"{deployment}."))


def _cells(each: Standing, deployment: str) -> Iterable[str]:
    letter = each.letter
    yield short(letter.id, deployment)
    yield _local(letter.time).removesuffix("+08:00")
    yield from (letter.reason, letter.step, letter.township or "", letter.source or "")
    yield str(letter.retries + 1)
    yield each.state
    yield _brief(letter.error)


def _brief(error: str) -> str:
    """As much of an error as a table has room for, and what to do, which stands at its end."""
    if len(error) <= ERROR:
        return error
    _, _, remedy = error.rpartition("; ")
    end = f"…; {remedy}" if len(remedy) <= REMEDY else "…"
    return error[: ERROR - len(end)] + end


def _local(time: datetime) -> str:
    return time.astimezone(LOCAL).isoformat(" ", "seconds")


def full(each: Standing, original: Original, line: Sequence[Standing], deployment: str) -> None:
    """Everything about one letter; `line` are all letters of its record, from the first death on."""
    letter = each.letter
    said = {
        "letter": short(letter.id, deployment),
        "state": told(each),
        "record": f"{letter.topic}, partition {letter.partition}, offset {letter.offset}",
        "came": _local(letter.time),
        "township": letter.township or "-",
        "source": letter.source or "-",
        "step": letter.step,
        "reason": letter.reason,
        "error": letter.error,
        "what to do": REMEDIES[letter.reason] if original.whole else CUT,
    }
    for name, value in said.items():
        _say(name, value)
    if len(line) > 1:
        _say("its deaths", "\n".join(f"{short(other.letter.id, deployment)}: {told(other)}" for other in line))
    _say("key", "-" if original.key is None else readable(original.key))
    for name, content in original.headers.items():
        _say(f"header {_visible(name)}", readable(content))
    typer.echo(f"value, {len(original.value or b'')} bytes{'' if original.whole else ', its beginning only'}:")
    value = readable(original.value or b"")
    typer.echo(value[:SHOWN])
    if len(value) > SHOWN:
        kept = "all" if original.whole else "what was kept"
        typer.echo(f"... {len(value) - SHOWN} characters more: --raw writes {kept}")


def told(each: Standing) -> str:
    """A letter's state, and who brought it there, when and why."""
    if each.dealing is None:
        return each.state
    return _done(each.dealing, ", and it died again" if each.state == "died again" else "")


def has(other: Claim | Dealing) -> str:
    """Why a letter is not ours to send: it was sent again, or dropped, or another command is about to send it."""
    if isinstance(other, Dealing):
        return f"was already {_done(other)}"
    free = _local(other.time + LEASE)
    return f"is being sent again by {other.by}; if that command has died, this one works from {free} on"


def _done(dealing: Dealing, after: str = "") -> str:
    did = "sent again" if dealing.event == RETRIED else "dropped"
    why = f": {dealing.reason}" if dealing.reason else ""
    return f"{did} by {dealing.by} on {_local(dealing.time)}{after}{why}"


def readable(content: bytes) -> str:
    """Bytes for a terminal: JSON indented, text as it is, anything that a terminal would obey or not show escaped."""
    try:
        is_json = content[:1] in (b"{", b"[")  # Encoded anew: 东 stands there, not its escape.
        text = (json.format(json.encode(json.decode(content)), indent=2) if is_json else content).decode()
    except (DecodeError, UnicodeError, RecursionError):
        text = content.decode(errors="backslashreplace")
    return _visible(text, keep="\n\t")


def _visible(text: str, keep: str = "") -> str:
    return "".join(each if each.isprintable() or each in keep else repr(each)[1:-1] for each in text)


def _say(name: str, value: str) -> None:
    lines = _visible(value, keep="\n").split("\n")
    typer.secho(f"{name}: ", bold=True, nl=False)
    typer.echo(("\n" + " " * (len(name) + 2)).join(lines))
