"""Law × people for one month: runs each domain's one statement over the facts of everybody with a decision.

Results land in three temporary tables, `entitled`, `undecided` and `met`. The number of statements does not depend on
how many people there are.
"""

from django.db import connection

from ansinh.entitlement.facts import Question, gather_facts
from ansinh.entitlement.facts import wording as facts_wording
from ansinh.law.compiler import CompiledStatement, compile_month
from ansinh.law.package import LawBook, LawPackage

__all__ = ["Question", "compile_for", "evaluate", "evaluate_month", "gather_facts", "make_result_tables"]


def compile_for(package: LawPackage, question: Question) -> CompiledStatement:
    """Return the law's PostgreSQL statement for the month, as known on the question's day."""
    return compile_month(package, question.month, question.known_on, "postgres")


def domains_with_decisions(law: LawBook | LawPackage, question: Question) -> list[LawPackage]:
    """Return the domains of which somebody in the areas has, or had, a decision by the month, and those they ask about."""
    decided = decided_benefits(question) if question.decided is None else question.decided
    found = [p for p in law.packages if question.month >= p.first_month and decided & {b.code for b in p.benefits}]
    # The first domain always answers: a register whose decisions have all ended may still have money to take back.
    needed = {id(p) for p in (law.packages[0], *found)} | {id(e) for p in found for e in p.earlier if asks(p, e)}
    return [package for package in law.packages if id(package) in needed]


def decided_benefits(question: Question) -> frozenset[str]:
    """Return the benefits of which somebody in the areas has, or had, a decision by the month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT benefit FROM entitlement_decision WHERE area_id = ANY (%s) AND start_month <= %s",
            [list(question.areas), question.month.first_day],
        )
        return frozenset(benefit for (benefit,) in cursor.fetchall())


def asks(package: LawPackage, earlier: LawPackage) -> bool:
    """Return whether the domain asks what the earlier one gives."""
    outcomes = [package.facts[name].outcome for name in package.questions]
    return any(outcome is not None and outcome.domain == earlier.name for outcome in outcomes)


def make_result_tables() -> None:
    """Create the empty temporary tables `entitled`, `undecided` and `met` for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS entitled, undecided, met;"
            "CREATE TEMPORARY TABLE entitled (person_id bigint, benefit text, for_month date, rule text, amount_dong bigint) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE undecided (person_id bigint, benefit text, for_month date) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE met (person_id bigint, benefit text, for_month date) ON COMMIT DROP"
        )


def answer(package: LawPackage, compiled: CompiledStatement, question: Question) -> None:
    """Fill `outcome`: one row for everybody who is due something or about whom something is unknown, with its masks."""
    key = gather_facts(package, question, compiled)
    columns = ", ".join(("fired", "unknown", *_slot_columns(compiled)))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS answered, outcome")
        # The law is asked once for each kind of people; a million people are a few thousand kinds.
        cursor.execute(f"CREATE TEMPORARY TABLE answered ON COMMIT DROP AS {compiled.result_sql}")
        cursor.execute("ANALYZE answered (person_id)")
        cursor.execute(
            f"CREATE TEMPORARY TABLE outcome ON COMMIT DROP AS SELECT likeness.person_id, {columns}"
            f" FROM likeness JOIN (SELECT {key}, {columns} FROM spokesman JOIN answered USING (person_id)) AS spoken USING ({key})"
        )


def evaluate(package: LawPackage, compiled: CompiledStatement, question: Question) -> None:
    """Add to `entitled` what each person is due for the month, and to `undecided` what waits for a fact."""
    answer(package, compiled, question)
    list_results(package, compiled, question)


def list_results(package: LawPackage, compiled: CompiledStatement, question: Question) -> None:
    """Add to `entitled` and `undecided` what `outcome` says, one row for each benefit."""
    parameters = {
        "benefits": list(compiled.benefits),
        "rules": [priced.rule.rule for priced in compiled.rules],
        "month": question.month.first_day,
    }
    # The names are joined from a short list: looking one up in an array walks the array for every row.
    parts = " UNION ALL ".join(
        f"SELECT person_id, s{n}_benefit_no AS benefit, s{n}_rule_no AS rule, s{n}_amount_dong AS amount FROM outcome"
        f" WHERE s{n}_amount_dong > 0"
        for n in range(compiled.slots)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO entitled (person_id, benefit, for_month, rule, amount_dong)"
            f" SELECT part.person_id, benefit.code, %(month)s, rule.code, part.amount FROM ({parts}) AS part"
            " JOIN unnest(%(benefits)s::text[]) WITH ORDINALITY AS benefit (code, position) ON benefit.position = part.benefit + 1"
            " JOIN unnest(%(rules)s::text[]) WITH ORDINALITY AS rule (code, position) ON rule.position = part.rule + 1",
            parameters,
        )
        cursor.execute(
            "INSERT INTO undecided (person_id, benefit, for_month)"
            " SELECT outcome.person_id, listed.code, %(month)s FROM outcome"
            " JOIN unnest(%(benefits)s::text[]) WITH ORDINALITY AS listed (code, position)"
            "   ON outcome.unknown & (1::bigint << (listed.position - 1)::int) <> 0 WHERE outcome.unknown <> 0",
            parameters,
        )


def _slot_columns(compiled: CompiledStatement) -> list[str]:
    names = ("benefit_no", "rule_no", "amount_dong")
    return [f"s{number}_{name}" for number in range(compiled.slots) for name in names]


def keep_met(package: LawPackage, question: Question) -> None:
    """Add to `met` which conditions hold this month, for the domains that ask about it; call it after `evaluate`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO met (person_id, benefit, for_month)"
            " SELECT outcome.person_id, listed.code, %(month)s FROM outcome"
            " JOIN unnest(%(benefits)s::text[]) WITH ORDINALITY AS listed (code, position)"
            "   ON outcome.fired & (1::bigint << (listed.position - 1)::int) <> 0",
            {"month": question.month.first_day, "benefits": [benefit.code for benefit in package.benefits]},
        )


def wording(package: LawPackage, question: Question) -> str:
    """Return everything that decides a domain's month except the facts: the law's statement, its codes, the reading of facts."""
    compiled = compile_for(package, question)
    codes = [*compiled.benefits, "", *(priced.rule.rule for priced in compiled.rules)]
    return "\n".join((compiled.result_sql, ",".join(codes), facts_wording(package, compiled, question)))


def statements_of(law: LawBook | LawPackage, question: Question) -> dict[str, str]:
    """Return the hash of each domain's statement for the month, without running any."""
    return {domain.name: compile_for(domain, question).hash for domain in domains_with_decisions(law, question)}


def evaluate_month(law: LawBook | LawPackage, question: Question) -> dict[str, str]:
    """Add every domain's month to the result tables, and return the hash of each domain's statement."""
    domains = domains_with_decisions(law, question)
    hashes = {}
    for domain in domains:
        compiled = compile_for(domain, question)
        hashes[domain.name] = compiled.hash
        evaluate(domain, compiled, question)
        if any(asks(later, domain) for later in domains):
            keep_met(domain, question)
    return hashes
