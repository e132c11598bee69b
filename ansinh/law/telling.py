"""Everything that is told about one person's month: the contract's answer, and behind it the trace of each line, what
would change it, the months around it, and what nobody has verified. The command, the page and the API tell the same.
"""

from collections.abc import Sequence
from typing import Any

from ansinh.base.months import Month
from ansinh.law.answers import Inquiry
from ansinh.law.explanation import Settled, explain
from ansinh.law.timeline import timeline
from ansinh.law.trace import Record, traced, unverified
from ansinh.law.turning import turning_points


def tell(
    asked: Inquiry, month: Month, settled: Settled | None = None, records: Sequence[Record] = ()
) -> dict[str, Any]:
    """Return the contract's answer with `trace`, `what_would_change`, `timeline` and `unverified`.

    Raises:
        Refused: `law_not_encoded` when a month lies before the law held here.
    """
    said = explain(asked.law, asked.facts, month, asked.known_on, settled, asked.decided, asked.language)
    traces = traces_of(asked, said["lines"], records)
    return said | {
        "trace": traces,
        "what_would_change": turning_points(asked, month),
        "timeline": timeline(asked, month, settled),
        "unverified": unverified(asked, traces),
    }


def traces_of(asked: Inquiry, lines: Sequence[dict[str, Any]], records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the trace of each line, in their order."""
    return [traced(asked, asked.now(Month.parse(line["for_month"])), line, records) for line in lines]
