"""The answer of `ansinh law explain`: what one person is due in the payroll of a month, and which clause makes it so.

The payroll is a difference: for each benefit and month, due as known now minus already settled. Arrears and recoveries
are that one subtraction. Every line carries its clause and one sentence, in Vietnamese or English.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansinh.base.months import Month
from ansinh.law.facts import PersonFacts
from ansinh.law.narrowing import narrowed, spoken
from ansinh.law.oracle import Instant, MonthResult, barring, evaluate
from ansinh.law.package import LawBook, LawPackage
from ansinh.law.pricing import PricedRule, applies
from ansinh.law.sentences import (
    coefficient_text,
    day_text,
    fact_label,
    found,
    granted_sentence,
    joined,
    money,
    month_text,
    open_facts,
    unmet,
)
from ansinh.law.tree import Amount, Expression, atoms
from ansinh.law.words import Document, RuleVersion

Settled = Mapping[tuple[str, Month], int]
Decided = Callable[[Month], frozenset[str] | None]


@dataclass(frozen=True)
class Asked:
    """One person, the day of asking, for a register which benefits had a decision in a month, and the answer's language."""

    package: LawPackage
    facts: PersonFacts
    known_on: datetime.date
    decided: Decided | None = None
    language: str = "vi"

    def say(self, vi: str, en: str) -> str:
        """Return the phrase in the language of the answer."""
        return en if self.language == "en" else vi

    def result(self, month: Month, known_on: datetime.date | None = None) -> MonthResult:
        """Return what is due for the month, as known on the day of asking or on an earlier day."""
        granted = None if self.decided is None else self.decided(month)
        return evaluate(self.package, self.facts, month, known_on or self.known_on, granted)


def may_settle(benefit: str, difference: int, unknown: frozenset[str], settled: Mapping[str, int]) -> bool:
    """Return whether a difference of one month may be settled while some benefits of that month are unknown.

    Nothing is taken back; more is paid unless another unknown benefit was already settled for that month (`settled`, by code).
    """
    if not unknown:
        return True
    # One answer may turn the whole combination: what looks overpaid may be due after all, and what looks due may be
    # excluded by the very benefit that was paid and is now in doubt.
    return difference > 0 and not any(settled.get(other, 0) > 0 for other in unknown - {benefit})


def differences(asked: Asked, month: Month, settled: Settled) -> list[tuple[str, Month, int]]:
    """Return (benefit, month, đồng), due now minus settled where not nought, from the first settled month up to `month`.

    A month with something unknown is settled only as far as `may_settle` allows.
    """
    # Only from the first settled month on: before it the register knows of no payment, and silence is no debt of years.
    # What other rooms pay (carers, merit) and months before the law held here are none of this comparison's business.
    codes = {benefit.code for benefit in asked.package.benefits}
    earlier = [m for code, m in settled if code in codes and asked.package.first_month <= m <= month]
    results = [(m, asked.result(m)) for m in min(earlier, default=month).until(month)]
    # Facts that say nothing of a domain's subject, and by which nothing of it was ever due, cannot take back what
    # another register has paid for it.
    if not is_asked_about(asked) and not any(any(result.due.values()) for _, result in results):
        return []
    found_differences = []
    for for_month, result in results:
        due, before = result.due, settled_in(settled, for_month)
        for benefit in asked.package.benefits:
            difference = due.get(benefit.code, 0) - before.get(benefit.code, 0)
            if difference and may_settle(benefit.code, difference, result.unknown, before):
                found_differences.append((benefit.code, for_month, difference))
    return found_differences


def settled_in(settled: Settled, month: Month) -> dict[str, int]:
    """Return what was settled for one month, by benefit code."""
    return {code: amount_dong for (code, for_month), amount_dong in settled.items() if for_month == month}


