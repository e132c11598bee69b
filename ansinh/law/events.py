"""What happened between two months that were answered differently: a birthday, a paper, a decision, a death, a new law.

The law is tried first: if the newer month's law gives the newer answer for the month before too, the law made the
difference. Otherwise the days of the person do, those that a rule of the benefit asks about.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ansinh.base.months import Month
from ansinh.law.answers import Answer, Inquiry
from ansinh.law.moments import Moment, ages_of, leaves, same_rules
from ansinh.law.oracle import Instant, MonthResult, instants, month_standing, payable
from ansinh.law.package import LawPackage, PricedRule
from ansinh.law.sentences import day_text, found, money, month_text
from ansinh.law.tree import Expression, Unknown, facts_of


@dataclass(frozen=True)
class Event:
    """What began a stretch of months, with its day if it has one."""

    kind: str
    day: datetime.date | None
    vi: str
    en: str

    def words(self, asked: Inquiry) -> str:
        """Return the event as the beginning of a sentence, in the language of the answer."""
        return asked.say(self.vi, self.en)


def events_between(before: Answer, after: Answer, codes: set[str]) -> list[Event]:
    """Return what made these benefits differ between the month before `after` and `after`; empty if nobody can tell."""
    previous, facts = after.month.plus(-1), after.facts
    if facts.death_date is not None and Month.of(facts.death_date) == previous:
        day = facts.death_date
        return [Event("death", day, f"mất ngày {day_text(day, 'vi')}", f"died on {day_text(day, 'en')}")]
    by_law: list[Event] = []
    for code in sorted(codes):
        law_events, is_alone = _by_law(before, after, code)
        if is_alone and law_events:
            return law_events
        by_law += [event for event in law_events if event not in by_law]
    certain = [*by_law, *_by_decision(after, codes)]
    return list(dict.fromkeys([*certain, *_by_person(after, codes, is_needed=not certain)]))


def new_ground(before: Answer, after: Answer, codes: set[str]) -> list[Event]:
    """Return by which clause these benefits, due as before, are due from now on."""
    return [
        event
        for code in sorted(codes)
        if (priced := after.standing(code).rule) is not None
        for event in _new_rules((priced,), before.part(code)[1].law.by_benefit[code])
    ]


# ── the law ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_law(before: Answer, after: Answer, code: str) -> tuple[list[Event], bool]:
    """Return what changed in the law of the benefit, and whether that alone gives the newer answer."""
    package, result = after.part(code)
    previous = after.month.plus(-1)
    new_law = result.law
    if not before.is_known(code):
        return list(_new_rules(new_law.by_benefit[code], ())), True
    old_law = package.month_law(previous, after.asked.known_on)
    old, new = old_law.by_benefit[code], new_law.by_benefit[code]
    if same_rules(old, new):
        return [], False
    # The newer law, laid over the month before: what would it have given there?
    laid_over = replace(new_law, month=previous, made={})
    end, eve = instants(package, laid_over, before.facts, result.outcomes)
    then = month_standing(new, end, eve, (payable(end), payable(eve))).amount_dong
    given, gives = before.standing(code).amount_dong, after.standing(code).amount_dong
    if then == given:
        return [], False
    return list(_law_events(package, old, new, after.month)), then == gives


def _law_events(
    package: LawPackage, old: tuple[PricedRule, ...], new: tuple[PricedRule, ...], month: Month
) -> Iterator[Event]:
    ended = {priced.rule.rule for priced in old} - {priced.rule.rule for priced in new}
    if ended:
        yield from _repeals(package, ended, month)
    known = {id(priced.base) for priced in old}
    for base in {id(p.base): p.base for p in new if id(p.base) not in known}.values():
        yield Event(
            "law",
            None,
            f"{base.citation}: {base.label.vi} là {money(base.value_dong, 'vi')} từ tháng {month_text(base.applies_from, 'vi')}",
            f"{base.citation}: the {base.label.en} is {money(base.value_dong, 'en')} from {month_text(base.applies_from, 'en')}",
        )
        return
    yield from _new_rules(new, old)


def _new_rules(new: tuple[PricedRule, ...], old: tuple[PricedRule, ...]) -> Iterator[Event]:
    for rule in {id(p.rule): p.rule for p in new if id(p.rule) not in {id(o.rule) for o in old}}.values():
        since_vi, since_en = month_text(rule.applies_from, "vi"), month_text(rule.applies_from, "en")
        yield Event(
            "law",
            None,
            f"{rule.basis_citation} áp dụng từ tháng {since_vi}",
            f"{rule.basis_citation} applies from {since_en}",
        )


def _repeals(package: LawPackage, ended: set[str], month: Month) -> Iterator[Event]:
    clauses = [
        document.cite(repeal.clause)
        for document in package.documents
        for repeal in document.repeals
        if repeal.rule in ended and repeal.from_month == month
    ]
    # One clause may end several rules of a benefit; it is said once.
    for clause in dict.fromkeys(clauses):
        yield Event("law", None, f"{clause} bãi bỏ chế độ này", f"{clause} ended this benefit")


# ── decisions and the person ─────────────────────────────────────────────────────────────────────────────────────────


def _by_decision(after: Answer, codes: set[str]) -> Iterator[Event]:
    asked, month = after.asked, after.month
    signed = after.facts.decision.at(month.last_day)
    if isinstance(signed, datetime.date) and Month.of(signed) == month:
        yield Event(
            "decision",
            signed,
            f"quyết định hưởng ký ngày {day_text(signed, 'vi')}",
            f"the decision was signed on {day_text(signed, 'en')}",
        )
    if asked.decided is None:
        return
    was, now = asked.decided(month.plus(-1)) or frozenset(), asked.decided(month) or frozenset()
    if codes & (now - was):
        yield Event("decision", None, "có quyết định hưởng", "a decision takes effect")
    elif codes & (was - now):
        yield Event("decision", None, "có quyết định thôi hưởng", "the decision has ended")


def _by_person(after: Answer, codes: set[str], *, is_needed: bool) -> Iterator[Event]:
    """Yield the person's own days of the month in which such a change counts; if needed, those of the month beside it."""
    # A beginning or another level counts from its month, an end from the month after (Điều 8 khoản 4).
    ended = all(after.standing(code).rule is None for code in codes)
    own, beside = after.month.plus(-1 if ended else 0), after.month.plus(0 if ended else -1)
    for month in (own, beside) if is_needed else (own,):
        told = list(_moments_told(after, codes, month))
        if told:
            yield from told
            return


