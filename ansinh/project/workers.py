"""How many processes share long work: the one place that says so.

One for each processor, at most four; `ANSINH_WORKERS` names another number, and 1 leaves all work to the one process.
"""

import os

from ansinh.base.refusals import Refused

_MOST = 4


def workers() -> int:
    """Return how many processes may share the work of one command.

    Raises:
        Refused: `workers_not_a_number` when `ANSINH_WORKERS` names none from 1 to 4.
    """
    told = os.environ.get("ANSINH_WORKERS", "")
    if not told:
        return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST)
    if told not in {str(number) for number in range(1, _MOST + 1)}:
        raise Refused(
            "workers_not_a_number",
            vi=f"ANSINH_WORKERS phải là số từ 1 đến {_MOST}, không phải “{told}”. Hãy sửa biến này.",
            en=f"ANSINH_WORKERS must be a number from 1 to {_MOST}, not “{told}”. Correct or remove it.",
            found=told,
        )
    return int(told)