def explain(
    law: LawBook | LawPackage,
    facts: PersonFacts,
    month: Month,
    known_on: datetime.date,
    settled: Settled | None = None,
    decided: Decided | None = None,
    language: str = "vi",
) -> dict[str, Any]:
    """Return what the person is due in the payroll of the month, in the contract's format.

    `decided` names the benefits with a decision in force in a month (a register knows; FACTS.json does not). Every
    `because` is in `language`, "vi" or "en". What is given in kind stands under `in_kind`, when there is any.

    Raises:
        Refused: `law_not_encoded` when a month lies before the law held here.
    """
    parts = [
        _explain_domain(
            _asked_of(Asked(package, facts, known_on, decided, language), settled or {}), month, settled or {}
        )
        for package in law.packages
        if month >= package.first_month or package is law.packages[0]
    ]
    lines = [line for part in parts for line in part["lines"]]
    money_lines = [line for line in lines if "unit" not in line]
    answer: dict[str, Any] = {
        "month": str(month),
        "person": facts.person,
        "total_dong": sum(line["amount_dong"] for line in money_lines),
        "lines": money_lines,
        "not_granted": [line for part in parts for line in part["not_granted"]],
        "needs_verification": [line for part in parts for line in part["needs_verification"]],
    }
    in_kind = [line for line in lines if "unit" in line]
    return answer | {"in_kind": in_kind} if in_kind else answer


def _asked_of(asked: Asked, settled: Settled) -> Asked:
    """Return the question to the whole domain, or only to what of it could concern a person of whom nothing was said."""
    codes = {benefit.code for benefit in asked.package.benefits}
    # Where refusals are told, or something paid is to be explained, every rule has its say.
    if is_asked_about(asked) or any(code in codes for code, _ in settled):
        return asked
    return replace(asked, package=narrowed(asked.package, spoken(asked.package, asked.facts)))


def _explain_domain(asked: Asked, month: Month, before: Settled) -> dict[str, list[dict[str, Any]]]:
    now = asked.result(month)
    # Whoever was already paid for this very month is owed only the difference, which is then no regular line.
    this_month = settled_in(before, month)
    already = {code for code, amount_dong in this_month.items() if amount_dong}
    # The month's own pay waits by the same rule as arrears: it is the same subtraction.
    free = [code for code in now.paid if may_settle(code, now.due[code], now.unknown, this_month)]
    lines = [_regular(asked, now, code) for code in free if code not in already]
    # Where nothing was settled there is nothing to compare with but the month's own pay, which stands above.
    for code, for_month, difference in differences(asked, month, before) if before else ():
        if for_month != month or code in already:
            lines.append(_settling_line(asked, code, for_month, difference, before))
    return {
        "lines": lines,
        "not_granted": _not_granted(asked, now),
        "needs_verification": _needs_verification(asked, now),
    }


def is_asked_about(asked: Asked) -> bool:
    """Return whether anything was said that concerns this domain and no earlier one."""
    package = asked.package
    if not package.earlier:
        return True
    # A list of forty refusals to somebody who never claimed any merit would explain nothing.
    known = frozenset().union(*(earlier.questions for earlier in package.earlier))
    own = package.questions - known
    is_merit = any(package.facts[name].merit is not None for name in package.questions)
    return bool(own & asked.facts.stated) or (is_merit and "merit" in asked.facts.stated)


def _regular(asked: Asked, result: MonthResult, code: str) -> dict[str, Any]:
    standing, units = result.standings[code], result.units[code]
    assert standing.rule is not None
    benefit = asked.package.benefit(code)
    instant = Instant(asked.package, result.law, asked.facts, standing.day, None, result.outcomes)
    because = granted_sentence(standing, instant, asked.language, units)
    head = {"benefit": code, "for_month": str(result.law.month)}
    if benefit.unit is not None:
        given = {"quantity": result.due[code], "unit": benefit.unit.of(asked.language)}
        return head | given | {"clause": standing.rule.clause, "because": because}
    return head | {
        "kind": "regular" if benefit.schedule == "monthly" else "one_off",
        "coefficient": coefficient_text(standing.rule.level.coefficient * units),
        "base_dong": standing.rule.base.value_dong,
        "amount_dong": result.due[code],
        "clause": standing.rule.clause,
        "because": because,
    }


# ── arrears and recoveries ───────────────────────────────────────────────────────────────────────────────────────────


def _settling_line(asked: Asked, code: str, for_month: Month, difference: int, settled: Settled) -> dict[str, Any]:
    clause, because = _cause(asked, code, for_month, settled.get((code, for_month), 0))
    return {
        "benefit": code,
        "for_month": str(for_month),
        "kind": "arrears" if difference > 0 else "recovery",
        "amount_dong": difference,
        "clause": clause,
        "because": because,
    }


