"""What the codes of banks mean in our words: dated tables beside this file, never guesses in the code.

A reason is keyed by its code set and its code, because AC16 is a wrong card number in one list and a seized account in
the other. A code that is in no table has no meaning here: the line that carries it waits for a person.
"""

import json
from functools import lru_cache
from importlib import resources

STATUS_SET = "status"
RETURN_SET = "return"
PROPRIETARY_SET = "proprietary"
VERIFICATION_SET, CANCELLATION_SET = "verification", "cancellation"
# A bank that rejects something as a duplicate says nothing of the first one: only the first one's own answer counts.
DUPLICATE_REASONS = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})


# ACSC reads like “paid” and is not: it settles the payer's side. What a bank means by it is agreed in its `Profile`,
# never here.
@lru_cache(maxsize=1)
def statuses() -> dict[str, str]:
    """Return our word for each ISO payment status code."""
    table = json.loads(resources.files(__package__).joinpath("statuses.json").read_text("utf8"))
    # The table's version and origin stand beside the codes, which are the entries of four letters.
    return {code: word for code, word in table.items() if len(code) == 4}


def reason_text(reason_set: str, code: str) -> str | None:
    """Return the Vietnamese sentence for a reason: what happened and what to do. None when it is not known."""
    return _reasons().get(reason_set, {}).get(code)


@lru_cache(maxsize=1)
def _reasons() -> dict[str, dict[str, str]]:
    table = json.loads(resources.files(__package__).joinpath("reasons.json").read_text("utf8"))
    return {name: table[name] for name in (STATUS_SET, RETURN_SET, VERIFICATION_SET, CANCELLATION_SET)}
