"""Names the stages of long work, so that a benchmark can time the real thing instead of a copy of it.

Without a recorder `stage` costs nothing and records nothing. The fault tests use the same boundaries.
"""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar


class Recorder:
    """Collects wall nanoseconds by stage. A stage inside another one is counted for itself, not for the outer one."""

    def __init__(self) -> None:
        self.nanoseconds: dict[str, int] = {}
        self._inner: list[int] = []

    def enter(self, name: str) -> None:
        """Note that the stage of this name begins."""
        self._inner.append(0)

    def leave(self, name: str, spent: int) -> None:
        """Note that the stage ends after so many nanoseconds."""
        inner = self._inner.pop()
        self.nanoseconds[name] = self.nanoseconds.get(name, 0) + spent - inner
        if self._inner:
            self._inner[-1] += spent


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def record_with(recorder: Recorder) -> None:
    """Let this recorder hear of every stage from now on."""
    _recorder.set(recorder)


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    """Record every stage entered inside the block."""
    recorder = Recorder()
    token = _recorder.set(recorder)
    try:
        yield recorder
    finally:
        _recorder.reset(token)


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """Mark the block as one stage of the work."""
    recorder = _recorder.get()
    if recorder is None:
        yield
        return
    recorder.enter(name)
    start = time.perf_counter_ns()
    yield
    recorder.leave(name, time.perf_counter_ns() - start)
