"""The forms that communes send, once explained: which column holds what, kept for each area, used by the next list alike."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.office.operations import audit
from ansinh.people.headings import KeptMapping
from ansinh.people.models import ColumnMapping


@dataclass(frozen=True)
class FormRow:
    """One form that an area has explained."""

    id: int
    titles: Sequence[str]
    columns: Mapping[str, str]
    recorded_by: str
    recorded_at: datetime.datetime


def kept_mappings(area_id: int) -> list[KeptMapping]:
    """This will return what the officers of an area have said about their forms."""
    rows = ColumnMapping.objects.filter(area_id=area_id).order_by("id")
    return [KeptMapping(tuple(row.titles), dict(row.columns)) for row in rows]


def list_forms(area_id: int) -> list[FormRow]:
    """This will return the forms that an area has explained, each field with the title of its column."""
    return [
        FormRow(
            row.id,
            row.titles,
            {field: row.titles[place] for field, place in row.columns.items() if place < len(row.titles)},
            row.recorded_by,
            row.recorded_at,
        )
        for row in ColumnMapping.objects.filter(area_id=area_id).order_by("id")
    ]


def keep_mapping(mapping: KeptMapping, *, area_id: int, by: str, at: datetime.datetime) -> int:
    """This will keep what an officer says about a form and return its number; the same form again replaces what was said."""
    fingerprint = hashlib.sha256("\t".join(mapping.titles).encode()).hexdigest()
    with transaction.atomic():
        row, _ = ColumnMapping.objects.update_or_create(
            area_id=area_id,
            fingerprint=fingerprint,
            defaults={
                "titles": list(mapping.titles),
                "columns": dict(mapping.columns),
                "recorded_by": by,
                "recorded_at": at,
            },
        )
        detail = {"form": fingerprint[:12], "columns": dict(mapping.columns)}
        audit(by=by, action="list_form_explained", subject=f"area:{area_id}", detail=detail, at=at)
    return row.id


def forget_mapping(form_id: int, *, area_id: int, by: str, at: datetime.datetime) -> None:
    """This will forget what was said about a form.

    Raises:
        Refused: `list_form_unknown`, also for a form of another area.
    """
    with transaction.atomic():
        gone, _ = ColumnMapping.objects.filter(pk=form_id, area_id=area_id).delete()
        if not gone:
            raise Refused(
                "list_form_unknown",
                vi=f"Địa bàn này không có mẫu danh sách số {form_id}. Hãy xem lệnh people mappings.",
                en=f"This area has no list form {form_id}. See people mappings.",
                form=form_id,
            )
        audit(by=by, action="list_form_forgotten", subject=f"area:{area_id}", detail={"form": form_id}, at=at)
