"""The life of a benefit: not granted, in payment, suspended, terminated. Which act may follow which.

Only a decision leads back from terminated: nobody's benefit comes to life again by itself.
"""

from ansinh.base.refusals import Refused

NOT_GRANTED, IN_PAYMENT, SUSPENDED, TERMINATED = "NOT_GRANTED", "IN_PAYMENT", "SUSPENDED", "TERMINATED"
STATES = (NOT_GRANTED, IN_PAYMENT, SUSPENDED, TERMINATED)

EDGES: dict[tuple[str, str], tuple[str, ...]] = {
    (NOT_GRANTED, IN_PAYMENT): ("grant",),
    (IN_PAYMENT, IN_PAYMENT): ("change", "move"),
    (IN_PAYMENT, SUSPENDED): ("suspend",),
    # Of the three ways to close a suspension two lead back to payment, and all three count from when it began.
    (SUSPENDED, IN_PAYMENT): ("resume unchanged", "resume changed"),
    (SUSPENDED, TERMINATED): ("resume not_eligible", "stop"),
    (IN_PAYMENT, TERMINATED): ("stop",),
    (TERMINATED, IN_PAYMENT): ("grant",),
}

_LABELS = {
    NOT_GRANTED: ("chưa hưởng", "not granted"),
    IN_PAYMENT: ("đang hưởng", "in payment"),
    SUSPENDED: ("tạm dừng", "suspended"),
    TERMINATED: ("đã thôi hưởng", "terminated"),
}
_ACTS = {
    "grant": ("quyết định cho hưởng", "a grant"),
    "change": ("điều chỉnh", "a change"),
    "move": ("chuyển nơi chi trả", "a move"),
    "suspend": ("tạm dừng", "a suspension"),
    "stop": ("thôi hưởng", "an end"),
    "resume unchanged": ("rà soát: không thay đổi", "a review without change"),
    "resume changed": ("rà soát: có thay đổi", "a review with a change"),
    "resume not_eligible": ("rà soát: không đủ điều kiện", "a review finding no eligibility"),
}


def after(state: str, act: str) -> str:
    """Return the state into which the act leads, or raise the refusal `life_out_of_order` when no edge carries it."""
    for (before, following), acts in EDGES.items():
        if before == state and act in acts:
            return following
    raise Refused(
        "life_out_of_order",
        vi=f"Chế độ {_LABELS[state][0]}, nên không thể có bước “{_ACTS[act][0]}”. Hãy kiểm tra thứ tự các quyết định.",
        en=f"The benefit is {_LABELS[state][1]}; {_ACTS[act][1]} cannot follow. Check the order of the decisions.",
        state=state,
        act=act,
    )
