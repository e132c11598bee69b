"""The account funnel's table of edges: every pair of states is either an edge or refused by name."""

import itertools

import pytest

from ansinh.base.refusals import Refused
from ansinh.people import transitions
from ansinh.people.models import FinancialAddress

STATES = [state.value for state in FinancialAddress.State]
# One row for each state an address is in, one column for each state it may go to, in the order of STATES.
ALLOWED = """
                NOT_OPENED CANNOT_OPEN COLLECTED VERIFIED PAYING
    none            yes        yes        yes       no      no
    NOT_OPENED      no         yes        yes       no      no
    CANNOT_OPEN     yes        yes        yes       no      no
    COLLECTED       yes        yes        yes       yes     no
    VERIFIED        yes        yes        yes       no      yes
    PAYING          yes        yes        yes       no      no
"""


def _table() -> dict[tuple[str | None, str], bool]:
    header, *lines = [line.split() for line in ALLOWED.strip().splitlines()]
    return {
        (None if old == "none" else old, new): answer == "yes"
        for old, *answers in lines
        for new, answer in zip(header, answers, strict=True)
    }


@pytest.mark.parametrize(("old", "new"), list(itertools.product([None, *STATES], STATES)))
def test_every_pair_is_an_edge_or_refused(old: str | None, new: str) -> None:
    if _table()[old, new]:
        transitions.require(old, new)
    else:
        with pytest.raises(Refused) as refusal:
            transitions.require(old, new)
        assert refusal.value.reason == "address_move_forbidden"


def test_nothing_is_paid_that_was_not_verified() -> None:
    assert transitions.sources_of("PAYING") == ["VERIFIED"]
    assert transitions.sources_of("VERIFIED") == ["COLLECTED"]
