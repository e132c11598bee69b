"""Walks every address, query and table as somebody of another area, and names each that shows what it must not.

A parameter or function that the walker does not know is an error: a new page cannot slip past it.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import ansinh
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.office import queries as office
from ansinh.office.models import Staff
from ansinh.office.security import Scope, acting, everything, put_on
from tests.integration.scope_world import BEGINNINGS, MARKS, NOVEMBER, A, B, Marked
from tests.integration.visiting import AT, area_id

# Beside the rooms' `queries`, these read people too.
MORE_READS = {
    "ansinh.people.verification": ("to_ask", "pending"),
    "ansinh.people.twins": ("pairs", "pair"),
    "ansinh.entitlement.events": ("events", "event", "told"),
    "ansinh.people.households": ("changes_of",),
    "ansinh.people.opening": ("to_open",),
    "ansinh.people.campaigns": ("newest_campaign", "progress", "over_time", "payees"),
    "ansinh.entitlement.merging": ("merges_of", "waiting"),
    "ansinh.people.reform": ("waiting_households", "waiting_by_village", "household_ids", "residences_of"),
    "ansinh.payment.cash": ("sheet", "uncollected"),
    "ansinh.payment.reopening": ("waiting", "recalled"),
    "ansinh.payment.by_hand": ("batch",),
    "ansinh.reports.explaining": ("explanation_of",),
    "ansinh.reports.account_groups": ("by_group",),
}
# What may differ when A's people are there, because it tells of nobody. Marks are looked for in these all the same.
TELLS_OF_NOBODY = {
    "ledger": "the books know references and sums, no person; only the operator's commands read them",
    "payroll.runs": "a run names its area and totals; pages list those of the reader's own area alone",
    "payroll.run": "as payroll.runs",
    "payroll.frozen_areas": "numbers of units, no person; a command asks whether somebody answers for all of them",
    "payroll.control_of": "a checksum over no rows",
    "reports.months": "months in which any run exists",
    "reports.frozen_months": "as reports.months",
    "reports.latest_frozen_month": "as reports.months",
    "reports.provinces_of": "provinces in which any run exists",
    "reports.coverage": "the number of lines of a run, from its totals",
    "reports.progress_of": "as reports.coverage, and its batches: sums of a run",
    "payment.missing_money": "a sum of a run; the month page asks for it for whoever sees the whole run",
    "payment.providers": "which providers there are, no person",
    "payment.quarantined_since": "names of providers' files and why they were set aside, no person",
    "payment.invariants": "whether the books and the items agree: yes or no",
    "payment.by_hand": "a batch carries sums",
    "payment.open_items": "counts, of which that of held lines is the whole system's; the closing of a month reads them",
    "people.campaigns.newest_campaign": "a province's day and target, no person",
    "office.staff": "who works here is the administrator's matter, no person of the register",
}
# Into these anybody may write; the database itself says where an entry belongs, and nobody else reads it there.
EVERYBODY_ADDS = {"office_auditevent"}
# A session ends here: whoever walks on would be nobody.
_ENDS_SESSION = "dang-xuat/"


@dataclass
class Walk:
    """What was walked, what each place answered, and what leaked."""

    answers: dict[tuple[str, ...], str] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)

    def note(self, *place: str, said: str) -> None:
        """Keep an answer, and look for marks in it."""
        self.answers[place] = said
        found = [mark for mark in MARKS if mark in said.casefold()]
        if found:
            self.leaks.append(f"{' '.join(place)}: {', '.join(found)}")

    def compare(self, without: "Walk") -> None:
        """Add a leak for each place that answers otherwise when A's people are not there: a count is a leak too."""
        assert without.answers.keys() <= self.answers.keys()
        assert self.endpoints == without.endpoints
        for place, said in without.answers.items():
            if said != self.answers[place]:
                self.leaks.append(f"{' '.join(place)}: differs with A's rows")

    @property
    def summary(self) -> str:
        """Return the line that the report shows."""
        return (
            f"endpoints walked: {len(self.endpoints)}, queries: {len(self.queries)}, tables: {len(self.tables)}, "
            f"leaks: {len(self.leaks)}"
        )


