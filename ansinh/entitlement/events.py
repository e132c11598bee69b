"""Changes of life: told by the commune, another agency's list or a date; each with its money effect and deadline; a second person decides.

An event is what somebody says. It changes nothing until it is accepted: then the registry writes it down, and the next payroll settles the
months since. The effect is computed by the law in force for this very person, with and without the event; what the law cannot decide is said.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ansinh.base.months import Month
from ansinh.base.names import normalise
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.entitlement import effects, granting
from ansinh.entitlement import month as evaluation
from ansinh.entitlement.facts import Question
from ansinh.entitlement.models import Decision, LifeEvent
from ansinh.entitlement.releases import law_in_force
from ansinh.law.package import default_laws
from ansinh.law.procedure.deadlines import deadline
from ansinh.law.procedure.loading import load_procedure
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.security import everything, put_on
from ansinh.people import births, circumstances, mandates, moving
from ansinh.people import operations as people
from ansinh.people.giving_way import locked
from ansinh.people.queries import household_of
from ansinh.people.remembering import told_at
from ansinh.poverty import operations as poverty
from ansinh.poverty.models import PovertyClass

_RECORDERS = frozenset({"commune_officer", "department_officer", "department_approver"})
_DECIDERS = _RECORDERS
# Facts that travel as events. HIV status is none of them, nor any fact on which only its group hangs (ADR 0011): lists of events are
# read by people who must not see it.
FACTS = frozenset(
    {"disability", "studying", "study_unbroken", "single_parent", "in_community_care", "monthly_pension_dong"}
)
DEATH, BIRTH, MOVE, HOUSEHOLD_MOVE = "death", "birth", "move", "household_move"
DELEGATE, DELEGATE_ENDS = "delegate", "delegate_ends"
# Told of one member, true of the whole household; the paper is the commune's decision.
POVERTY_CLASS = "poverty_class"
MOVES = frozenset({MOVE, HOUSEHOLD_MOVE})
LEAVES_PROVINCE, LEAVING_UNDONE = "leaves_province", "leaving_undone"
# An application, told with the day it was received; the end of one benefit, with its ground. The value is the benefit.
GRANT, STOP, STOP_UNDONE = "grant", "stop", "stop_undone"
OF_BENEFITS = frozenset({GRANT, STOP, STOP_UNDONE})
# What of an event is told beside its value: where in the new commune; what a birth certificate says.
_DETAILS = {
    MOVE: frozenset({"village"}),
    HOUSEHOLD_MOVE: frozenset({"village"}),
    BIRTH: frozenset({"sex", "national_id"}),
    DELEGATE: frozenset({"name", "sex", "birth_date", "mandate", "certifier", "until"}),
    LEAVES_PROVINCE: frozenset(),
    GRANT: frozenset(),
    STOP: frozenset({"cause"}),
    STOP_UNDONE: frozenset(),
}
# What is told without a value.
_BARE = frozenset({DEATH, DELEGATE_ENDS, LEAVING_UNDONE})
# A decision that takes effect at New Year is told in December; nobody tells what happens in ten years.
_TOLD_AHEAD = datetime.timedelta(days=366)
_LONGEST = 120
# The step whose days an event has, from the day it was told. That a change is decided in the days of a new decision is a reading.
_STEP = "assistance_decision"
_MOVING_STEP = "assistance_move"


@dataclass(frozen=True)
class EventRow:
    """One event as lists and pages show it; `effect` has one entry a month that would change, in đồng, or says why it is not known."""

    id: int
    person_id: int
    person_name: str
    kind: str
    value: str
    happened_on: datetime.date
    source: str
    document: str
    recorded_by: str
    recorded_on: datetime.date
    due_on: datetime.date | None
    is_late: bool
    state: str
    decided_by: str
    effect: tuple[Mapping[str, Any], ...]
    monthly_change_dong: int
    taken_back_dong: int
    clauses: tuple[str, ...]
    is_unknown: bool
    details: Mapping[str, str]
    # The ground of the decision, or the number of the decision that was signed.
    note: str
    # What a newborn would be due each month once somebody decides; the law pays nothing without a decision.
    on_request_dong: int


def _role(by: str, roles: frozenset[str]) -> None:
    if office.staff(by).role not in roles:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền ghi hoặc quyết định biến động. Hãy nhờ cán bộ xã hoặc chuyên viên sở.",
            en=f"“{by}” may not record or decide changes of life.",
            user=by,
        )


def _unknown_event(event_id: int) -> Refused:
    return Refused(
        "event_unknown",
        vi=f"Không có biến động số {event_id} trong địa bàn của anh/chị. Hãy xem lại số ở danh sách Biến động.",
        en=f"There is no event {event_id} in your area. See the list of events.",
        event=event_id,
    )


def _impossible(kind: str, value: str) -> Refused:
    """Return the refusal of a kind that nobody tells, or of a value that the kind does not take, with what there is."""
    named = {POVERTY_CLASS: PovertyClass.values} | {one: sorted(circumstances.VALUES[one] or ()) for one in FACTS}
    if named.get(kind):
        hint = f"Giá trị của “{kind}”: {', '.join([*named[kind], *([] if kind == POVERTY_CLASS else ['unknown'])])}."
    elif kind in FACTS:
        hint = f"“{kind}” ghi số đồng mỗi tháng, chỉ gồm chữ số."
    else:
        kinds = ", ".join([*sorted(_BARE), *sorted(_DETAILS), POVERTY_CLASS, *sorted(FACTS)])
        hint = (
            f"Chọn: {kinds}; chuyển nơi cư trú ghi mã xã đến, chuyển sang tỉnh khác ghi nơi đến, sinh con ghi họ tên con, "
            "người nhận thay ghi số định danh."
        )
    return Refused(
        "event_impossible",
        vi=f"Không ghi được biến động “{kind}” với giá trị “{value[:40]}”. {hint}",
        en=f"There is no change “{kind}” with the value “{value[:40]}”.",
        kind=kind,
        value=value[:_LONGEST],
    )


def _check(
    kind: str, value: str, details: Mapping[str, str], happened_on: datetime.date, at: datetime.datetime
) -> None:
    is_fact = kind in FACTS and circumstances.is_possible(kind, value)
    is_class = kind == POVERTY_CLASS and value in PovertyClass.values
    is_named = kind in _DETAILS and (bool(value.strip()) or kind in OF_BENEFITS)
    is_told = kind in _BARE or (is_named and details.keys() <= _DETAILS[kind])
    if not (is_fact or is_class or is_told):
        raise _impossible(kind, value)
    if max(map(len, (value, *details.values()))) > _LONGEST:
        raise Refused(
            "text_too_long",
            vi=f"Nội dung dài quá {_LONGEST} ký tự. Hãy ghi ngắn lại.",
            en=f"The text has more than {_LONGEST} characters. Make it shorter.",
        )
    if happened_on > at.date() + _TOLD_AHEAD:
        raise Refused(
            "date_too_far",
            vi=f"Ngày {happened_on:%d/%m/%Y} còn quá xa: chỉ ghi trước được một năm. Hãy kiểm tra lại ngày.",
            en=f"{happened_on} is too far: a change is told at most a year ahead.",
        )
    if kind == DEATH and happened_on > at.date():
        raise Refused("date_in_future", vi="Ngày mất không thể ở sau hôm nay.", en="A death is not in the future.")
    if kind in OF_BENEFITS and value == "":
        raise Refused("benefit_missing", vi="Hãy chọn chế độ.", en="Choose the benefit.")
    if kind == GRANT and happened_on > at.date():
        raise Refused(
            "date_in_future", vi="Ngày nhận hồ sơ không thể ở sau hôm nay.", en="No file is received in the future."
        )
    if kind == STOP and details.get("cause") not in granting.stop_causes():
        raise Refused(
            "cause_unknown",
            vi=f"Hãy chọn lý do thôi hưởng (ở dòng lệnh ghi --cause, một trong: {', '.join(granting.stop_causes())}).",
            en=f"Choose why the benefit stops: {', '.join(granting.stop_causes())}.",
        )


def record(
    *,
    person_id: int,
    kind: str,
    value: str,
    happened_on: datetime.date,
    source: str,
    document: str,
    by: str,
    at: datetime.datetime,
    details: Mapping[str, str] | None = None,
) -> EventRow:
    """This will keep what somebody tells of a person, with its effect and deadline. Told again it changes nothing.

    The value of a move is the code of the commune, with the `village` in `details`; that of a birth, told of a parent,
    is the child's name, with `sex` and `national_id`; that of a delegate the identity number, with who it is; that of
    a poverty class, told of any member, is of the whole household; that of leaving the province says where to; that of
    an application, told with the day it was received, and of a stop with its `cause`, is the benefit.

    Raises:
        Refused: `person_unknown`, `event_impossible`, `date_in_future`, `date_too_far`, `text_too_long`, `document_missing`, `role_not_allowed`,
            `staff_unknown`, `nothing_to_stop`, `nothing_to_resume`, `cause_unknown`, `benefit_missing`,
            `benefit_unknown`, `benefit_protected`, `person_is_deceased`, `already_granted`; what the
            registry refuses about a move, a birth or a household's class.
    """
    _role(by, _RECORDERS)
    beside = {name: text.strip() for name, text in (details or {}).items() if text.strip()}
    value = normalise(value) if kind in _DETAILS else value
    # Before anything about the person is looked at.
    if kind in OF_BENEFITS and not granting.may_name(value, by):
        raise Refused(
            "benefit_protected",
            vi="Chế độ này chỉ cán bộ xã quản lý hồ sơ của người ấy mới ghi được. Hãy chuyển hồ sơ cho cán bộ xã.",
            en="Only the commune's officer in charge of the file may tell of this benefit. Pass the file on.",
        )
    _check(kind, value, beside, happened_on, at)
    if not document.strip():
        raise Refused(
            "document_missing",
            vi="Hãy ghi giấy tờ làm căn cứ (giấy chứng tử, giấy xác nhận, danh sách).",
            en="Name the paper on which this rests.",
        )
    with transaction.atomic():
        # Under the caller's sight: a person of another commune is unknown. Held: what is sent twice at once is one word.
        person = locked(person_id)
        if kind == GRANT and person.death_date is not None:
            raise Refused(
                "person_is_deceased",
                vi="Người này đã mất, không đề nghị hưởng được. Hãy xem lại hồ sơ.",
                en="The person has died; no benefit is applied for. Look at the file again.",
            )
        known = LifeEvent.objects.filter(
            person_id=person_id, kind=kind, value=value, happened_on=happened_on, state__in=["OPEN", "ACCEPTED"]
        ).first()
        if known is None:
            known = LifeEvent.objects.create(
                person_id=person_id, kind=kind, value=value, happened_on=happened_on, source=source, document=document.strip()[:200],
                area_id=person.area_id, recorded_by=by, recorded_at=at, effect={}, state="OPEN",
                due_on=_due(kind, happened_on if kind == GRANT else at.date()),
                details=beside,
            )  # fmt: skip
            known.effect = _effect(known, by, at)
            known.save(update_fields=["effect"])
            detail = {"kind": kind, "event": known.id}
            audit(by=by, action="event.record", subject=f"person:{person_id}", detail=detail, at=at)
        return _row(known, at.date())


def _effect(told: LifeEvent, by: str, at: datetime.datetime) -> dict[str, Any]:
    put_on(everything("system", protected=True))
    if told.kind in FACTS or told.kind == DEATH:
        death = told.happened_on if told.kind == DEATH else None
        return effects.of_fact(told.person_id, told.kind, told.value, told.happened_on, at.date(), death)
    acts = {LEAVES_PROVINCE: ("move", ""), GRANT: ("grant", ""), STOP: ("stop", told.details.get("cause", ""))}
    return effects.of_writing(lambda: _write(told, by, at), told.happened_on, at.date(), acts.get(told.kind))


def _due(kind: str, told_on: datetime.date) -> datetime.date | None:
    try:
        return deadline(
            load_procedure(default_laws()), _MOVING_STEP if kind in MOVES | {LEAVES_PROVINCE} else _STEP, told_on
        ).due
    except Refused:
        # No calendar for the year, or no step in force: no day is invented.
        return None


def choices() -> list[tuple[str, str]]:
    """This will return (kind, value) of everything that can be told; an empty value of a sum stands for a number to be written."""
    found = [
        (DEATH, ""),
        (BIRTH, ""),
        (MOVE, ""),
        (HOUSEHOLD_MOVE, ""),
        (LEAVES_PROVINCE, ""),
        (LEAVING_UNDONE, ""),
        (DELEGATE, ""),
        (DELEGATE_ENDS, ""),
    ]
    found += [(POVERTY_CLASS, value) for value in PovertyClass.values]
    found += [(GRANT, one.code) for one in granting.grantable()]
    # A certificate that has ended: until somebody looks again nobody knows the degree, and the month is held.
    found.append(("disability", circumstances.UNKNOWN))
    for kind in sorted(FACTS):
        values = circumstances.VALUES[kind]
        found += [(kind, "")] if values is None else [(kind, value) for value in sorted(values)]
    return found


def stopped_benefits(person_id: int) -> list[tuple[int, str]]:
    """This will return the benefits that a told change has stopped and that could go on, each with the event's number."""
    rows = LifeEvent.objects.filter(person_id=person_id, kind=STOP, state="ACCEPTED").order_by("id")
    last = dict(rows.values_list("value", "id"))
    running = set(Decision.objects.filter(person_id=person_id, end_month=None).values_list("benefit", flat=True))
    return sorted((number, benefit) for benefit, number in last.items() if benefit not in running)


