"""Files move to another commune with everything that follows them: by a reform, a word about a divided one, or a move.

Where somebody lived until the day stays readable, in the units of that time; a frozen month stays where it was.
"""

import datetime

from django.db import connection, transaction
from psycopg import sql

from ansinh.base.refusals import refused
from ansinh.base.statements import statement
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.security import everything, put_on
from ansinh.people.following import OF_HOUSEHOLDS, OF_PERSONS
from ansinh.people.models import Household, Membership, Person, Residence
from ansinh.people.queries import unknown_person
from ansinh.people.remembering import told_at


def move_chosen(day: datetime.date, at: datetime.datetime, source: str, village: str | None = None) -> tuple[int, int]:
    """This will move whoever lies in `moved_person` and `moved_household`, and every row that follows; return how many.

    Both are temporary tables of the caller's, dropped here. A `village` is that of the new home (None: as it was).
    """
    told_at(at)
    parameters = {"day": day, "at": at, "source": source, "village": village}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moved_person; ANALYZE moved_household")
        for name in ("residence_before", "residence_close", "residence_open"):
            cursor.execute(statement("people", name), parameters)
        moved = {}
        for tables, chosen, key in (
            (OF_HOUSEHOLDS, "moved_household", "household_id"),
            (OF_PERSONS, "moved_person", "person_id"),
        ):
            for table, column in tables.items():
                cursor.execute(
                    sql.SQL(
                        "UPDATE {table} AS one SET area_id = moved.new_id FROM {chosen} AS moved"
                        " WHERE one.{column} = moved.{key} AND one.area_id <> moved.new_id"
                    ).format(
                        table=sql.Identifier(table),
                        chosen=sql.Identifier(chosen),
                        column=sql.Identifier(column),
                        key=sql.Identifier(key),
                    )
                )
                moved[table] = cursor.rowcount
        cursor.execute("SELECT (SELECT count(*) FROM moved_person), (SELECT count(*) FROM moved_household)")
        persons, households = cursor.fetchone()
        # Stays on in production: somebody in neither commune would be somebody nobody looks for.
        assert (moved["people_person"], moved["people_household"]) == (persons, households), "everybody moves"
        if village is not None:
            for table, chosen, key in (
                ("person", "moved_person", "person_id"),
                ("household", "moved_household", "household_id"),
            ):
                cursor.execute(
                    f"UPDATE people_{table} SET village = %s WHERE id IN (SELECT {key} FROM {chosen})", [village]
                )
        cursor.execute("DROP TABLE moved_person, moved_household")
    return persons, households


