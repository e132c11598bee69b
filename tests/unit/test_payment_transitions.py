"""The lattice of answers: every pair of states has one fate, order does not matter, and finals that disagree are held."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ansinh.payment.transitions import EFFECTS, Effect, effect

STATES = ("DUE", "RECEIVED", "ACCEPTED", "UNKNOWN", "PAID", "REJECTED", "RETURNED")
ANSWERS = STATES[1:]


def _after(now: str, answer: str) -> str:
    return answer if effect(now, answer) in {Effect.ADVANCE, Effect.PAY, Effect.REJECT, Effect.RETURN} else now


def test_every_pair_was_thought_of() -> None:
    assert set(EFFECTS) == set(itertools.product(STATES, ANSWERS))


def test_only_an_open_item_is_paid_or_rejected_and_only_a_paid_one_returned() -> None:
    for (now, _), found in EFFECTS.items():
        if found in {Effect.PAY, Effect.REJECT}:
            assert now in {"DUE", "RECEIVED", "ACCEPTED", "UNKNOWN"}
        if found is Effect.RETURN:
            assert now == "PAID"


def test_finals_that_disagree_are_held() -> None:
    assert effect("PAID", "REJECTED") is Effect.HOLD
    assert effect("REJECTED", "PAID") is Effect.HOLD


@given(st.lists(st.sampled_from(ANSWERS), max_size=12))
def test_money_moves_at_most_once_each_way(answers: list[str]) -> None:
    now, paid, rejected, returned = "DUE", 0, 0, 0
    for answer in answers:
        found = effect(now, answer)
        paid += found is Effect.PAY
        rejected += found is Effect.REJECT
        returned += found is Effect.RETURN
        now = _after(now, answer)
    assert paid + rejected <= 1
    assert returned <= paid


@given(st.permutations(["RECEIVED", "ACCEPTED", "PAID"]))
def test_order_of_good_news_does_not_matter(answers: list[str]) -> None:
    now = "DUE"
    for answer in answers:
        now = _after(now, answer)
    assert now == "PAID"