def _cause(asked: Asked, code: str, for_month: Month, paid: int) -> tuple[str, str]:
    """Return the clause and the sentence of a difference.

    It is a change of law if the older law gives what was paid, else one of facts.
    """
    package, result = asked.package, asked.result(for_month)
    due, standing = result.due.get(code, 0), result.standings[code]
    name, when = package.benefit(code).name.of(asked.language), month_text(for_month, asked.language)
    given, right = money(paid, asked.language), money(due, asked.language)
    # Only where both are positive: whoever was paid nothing, or is due nothing, was not moved from one amount to
    # another.
    by_law = changed_law(asked, code, for_month, paid) if due and paid else None
    change = asked.say(
        f"tháng {when} đã trả {given}, đúng ra là {right}", f"{given} was paid for {when}, {right} is right"
    )
    if by_law is not None:
        clause, sentence = by_law
        return clause, f"{name}: {sentence}, {change}."
    if due and standing.rule is not None:
        if not paid:
            change = asked.say(
                f"tháng {when} đủ điều kiện hưởng {right} nhưng chưa được trả",
                f"{right} was due for {when} and has not been paid",
            )
        return standing.rule.clause, f"{name}: {change}."
    # Nothing is due and something was paid: the sentence asks for money back, so it names the reason before the duty.
    clause, why = _why_stopped(asked, result, code)
    return clause, asked.say(
        f"{name}: tháng {when} đã trả {given} nhưng {why}, nên phải thu hồi.",
        f"{name}: {given} was paid for {when}, but {why}; so it is to be recovered.",
    )


def changed_law(asked: Asked, code: str, for_month: Month, paid: int) -> tuple[str, str] | None:
    """Return clause and phrase of the newest document without which exactly the paid amount would be due, or None."""
    package = asked.package
    for document in package.in_force(asked.known_on):
        # The first document has no eve: before it nothing was law here, and asking would be refused.
        eve = document.in_force_from - datetime.timedelta(days=1)
        if not package.in_force(eve):
            continue
        # The same month asked on the eve: if that gives what was paid, this document made the difference.
        if asked.result(for_month, eve).due.get(code, 0) != paid:
            continue
        procedure = document.procedure(package.benefit(code).group)
        if procedure is not None and procedure.transition is not None:
            return document.cite(procedure.transition), asked.say(
                f"{document.citation} đưa người đang hưởng sang mức mới",
                f"{document.citation} moves those in payment to the new level",
            )
        priced = asked.result(for_month).standings[code].rule
        if priced is not None:
            return _what_changed(asked, document, priced, for_month)
    return None


def _what_changed(asked: Asked, document: Document, priced: PricedRule, month: Month) -> tuple[str, str]:
    """Return clause and phrase of what a document changed about a level: its base, a figure it compares with, or itself."""
    # Without a transition clause the raised amount itself is the reason, cited with the clause that raised it.
    compared = {atom.number.parameter for atom in atoms(priced.condition) if isinstance(atom, Amount)}
    figures = [v for v in asked.package.all_parameters if v.name in compared and applies(v, month, asked.known_on)]
    for version in (priced.base, *figures):
        if version.document is document:
            return version.citation, asked.say(
                f"{document.citation} thay đổi {version.label.vi}",
                f"{document.citation} changes the {version.label.en}",
            )
    return priced.clause, asked.say(
        f"{document.citation} quy định lại chế độ này", f"{document.citation} rules it anew"
    )


def _repealed(asked: Asked, code: str, for_month: Month) -> tuple[str, str] | None:
    """Return clause and phrase of the newest document that ended the rule by which the benefit was last due, or None."""
    package = asked.package
    for document in package.in_force(asked.known_on):
        eve = document.in_force_from - datetime.timedelta(days=1)
        if not document.repeals or not package.in_force(eve):
            continue
        # Asked on the eve, the same month still stands by the rule that the document then ended: no second reading of
        # old law.
        before = asked.result(for_month, eve).standings[code].rule
        for repeal in document.repeals:
            if before is None or repeal.rule != before.rule.rule or for_month < repeal.from_month:
                continue
            since = month_text(repeal.from_month, asked.language)
            phrase = asked.say(
                f"{document.citation} đã bãi bỏ chế độ này từ tháng {since}",
                f"{document.citation} ended this benefit from {since}",
            )
            if repeal.replaced_by is not None:
                successor = package.benefit(repeal.replaced_by).name.of(asked.language)
                phrase += asked.say(f" và thay bằng {successor.lower()}", f" and replaced it by: {successor}")
            return document.cite(repeal.clause), phrase
    return None