def told(person_id: int, kind: str, value: str, happened_on: datetime.date) -> bool:
    """This will return whether somebody told this already."""
    return (
        LifeEvent.objects.filter(person_id=person_id, kind=kind, value=value, happened_on=happened_on)
        .exclude(state="REFUSED")
        .exists()
    )


@dataclass(frozen=True)
class Arriving:
    """Somebody whose sum changes from one month to the next by a date that arrives: a birthday, a certificate's end, a new level."""

    person_id: int
    name: str
    area_code: str
    area_name: str
    before_dong: int
    after_dong: int


def arriving(*, month: Month, areas: Sequence[int], at: datetime.datetime) -> list[Arriving]:
    """This will return who is due another sum in the month than in the one before, asked of the law for all at once.

    Nothing is stored: the payroll follows the law by itself, and the commune sees which decisions it has to sign in time. Sums alone, never
    by benefit. The sight is widened for the computation; only people of `areas` are named.
    """
    put_on(everything("system", protected=True))
    book = law_in_force(areas[0] if areas else None)
    evaluation.make_result_tables()
    for asked in (month.plus(-1), month):
        question = Question(month=asked, known_on=at.date(), known_at=at, areas=tuple(areas))
        evaluation.evaluate_month(book, question)
    with connection.cursor() as cursor:
        parameters = {"now": month.plus(-1).first_day, "then": month.first_day, "areas": list(areas)}
        cursor.execute(statement("entitlement", "dates_that_arrive"), parameters)
        return [Arriving(*row) for row in cursor.fetchall()]


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(*, event_id: int, is_accepted: bool, note: str, by: str, at: datetime.datetime) -> EventRow:
    """This will accept an event, so that the registry holds it, or refuse it; another person than the one who told it.

    Raises:
        Refused: `event_unknown`, `event_decided`, `second_person_needed`, `note_missing`, `role_not_allowed`, `staff_unknown`, and what the
            registry refuses about the fact itself; `not_entitled`, `not_verified` for a grant without ground in law.

    The note of a grant is the number of the commune's decision, signed today.
    """
    _role(by, _DECIDERS)
    if not note.strip():
        raise Refused("note_missing", vi="Hãy ghi căn cứ quyết định.", en="Give the reason for the decision.")
    with transaction.atomic():
        row = LifeEvent.objects.select_for_update(of=("self",)).filter(pk=event_id).first()
        if row is None:
            raise _unknown_event(event_id)
        state = "ACCEPTED" if is_accepted else "REFUSED"
        if row.state != "OPEN":
            if (row.state, row.decided_by) == (state, by):
                return _row(row, at.date())
            raise Refused(
                "event_decided",
                vi=f"Biến động này đã được {row.decided_by} quyết định. Hãy mở lại trang để xem.",
                en=f"{row.decided_by} has decided about this event.",
            )
        if row.recorded_by == by:
            raise Refused(
                "second_person_needed",
                vi="Người ghi biến động không tự quyết định. Hãy nhờ người khác có thẩm quyền.",
                en="Whoever recorded the event does not decide about it.",
            )
        if is_accepted:
            # Two that are accepted at once about one person come after each other.
            locked(row.person_id)
            row.note = note.strip()
            _require_due(row, by, at)
            _write(row, by, at)
        row.state, row.decided_by, row.decided_at, row.note = state, by, at, note.strip()[:200]
        # Not the whole row: a move has just carried it to another commune.
        row.save(update_fields=["state", "decided_by", "decided_at", "note", "details", "effect"])
        detail = {"event": row.id, "state": state}
        audit(by=by, action="event.decide", subject=f"person:{row.person_id}", detail=detail, at=at)
        return _row(row, at.date())


