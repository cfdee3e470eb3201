"""Exit codes: the common ones of the shell and of BSD's sysexits.

code | meaning
0    | done, all well
1    | done, but some of the input was bad, or a check failed
2    | the command line cannot be understood
70   | a defect of this program
74   | output cannot be written: the disk is full, for example
75   | a server is away or busy: try again later
78   | the configuration cannot work: file, line and remedy are printed
130  | ended by Ctrl-C
"""

from typing import Final

from streams.errors import Busy, Fenced, Misconfigured, XiangyinError

OK: Final = 0
BAD_INPUT: Final = 1
USAGE: Final = 2
INTERNAL: Final = 70
UNWRITTEN: Final = 74
TEMPORARY: Final = 75
CONFIGURATION: Final = 78
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
"""As the shell reports a program that was ended by SIGPIPE: the reader of our output went away."""


def of(error: XiangyinError) -> int:
    """The exit code of what can be expected to go wrong."""
    if isinstance(error, Misconfigured):
        return CONFIGURATION
    return TEMPORARY if isinstance(error, (Busy, Fenced)) else INTERNAL
