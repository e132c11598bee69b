"""Decisions that somebody receives a benefit, and that it stops, from the month that the procedure names.

Who tells, who decides and what it would change is `entitlement.events`; a month's sum is never written here.
"""

import datetime
from functools import lru_cache

from django.db.models import F

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.models import Decision
from ansinh.entitlement.releases import law_in_force
from ansinh.law.package import default_laws
from ansinh.law.procedure.events import Granted
from ansinh.law.procedure.life import months_of_life
from ansinh.law.procedure.loading import load_procedure
from ansinh.law.words import Benefit
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people import mandates
from ansinh.people.remembering import told_at

# What the register can tell the law enough about. Merit and care are decided elsewhere until it holds their facts.
GROUPS = frozenset({"assistance", "pension"})
# Groups 3 and 8 are defined by HIV status; their very name beside a person would tell it. Hidden alone, they would be told
# by being hidden: so children without care, small children of poor households and old poor people share their words.
# Law: NĐ 20/2021/NĐ-CP, Điều 5 khoản 3; NĐ 20/2021/NĐ-CP, Điều 5 khoản 8
NEUTRAL_BENEFITS = frozenset({"K1", "K3", "K5", "K7", "K8"})
_LONGEST_NUMBER = 60


def grantable(area_id: int | None = None) -> list[Benefit]:
    """Return the monthly benefits that can be granted here by the law in force in the area's province."""
    return [one for one in law_in_force(area_id).benefits if one.group in GROUPS and one.schedule == "monthly"]


def may_name(benefit: str, by: str) -> bool:
    """Return whether somebody may name this benefit of a person: one of the neutral group only the officer in charge (ADR 0011).

    Asking of somebody else would be an answer: what is refused and what is taken tells who has it.
    """
    return benefit not in NEUTRAL_BENEFITS or office.scope_of(office.staff(by)).protected


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
    standing = Decision.objects.filter(person_id=person_id, benefit=benefit).exclude(end_month__lte=start.first_day)
    if standing.exists():
        raise Refused(
            "already_granted",
            vi="Người này đang có quyết định hưởng chế độ ấy. Hãy xem mục Quyết định hưởng ở trang người này; "
            "nếu thôi hưởng là ghi nhầm thì ghi “Ghi nhầm thôi hưởng”, nếu hưởng lại thì ghi khi đã thôi.",
            en="The person has a decision about this benefit already. See the decisions on their page; "
            "a stop told by mistake is taken back, a new grant is told once the old one has ended.",
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
    """This will let the decisions about one benefit end before the month, and return their numbers and ends until now.

    Raises:
        Refused: `nothing_to_stop`; `date_impossible` for a day before the benefit began.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 4
    """
    rows = Decision.objects.select_for_update().filter(person_id=person_id, benefit=benefit)
    # One that ended where it began was a mistake and stops nothing.
    running = list(
        rows.exclude(end_month__lte=month.first_day).exclude(end_month=F("start_month")).order_by("start_month")
    )
    if not running:
        raise Refused(
            "nothing_to_stop",
            vi="Người này không hưởng chế độ ấy từ tháng đó, nên không có gì để thôi chi trả.",
            en="The person does not receive this benefit from that month on; there is nothing to stop.",
        )
    began = Month.of(running[0].start_month)
    if month <= began:
        raise Refused(
            "date_impossible",
            vi=f"Chế độ này hưởng từ tháng {began.vi}; ngày thôi hưởng không thể trước đó. Hãy kiểm tra lại ngày.",
            en=f"The benefit began in {began}; it cannot stop before. Check the day.",
        )
    before = " ".join(f"{row.id}:{row.end_month or ''}" for row in running)
    told_at(at)
    for row in running:
        row.end_month = max(row.start_month, month.first_day)
        row.save(update_fields=["end_month"])
    detail = {"decisions": [row.id for row in running], "month": str(month)}
    audit(by=by, action="decision.stop", subject=f"person:{person_id}", detail=detail, at=at)
    return before
