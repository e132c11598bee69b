"""Records that may be one human being: found by sets, judged by points that say why, decided by a person. Never merged by itself.

Points and their limits come from the labelled set of `ansinh bench duplicates`; no law fixes them. Equal identity numbers need no judging:
the database holds each number once, and an import with a known number is that person.
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.staging import stage
from ansinh.people import holders
from ansinh.people.models import DuplicatePair, Person

LIKELY = 75
_DECIDERS = frozenset({"commune_officer", "department_officer", "department_approver"})
_PORTION = 20_000
REASONS = {
    "name": ("họ tên giống hệt", "the same name"),
    "name_without_tones": ("họ tên chỉ khác dấu", "names differ in diacritics only"),
    "name_close": ("họ tên gần giống", "nearly the same name"),
    "birth": ("cùng ngày sinh", "the same day of birth"),
    "birth_year": ("cùng năm sinh", "the same year of birth"),
    "birth_turned": ("ngày và tháng sinh đổi chỗ", "day and month of birth exchanged"),
    "area": ("cùng xã, phường", "the same commune"),
    "village": ("cùng thôn, tổ dân phố", "the same village"),
    "phone": ("cùng số điện thoại", "the same phone number"),
    "account": ("cùng số tài khoản", "the same account"),
    "id_close": ("số định danh chỉ khác một, hai chữ số", "identity numbers differ in one or two digits"),
    "id_missing": ("một bên chưa có số định danh", "one has no identity number"),
    "id_differs": ("số định danh khác hẳn nhau", "identity numbers differ"),
    "sex_differs": ("khác giới tính", "different sex"),
    "household": ("cùng một hộ", "in one household"),
}


class _Facts(NamedTuple):
    first_id: int
    second_id: int
    name: str
    other_name: str
    name_fold: str
    other_fold: str
    born: datetime.date
    other_born: datetime.date
    is_precise: bool
    same_area: bool
    same_village: bool
    same_phone: bool
    same_sex: bool
    national_id: str
    other_id: str
    same_account: bool
    area_id: int
    same_household: bool


@dataclass(frozen=True)
class PairRow:
    """One pair as lists and pages show it."""

    id: int
    first_id: int
    first_name: str
    second_id: int
    second_name: str
    kind: str
    points: int
    reasons: tuple[str, ...]
    decision: str


def _digits_apart(one: str, other: str) -> int:
    """Return in how many digits two numbers differ; two neighbours exchanged count as one."""
    places = [place for place, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]
    if (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    ):
        return 1
    return len(places)


def judge(facts: _Facts) -> tuple[int, list[str]]:
    """Return how many points speak for one human being, and the reasons for and against."""
    points, reasons = 0, []

    def say(reason: str, worth: int) -> None:
        nonlocal points
        points += worth
        reasons.append(reason)

    if facts.name == facts.other_name:
        say("name", 40)
    elif facts.name_fold == facts.other_fold:
        say("name_without_tones", 32)
    elif holders.compare(facts.name, facts.other_name).status == "RVMC":
        say("name_close", 27)
    if not reasons:
        # Two of one household, village and day whose names have nothing in common are brothers and sisters.
        return 0, ["account"] if facts.same_account else []
    if facts.born == facts.other_born:
        say("birth", 30) if facts.is_precise else say("birth_year", 18)
    elif (facts.born.day, facts.born.month, facts.born.year) == (
        facts.other_born.month,
        facts.other_born.day,
        facts.other_born.year,
    ):
        say("birth_turned", 22)
    elif facts.born.year == facts.other_born.year and not facts.is_precise:
        say("birth_year", 15)
    for holds, reason, worth in (
        (facts.same_area, "area", 12),
        (facts.same_village, "village", 8),
        (facts.same_phone, "phone", 15),
        (facts.same_account, "account", 25),
        (not facts.same_sex, "sex_differs", -40),
    ):
        if holds:
            say(reason, worth)
    if facts.national_id and facts.other_id:
        is_close = _digits_apart(facts.national_id, facts.other_id) <= 2
        say("id_close", 15) if is_close else say("id_differs", -35)
        # Brothers and sisters born on one day have neighbouring numbers and nearly the same name.
        if facts.same_household and facts.name != facts.other_name:
            say("household", -25)
    else:
        say("id_missing", 5)
        if facts.same_household and facts.name_fold != facts.other_fold:
            say("household", -25)
    return points, reasons


def find(*, since: datetime.datetime | None, at: datetime.datetime) -> int:
    """This will look for pairs among everybody (or those recorded since) and keep the new ones; return how many.

    Promises: a constant number of statements but for portions of what must be judged; a pair that a person decided about is
    never brought up again. The scope must cover everybody: a twin in another commune cannot be found otherwise.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Two searches at once would judge the same pairs.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people_duplicates'))")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.candidate")
        # Joins of the whole register with itself: a loop per person would take the night.
        cursor.execute("SET LOCAL enable_nestloop = " + ("on" if since else "off"))
        cursor.execute(statement("people", "duplicate_candidates"), {"since": since})
        cursor.execute("ANALYZE candidate")
        columns = (
            ("first_id", "bigint"),
            ("second_id", "bigint"),
            ("kind", "text"),
            ("points", "int"),
            ("reasons", "jsonb"),
            ("area_id", "int"),
        )
        # Read to the end first: one connection cannot fetch and copy at once. What is flagged is few.
        stage("found_pair", columns, list(_judged()))
        cursor.execute(
            "INSERT INTO people_duplicatepair (first_id, second_id, kind, points, reasons, area_id, found_at, decision, note, decided_by)"
            " SELECT first_id, second_id, kind, points, reasons, area_id, %s, '', '', '' FROM found_pair"
            " ON CONFLICT (first_id, second_id) DO NOTHING",
            [at],
        )
        return cursor.rowcount