def _require_due(row: LifeEvent, by: str, at: datetime.datetime) -> None:
    """Refuse to grant what the law, asked today, does not give or cannot decide."""
    if row.kind != GRANT:
        return
    row.effect = _effect(row, by, at)
    if row.effect["unknown"]:
        raise Refused(
            "not_verified",
            vi="Luật chưa quyết định được vì còn thông tin chưa rõ. Hãy xác minh ở trang người này trước khi ký.",
            en="The law cannot decide: something is not known. Verify it first.",
        )
    if not any(one["after_dong"] > one["before_dong"] for one in row.effect["months"]):
        raise Refused(
            "not_entitled",
            vi="Theo luật và thông tin trong sổ, quyết định này không làm người ấy được hưởng thêm. Hãy xem "
            "“Chế độ không được hưởng và vì sao” ở trang người ấy.",
            en="By the law and the record the person would receive nothing more. See which conditions are not met.",
        )


def _write(row: LifeEvent, by: str, at: datetime.datetime) -> list[int]:
    """Let the registry hold the event and return of whom it is."""
    person, day = row.person_id, row.happened_on
    if row.kind == DEATH:
        people.record_death(by=by, at=at, person_id=person, death_date=day)
    elif row.kind in MOVES:
        return moving.move_home(
            person_id=person, to=row.value, village=row.details.get("village", ""),
            with_household=row.kind == HOUSEHOLD_MOVE, on=day, document=row.document, by=by, at=at,
        )  # fmt: skip
    elif row.kind == BIRTH:
        child = births.record_birth(
            parent_id=person, full_name=row.value, sex=row.details.get("sex", ""), birth_date=day,
            national_id=row.details.get("national_id"), by=by, at=at,
        )  # fmt: skip
        return [person, child]
    elif row.kind == DELEGATE:
        said = row.details
        mandates.appoint(
            beneficiary_id=person, national_id=row.value, full_name=said.get("name", ""), sex=said.get("sex", ""),
            birth_date=_written_day(said.get("birth_date")), kind=said.get("mandate", "delegate"), certifier=said.get("certifier", ""),
            document=row.document, valid_from=day, valid_to=_written_day(said.get("until")), by=by, at=at,
        )  # fmt: skip
    elif row.kind == LEAVES_PROVINCE:
        # Exactly these go on again should it have been a mistake.
        row.details = {"stopped": " ".join(_stop_decisions(person, Month.of(day).plus(1), by, at))}
    elif row.kind == LEAVING_UNDONE:
        _resume_decisions(person, LEAVES_PROVINCE, "", by, at)
    elif row.kind == STOP_UNDONE:
        _resume_decisions(person, STOP, row.value, by, at)
    elif row.kind == POVERTY_CLASS:
        household, members = household_of(person)
        poverty.record_class(
            household_id=household, poverty_class=row.value, decision_number=row.document, valid_from=day, by=by, at=at
        )
        return members
    elif row.kind == GRANT:
        granting.grant(
            person_id=person, area_id=row.area_id, benefit=row.value, number=row.note, received_on=day,
            on=timezone.localdate(at), by=by, at=at,
        )  # fmt: skip
    elif row.kind == STOP:
        stopped = granting.stop(person_id=person, benefit=row.value, month=Month.of(day).plus(1), by=by, at=at)
        row.details = {**row.details, "stopped": stopped}
    elif row.kind == DELEGATE_ENDS:
        mandates.end(beneficiary_id=person, on=day, document=row.document, by=by, at=at)
    else:
        people.record_circumstance(
            by=by, at=at, person_id=person, kind=row.kind, value=row.value, valid_from=day, source=row.document
        )
    return [person]


