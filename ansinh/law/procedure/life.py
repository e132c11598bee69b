"""The life of one benefit in months: due, held or not due, by which commune, by which clause, in a sentence.

Pure functions over typed acts. Each act rewrites the months from its own first month on; what an act may follow is the table
of `transitions`; which month and which clause is data. One month has one payer, so a move can neither pay twice nor skip.
"""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.procedure import transitions
from ansinh.law.procedure.events import Changed, Event, Granted, Moved, Reviewed, Stopped, Suspended
from ansinh.law.procedure.rules import Group, LifeRule, ProcedureLaw
from ansinh.law.words import Text

DUE, HELD, NOT_DUE = "due", "held", "not_due"


@dataclass(frozen=True)
class MonthOfLife:
    """One month: its state, who pays or holds it, the clause that fixes the month, the ground, and why in words."""

    month: Month
    state: str
    commune: str
    clause: str
    ground: str
    because: Text
    decided_on: datetime.date
    # Clauses applied here that nobody compared with the text, and how open wordings are read.
    unverified: tuple[tuple[str, str], ...]


@dataclass
class _Course:
    """What has been decided so far, while the acts are gone through in order."""

    law: ProcedureLaw
    group: Group
    until: Month
    state: str = transitions.NOT_GRANTED
    benefit: str = ""
    commune: str = ""
    suspension: Suspended | None = None
    months: dict[Month, MonthOfLife] = field(default_factory=dict)

    def rule(self, act: str, cause: str, decided_on: datetime.date) -> LifeRule:
        """Return the rule of the law of that day, or refuse: an act without ground changes nothing."""
        rule = self.law.life_rule(act, cause, self.group, self.benefit, decided_on)
        if rule is None:
            raise self.no_ground(act, cause, decided_on)
        return rule

    def no_ground(self, act: str, cause: str, decided_on: datetime.date) -> Refused:
        """Return the refusal that names the grounds which the law of that day did have."""
        known = sorted(
            {
                rule.clause.citation
                for rule in self.law.life
                if rule.act == act and self.group in rule.groups and rule.decided.holds(decided_on)
            }
        )
        listed = ", ".join(known)
        return Refused(
            "no_legal_ground",
            vi=f"Ngày {decided_on:%d/%m/%Y} luật không có căn cứ này cho việc đang làm ({act} {cause}). "
            + (f"Các căn cứ khi ấy: {listed}." if known else "Khi ấy văn bản đã đọc không có căn cứ nào."),
            en=f"On {decided_on} the law had no such ground ({act} {cause}). "
            + (f"The grounds then were: {listed}." if known else "The texts that were read had none."),
            act=act,
            cause=cause,
            clauses=known,
        )

    def step(self, act: str) -> None:
        """Go along the edge of that act."""
        self.state = transitions.after(self.state, act)

    def write(
        self,
        first: Month,
        state: str,
        rule: LifeRule,
        event: Event,
        *,
        day: datetime.date | None = None,
        only: tuple[str, ...] = (),
        move: tuple[str, str] | None = None,
    ) -> None:
        """Rewrite the months from `first` on; `only` leaves alone the months that are in another state."""
        words = _Words(first, day or event.decided_on, *(move or ("", self.commune)))
        for month in first.until(self.until):
            before = self.months.get(month)
            if only and (before is None or before.state not in only):
                continue
            # Only a grant and a move choose the payer; whatever else is decided later leaves each month where it was.
            payer = words.new if before is None or before.state == NOT_DUE or move is not None else before.commune
            self.months[month] = MonthOfLife(
                month=month,
                state=state,
                commune="" if state == NOT_DUE else payer,
                clause=rule.month_clause,
                ground=rule.ground,
                because=words.fill(rule.because, month),
                decided_on=event.decided_on,
                unverified=_doubts(rule),
            )


@dataclass(frozen=True)
class _Words:
    """What fills the blanks of a sentence."""

    first: Month
    day: datetime.date
    old: str
    new: str

    def fill(self, text: Text, month: Month) -> Text:
        """Return the sentence of that month."""
        # Months and days are written as each language's readers write them.
        same = {"old": self.old, "new": self.new}
        return Text(
            vi=text.vi.format_map({"month": month.vi, "first": self.first.vi, "date": f"{self.day:%d/%m/%Y}", **same}),
            en=text.en.format_map({"month": str(month), "first": str(self.first), "date": str(self.day), **same}),
        )


def _doubts(rule: LifeRule) -> tuple[tuple[str, str], ...]:
    doubts = [] if rule.clause.verification.verified else [(rule.clause.citation, rule.clause.verification.note)]
    return tuple(doubts + ([(rule.clause.citation, rule.clause.reading)] if rule.clause.reading else []))


