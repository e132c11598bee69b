"""Run the kit against one sandbox and say of each scenario what came of it."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansinh.base.refusals import Refused
from ansinh.payment.conformance import answering, asking, joining, reading, rendering, sending, signing
from ansinh.payment.conformance.sandbox import Failed, NotApplicable, Sandbox
from ansinh.payment.conformance.scenarios import ALL, Scenario

# Importing them is what registers their scenarios.
PARTS = (rendering, sending, answering, reading, asking, joining, signing)
_ORDER = "RSALQJC"
PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not_applicable"


@dataclass(frozen=True)
class Outcome:
    """What came of one scenario. `said` is why it failed, or why it does not apply."""

    code: str
    result: str
    said: str = ""


def scenarios() -> tuple[Scenario, ...]:
    """Return every scenario in the order of the kit: rendering, sending, answers, reading, asking, joined orders, signed files."""
    return tuple(sorted(ALL, key=lambda one: (_ORDER.index(one.code[0]), one.code)))


def play(scenario: Scenario, sandbox: Sandbox) -> Outcome:
    """Play one scenario."""
    try:
        scenario.act(sandbox)
    except NotApplicable as reason:
        return Outcome(scenario.code, NOT_APPLICABLE, str(reason))
    except Failed as seen:
        return Outcome(scenario.code, FAILED, str(seen))
    except Refused as refusal:
        return Outcome(scenario.code, FAILED, f"{refusal.reason}: {refusal.vi}")
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, AssertionError) as accident:
        # An accident of the gateway is a failure of the gateway; the kit goes on and says where.
        where = traceback.extract_tb(accident.__traceback__)[-1]
        return Outcome(
            scenario.code, FAILED, f"{type(accident).__name__} in {where.name}:{where.lineno}: {accident}"[:400]
        )
    return Outcome(scenario.code, PASSED)


def run(
    sandbox: Sandbox, codes: Sequence[str] = (), progress: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Play the scenarios with these codes, or all of them."""
    outcomes = []
    for scenario in scenarios():
        if not codes or scenario.code in codes:
            outcomes.append(play(scenario, sandbox))
            progress(outcomes[-1])
    return outcomes
