"""Child processes that never outlive us: when this process dies, even by kill -9, the kernel ends them.

Every program AnSinh starts (PostgreSQL, the web server, the sandbox bank) is started here.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from ansinh.base.beside import end_with_parent


def start(
    command: Sequence[str | Path],
    *,
    death_signal: int = signal.SIGTERM,
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    pass_fds: Sequence[int] = (),
    pipe_output: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program in its own process group that gets `death_signal` when we die.

    Args:
        log: file that receives its output (appended); without it the output goes to our standard error.
        user: user id to become first (PostgreSQL refuses to run as root).
        pipe_output: keep standard output as a pipe for the caller to read.
    """
    output = open(log, "ab") if log else None  # noqa: SIM115 - closed below, the child keeps its copy
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe_output else (output or sys.stderr.fileno()),
            stderr=output or sys.stderr.fileno(),
            env=dict(environment) if environment is not None else None,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            pass_fds=tuple(pass_fds),
            process_group=0,
            # The child must set its own death signal between fork and exec; it calls only two system functions there.
            preexec_fn=partial(end_with_parent, os.getpid(), death_signal),  # noqa: PLW1509
        )
    finally:
        if output:
            output.close()


def stop(process: subprocess.Popen[bytes], *, stop_signal: int = signal.SIGTERM, patience_s: int = 20) -> None:
    """End a child: politely first, by kill when it does not listen. Returns when it is gone."""
    if process.poll() is not None:
        return
    process.send_signal(stop_signal)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
