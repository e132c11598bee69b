"""The life of a law: every pair of states, and every path to released leads through a second person's review."""

import itertools

import pytest

from ansinh.base.refusals import Refused
from ansinh.entitlement.transitions import EDGES, LABELS, require


@pytest.mark.parametrize(("current", "wanted"), list(itertools.product(LABELS, LABELS)))
def test_all_pairs(current: str, wanted: str) -> None:
    if (current, wanted) in EDGES:
        require(current, wanted)
        return
    with pytest.raises(Refused) as refusal:
        require(current, wanted)
    assert refusal.value.reason == "law_not_ready"
    assert LABELS[current][0] in refusal.value.vi


def test_nothing_leads_out_of_released_and_only_a_review_leads_there() -> None:
    assert not [edge for edge in EDGES if edge[0] == "RELEASED"]
    assert {work for (_, wanted), work in EDGES.items() if wanted == "RELEASED"} == {"review"}
    assert {wanted for current, wanted in EDGES if not current} == {"SHIPPED", "SUBMITTED"}