def _tells_of_nobody(query: str) -> bool:
    return any(query == name or query.startswith(name + ".") for name in TELLS_OF_NOBODY)


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, path)
        else:
            yield path, entry


def _values(marked: Marked) -> dict[str, list[str]]:
    return {
        "person_id": [str(marked.person), str(marked.payee)],
        "month": ["2026-11", "2026-12"],
        "code": [marked.run_code, marked.draft_code, marked.provider],
        "act_name": ["kiem-tra", "duyet", "chot"],
        "release_hash": [law_in_force().hash[:12]],
        "list_id": [str(marked.received_list)],
        "commune": [A],
        "pair_id": [str(marked.pair)],
        "event_id": [str(marked.event)],
        "unit_id": [str(area_id(A))],
    }


def addresses(marked: Marked) -> list[tuple[str, str]]:
    """Return (pattern, address) with A's ids in every parameter, and A's people asked for in every question."""
    values, found = _values(marked), []
    for pattern, _ in _patterns(get_resolver()):
        made = [pattern]
        for name in re.findall(r"<(?:\w+:)?(\w+)>", pattern):
            # A parameter that the walker does not know ends the walk here, by KeyError.
            made = [re.sub(rf"<(?:\w+:)?{name}>", value, one) for one in made for value in values[name]]
        # The word `code` is a provider's in one place and a run's in all others.
        made = [one for one in made if (f"/{marked.provider}/" in one) == ("providers/" in one)]
        found += [(pattern, "/" + one) for one in made]
        if not re.search("<", pattern):
            # The whole set of questions to the page that searches; the others get one of everything.
            asked = [f"q={text}" for text in (BEGINNINGS if pattern == "nguoi/" else BEGINNINGS[:1])]
            asked = [f"{one}&nguoi={marked.person}&thang=2026-11&tinh=46" for one in asked]
            found += [(pattern, f"/{pattern}?{question}") for question in asked]
    return found


def _plain(html: str) -> str:
    # A fresh secret for the visitor's own telephone is another one each time.
    own = re.sub(r'base64,[^"]*"|<span class="an-code">[A-Z2-7 ]{39}</span>', "", html)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", own)


def walk_addresses(walk: Walk, visitors: dict[str, Client], marked: Marked) -> None:
    """Ask every address by GET and POST as every visitor; the database is put back after each."""
    # The public page is kept for a while: kept over from the other walk, it could not differ.
    cache.clear()
    for pattern, address in addresses(marked):
        if pattern == _ENDS_SESSION:
            continue
        walk.endpoints.add(pattern)
        for visitor, client in visitors.items():
            # What is asked after a question mark is for reading.
            for method in ("GET",) if "?" in address else ("GET", "POST"):
                with transaction.atomic():
                    ask = client.get if method == "GET" else client.post
                    answer = ask(address) if method == "GET" else ask(address, {"sha256": "0" * 64, "reason": "x"})
                    transaction.set_rollback(True)
                put_on(everything("tests", protected=True))
                where = answer.headers.get("Location", "")
                content = answer.content.decode(errors="replace")
                said = f"{answer.status_code} {where} {_plain(content)}"
                walk.note("address", method, address, visitor, said=said)


# ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def reads() -> dict[str, Callable[..., Any]]:
    """Return every public function of every room's `queries`, and the other functions that read people."""
    found = {}
    for module in pkgutil.iter_modules(ansinh.__path__, "ansinh."):
        name = f"{module.name}.queries"
        if module.ispkg and importlib.util.find_spec(name):
            of = importlib.import_module(name)
            for function_name, function in inspect.getmembers(of, inspect.isfunction):
                if not function_name.startswith("_") and function.__module__ == name:
                    found[f"{module.name.removeprefix('ansinh.')}.{function_name}"] = function
    for name, functions in MORE_READS.items():
        for function_name in functions:
            found[f"{name.removeprefix('ansinh.')}.{function_name}"] = getattr(
                importlib.import_module(name), function_name
            )
    return found


