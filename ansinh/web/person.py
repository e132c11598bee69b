"""One person: what they get and by which clause, what was paid, where it goes, and which facts it rests on."""

import datetime
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ansinh.base.months import Month
from ansinh.entitlement import queries as entitlement
from ansinh.office import operations as office
from ansinh.payment import queries as payment
from ansinh.payroll import queries as payroll
from ansinh.people import queries as people
from ansinh.reports import queries as reports
from ansinh.reports.explaining import NEUTRAL_FACTS
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.explaining import benefit_name, explain_month, fact_name, fact_value, place_facts
from ansinh.web.labels import (
    address_label,
    channel_label,
    corrected_label,
    mandate_label,
    no_account_label,
    reason_label,
    relationship_label,
    sex_label,
)
from ansinh.web.scope import areas_around

FOUND_AT_MOST = 50


@dataclass(frozen=True)
class FactView:
    """One fact in words, with its period, its source and the instant it was recorded."""

    name: str
    value: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    source: str
    recorded_at: datetime.datetime | None


@dataclass(frozen=True)
class HoldView:
    """What a run holds back from the person, in words."""

    run_code: str
    label: str
    amount_dong: int


@dataclass(frozen=True)
class DecisionView:
    """One decision in words."""

    benefit: str
    row: entitlement.DecisionRow


@dataclass(frozen=True)
class PaymentView:
    """One payment in words."""

    label: str
    reason: str
    channel: str
    row: payment.ItemRow


@dataclass(frozen=True)
class AddressView:
    """Where a payee is paid, in words; the number shows its last four digits."""

    label: str
    reason: str
    row: people.AddressRow

    @property
    def ending(self) -> str:
        """Return the end of the account number, enough to recognise it and too little to use it."""
        return self.row.number[-4:]


@for_roles(access.PERSON_ROLES)
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Find people by name, national id, phone, account or number of a decision, in the reader's own area."""
    # Nothing typed finds nobody: a list of everybody is no search, and nobody should browse through people.
    asked = request.GET.get("q", "").strip()[:100]
    found = people.search_people(asked, limit=FOUND_AT_MOST) if asked else []
    if asked and len(found) < FOUND_AT_MOST:
        seen = {row.id for row in found}
        decided = [one for one in entitlement.people_by_decision(asked, FOUND_AT_MOST) if one not in seen]
        found += people.people_of(decided)[: FOUND_AT_MOST - len(found)]
    context = {"q": asked, "found": found, "is_full": len(found) == FOUND_AT_MOST, "limit": FOUND_AT_MOST}
    context["may_enter"] = request.staff.role in access.HOUSEHOLD_KEEPERS  # type: ignore[attr-defined]
    return render(request, "web/search.html", context)


def require_possible(person_id: int) -> None:
    """Answer "not found" for a number that nobody can have: beyond a bigint the database answers with an error."""
    if person_id > 2**63 - 1:
        raise Http404


def facts_in_words(file: people.PersonFile) -> list[FactView]:
    """Return the facts of a file as a page tells them, without those from which a health status could be told."""
    return [
        FactView(
            fact_name(row.kind, row.kind_label),
            fact_value(row.kind, row.value),
            row.valid_from,
            row.valid_to,
            row.source,
            row.recorded_at,
        )
        for row in file.circumstances
        if row.superseded_at is None and row.kind not in NEUTRAL_FACTS
    ] + [
        FactView(
            fact_name(fact.kind, fact.kind), fact.value, fact.valid_from, fact.valid_to, _place_source(fact.kind), None
        )
        for fact in place_facts(file.person.id)
    ]


def _as_written(row: people.CorrectionRow) -> tuple[str, str]:
    """Return before and after as people write them: a day from the day on, nothing as a dash."""
    is_day = row.field == "birth_date"
    before, after = (("/".join(reversed(one.split("-"))) if is_day else one) for one in (row.before, row.after))
    return before or "–", after


def _place_source(kind: str) -> str:
    return (
        _("Kết quả rà soát hộ nghèo của xã, phường") if kind == "household_poverty" else _("Danh mục địa bàn khó khăn")
    )


def _holds(person_id: int, month: Month) -> list[HoldView]:
    place = 1 if get_language() == "en" else 0
    return [
        HoldView(code, payroll.HOLD_LABELS.get(reason, (reason, reason))[place], amount_dong)
        for code, reason, amount_dong in reports.holds_of(person_id, month)
    ]


def decisions_in_words(person_id: int) -> list[DecisionView]:
    """Return the person's decisions as a page tells them."""
    rows = entitlement.decisions_of(person_id)
    return [DecisionView(benefit_name(row.benefit), row) for row in rows]


def _payments(person_id: int) -> list[PaymentView]:
    is_english = get_language() == "en"
    return [
        PaymentView(
            row.label_en if is_english else row.label,
            reason_label(row.reason_set, row.reason_code),
            channel_label(row.channel),
            row,
        )
        for row in payment.items_of(person_id)
    ]


def _address(payee_id: int) -> AddressView | None:
    # At most one: the database allows one current address a payee.
    current = [row for row in people.addresses_of(payee_id) if row.valid_to is None]
    if not current:
        return None
    row = current[0]
    return AddressView(address_label(row.state), no_account_label(row.reason) if row.reason else "", row)


def _month(request: HttpRequest, months: list[Month]) -> Month:
    """Return the month asked for, else the newest one with a frozen run, else the present one."""
    asked = request.GET.get("thang")
    # A wrong month is refused by name; a missing one is the newest that has something to show.
    if asked:
        return Month.parse(asked)
    return months[0] if months else Month.of(timezone.localdate())


@for_roles(access.PERSON_ROLES)
@require_safe
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person; a person of another area is not found. That somebody looked is kept in the audit trail."""
    require_possible(person_id)
    file = people.person_file(person_id)
    # A draft is nobody's pay yet: only frozen months are offered.
    months = reports.frozen_months(areas_around(request))
    month = _month(request, months)
    # The money goes to whoever holds the open mandate; the account shown is theirs, not the beneficiary's.
    open_mandates = [row for row in file.mandates if row.valid_to is None]
    given = next((row for row in open_mandates if row.beneficiary_id == person_id), None)
    context = {
        "person": file.person,
        "file": file,
        "sex": sex_label(file.person.sex),
        "month": month,
        "months": months,
        "explanation": explain_month(person_id, month, timezone.localdate()),
        "holds": _holds(person_id, month),
        "payments": _payments(person_id),
        "given": given,
        "given_kind": mandate_label(given.kind) if given else "",
        "members": [(row, relationship_label(row.relationship)) for row in file.members if row.person_id != person_id],
        "held": [row for row in open_mandates if row.payee_id == person_id],
        "address": _address(given.payee_id if given else person_id),
        "facts": facts_in_words(file),
        "corrections": [(row, corrected_label(row.field), *_as_written(row)) for row in file.corrections],
        "decisions": decisions_in_words(person_id),
    }
    # Reading a person's file is an act too: who looked at whom can be asked later.
    by = request.staff.username  # type: ignore[attr-defined]
    office.audit(by=by, action="person_viewed", subject=f"person:{person_id}", detail={}, at=timezone.localtime())
    return render(request, "web/person.html", context)