def _stop_decisions(person_id: int, month: Month, by: str, at: datetime.datetime) -> list[str]:
    """Let what the person receives here end before the month, and return what stood: the new place pays from then on.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 3
    """
    running = Decision.objects.filter(person_id=person_id).exclude(end_month__lte=month.first_day)
    stopped = [(row, max(row.start_month, month.first_day)) for row in running.select_for_update()]
    if not stopped:
        raise Refused(
            "nothing_to_stop",
            vi="Người này không có chế độ nào đang hưởng từ tháng ấy, nên không có gì để thôi chi trả.",
            en="The person receives nothing from that month on; there is nothing to stop.",
        )
    # Number and end of each as they stood.
    before = [f"{row.id}:{row.end_month or ''}" for row, _ in stopped]
    told_at(at)
    for row, until in stopped:
        row.end_month = until
        row.save(update_fields=["end_month"])
    detail = {"decisions": [row.id for row, _ in stopped], "month": str(month)}
    audit(by=by, action="decision.stop", subject=f"person:{person_id}", detail=detail, at=at)
    return before


def _resume_decisions(person_id: int, kind: str, value: str, by: str, at: datetime.datetime) -> None:
    """Let what the person's last event of the kind has stopped go on as if it had never been told: it was a mistake."""
    events_before = LifeEvent.objects.filter(person_id=person_id, kind=kind, state="ACCEPTED").order_by("-id")
    left = (events_before.filter(value=value) if value else events_before).first()
    running = set(Decision.objects.filter(person_id=person_id, end_month=None).values_list("benefit", flat=True))
    # What has been decided anew since goes on by the new decision.
    before = dict(one.split(":") for one in (left.details.get("stopped", "").split() if left else []))
    ended = Decision.objects.select_for_update().filter(pk__in=before, person_id=person_id).exclude(end_month=None)
    stopped = [row for row in ended if row.benefit not in running]
    if not stopped:
        raise Refused(
            "nothing_to_resume",
            vi="Không có chế độ nào của người này đã thôi hưởng theo một biến động như thế mà còn khôi phục được.",
            en="No benefit of this person was stopped by such a change and can go on again.",
        )
    told_at(at)
    for row in stopped:
        row.end_month = _written_day(before[str(row.pk)])
        row.save(update_fields=["end_month"])
    detail = {"decisions": [row.pk for row in stopped]}
    audit(by=by, action="decision.resume", subject=f"person:{person_id}", detail=detail, at=at)