def _moments_told(after: Answer, codes: set[str], month: Month) -> Iterator[Event]:
    for package, result in after.parts.values():
        mine = codes & set(result.law.by_benefit)
        if not mine:
            continue
        earlier = max(after.month.plus(-1), package.first_month)
        laws = (package.month_law(earlier, after.asked.known_on), result.law)
        conditions = [priced.condition for law in laws for code in sorted(mine) for priced in law.by_benefit[code]]
        conditions += [bar.when for law in laws for bar in law.bars]
        for moment in after.asked.days(package, result.law, month.first_day, month.last_day):
            if _is_asked(moment, conditions):
                event = _told(moment, package, result, after)
                if event is not None:
                    yield event


def _is_asked(moment: Moment, conditions: list[Expression]) -> bool:
    of_child = moment.child is not None
    if moment.kind == "birthday":
        return moment.months in ages_of(conditions, of_children=of_child)
    if moment.kind == "fact":
        asked = {name for one in conditions for leaf in leaves(one, of_children=of_child) for name in facts_of(leaf)}
        return moment.fact in asked
    return moment.kind == "birth"


def _told(moment: Moment, package: LawPackage, result: MonthResult, after: Answer) -> Event | None:
    children = after.facts.children or ()
    child = None if moment.child is None else children[moment.child]
    on = {language: day_text(moment.day, language) for language in ("vi", "en")}
    if moment.kind == "birth":
        who_vi, who_en = ("", "born on") if child is None else ("con ", "a child is born on")
        return Event("birth", moment.day, f"{who_vi}sinh ngày {on['vi']}", f"{who_en} {on['en']}")
    if moment.kind == "birthday":
        who_vi = who_en = ""
        if child is not None and child.birth_date is not None and len(children) > 1:
            who_vi = f"con sinh ngày {day_text(child.birth_date, 'vi')} "
            who_en = f"the child born on {day_text(child.birth_date, 'en')} "
        elif child is not None:
            who_vi, who_en = "con ", "the child "
        years, rest = divmod(moment.months, 12)
        age_vi, age_en = (
            (f"{moment.months} tháng tuổi", f"{moment.months} months") if rest else (f"{years} tuổi", str(years))
        )
        return Event(
            "birthday", moment.day, f"{who_vi}đủ {age_vi} vào ngày {on['vi']}", f"{who_en}turns {age_en} on {on['en']}"
        )
    eve = moment.day - datetime.timedelta(days=1)
    seen = {day: Instant(package, result.law, after.facts, day, child, result.outcomes) for day in (eve, moment.day)}
    if seen[moment.day].value(moment.fact) == moment.day:
        label = package.facts[moment.fact].label
        return Event("fact", moment.day, f"{label.vi} {on['vi']}", f"{label.en} {on['en']}")
    if seen[eve].value(moment.fact) == seen[moment.day].value(moment.fact):
        return None
    phrase = {language: found(Unknown(moment.fact), seen[moment.day], language) for language in ("vi", "en")}
    return Event("fact", moment.day, f"từ ngày {on['vi']}: {phrase['vi']}", f"from {on['en']}: {phrase['en']}")
