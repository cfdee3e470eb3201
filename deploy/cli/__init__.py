"""The command line: `xiangyin COMMAND`. Exit codes are in deploy.cli.exits."""

import errno
import logging
import os
import sys
import traceback
from typing import Annotated, Final

import typer

from deploy.cli import exits
from deploy.cli.lazy import LazyGroup
from streams.errors import XiangyinError

app = typer.Typer(
    cls=LazyGroup,
    help="Hears a township's residents early: judges public posts, groups them into incidents, alerts the office.",
    epilog=(
        "Exit codes: 0 done; 1 some input was bad or a check failed; 2 usage; 70 a defect; 74 output cannot be "
        "written; 75 a server is away, try again; 78 the configuration cannot work."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Why a disk takes nothing."""


def _tell_version(asked: bool) -> None:
    if asked:
        from deploy.cli.version import command  # noqa: PLC0415 - read when it is called

        command()
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Version of this program.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command that was asked for, and end the process with its exit code."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run a command; what can be expected to go wrong becomes a message and an exit code, never a trace."""
    # Commands say in their own words that a server is away; `work` and `crawl` send the library's to the log.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    try:
        code = app(arguments, standalone_mode=False, prog_name="xiangyin")
    except typer.Exit as end:
        code = end.exit_code
    except typer.Abort:
        code = exits.INTERRUPTED
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    except BrokenPipeError:
        code = _hang_up()
    except OSError as error:
        code = _unwritten(error) if error.errno in FULL else _defect()
    except XiangyinError as error:
        code = _expected(error)
    except typer.TyperException as error:
        code = _misused(error)
    except Exception:  # noqa: BLE001 - whatever is left is a defect, and says so
        code = _defect()
    return code if isinstance(code, int) else exits.OK


def _misused(error: typer.TyperException) -> int:
    show = getattr(error, "show", None)  # Usage errors know the command's usage line.
    show() if show else complain(error.format_message())
    return exits.USAGE


def _expected(error: XiangyinError) -> int:
    complain(str(error))
    return exits.of(error)


def complain(message: str) -> None:
    """Say on the error stream what is wrong."""
    for line in message.splitlines():
        typer.secho("✗ ", fg="red", err=True, nl=False)
        typer.echo(line, err=True)


def hint(message: str) -> None:
    """Say on the error stream what is no fault, and may want doing."""
    typer.secho("! ", fg="yellow", err=True, nl=False)
    typer.echo(message, err=True)


def _defect() -> int:
    traceback.print_exc()
    complain("this is a defect of the program; please report it with the lines above")
    return exits.INTERNAL


def _hang_up() -> int:
    _drop_output()
    return exits.BROKEN_PIPE


def _unwritten(error: OSError) -> int:
    _drop_output()
    where = f" to {error.filename}" if error.filename else ""
    complain(f"output cannot be written{where}: {error.strerror}")
    return exits.UNWRITTEN


def _drop_output() -> None:
    # Python would try to flush to the closed pipe or full disk once more at the end, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
