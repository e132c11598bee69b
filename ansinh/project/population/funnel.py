"""The account funnel of the generated province, drawn exactly: 52.00 % in payment, 28.33 % collected, 19.67 % without account.

In March 2023 the published shares were 52 %, 32.73 % and 22.72 %, which add up to 107.45 %; here the first is kept and
the rest shares the remainder in the published proportion 32.73 : 22.72.
"""

from dataclasses import dataclass

import numpy as np

from ansinh.base.dong import largest_remainder

SHARES = (5200, 2833, 1967)
# BIN by weight; every one stands in the bank directory of the room `people`.
_BANKS = np.array(["970405", "970415", "970436", "970418", "970449", "970422"])
_BANK_SHARES = (0.38, 0.17, 0.15, 0.12, 0.13, 0.05)


@dataclass(frozen=True)
class Traits:
    """What makes an account likely or not, for each payee."""

    place: np.ndarray
    is_minor: np.ndarray
    is_bedridden: np.ndarray
    age_years: np.ndarray


@dataclass(frozen=True)
class Addresses:
    """State, reason, bank and the sandbox bank's behaviour for each payee."""

    state: np.ndarray
    reason: np.ndarray
    bank: np.ndarray
    behaviour: np.ndarray


def counts(payees: int) -> list[int]:
    """Return how many payees are in payment, collected, and without an account; they add up."""
    return largest_remainder(SHARES, payees)


def draw(rng: np.random.Generator, traits: Traits, is_mountain: np.ndarray, *, always_paid: int | None) -> Addresses:
    """Return an address for every payee: exact in total, lower in the mountains, among minors and the bedridden.

    Args:
        always_paid: the position of a payee who is certainly in payment by a good account.
    """
    # Ranked by a score and cut at the exact counts: deciding each payee by chance would only come near them.
    size = len(traits.place)
    by_commune = rng.normal(0.0, 0.07, len(is_mountain)) - 0.22 * is_mountain
    score = (
        rng.random(size)
        + by_commune[traits.place]
        - 0.5 * traits.is_minor
        - 0.35 * traits.is_bedridden
        - 0.002 * traits.age_years
    )
    # Infinitely likely is first in the ranking, and the first one is left plain by `_refine_paid`.
    if always_paid is not None:
        score[always_paid] = np.inf
    ranked = np.argsort(-score, kind="stable")
    paid, collected, _ = counts(size)
    in_payment, waiting, without = ranked[:paid], ranked[paid : paid + collected], ranked[paid + collected :]
    # Arrays of text cut what is longer than their width, without a word: a new state or behaviour may need a wider one.
    state = np.full(size, "NOT_OPENED", dtype="<U12")
    reason = np.full(size, "", dtype="<U12")
    behaviour = np.full(size, "", dtype="<U18")
    state[in_payment], behaviour[in_payment] = "PAYING", "ok"
    state[waiting], behaviour[waiting] = "COLLECTED", "ok"
    _refine_paid(rng, in_payment, state, behaviour)
    _refine_waiting(rng, waiting, size, state, behaviour)
    _refine_without(rng, without, traits, is_mountain, state, reason)
    # Banks are drawn for everybody, also for those without: who has an account must not shift the draws of the others.
    has_account = behaviour != ""
    return Addresses(state, reason, np.where(has_account, rng.choice(_BANKS, size, p=_BANK_SHARES), ""), behaviour)


def _refine_paid(rng: np.random.Generator, in_payment: np.ndarray, state: np.ndarray, behaviour: np.ndarray) -> None:
    """Some accounts are verified but were never paid yet; some answer late or twice. The first one stays plain."""
    drawn = rng.permutation(in_payment[1:])
    # One in two hundred, rounded. Verified ones are taken from the front, late and double ones from the end, so that no
    # account is two of these. Minus zero is zero: with none to take, `drawn[-few:]` would be all of them.
    few = (len(in_payment) + 100) // 200
    state[drawn[: len(in_payment) // 25]] = "VERIFIED"
    behaviour[drawn[-few:] if few else drawn[:0]] = "late"
    behaviour[drawn[-2 * few : -few] if few else drawn[:0]] = "twice"


def _refine_waiting(
    rng: np.random.Generator, waiting: np.ndarray, payees: int, state: np.ndarray, behaviour: np.ndarray
) -> None:
    """About three payees in a thousand look verified, but their bank will reject the money or send it back."""
    # They count as collected, not as paid: their money comes back, so the shares hold after the bank has answered too.
    bad = rng.permutation(waiting)[: (payees * 3 + 500) // 1000]
    state[bad] = "VERIFIED"
    behaviour[bad] = np.resize(np.array(["reject_AC04", "return_after_paid", "reject_AC01"]), len(bad))


def _refine_without(
    rng: np.random.Generator,
    without: np.ndarray,
    traits: Traits,
    is_mountain: np.ndarray,
    state: np.ndarray,
    reason: np.ndarray,
) -> None:
    """Half of those without an account cannot open one, for a reason that fits the person and the place."""
    minor, bedridden = traits.is_minor[without], traits.is_bedridden[without]
    cannot = minor | bedridden | (rng.random(len(without)) < 0.45)
    far = is_mountain[traits.place[without]] & (rng.random(len(without)) < 0.6)
    # Drawn for all of them and used for some, like every draw here.
    other = rng.choice(
        np.array(["no_document", "refuses", "bedridden", "other", "no_branch"]),
        len(without),
        p=[0.22, 0.33, 0.2, 0.15, 0.1],
    )
    why = np.select([minor, bedridden, far], ["minor", "bedridden", "no_branch"], other)
    state[without] = np.where(cannot, "CANNOT_OPEN", "NOT_OPENED")
    reason[without] = np.where(cannot, why, "")
