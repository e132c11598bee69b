"""Who may open a page: everybody, whoever is signed in, or some roles. A page that says nothing needs a sign-in."""

from collections.abc import Callable
from typing import Protocol

from django.http import HttpResponse

# The words of `office.models.Staff.Role`, written again because pages import no models.
COMMUNE, OFFICER, APPROVER = "commune_officer", "department_officer", "department_approver"
LAW_AUTHOR, LEGAL_REVIEWER = "law_author", "legal_reviewer"
LEADER, AUDITOR, ADMINISTRATOR, PROVIDER = "leader", "auditor", "administrator", "provider_officer"

# A leader sees figures, never a person; a provider sees neither: its own files tell it what to pay.
MONTH_ROLES = frozenset({COMMUNE, OFFICER, APPROVER, LEADER, AUDITOR})
PERSON_ROLES = frozenset({COMMUNE, OFFICER, APPROVER, AUDITOR})
# Who keeps a commune's register takes its lists, and nobody else's.
LIST_ROLES = frozenset({COMMUNE})
# Who prepares and who decides may ask what a change of law would do.
SIMULATION_ROLES = frozenset({OFFICER, APPROVER, LEADER})
# The law speaks of nobody; these are the people who answer for which one is used.
LAW_ROLES = frozenset({OFFICER, APPROVER, AUDITOR, ADMINISTRATOR, LAW_AUTHOR, LEGAL_REVIEWER})
# Who may take which step. That the same person never takes two of them is the operation's rule, not the page's.
CHECKERS = frozenset({OFFICER})
APPROVERS = frozenset({APPROVER})
FREEZERS = frozenset({OFFICER, APPROVER})
# Who hands out cash, who proposes to pay again what came back, and who may agree to another's proposal.
CASHIERS = frozenset({COMMUNE, OFFICER})
REOPENERS = frozenset({COMMUNE, OFFICER, APPROVER})
REOPENING_APPROVERS = frozenset({OFFICER, APPROVER})
# Sums of whole batches are the province's matter, not a commune's.
BATCH_ROLES = frozenset({OFFICER, APPROVER, AUDITOR})
# Who places the households of a divided commune: the province's department, for it alone sees both heirs.
AREA_ROLES = frozenset({OFFICER, APPROVER})
# Who keeps the register decides which records are one person's; the auditor reads.
DUPLICATE_ROLES = frozenset({COMMUNE, OFFICER, APPROVER, AUDITOR})
# Who keeps the register parts households and brings them together.
HOUSEHOLD_KEEPERS = frozenset({COMMUNE, OFFICER})
# Who tells and decides changes of life; the auditor reads.
EVENT_ROLES = frozenset({COMMUNE, OFFICER, APPROVER, AUDITOR})
LAW_REVIEWERS = frozenset({LEGAL_REVIEWER})


class View(Protocol):
    """A function that answers a request."""

    def __call__(self, request: object, *args: object, **kwargs: object) -> HttpResponse: ...


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a page that needs no sign-in. It runs outside a transaction and without a scope: it sees no person."""
    # The middleware reads the mark from the function. A wrapper that forgets functools.wraps hides it, and the page
    # asks for a sign-in: that is the safe way to be wrong.
    view.is_open_to_all = True  # type: ignore[attr-defined]
    return view


def without_scope(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a page about the signed-in person themselves: open while a one-time password still waits to be changed."""
    view.is_without_scope = True  # type: ignore[attr-defined]
    return view


def for_roles(roles: frozenset[str]) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Mark a page that only these roles may open; the others are told so in plain words (403)."""

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.roles = roles  # type: ignore[attr-defined]
        return view

    return mark