def _incomplete(event: Event, name: str, vi: str, en: str) -> Refused:
    return Refused(
        "life_event_incomplete",
        vi=f"Quyết định ngày {event.decided_on:%d/%m/%Y} thiếu {vi}.",
        en=f"The decision of {event.decided_on} lacks {en}.",
        field=name,
    )


# ── the acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _turning(birth_date: datetime.date, age: int) -> Month:
    return Month(birth_date.year + age, birth_date.month)


def _first_month(rule: LifeRule, event: Granted) -> Month:
    """Return the month from which a grant counts, by the rule of the day it was signed.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 2.
    """
    month = Month.of(event.decided_on)
    if rule.month == "of_certificate":
        if event.certificate_on is None:
            raise _incomplete(
                event, "certificate_on", "ngày cấp giấy xác nhận mức độ khuyết tật", "the day of the certificate"
            )
        month = Month.of(event.certificate_on)
    if rule.month in {"of_age_75", "of_age_80"}:
        if event.birth_date is None:
            raise _incomplete(event, "birth_date", "ngày sinh", "the birth date")
        month = _turning(event.birth_date, 75 if rule.month == "of_age_75" else 80)
    # A certificate may be older than the decree; the decree's own benefit cannot be.
    return max(month, Month.of(rule.decided.first)) if rule.month != "of_signature" else month


def _grant(course: _Course, event: Granted) -> None:
    ended = course.state == transitions.TERMINATED
    course.step("grant")
    course.benefit, course.commune = event.benefit, event.commune
    rule = course.rule("grant", "", event.decided_on)
    first = _first_month(rule, event)
    if ended:
        # A new decision starts anew: months that an earlier decision paid, held or ended are not granted twice.
        lived = [month for month, entry in course.months.items() if entry.state != NOT_DUE]
        first = max([first, *(month.plus(1) for month in lived)])
    course.write(first, DUE, rule, event)
    if event.received_on is None:
        return
    received = course.law.life_rule("grant", "", course.group, event.benefit, event.received_on)
    if received is not None and received.month != rule.month:
        reading = course.law.readings["received_before_signed_after"]
        for month, entry in course.months.items():
            if entry.decided_on == event.decided_on:
                course.months[month] = replace(
                    entry, unverified=(*entry.unverified, (reading.citation, reading.reading))
                )


def _change(course: _Course, event: Changed) -> None:
    course.step("change")
    rule = course.rule("change", "", event.decided_on)
    course.write(Month.of(event.changed_on), DUE, rule, event, day=event.changed_on, only=(DUE,))


def _move(course: _Course, event: Moved) -> None:
    course.step("move")
    if event.from_commune != course.commune:
        raise Refused(
            "move_from_elsewhere",
            vi=f"Nơi đang chi trả là {course.commune}, không phải {event.from_commune}. Hãy ghi đúng nơi cư trú cũ.",
            en=f"The benefit is paid in {course.commune}, not in {event.from_commune}. Write the right old commune.",
            paid_in=course.commune,
        )
    rule = course.rule("move", "", event.decided_on)
    first = event.stop_month if rule.month == "stop_month" else event.stop_month.plus(1)
    later = [entry for month, entry in course.months.items() if month >= first]
    # Months that a still later move gave away stay where that move put them: two payers for one month cannot be.
    if any(entry.commune != course.commune for entry in later if entry.state == DUE):
        raise Refused(
            "move_out_of_order",
            vi="Tháng thôi chi trả sớm hơn lần chuyển trước. Hãy kiểm tra lại các quyết định chuyển nơi cư trú.",
            en="The month of stopping is earlier than the move before. Check the decisions about moving.",
            stop_month=str(event.stop_month),
        )
    course.commune = event.to_commune
    course.write(first, DUE, rule, event, only=(DUE,), move=(event.from_commune, event.to_commune))


def _suspend(course: _Course, event: Suspended) -> None:
    course.step("suspend")
    rule = course.rule("suspend", event.cause, event.decided_on)
    if event.cause == "uncollected":
        _check_uncollected(course, rule, event)
    if event.cause == "detained":
        _check_detained(rule, event)
    course.suspension = event
    course.write(Month.of(event.decided_on), HELD, rule, event, only=(DUE,))


def _check_uncollected(course: _Course, rule: LifeRule, event: Suspended) -> None:
    months = event.uncollected
    running = all(later == earlier.plus(1) for earlier, later in itertools.pairwise(months))
    known = all(month in course.months and course.months[month].state == DUE for month in months)
    past = not months or months[-1] <= Month.of(event.decided_on)
    if len(months) < rule.at_least_months or not (running and known and past):
        raise _too_few(rule, "tháng liên tục không nhận tiền", "months running in which nothing was collected")


