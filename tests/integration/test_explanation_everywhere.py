"""The command, the page and the API tell one person the same, and none of them tells a health status."""

import argparse
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ansinh.entitlement import queries as entitlement
from ansinh.law.package import load_book
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, put_on
from ansinh.people.models import Person, ProtectedCondition
from ansinh.project.work import law
from ansinh.reports.explaining import kept_apart
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import AT, page, working

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


def asked(client: Client, person: Person, query: str = "?month=2026-12", expect: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/persons/{person.id}/explanation{query}")
    # The request leaves its own narrow sight on the test's transaction.
    put_on(everything("tests", protected=True))
    assert answer.status_code == expect, answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


def by_command(person: Person, folder: Path, lang: str = "vi") -> dict[str, Any]:
    facts = entitlement.facts_of(load_book(), person.id)
    path = folder / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf8")
    answer = law.explain(argparse.Namespace(
        facts=str(path), month="2026-12", known_on=None, settled=None, json=True, full=True, lang=lang,
    ))  # fmt: skip
    assert isinstance(answer, dict)
    return answer


def _words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_same_words_in_command_page_and_api(tmp_path: Path, lang: str) -> None:
    person = makers.person(born="1952-12-20", disability="severe")
    makers.decision(person)
    command = by_command(person, tmp_path, lang)
    client = working("commune_officer", "19777")
    api = asked(client, person, f"?month=2026-12&lang={lang}")
    apart = kept_apart(load_book())
    assert {"K1", "K3", "K5", "K7", "K8"} <= apart
    assert apart.isdisjoint({"K2", "K4", "K6", "HT"}), "these are explained down to the point of the clause"
    for name in ("what_would_change", "not_granted"):
        shown = [row for row in command[name] if row["benefit"] not in apart]
        assert shown
        assert api[name] == shown
    assert api["timeline"]["spans"] == command["timeline"]["spans"]
    assert [line["because"] for line in api["lines"]] == [line["because"] for line in command["lines"]]
    client.cookies["django_language"] = lang
    words = _words(page(client, f"/nguoi/{person.id}/?thang=2026-12"))
    told = [row["because"] for name in ("lines", "what_would_change", "not_granted") for row in api[name]]
    told += [span["because"] for span in api["timeline"]["spans"]]
    assert len(told) > 6
    assert [sentence for sentence in told if sentence not in words] == []


def test_the_trace_names_the_registry_s_papers_and_days() -> None:
    person = makers.person(born="1952-12-20", poverty="near_poor")
    makers.decision(person, "HT", start="2026-08")
    trace = asked(working("department_officer"), person)["trace"][0]
    facts = {fact["fact"]: fact for fact in trace["facts"]}
    assert facts["decision_signed_on"]["source"] == "1/QĐ-UBND, 10/08/2026"
    assert facts["household_poverty"]["value"] == "hộ cận nghèo"
    assert facts["household_poverty"]["valid_from"] == makers.LONG_AGO.isoformat()
    assert facts["household_poverty"]["recorded_at"] == makers.EPOCH.isoformat()
    words = _words(page(working("department_officer"), f"/nguoi/{person.id}/?thang=2026-12"))
    assert "quyết định hưởng: có (1/QĐ-UBND, 10/08/2026), từ ngày 01/08/2026" in words


def test_the_api_answers_in_json_whatever_is_wrong() -> None:
    person = makers.severe()
    officer = working("commune_officer", "19777")
    assert asked(Client(), person, expect=401)["refused"] == "sign_in_needed"
    assert asked(working("leader"), person, expect=403)["refused"] == "role_not_allowed"
    assert asked(working("commune_officer", "19804"), person, expect=404)["refused"] == "person_unknown"
    assert asked(officer, Person(id=2**63), expect=404)["refused"] == "person_unknown"
    assert asked(officer, person, "?month=2026-13", expect=400)["refused"] == "month_invalid"
    assert asked(officer, person, "?month=2015-01", expect=409)["refused"] == "law_not_encoded"
    refused = asked(officer, person, "?month=2026-12&lang=fr", expect=400)
    assert refused["refused"] == "language_invalid"
    assert asked(officer, person, "?month=2026-13&lang=en", expect=400)["message"].startswith("Month")


def test_who_asked_the_api_is_kept_in_the_audit_trail() -> None:
    person = makers.severe()
    asked(working("commune_officer", "19777"), person)
    event = AuditEvent.objects.get(action="person_viewed", subject=f"person:{person.id}")
    assert event.detail == {"api": True}


PROTECTED = ("K1", "K3", "K5", "K7", "K8", "HIV", "hiv", "stable_income", "support_obligor", "no_caregiver_case")


def _anonymous(person: Person, answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False).replace(f'"{person.id}"', '"ID"')
    return re.sub(r'_dong": \d+', '_dong": AMOUNT', text)


def _with_hiv(about: Person) -> Person:
    ProtectedCondition.objects.create(
        person=about, kind="hiv", value="true", area_id=about.area_id, valid_from=makers.LONG_AGO, recorded_at=AT
    )
    return about


@pytest.mark.parametrize("role", ["department_officer", "commune_officer", "auditor"])
def test_of_the_neutral_group_the_api_tells_no_reason_no_turn_and_no_month(role: str) -> None:
    old = makers.person(born="1960-03-01", poverty="poor", support_obligor="none")
    ill = _with_hiv(makers.person(born="1961-04-02", poverty="poor", stable_income="false"))
    makers.decision(old, "K5")
    makers.decision(ill, "K8")
    client = working(role, "46" if role != "commune_officer" else "19777")
    shown = [_anonymous(person, asked(client, person)) for person in (old, ill)]
    assert shown[0] == shown[1]
    assert not [word for word in PROTECTED if word in shown[1]]


def test_a_health_status_changes_no_word_of_an_ordinary_benefit() -> None:
    well = makers.person(born="1986-05-02", poverty="poor", disability="severe")
    ill = _with_hiv(makers.person(born="1986-05-02", poverty="poor", disability="severe", stable_income="false"))
    for person in (well, ill):
        makers.decision(person, "K6")
    client = working("department_officer")
    answers = [asked(client, person) for person in (well, ill)]
    shown = [_anonymous(person, answer) for person, answer in zip((well, ill), answers, strict=True)]
    assert shown[0] == shown[1]
    assert answers[1]["what_would_change"]
    new = json.dumps([answers[1][name] for name in ("trace", "what_would_change", "timeline", "unverified")])
    assert not [word for word in PROTECTED if word in new]


def test_whoever_might_be_due_a_benefit_of_the_neutral_group_is_not_told_apart() -> None:
    """A poor old person without a decision meets the conditions of K5; one whom somebody supports does not."""
    alone = makers.person(born="1957-10-08", poverty="poor", support_obligor="none")
    supported = makers.person(born="1957-10-08", poverty="poor", support_obligor="able")
    client = working("department_officer")
    shown = [_anonymous(person, asked(client, person)) for person in (alone, supported)]
    assert shown[0] == shown[1]
    assert "đủ điều kiện nhưng" not in shown[0]