def _why_stopped(asked: Asked, result: MonthResult, code: str) -> tuple[str, str]:
    # From the strongest reason to the weakest; a family should not read about a missing paper when the person has died.
    facts, month = asked.facts, result.law.month
    clause = procedure_clause(asked.package, code, month, asked.known_on, "stop")
    if facts.death_date is not None and facts.death_date <= result.law.previous:
        died = day_text(facts.death_date, asked.language)
        return clause, asked.say(f"người hưởng đã mất ngày {died}", f"the person died on {died}")
    repealed = _repealed(asked, code, month)
    if repealed is not None:
        return repealed
    if code in result.undecided:
        return clause, asked.say("tháng đó chưa có quyết định hưởng", "there was no decision for that month")
    if result.standings[code].rule is not None:
        names = ", ".join(result.paid)
        return clause, asked.say(
            f"tháng đó hưởng chế độ khác cao hơn ({names})", f"a higher benefit is due for that month ({names})"
        )
    missing = _missing_conditions(asked.package, facts, result, code, asked.language)
    return clause, asked.say(
        f"tháng đó không đủ điều kiện ({missing})", f"the conditions were not met in that month ({missing})"
    )


def procedure_clause(package: LawPackage, code: str, month: Month, known_on: datetime.date, which: str) -> str:
    """Return the clause that says when the benefit starts, changes or stops, or how several combine."""
    procedure = package.procedure(code, month, known_on)
    # A line without a clause would be worse than one that cites the benefit's own.
    if procedure is None:
        return next((rule.citation for rule in package.rules if rule.benefit == code), "")
    document, clauses = procedure
    return document.cite(getattr(clauses, which))


# ── what is not granted, what must be verified ───────────────────────────────────────────────────────────────────────


def nearest_rule(
    package: LawPackage, facts: PersonFacts, result: MonthResult, code: str
) -> tuple[RuleVersion, list[Expression]]:
    """Return the rule of the benefit to which least is missing, with the parts of its condition that failed."""
    instant = Instant(package, result.law, facts, facts.last_day_of(result.law.month), None, result.outcomes)
    # The most general rule stands last; among equals it is the one people mean.
    rules = {priced.rule.rule: priced.rule for priced in reversed(result.law.by_benefit[code])}
    failed = [(rule, unmet(rule.condition, instant)) for rule in rules.values()]
    return min(failed, key=lambda pair: len(pair[1]))


def _missing_conditions(package: LawPackage, facts: PersonFacts, result: MonthResult, code: str, language: str) -> str:
    if not result.law.by_benefit[code]:
        return "the benefit does not exist in that month" if language == "en" else "tháng đó không có chế độ này"
    if facts.birth_date is not None and facts.birth_date > result.law.end:
        return "not yet born" if language == "en" else "khi đó chưa sinh"
    _, parts = nearest_rule(package, facts, result, code)
    return _found(package, facts, result, parts, language)


def _found(package: LawPackage, facts: PersonFacts, result: MonthResult, parts: list[Expression], language: str) -> str:
    instant = Instant(package, result.law, facts, facts.last_day_of(result.law.month), None, result.outcomes)
    return joined([found(part, instant, language) for part in parts])


def _not_granted(asked: Asked, result: MonthResult) -> list[dict[str, Any]]:
    answers = []
    for code, rules in result.law.by_benefit.items() if is_asked_about(asked) else ():
        # A benefit without rules does not exist that month: nobody was refused it.
        if code in result.paid or code in result.unknown or not rules:
            continue
        clause, because = refusal(asked.package, asked.facts, result, code, asked.known_on, asked.language)
        answers.append({"benefit": code, "clause": clause, "because": because})
    return answers