def _arguments(marked: Marked) -> dict[str, Any]:
    place = area_id(A)
    return {
        "person_id": marked.person, "household_id": marked.household, "run_id": marked.run, "area_id": place,
        "area_ids": [place, area_id("46")], "unit_ids": [place], "pair_id": marked.pair, "decided": False, "late": False, "state": "PAYING", "event_id": marked.event, "kind": "death", "value": "", "happened_on": NOVEMBER.first_day, "village": "", "province_id": area_id("46"), "day": NOVEMBER.first_day, "areas": None, "month": NOVEMBER, "year": 2026, "text": "hoang thi can",
        "package": law_in_force(), "law": law_in_force(), "days": [NOVEMBER.last_day], "subject": f"person:{marked.person}", "cash_list": marked.cash_list, "run": marked.run_code,
        "username": "can.bo", "on": NOVEMBER.last_day, "today": NOVEMBER.last_day, "province_code": "46", "program": "hledger",
        "message_id": marked.batch, "language": "vi", "thorough": True, "limit": 100, "codes": None, "ids": [marked.person, marked.payee], "persons": [marked.person], "until": NOVEMBER.last_day, "shared_by": 1, "months": 3, "after": 0, "smallest_run": 1, "name": "appropriation",
    }  # fmt: skip


# The same word means something else here.
_OTHERWISE: dict[str, Callable[[Marked], dict[str, Any]]] = {
    "office.find_commune": lambda _: {"code": A},
    "office.name_of_commune": lambda _: {"code": A},
    "office.find_province": lambda _: {"code": "46"},
    "payroll.leaves_of": lambda _: {"people": (1, 10**12)},
    "payroll.run": lambda marked: {"code": marked.run_code},
    "payroll.unknown_run": lambda marked: {"code": marked.run_code},
    "payroll.run_row": lambda marked: {"run": _model("payroll.PayrollRun").objects.get(pk=marked.run)},
    "people.opening.to_open": lambda marked: {"area_ids": [area_id(A), area_id("46")], "bank_bin": "970405"},
    "people.households.changes_of": lambda marked: {"household": marked.household_code},
    "people.reform.household_ids": lambda marked: {"codes": [marked.household_code]},
    "office.setting": lambda _: {"name": "instance"},
    "office.row_of": lambda _: {"member": Staff.objects.get(username="can.bo")},
    "office.scope_of": lambda _: {"member": office.staff("can.bo")},
    "office.reaches": lambda _: {"member": office.staff("can.bo")},
    "office.require_reach": lambda _: {"by": "can.bo"},
    "payment.quarantined_since": lambda _: {"at": AT},
    "payment.open_items": lambda _: {"month": NOVEMBER.first_day},
    "payment.missing_money": lambda marked: {"run_code": marked.run_code, "waiting_dong": 10**9},
    "ledger.moved": lambda _: {"code": 4, "debit": "", "credit": "", "evidence": None},
    "ledger.moved_after": lambda _: {"code": 12, "first": 10, "evidence": 1},
}
# What their argument is made from is read by somebody else.
_MAKE_NO_QUESTION = {"payroll.run_row", "payroll.control_from"}


def _model(label: str) -> Any:
    apps = importlib.import_module("django.apps").apps
    return apps.get_model(label)


def walk_queries(walk: Walk, scopes: dict[str, Scope], marked: Marked, *, is_a_there: bool) -> None:
    """Call every read with A's ids under every scope; without A, those alone whose answers must be the same."""
    known = _arguments(marked)
    for name, function in reads().items():
        if name in _MAKE_NO_QUESTION or (_tells_of_nobody(name) and not is_a_there):
            continue
        mine = known | (_OTHERWISE[name](marked) if name in _OTHERWISE else {})
        # A function that the walker does not know how to call ends the walk here, by KeyError.
        arguments = {each: mine[each] for each in inspect.signature(function).parameters}
        walk.queries.add(name)
        for visitor, scope in scopes.items():
            walk.note("query", name, visitor, said=_called(function, scope, arguments))


