"""What the codes of banks mean in our words: dated tables beside this file, never guesses in the code.

A reason is keyed by its code set and its code, because AC16 is a wrong card number in one list and a seized account in
the other. A code that is in no table has no meaning here: the line that carries it waits for a person.
"""

import json
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

STATUS_SET = "status"
RETURN_SET = "return"
VERIFICATION_SET = "verification"
CANCELLATION_SET = "cancellation"
# Why a bank refuses or delays a recall is another list than why we ask for one.
CANCELLATION_ANSWER_SET = "cancellation_answer"
CODE_SETS = (STATUS_SET, RETURN_SET, VERIFICATION_SET, CANCELLATION_SET, CANCELLATION_ANSWER_SET)
PROPRIETARY_SET = "proprietary"
# A bank that rejects something as a duplicate says nothing of the first one: only the first one's own answer counts.
# Sub-families of ISO's bank transaction codes (BTC) by which a bank says that a debit is its own price: charges, fees, commission.
FEE_FAMILIES = frozenset({"CHRG", "FEES", "COMM"})
DUPLICATE_REASONS = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})


class Meaning(NamedTuple):
    """What a reason means: the published English definition, and a Vietnamese sentence that an officer can act on.

    Without a translation the sentence is the English one, and says so.
    """

    vi: str
    en: str
    is_translated: bool


# ACSC reads like “paid” and is not: it settles the payer's side. What a bank means by it is agreed in its `Profile`,
# never here.
@lru_cache(maxsize=1)
def statuses() -> dict[str, str]:
    """Return our word for each ISO payment status code."""
    table = _table("statuses.json")
    # The table's version and origin stand beside the codes, which are the entries of four letters.
    return {code: word for code, word in table.items() if len(code) == 4}


def reason_text(reason_set: str, code: str) -> str | None:
    """Return the Vietnamese sentence for a reason: what happened and what to do. None when it has none."""
    return _table("reasons.json").get(reason_set, {}).get(code) if reason_set in CODE_SETS else None


def meaning(reason_set: str, code: str) -> Meaning | None:
    """Return what a reason of an ISO code set means; None for a code that is in no published list."""
    english = _table("code_sets.json").get(reason_set, {}).get(code) if reason_set in CODE_SETS else None
    if english is None:
        return None
    vietnamese = reason_text(reason_set, code)
    if vietnamese is None:
        return Meaning(f"{english} (chưa có bản dịch)", english, False)
    return Meaning(vietnamese, english, True)


def published(reason_set: str) -> frozenset[str]:
    """Return the codes of one code set."""
    return frozenset(_table("code_sets.json")[reason_set])


@lru_cache(maxsize=3)
def _table(name: str) -> dict:
    return json.loads(resources.files(__package__).joinpath(name).read_text("utf8"))