def refusal(
    package: LawPackage, facts: PersonFacts, result: MonthResult, code: str, known_on: datetime.date, language: str
) -> tuple[str, str]:
    """Return the clause and the sentence that say why a benefit is not granted this month."""
    english = language == "en"
    month, standing = result.law.month, result.standings[code]
    if code in result.undecided:
        clause = procedure_clause(package, code, month, known_on, "start")
        return clause, (
            "The conditions are met, but there is no decision in force for this month."
            if english
            else f"Đủ điều kiện nhưng chưa có quyết định hưởng trong tháng {month.vi}."
        )
    if standing.rule is not None:
        group = next(group for group in result.law.groups if code in group.codes)
        clause = group.clause or procedure_clause(package, code, month, known_on, "combination")
        total = sum(result.due.values())
        names = ", ".join(result.paid)
        return clause, (
            f"Only the highest is paid: {names} gives {money(total, 'en')}."
            if english
            else f"Nhiều chế độ thì chỉ hưởng mức cao nhất: đã hưởng {names}, {money(total, 'vi')}."
        )
    # What is missing is said of the one rule that comes closest: a list of all that a person is not would hurt and
    # explain nothing.
    rule, parts = nearest_rule(package, facts, result, code)
    if facts.birth_date is not None and facts.birth_date > result.law.end:
        born = day_text(facts.birth_date, language)
        return rule.basis_citation, (
            f"The person was born only on {born}, after the month asked about."
            if english
            else f"Người này sinh ngày {born}, sau tháng được hỏi, nên tháng đó chưa có chế độ nào."
        )
    if facts.death_date is not None and facts.death_date <= result.law.previous:
        clause = procedure_clause(package, code, month, known_on, "stop")
        return clause, (
            "The person has died; payment ends from the month after."
            if english
            else "Người hưởng đã mất; thôi hưởng từ tháng ngay sau tháng mất."
        )
    bar, barred = barring(Instant(package, result.law, facts, facts.last_day_of(month), None, result.outcomes))
    if bar is not None and barred:
        return bar.citation, bar.because.of(language)
    missing = _found(package, facts, result, parts, language)
    purpose = rule.purpose.of(language)
    if english:
        return (
            rule.basis_citation,
            f"This benefit is for {purpose}; here: {missing}." if missing else f"This benefit is for {purpose}.",
        )
    return (
        rule.basis_citation,
        f"Chế độ này dành cho {purpose}; ở đây: {missing}." if missing else f"Chế độ này dành cho {purpose}.",
    )


def _needs_verification(asked: Asked, result: MonthResult) -> list[dict[str, Any]]:
    answers = []
    for code in result.law.by_benefit:
        if code not in result.unknown:
            continue
        name = asked.package.benefit(code).name.of(asked.language)
        for fact in open_questions(asked.package, asked.facts, result, code):
            label = fact_label(asked.package, fact, asked.language)
            because = asked.say(
                f"Cần xác minh “{label}” trước khi trả lời có được hưởng “{name}” hay không.",
                f"“{name}” cannot be decided until this is verified: {label}.",
            )
            answers.append({"benefit": code, "fact": fact, "because": because})
    return answers


def open_questions(package: LawPackage, facts: PersonFacts, result: MonthResult, code: str) -> list[str]:
    """Return the facts to be verified before the benefit can be granted or refused."""
    standing = result.standings[code]
    instant = Instant(package, result.law, facts, standing.day, None, result.outcomes)
    # Facts asked by several rules are named once, in the order in which the law asks.
    names = [name for priced in result.law.by_benefit[code] for name in open_facts(priced.condition, instant)]
    if standing.rule is not None and standing.rule.rule.per_child and standing.unknown:
        names.append("children")
    names += [name for bar in result.law.bars for name in open_facts(bar.when, instant)]
    if facts.death_unknown:
        names.append("death_date")
    if result.decision_unknown and standing.rule is not None:
        names.append("decision_signed_on")
    return list(dict.fromkeys(names))


def read_settled_sum(entries: Sequence[tuple[str, Month, int]]) -> dict[tuple[str, Month], int]:
    """Return what was settled for each benefit and month; several payments of one month add up."""
    sums: dict[tuple[str, Month], int] = {}
    for code, month, amount_dong in entries:
        sums[code, month] = sums.get((code, month), 0) + amount_dong
    return sums
