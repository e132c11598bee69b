"""Decisions that somebody receives a benefit, and that it stops, from the month that the procedure names.

Who tells, who decides and what it would change is `entitlement.events`; a month's sum is never written here.
"""

import datetime
from functools import lru_cache

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.models import Decision
from ansinh.entitlement.releases import law_in_force
from ansinh.law.package import default_laws
from ansinh.law.procedure.events import Granted
from ansinh.law.procedure.life import months_of_life
from ansinh.law.procedure.loading import load_procedure
from ansinh.law.words import Benefit
from ansinh.office.operations import audit
from ansinh.people import mandates
from ansinh.people.remembering import told_at

# What the register can tell the law enough about. Merit and care are decided elsewhere until it holds their facts.
GROUPS = frozenset({"assistance", "pension"})
_LONGEST_NUMBER = 60


def grantable(area_id: int | None = None) -> list[Benefit]:
    """Return the monthly benefits that can be granted here by the law in force in the area's province."""
    return [one for one in law_in_force(area_id).benefits if one.group in GROUPS and one.schedule == "monthly"]


@lru_cache
def stop_causes() -> tuple[str, ...]:
    """Return the grounds on which a benefit stops by a decision, as the procedure names them; a death is told as such."""
    causes = {
        rule.cause for rule in load_procedure(default_laws()).life if rule.act == "stop" and GROUPS & {*rule.groups}
    }
    # The last one follows a suspension, which the commune decides first.
    return tuple(sorted(causes - {"died", "no_reassessment"}))


def grant(
    *, person_id: int, area_id: int, benefit: str, number: str, received_on: datetime.date, on: datetime.date, by: str,
    at: datetime.datetime,
) -> int:  # fmt: skip
    """This will write a decision signed on the day, ask for an account where there is none, and return the row's number.

    Raises:
        Refused: `already_granted`, `decision_number_too_long`; what the procedure refuses about the month.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 2
    """
    if len(number) > _LONGEST_NUMBER:
        raise Refused(
            "decision_number_too_long",
            vi=f"Số quyết định dài quá {_LONGEST_NUMBER} ký tự. Hãy chỉ ghi số quyết định, ví dụ 118/QĐ-UBND.",
            en=f"The decision's number has more than {_LONGEST_NUMBER} characters. Write the number alone.",
        )
    start = _first_month(area_id, benefit, on, received_on)
    # The one that ended by then is no hindrance; the one that runs is, and so is one that will run.
    standing = Decision.objects.select_for_update().filter(person_id=person_id, benefit=benefit)
    if standing.exclude(end_month__lte=start.first_day).exists():
        raise Refused(
            "already_granted",
            vi="Người này đang có quyết định hưởng chế độ ấy. Hãy xem mục Quyết định hưởng ở trang người này.",
            en="The person has a decision about this benefit already. See the decisions on their page.",
        )
    added = Decision.objects.create(
        person_id=person_id, benefit=benefit, number=number, signed_on=on, start_month=start.first_day, area_id=area_id,
        recorded_at=at,
    )  # fmt: skip
    audit(by=by, action="decision.grant", subject=f"person:{person_id}", detail={"decision": added.id}, at=at)
    mandates.ask_for_account(person_id=person_id, by=by, at=at)
    return added.id


def _first_month(area_id: int, benefit: str, on: datetime.date, received_on: datetime.date) -> Month:
    group = next((one.group for one in grantable(area_id) if one.code == benefit), None)
    if group is None:
        raise Refused(
            "benefit_unknown",
            vi=f"Không quyết định hưởng được chế độ “{benefit[:12]}” tại đây. Hãy chọn trong danh mục.",
            en=f"The benefit “{benefit[:12]}” is not granted here. Choose from the list.",
        )
    signed = Granted(decided_on=on, commune=str(area_id), benefit=benefit, received_on=received_on)
    law, until = load_procedure(default_laws()), Month.of(on).plus(12)
    return months_of_life(law, group, [signed], until=until, known_on=on)[0].month


def stop(*, person_id: int, benefit: str, month: Month, by: str, at: datetime.datetime) -> str:
    """This will let the decision about one benefit end before the month, and return its number and its end until now.

    Raises:
        Refused: `nothing_to_stop`.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 4
    """
    rows = Decision.objects.select_for_update().filter(person_id=person_id, benefit=benefit)
    row = rows.exclude(end_month__lte=month.first_day).order_by("-start_month").first()
    if row is None:
        raise Refused(
            "nothing_to_stop",
            vi="Người này không hưởng chế độ ấy từ tháng đó, nên không có gì để thôi chi trả.",
            en="The person does not receive this benefit from that month on; there is nothing to stop.",
        )
    before = f"{row.id}:{row.end_month or ''}"
    told_at(at)
    row.end_month = max(row.start_month, month.first_day)
    row.save(update_fields=["end_month"])
    audit(
        by=by,
        action="decision.stop",
        subject=f"person:{person_id}",
        detail={"decisions": [row.id], "month": str(month)},
        at=at,
    )
    return before