def _check_detained(rule: LifeRule, event: Suspended) -> None:
    if event.detained_from is None:
        raise _incomplete(event, "detained_from", "ngày bị tạm giam", "the day the detention began")
    ended = event.detained_to or event.decided_on
    if ended < _months_later(event.detained_from, rule.at_least_months):
        raise _too_few(rule, "tháng bị tạm giam", "months of detention")


def _too_few(rule: LifeRule, vi: str, en: str) -> Refused:
    return Refused(
        "ground_not_fulfilled",
        vi=f"Chưa đủ căn cứ: {rule.clause.citation} đòi hỏi từ {rule.at_least_months} {vi} trở lên.",
        en=f"The ground is not fulfilled: {rule.clause.citation} asks for at least {rule.at_least_months} {en}.",
        clauses=[rule.clause.citation],
    )


def _months_later(day: datetime.date, months: int) -> datetime.date:
    """Return the same day so many months later, or the last day of that month when it has no such day."""
    month = Month.of(day).plus(months)
    return month.first_day.replace(day=min(day.day, month.last_day.day))


def _review(course: _Course, event: Reviewed) -> None:
    course.step(f"resume {event.outcome}")
    rule = course.rule("resume", event.outcome, event.decided_on)
    suspension = course.suspension
    if suspension is None:
        raise _incomplete(event, "suspended_on", "quyết định tạm dừng", "the decision to suspend")
    first = Month.of(suspension.decided_on)
    state = NOT_DUE if event.outcome == "not_eligible" else DUE
    course.write(first, state, rule, event, only=(HELD,))
    course.suspension = None
    if event.outcome == "changed":
        if event.changed_on is None:
            raise _incomplete(event, "changed_on", "ngày thay đổi điều kiện", "the day of the change")
        change = course.rule("change", "", event.decided_on)
        course.write(Month.of(event.changed_on), DUE, change, event, day=event.changed_on, only=(DUE,))


def _stop(course: _Course, event: Stopped) -> None:
    suspension = course.suspension
    course.step("stop")
    rule = course.rule("stop", event.cause, event.decided_on)
    first = Month.of(event.happened_on).plus(1)
    if event.cause == "no_reassessment":
        if suspension is None or suspension.cause != "no_reassessment":
            raise _too_few(rule, "tháng tạm dừng vì không chấp hành", "months of suspension for refusing")
        # “After three months”: the third month itself is still the person's time to comply.
        if event.decided_on <= _months_later(suspension.decided_on, rule.at_least_months):
            raise _too_few(rule, "tháng kể từ quyết định tạm dừng", "months since the suspension")
        first = Month.of(event.decided_on).plus(1)
    # What was held stays held up to the end: the text does not say whether those months are paid, and nobody guesses.
    course.write(first, NOT_DUE, rule, event, day=event.happened_on, only=(DUE, HELD))
    course.suspension = None


def _apply(course: _Course, event: Event) -> None:
    if isinstance(event, Granted):
        _grant(course, event)
    elif isinstance(event, Changed):
        _change(course, event)
    elif isinstance(event, Moved):
        _move(course, event)
    elif isinstance(event, Suspended):
        _suspend(course, event)
    elif isinstance(event, Reviewed):
        _review(course, event)
    else:
        _stop(course, event)


def months_of_life(
    law: ProcedureLaw, group: Group, events: Sequence[Event], *, until: Month, known_on: datetime.date
) -> tuple[MonthOfLife, ...]:
    """Return every month from the first due one up to `until`, by what had been decided on the day `known_on`.

    Raises:
        Refused: `life_out_of_order`, `no_legal_ground`, `ground_not_fulfilled`, `life_event_incomplete`,
            `move_from_elsewhere`, `move_out_of_order`.

    Law: NĐ 335/2026/NĐ-CP, Điều 8 khoản 4.
    """
    course = _Course(law, group, until)
    # Acts of one day keep the order in which they were given: a review and a death may be decided together.
    for event in sorted(events, key=lambda event: event.decided_on):
        if event.decided_on <= known_on:
            _apply(course, event)
    return tuple(course.months[month] for month in sorted(course.months))


@dataclass(frozen=True)
class Differences:
    """What a later knowledge changes: months to be taken back where they were due, and months to be paid where they are."""

    recovered: tuple[tuple[Month, str], ...]
    arrears: tuple[tuple[Month, str], ...]


def differences(before: Sequence[MonthOfLife], after: Sequence[MonthOfLife], *, paid_until: Month) -> Differences:
    """Return which due months, by commune, the second life has lost and gained against the first, up to `paid_until`."""
    # A month that moved to another payer is lost by one commune and gained by the other: the pair stays visible.
    old = {(entry.month, entry.commune) for entry in before if entry.state == DUE and entry.month <= paid_until}
    new = {(entry.month, entry.commune) for entry in after if entry.state == DUE and entry.month <= paid_until}
    return Differences(tuple(sorted(old - new)), tuple(sorted(new - old)))
