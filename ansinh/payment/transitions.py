"""What an answer of a provider may do to an item: a lattice, so that order and repetition of answers do not matter.

An answer is applied, has nothing new to say, or is held for a person. Money follows only the first kind.
"""

from enum import StrEnum


class Effect(StrEnum):
    """What to do with one answer."""

    ADVANCE = "advance"
    PAY = "pay"
    REJECT = "reject"
    RETURN = "return"
    NOTHING_NEW = "nothing_new"
    HOLD = "hold"


_ADVANCING = ("RECEIVED", "ACCEPTED", "UNKNOWN")

# (status of the item while its attempt is the one answered, status that the answer reports) → effect.
EFFECTS: dict[tuple[str, str], Effect] = {
    ("DUE", "RECEIVED"): Effect.ADVANCE,
    ("DUE", "ACCEPTED"): Effect.ADVANCE,
    ("DUE", "PAID"): Effect.PAY,
    ("DUE", "REJECTED"): Effect.REJECT,
    ("DUE", "RETURNED"): Effect.HOLD,
    ("DUE", "UNKNOWN"): Effect.ADVANCE,
    **{(now, "PAID"): Effect.PAY for now in _ADVANCING},
    **{(now, "REJECTED"): Effect.REJECT for now in _ADVANCING},
    # Money cannot come back before it left; the line waits until the payment is known.
    **{(now, "RETURNED"): Effect.HOLD for now in _ADVANCING},
    ("RECEIVED", "ACCEPTED"): Effect.ADVANCE,
    ("UNKNOWN", "RECEIVED"): Effect.ADVANCE,
    ("UNKNOWN", "ACCEPTED"): Effect.ADVANCE,
    **{(now, now): Effect.NOTHING_NEW for now in ("RECEIVED", "ACCEPTED", "UNKNOWN", "PAID", "REJECTED", "RETURNED")},
    ("ACCEPTED", "RECEIVED"): Effect.NOTHING_NEW,
    ("RECEIVED", "UNKNOWN"): Effect.NOTHING_NEW,
    ("ACCEPTED", "UNKNOWN"): Effect.NOTHING_NEW,
    **{("PAID", late): Effect.NOTHING_NEW for late in _ADVANCING},
    ("PAID", "RETURNED"): Effect.RETURN,
    **{("REJECTED", late): Effect.NOTHING_NEW for late in _ADVANCING},
    **{("RETURNED", late): Effect.NOTHING_NEW for late in (*_ADVANCING, "PAID")},
    # Two final answers that disagree: neither is believed, the bank's statement decides.
    ("PAID", "REJECTED"): Effect.HOLD,
    ("REJECTED", "PAID"): Effect.HOLD,
    ("REJECTED", "RETURNED"): Effect.HOLD,
    ("RETURNED", "REJECTED"): Effect.HOLD,
}


def effect(now: str, answer: str) -> Effect:
    """Return what the answer does; a pair that nobody thought of is held."""
    return EFFECTS.get((now, answer), Effect.HOLD)