def _called(function: Callable[..., Any], scope: Scope, arguments: dict[str, Any]) -> str:
    try:
        with acting(scope):
            # Django's own "there is none" is what a row of another area must look like.
            answer = function(**arguments)
            said = repr(list(answer) if inspect.isgenerator(answer) else answer)
            transaction.set_rollback(True)
    except Refused as refusal:
        said = f"{refusal.reason} {refusal.message('vi')} {refusal.details}"
    except _model("people.Person").DoesNotExist.__base__ as missing:
        said = str(missing)
    return said


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def fenced() -> list[str]:
    """Return the tables that the database fences."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname")
        return [name for (name,) in cursor.fetchall()]


def walk_tables(walk: Walk, scopes: dict[str, Scope], marked: Marked) -> None:
    """Read, count, change and remove A's rows in every fenced table by plain SQL under every scope."""
    for table in fenced():
        walk.tables.add(table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ctid::text FROM {table} WHERE {_of_a(table)}")
            rows = [ctid for (ctid,) in cursor.fetchall()]
            cursor.execute(f"SELECT (t)::text FROM {table} AS t WHERE {_of_a(table)} LIMIT 1")
            sample = cursor.fetchone()
        for visitor, scope in scopes.items():
            for what, statement in (
                ("SELECT", f"SELECT count(*) FROM {table} WHERE ctid = ANY (%s::tid[])"),
                ("UPDATE", f"UPDATE {table} SET {_column(table)} = {_column(table)} WHERE ctid = ANY (%s::tid[])"),
                ("DELETE", f"DELETE FROM {table} WHERE ctid = ANY (%s::tid[])"),
            ):
                count = _touched(scope, statement, rows, what)
                if count:
                    walk.leaks.append(f"table {table} {what} {visitor}: {count} rows of A")
            if sample and table not in EVERYBODY_ADDS and _inserted(scope, table, sample[0]):
                walk.leaks.append(f"table {table} INSERT {visitor}: a row of A")
            with acting(scope), connection.cursor() as cursor:
                cursor.execute(f"SELECT coalesce(string_agg((t)::text, '|'), '') FROM {table} AS t")
                walk.note("table", table, visitor, said=cursor.fetchone()[0])
                put_on(everything("tests", protected=True))


def _of_a(table: str) -> str:
    if table == "payment_messageline":
        return "item_id IN (SELECT id FROM payment_paymentitem WHERE area_id = " + str(area_id(A)) + ")"
    # Money of strangers has no area: what speaks of one of A there is A's.
    if table == "payment_statementmovement":
        return "text LIKE '%CANARI%'"
    return f"area_id = {area_id(A)}"


def _column(table: str) -> str:
    return {"payment_messageline": "status", "payment_statementmovement": "text"}.get(table, "area_id")


def _touched(scope: Scope, statement: str, rows: list[str], what: str) -> int:
    try:
        with acting(scope), connection.cursor() as cursor:
            cursor.execute(statement, [rows])
            count = cursor.fetchone()[0] if what == "SELECT" else cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as refusal:
        # No right at all is as good as no row; a foreign key met means that the row was reached.
        count = 0 if "permission denied" in str(refusal) or "only grows" in str(refusal) else 1
    return count


def _inserted(scope: Scope, table: str, sample: str) -> bool:
    try:
        with acting(scope), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} SELECT (%s::{table}).*", [sample])
            transaction.set_rollback(True)
    except DatabaseError as refusal:
        return "row-level security" not in str(refusal) and "permission denied" not in str(refusal)
    return True


def neighbours() -> dict[str, tuple[str, str]]:
    """Return the visitors who may see nothing of A: (role, area) by name."""
    return {
        "officer of B": ("commune_officer", B),
        "department elsewhere": ("department_officer", "48"),
        "approver elsewhere": ("department_approver", "48"),
        "auditor elsewhere": ("auditor", "48"),
        "provider": ("provider_officer", "46"),
        "administrator": ("administrator", "46"),
        "law author": ("law_author", "46"),
    }
