"""The list of scenarios: each with a number, a sentence in both languages, and what it demands.

A scenario fails when a demand does not hold, does not apply when the provider offers nothing of the kind, and passes only
when every demand was met.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ansinh.base.refusals import Refused
from ansinh.payment.conformance.sandbox import Failed, Sandbox

Act = Callable[[Sandbox], None]


@dataclass(frozen=True)
class Scenario:
    """One thing that must hold of a provider. `code` never changes its meaning."""

    code: str
    vi: str
    en: str
    act: Act


ALL: list[Scenario] = []


def scenario(code: str, vi: str, en: str) -> Callable[[Act], Act]:
    """Register a function as a scenario."""

    def register(act: Act) -> Act:
        assert code not in {known.code for known in ALL}, code
        ALL.append(Scenario(code, vi, en, act))
        return act

    return register


def refused(act: Callable[[], object], *reasons: str) -> None:
    """Demand that the act is refused for one of these reasons."""
    try:
        seen = act()
    except Refused as refusal:
        if refusal.reason not in reasons:
            raise Failed(f"refused as {refusal.reason}, not as {' or '.join(reasons)}") from refusal
        return
    raise Failed(f"not refused: {seen!r}")
