"""Telling a change of life and deciding about it, as two people do; for tests of what follows."""

import datetime
from typing import Any

import pytest
from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.entitlement import events
from ansinh.office.security import everything, put_on
from ansinh.people.models import Person

AT = datetime.datetime(2026, 11, 23, 3, tzinfo=datetime.UTC)
ON = datetime.date(2026, 10, 12)


def tell(
    person: Person,
    kind: str,
    value: str,
    on: datetime.date = ON,
    *,
    document: str = "phiếu 7",
    at: datetime.datetime = AT,
    **details: str,
) -> events.EventRow:
    """Let an officer tell of a person, and give the test its own sight back."""
    told = events.record(
        person_id=person.id, kind=kind, value=value, happened_on=on, source="commune", document=document, by="can.bo", at=at,
        details=details,
    )  # fmt: skip
    put_on(everything("tests", protected=True))
    return told


def accept(told: events.EventRow, *, at: datetime.datetime = AT) -> events.EventRow:
    """Let the second person accept it."""
    done = events.decide(event_id=told.id, is_accepted=True, note="đã đối chiếu", by="lanh.dao", at=at)
    put_on(everything("tests", protected=True))
    return done


def refusal(work: Any, *arguments: Any, **named: Any) -> str:
    """Return the reason why something is refused, in both languages; nothing of it stays."""
    with pytest.raises(Refused) as refused, transaction.atomic():
        work(*arguments, **named)
    put_on(everything("tests", protected=True))
    assert refused.value.message("vi") != refused.value.message("en")
    return refused.value.reason