def _judged() -> Iterator[Sequence[object]]:
    # A cursor of the server: a register of a million has half a million candidates, never held at once.
    with transaction.atomic(), connection.connection.cursor(name="candidates") as cursor:
        cursor.itersize = _PORTION
        cursor.execute(statement("people", "duplicate_facts"))
        for row in cursor:
            facts = _Facts(*row)
            points, reasons = judge(facts)
            if points >= LIKELY:
                yield facts.first_id, facts.second_id, "likely", points, json.dumps(reasons), facts.area_id
            elif facts.same_account and not facts.same_household:
                yield facts.first_id, facts.second_id, "account", points, json.dumps(reasons), facts.area_id


def pairs(*, decided: bool = False, after: int = 0, limit: int = 100) -> list[PairRow]:
    """This will return pairs in the caller's scope, those that wait first found first."""
    rows = DuplicatePair.objects.filter(id__gt=after).select_related("first", "second").order_by("id")
    rows = rows.exclude(decision="") if decided else rows.filter(decision="")
    return [_row(row) for row in rows[:limit]]


def pair(pair_id: int) -> PairRow:
    """This will return one pair of the caller's scope. Raises `Refused` (`pair_unknown`)."""
    row = DuplicatePair.objects.filter(pk=pair_id).select_related("first", "second").first()
    if row is None:
        raise _unknown(pair_id)
    return _row(row)


def _row(row: DuplicatePair) -> PairRow:
    return PairRow(
        row.id, row.first_id, row.first.full_name, row.second_id, row.second.full_name, row.kind, row.points, tuple(row.reasons), row.decision
    )  # fmt: skip


def _unknown(pair_id: int) -> Refused:
    return Refused(
        "pair_unknown",
        vi=f"Không có cặp hồ sơ số {pair_id} trong địa bàn của bạn.",
        en=f"There is no pair {pair_id} in your area.",
        pair=pair_id,
    )


def decide(*, pair_id: int, is_same: bool, note: str, by: str, at: datetime.datetime) -> PairRow:
    """This will keep a person's word about a pair. “The same” merges nothing: that is proposed and confirmed by two people.

    Raises:
        Refused: `pair_unknown`, `pair_merged`, `note_missing`, `role_not_allowed`, `staff_unknown`.
    """
    if office.staff(by).role not in _DECIDERS:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền quyết định hồ sơ trùng. Hãy nhờ cán bộ xã hoặc chuyên viên sở.",
            en=f"“{by}” may not decide about duplicates.",
            user=by,
        )
    if not note.strip():
        raise Refused("note_missing", vi="Hãy ghi căn cứ: đã đối chiếu giấy tờ nào.", en="Say what you compared.")
    with transaction.atomic():
        row = DuplicatePair.objects.select_for_update(of=("self",)).filter(pk=pair_id).first()
        if row is None:
            raise _unknown(pair_id)
        if Person.objects.filter(pk__in=[row.first_id, row.second_id]).exclude(merged_into=None).exists():
            raise Refused(
                "pair_merged",
                vi="Hai hồ sơ này đã gộp. Hãy hoàn tác lần gộp trước khi quyết định lại.",
                en="These records are merged. Undo the merge before you decide anew.",
            )
        row.decision, row.note, row.decided_by, row.decided_at = (
            "same" if is_same else "different",
            note.strip()[:200],
            by,
            at,
        )
        row.save()
        detail = {"pair": row.id, "decision": row.decision, "other": row.second_id}
        audit(by=by, action="duplicate.decide", subject=f"person:{row.first_id}", detail=detail, at=at)
        return pair(pair_id)