def move_home(
    *, person_id: int, to: str, village: str, with_household: bool, on: datetime.date, document: str, by: str,
    at: datetime.datetime,
) -> list[int]:  # fmt: skip
    """This will move a person, alone or with the whole household, within the province, and return whoever moved.

    Whoever leaves a household alone heads one of their own, without a poverty class: the new commune reviews it.
    Leaves the caller's sight widened to both communes for the rest of the transaction.

    Raises:
        Refused: `person_unknown`, `person_is_deceased`, `area_unknown`, `already_there`, `other_province`,
            `area_has_ended`, `date_in_future`, `date_impossible`, `head_leaves`.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 3
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).select_related("area").filter(pk=person_id).first()
        if person is None:
            raise unknown_person(person_id)
        target = _destination(person, to, on, at)
        put_on(everything(by, protected=True))
        own = Membership.objects.filter(person=person, valid_to=None).select_related("household").first()
        others = _others(own)
        household = own.household if own is not None and (with_household or not others) else None
        going = [person_id, *(one.person_id for one in others if with_household)]
        _refuse_too_early(going, on)
        if own is not None and household is None:
            _leave(own, target.id, village, on, at)
        with connection.cursor() as cursor:
            parameters = {"new": target.id, "persons": going, "households": [household.pk] if household else []}
            for name in ("moving_persons", "moving_households"):
                cursor.execute(statement("people", name), parameters)
        move_chosen(on, at, document.strip()[:200], village.strip()[:120])
        detail = {"from": person.area.code, "to": target.code, "on": on.isoformat(), "persons": going}
        audit(by=by, action="home_moved", subject=f"person:{person_id}", detail=detail, at=at)
    return going


def _others(own: Membership | None) -> list[Membership]:
    if own is None:
        return []
    alive = Membership.objects.filter(household_id=own.household_id, valid_to=None, person__death_date=None)
    return list(alive.exclude(pk=own.pk).order_by("person_id"))


def _destination(person: Person, to: str, on: datetime.date, at: datetime.datetime) -> office.AreaRow:
    if person.death_date is not None:
        raise refused(
            "person_is_deceased", "Người này đã mất, không chuyển nơi cư trú.", "The person has died and does not move."
        )
    if on > at.date():
        raise refused("date_in_future", "Ngày chuyển không thể ở sau hôm nay.", "A move is not in the future.")
    target = office.find_commune(to, on=at.date())
    if person.area.valid_to is not None:
        raise refused(
            "area_has_ended",
            f"{person.area.name} đã sắp xếp. Hãy xếp hộ này vào xã, phường hiện nay trước, rồi ghi chuyển nơi cư trú.",
            f"{person.area.name} has ended. Place the household into a commune of today first.",
        )
    if target.id == person.area_id:
        raise refused(
            "already_there", f"Người này đang cư trú tại {target.name}.", f"The person already lives in {target.name}."
        )
    if office.province_of(target.id) != office.province_of(person.area_id):
        raise refused(
            "other_province",
            f"{target.name} thuộc tỉnh khác. Hãy ghi biến động “Chuyển sang tỉnh khác” để thôi chi trả tại đây, rồi gửi hồ sơ để tỉnh mới quyết định hưởng.",
            f"{target.name} lies in another province: tell “leaves the province”, then send the file there.",
        )
    if target.valid_from is not None and on < target.valid_from:
        raise refused(
            "date_impossible",
            f"{target.name} có từ ngày {target.valid_from:%d/%m/%Y}. Ngày chuyển không thể trước ngày ấy.",
            f"{target.name} exists since {target.valid_from}; nobody moved there before.",
        )
    return target


def _refuse_too_early(going: list[int], on: datetime.date) -> None:
    """Refuse a day before somebody came to where they live now, or entered the household that they leave."""
    arrived = Residence.objects.filter(person_id__in=going, valid_to=None, superseded_at=None, valid_from__gte=on)
    joined = Membership.objects.filter(person_id__in=going[:1], valid_to=None, valid_from__gte=on)
    if arrived.exists() or joined.exists():
        raise refused(
            "date_impossible",
            "Ngày chuyển phải sau ngày người này đến nơi cư trú hiện nay và vào hộ hiện nay. Hãy kiểm tra lại ngày.",
            "The day must be after the person came to the present home and household.",
        )


def _leave(own: Membership, area_id: int, village: str, on: datetime.date, at: datetime.datetime) -> None:
    if own.relationship == Membership.Relationship.HEAD:
        raise refused(
            "head_leaves",
            "Người này là chủ hộ và còn người ở lại. Hãy tách hộ trước (ansinh people split-household), nêu chủ hộ mới, "
            "hoặc ghi cả hộ chuyển.",
            "The person heads a household of which others stay. Part it first and name its new head, or move all of it.",
        )
    told_at(at)
    own.valid_to = on
    own.save(update_fields=["valid_to"])
    stem = own.household.code[:24]
    taken = Household.objects.filter(code__startswith=f"{stem}-C").count()
    new = Household.objects.create(code=f"{stem}-C{taken + 1}", area_id=area_id, village=village.strip()[:120])
    Membership.objects.create(
        household=new,
        person_id=own.person_id,
        relationship=Membership.Relationship.HEAD,
        area_id=own.area_id,
        valid_from=on,
        recorded_at=at,
    )