def _written_day(text: str | None) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused("date_invalid", vi="Hãy chọn ngày đúng.", en="Choose a day that exists.") from error


def events(*, today: datetime.date, late: bool = False, after: int = 0, limit: int = 100) -> list[EventRow]:
    """This will return the open events of the caller's scope, in the order in which they were told."""
    rows = LifeEvent.objects.filter(state="OPEN", id__gt=after).select_related("person").order_by("id")
    if late:
        rows = rows.filter(due_on__lt=today)
    return [_row(row, today) for row in rows[:limit]]


def event(event_id: int, today: datetime.date) -> EventRow:
    """This will return one event of the caller's scope. Raises `Refused` (`event_unknown`)."""
    row = LifeEvent.objects.filter(pk=event_id).select_related("person").first()
    if row is None:
        raise _unknown_event(event_id)
    return _row(row, today)


def _row(row: LifeEvent, today: datetime.date) -> EventRow:
    months = tuple(row.effect.get("months", ()))
    past = [one for one in months if one["month"] <= str(Month.of(today))]
    last = months[-1] if months else {"before_dong": 0, "after_dong": 0}
    return EventRow(
        id=row.id,
        person_id=row.person_id,
        person_name=row.person.full_name,
        kind=row.kind,
        value=row.value,
        happened_on=row.happened_on,
        source=row.source,
        document=row.document,
        recorded_by=row.recorded_by,
        recorded_on=timezone.localdate(row.recorded_at),
        due_on=row.due_on,
        is_late=row.state == "OPEN" and row.due_on is not None and row.due_on < today,
        state=row.state,
        decided_by=row.decided_by,
        effect=months,
        monthly_change_dong=last["after_dong"] - last["before_dong"],
        taken_back_dong=sum(max(one["before_dong"] - one["after_dong"], 0) for one in past),
        clauses=tuple(row.effect.get("clauses", ())),
        is_unknown=bool(row.effect.get("unknown")),
        details=row.details,
        note=row.note,
        on_request_dong=row.effect.get("on_request_dong", 0),
    )
