"""Who acts when somebody at the machine runs a command, and how long work tells where it is.

The operator calculates, checks and sends; approving and freezing need a person with a name (`--as`).
"""

import contextlib
import sys

OPERATOR = "operator"


def say(line: str) -> None:
    """Tell one line of progress on standard error, where no program reads answers."""
    # Whoever stopped reading the progress does not stop the work.
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)
