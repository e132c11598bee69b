"""Lists that officers send by the page: kept, looked through with every row's fate, taken on their yes, and gone some days later.

A list is shown and taken for the area of who sent it. Judging needs to know who is registered elsewhere, so the sight is
widened for that one step and put back; no row of another area leaves this room, only the named reason.
"""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.office.operations import audit, audit_refused_file
from ansinh.office.security import Scope, everything, put_on
from ansinh.people import headings, importing, sheets
from ansinh.people.forms import keep_mapping, kept_mappings
from ansinh.people.importing import ImportResult
from ansinh.people.lists import OpenedList, open_list
from ansinh.people.models import ReceivedList

# A page waits for its answer: the fifty megabytes of the command line would keep it waiting for minutes.
MOST_BYTES = 10 * 1024 * 1024
# Long enough to correct the held rows; a copy of people's papers is not kept longer than it is of use.
KEPT_DAYS = 7


@dataclass(frozen=True)
class ReceivedRow:
    """One list that waits, or was taken."""

    id: int
    file_name: str
    area_id: int
    sha256: str
    received_by: str
    received_at: datetime.datetime
    taken_at: datetime.datetime | None


@dataclass(frozen=True)
class LookedThrough:
    """A received list as it was understood, and what becomes or became of its rows."""

    received: ReceivedRow
    opened: OpenedList
    result: ImportResult

    @property
    def counts(self) -> str:
        """Return the figures that an officer says yes to."""
        result = self.result
        return f"{result.created}-{result.updated}-{result.unchanged}-{len(result.held)}"


def _row(received: ReceivedList) -> ReceivedRow:
    return ReceivedRow(
        received.id,
        received.file_name,
        received.area_id,
        received.sha256,
        received.received_by,
        received.received_at,
        received.taken_at,
    )


def _find(list_id: int) -> ReceivedList:
    found = ReceivedList.objects.filter(pk=list_id).first()
    if found is None:
        raise Refused(
            "list_unknown",
            vi=f"Không có danh sách số {list_id} ở địa bàn của anh/chị, hoặc đã quá {KEPT_DAYS} ngày. Hãy gửi lại tệp.",
            en=f"There is no list {list_id} in your area, or it is older than {KEPT_DAYS} days. Send the file again.",
            list=list_id,
        )
    return found


def received_lists(area_id: int) -> list[ReceivedRow]:
    """This will return the lists of an area that are still kept, the newest first."""
    rows = ReceivedList.objects.filter(area_id=area_id).defer("content").order_by("-id")[:20]
    return [_row(row) for row in rows]


def receive_list(*, area_id: int, file_name: str, content: bytes, by: str, at: datetime.datetime) -> int:
    """This will keep a list that an officer sent and return its number; what is too old goes.

    Raises:
        Refused: `file_empty`, `file_too_large`, or why the file can be no list (`file_not_a_list`, `file_has_macros`, …).
    """
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1][-120:] or "danh-sach"
    sheets.check_size(name, len(content), MOST_BYTES)
    digest = hashlib.sha256(content).hexdigest()
    # Looked into before it is kept: what is hostile is not worth a row, only a note that it came.
    try:
        sheets.read_list(name, content)
    except Refused as refusal:
        audit_refused_file(by=by, arrival="list", sha256=digest, refusal=refusal, at=at)
        raise
    with transaction.atomic():
        too_old = at - datetime.timedelta(days=KEPT_DAYS)
        ReceivedList.objects.filter(area_id=area_id, received_at__lt=too_old).delete()
        received = ReceivedList.objects.create(
            area_id=area_id, file_name=name, content=content, sha256=digest, received_by=by, received_at=at
        )
        audit(by=by, action="list_received", subject=f"area:{area_id}", detail={"file_sha256": digest}, at=at)
    return received.id


def look_through(list_id: int, *, scope: Scope, at: datetime.datetime) -> LookedThrough:
    """This will say what would become of every row, writing nothing.

    Args:
        scope: the caller's own, put back on the transaction afterwards.

    Raises:
        Refused: `list_unknown`, `heading_not_found`, `heading_ambiguous`, `several_lists`, …
    """
    return _judged(_find(list_id), scope=scope, is_trial=True, at=at)


def take_received(list_id: int, *, counts: str, scope: Scope, at: datetime.datetime) -> LookedThrough:
    """This will take a list into the register, when it still means what the officer saw.

    Promises: a second yes to the same list changes nothing.

    Raises:
        Refused: `list_unknown`, `list_preview_changed`, and why a file is no list.
    """
    with transaction.atomic():
        received = ReceivedList.objects.select_for_update().filter(pk=list_id).first() or _find(list_id)
        if received.taken_at is not None:
            return _judged(received, scope=scope, is_trial=True, at=at)
        taken = _judged(received, scope=scope, is_trial=False, at=at)
        if taken.counts != counts:
            raise Refused(
                "list_preview_changed",
                vi="Sổ đã thay đổi sau khi anh/chị xem trước, nên chưa nhập gì. Hãy xem trước lại rồi mới quyết định.",
                en="The register has changed since your preview, so nothing was taken. Look again before you decide.",
                list=list_id,
            )
        ReceivedList.objects.filter(pk=list_id).update(taken_at=at)
    return taken


def _judged(received: ReceivedList, *, scope: Scope, is_trial: bool, at: datetime.datetime) -> LookedThrough:
    content = bytes(received.content)
    opened = open_list(received.file_name, content, kept=kept_mappings(received.area_id), on=timezone.localdate(at))
    put_on(everything(scope.by))
    result = importing.import_list(
        opened.rows,
        area_id=received.area_id,
        file_sha256=received.sha256,
        is_trial=is_trial,
        by=scope.by,
        at=at,
    )
    put_on(scope)
    return LookedThrough(_row(received), opened, result)


def titles_of(list_id: int, row: int | None) -> tuple[int, Sequence[str]]:
    """This will return the cells of a row of a list, for an officer to say what each column is; of the likeliest row when none is named.

    Raises:
        Refused: `list_unknown`.
    """
    received = _find(list_id)
    rows = sheets.read_list(received.file_name, bytes(received.content))[0].rows
    if row is None or not 1 <= row <= len(rows):
        # A heading is the row with the most words that are no numbers.
        filled = [sum(isinstance(cell, str) and any(map(str.isalpha, cell)) for cell in cells) for cells in rows[:60]]
        row = filled.index(max(filled)) + 1 if filled else 1
    return row, headings.row_texts(rows[row - 1]) if rows else []


def explain_received(list_id: int, said: Mapping[str, str], *, by: str, at: datetime.datetime) -> None:
    """This will keep what an officer says about the columns of a list, for this one and for the next of the same form.

    Raises:
        Refused: `list_unknown`, `mapping_field_unknown`, `mapping_title_unknown`, `mapping_incomplete`,
            `heading_ambiguous`.
    """
    received = _find(list_id)
    found = sheets.read_list(received.file_name, bytes(received.content))
    mapping, _ = headings.map_columns(found, said, received.file_name)
    keep_mapping(mapping, area_id=received.area_id, by=by, at=at)
