"""A change of law tried out on the register: what each month would cost, who would gain and who would lose.

PostgreSQL gathers the facts of everybody in the areas, DuckDB computes the month before and after with the compiled
statement. All of it happens in one transaction that is undone: nothing that is or will be paid is touched.
"""

import datetime
import itertools
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from ansinh.base.months import Month
from ansinh.base.statements import statement
from ansinh.entitlement import month as registry
from ansinh.entitlement.month import Question
from ansinh.law.compiler import compile_month
from ansinh.law.drafts import Draft
from ansinh.law.package import LawPackage
from ansinh.law.relations import child_columns, fact_columns

_NOTHING_WRITTEN = {
    "vi": "Chỉ là mô phỏng: không ghi gì vào kỳ chi trả, khoản đã chi hay quyết định; giao dịch đã được hoàn tác.",
    "en": "A simulation only: nothing was written to payrolls, settlements or decisions; the transaction was undone.",
}
_AGES = (0, 4, 16, 23, 60, 70, 75, 80)
_COUNTED = (("person_id", "bigint"), ("area", "text"), ("name", "text"), ("sex", "text"), ("age", "integer"))
# One row per person: before and after, from which all that is told is counted.
_FIGURES = (
    "count(*) FILTER (WHERE before_dong > 0), count(*) FILTER (WHERE after_dong > 0),"
    " count(*) FILTER (WHERE before_dong = 0 AND after_dong > 0), count(*) FILTER (WHERE before_dong > 0 AND after_dong = 0),"
    " count(*) FILTER (WHERE before_dong > 0 AND after_dong > before_dong),"
    " count(*) FILTER (WHERE after_dong > 0 AND after_dong < before_dong),"
    " coalesce(sum(before_dong), 0), coalesce(sum(after_dong), 0)"
)
_NAMES = (
    "persons_before",
    "persons_after",
    "gained",
    "lost",
    "raised",
    "lowered",
    "cost_before_dong",
    "cost_after_dong",
)


@dataclass(frozen=True)
class Trial:
    """What is tried out: a draft, over some months and areas, with the facts known at an instant.

    Benefits in `together` are told as one: apart, they would tell an illness (ADR 0011).
    """

    draft: Draft
    months: Sequence[Month]
    areas: Sequence[int]
    at: datetime.datetime
    together: frozenset[str] = frozenset()

    @property
    def before(self) -> LawPackage:
        """Return the changed domain as it stands."""
        return self.draft.before.package(self.draft.domain)

    @property
    def after(self) -> LawPackage:
        """Return the changed domain under the draft."""
        return self.draft.after.package(self.draft.domain)

    def question(self, month: Month) -> Question:
        """Return what is asked of the register for one month."""
        return Question(month, self.draft.known_on(self.at.date()), self.at, self.areas)


def simulate(trial: Trial) -> dict[str, Any]:
    """Return what the draft would change, month by month, and whom in the last one; nothing is written.

    Raises:
        Refused: `law_not_encoded` for a month before the law held here; `law_invalid` when the draft cannot be priced.
    """
    months = []
    warnings: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        with transaction.atomic():
            for month in trial.months:
                law = trial.after.month_law(month, trial.question(month).known_on)
                warnings |= {warning.vi: {"vi": warning.vi, "en": warning.en} for warning in law.warnings}
                _gather(trial, month, engine, Path(folder))
                _compute(trial, month, engine)
                months.append({"month": str(month), **_figures(engine, "SELECT * FROM person")[0]})
            # Also inside another transaction this undoes exactly what was done here: a handful of temporary tables.
            transaction.set_rollback(True)
        breakdown = _breakdown(engine, trial)
    return {
        "title": trial.draft.title,
        "province": trial.draft.province,
        "domains": [trial.draft.domain],
        "known_on": trial.question(trial.months[0]).known_on.isoformat(),
        "months": months,
        "years": _years(months),
        "breakdown_month": str(trial.months[-1]),
        "breakdown": breakdown,
        "warnings": list(warnings.values()),
        "law_before": trial.before.hash,
        "law_after": trial.after.hash,
        "draft": trial.draft.hash,
        "written": False,
        "note": _NOTHING_WRITTEN,
    }


def _years(months: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    years: dict[str, dict[str, Any]] = {}
    for month in months:
        year = years.setdefault(month["month"][:4], {"year": int(month["month"][:4]), "months": 0})
        year["months"] += 1
        for name in ("cost_before_dong", "cost_after_dong", "difference_dong"):
            year[name] = year.get(name, 0) + month[name]
    return list(years.values())


# ── from the register to DuckDB ──────────────────────────────────────────────────────────────────────────────────────


def _gather(trial: Trial, month: Month, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Fill DuckDB's tables `registry`, `offspring` and `counted` with everybody in the areas, decided upon or not."""
    # The draft's domain asks for every fact that the standing one asks for, and perhaps for more.
    package, question = trial.after, trial.question(month)
    parameters = {
        "benefit": package.benefits[0].code,
        "month": month.first_day,
        "end": month.last_day,
        "known_at": question.known_at,
        "areas": list(question.areas),
    }
    registry.make_result_tables()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.entitlement_decision")
        cursor.execute(statement("entitlement", "everybody"), parameters)
        cursor.execute("ANALYZE pg_temp.entitlement_decision")
    for earlier in package.earlier:
        if registry.asks(package, earlier):
            registry.evaluate(earlier, registry.compile_for(earlier, question), question)
            registry.keep_met(earlier, question)
    registry.gather_facts(package, question)
    _carry(engine, folder, "registry", fact_columns(package), "facts")
    _carry(engine, folder, "offspring", child_columns(package), "children")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE counted ON COMMIT DROP AS {statement('entitlement', 'people_counted')}", parameters
        )
        _carry(engine, folder, "counted", _COUNTED, "counted", "id, code, name, sex, age")
        cursor.execute("DROP TABLE pg_temp.counted, pg_temp.entitlement_decision")


def _carry(
    engine: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    columns: Sequence[tuple[str, str]],
    table: str,
    listed: str = "",
) -> None:
    """Copy a temporary table of PostgreSQL into a table of DuckDB, through a file that nobody else may read."""
    path = folder / f"{name}.csv"
    with path.open("wb") as file, connection.cursor() as cursor:
        wanted = listed or ", ".join(column for column, _ in columns)
        with cursor.copy(f"COPY (SELECT {wanted} FROM pg_temp.{table}) TO STDOUT (FORMAT csv)") as copy:
            for portion in copy:
                file.write(portion)
    typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns)
    engine.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_csv(?, header = false, auto_detect = false, delim = ',',"
        f" quote = '\"', escape = '\"', nullstr = '', columns = {{{typed}}})",
        [str(path)],
    )
    path.unlink()


# ── before and after ─────────────────────────────────────────────────────────────────────────────────────────────────


def _compute(trial: Trial, month: Month, engine: duckdb.DuckDBPyConnection) -> None:
    """Fill `compared` (person, benefit, before, after) and `person` (person, before, after) for one month."""
    known_on = trial.question(month).known_on

    def fired(package: LawPackage) -> str:
        return compile_month(package, month, known_on, "duckdb", "freely", "offspring").result_sql

    def paid(package: LawPackage, facts: str) -> str:
        return compile_month(package, month, known_on, "duckdb", facts, "offspring").sql

    engine.execute("CREATE OR REPLACE VIEW freely AS SELECT * REPLACE (CAST(NULL AS BIGINT) AS granted) FROM registry")
    # Whoever is in payment stays so, and whoever the draft alone lets in is taken to be granted what it gives. Those
    # who could have asked for it under the standing law and did not are no cost of the draft.
    engine.execute(
        "CREATE OR REPLACE TABLE decided AS SELECT registry.* REPLACE"
        " (registry.granted | (coalesce(after.fired, 0) & ~coalesce(before.fired, 0)) AS granted)"
        f" FROM registry LEFT JOIN ({fired(trial.after)}) AS after ON after.person_id = registry.person_id"
        f" LEFT JOIN ({fired(trial.before)}) AS before ON before.person_id = registry.person_id"
    )
    in_kind = ", ".join(f"'{benefit.code}'" for benefit in trial.after.benefits if benefit.unit) or "''"
    engine.execute(
        "CREATE OR REPLACE TABLE compared AS SELECT person_id, benefit, sum(before_dong)::BIGINT AS before_dong,"
        " sum(after_dong)::BIGINT AS after_dong FROM ("
        f"SELECT person_id, benefit, amount_dong AS before_dong, 0 AS after_dong FROM ({paid(trial.before, 'registry')}) UNION ALL "
        f"SELECT person_id, benefit, 0, amount_dong FROM ({paid(trial.after, 'decided')}))"
        f" WHERE benefit NOT IN ({in_kind}) GROUP BY person_id, benefit"
    )
    engine.execute(
        "CREATE OR REPLACE TABLE person AS SELECT person_id, sum(before_dong)::BIGINT AS before_dong,"
        " sum(after_dong)::BIGINT AS after_dong FROM compared GROUP BY person_id"
    )


def _figures(engine: duckdb.DuckDBPyConnection, source: str, keys: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the counts and sums over rows of `before_dong` and `after_dong`, for each value of the keys."""
    listed = ", ".join(keys)
    grouped = f" GROUP BY {listed} ORDER BY {listed}" if keys else ""
    rows = engine.execute(f"SELECT {listed + ', ' if keys else ''}{_FIGURES} FROM ({source}){grouped}").fetchall()
    found = []
    for row in rows:
        figures = {name: int(value) for name, value in zip(_NAMES, row[len(keys) :], strict=True)}
        figures["difference_dong"] = figures["cost_after_dong"] - figures["cost_before_dong"]
        found.append({**dict(zip(keys, row, strict=False)), **figures})
    return found


def _breakdown(engine: duckdb.DuckDBPyConnection, trial: Trial) -> dict[str, list[dict[str, Any]]]:
    """Return the last month by area, benefit, sex, age and poverty class; never one crossed with another."""
    bands = " ".join(f"WHEN age < {above} THEN '{low}–{above - 1}'" for low, above in itertools.pairwise(_AGES))
    order = " ".join(f"WHEN age < {above} THEN {place}" for place, above in enumerate(_AGES[1:]))
    asked = {column for column, _ in fact_columns(trial.after)}
    poverty = "household_poverty" if "household_poverty" in asked else "NULL::text"
    engine.execute(
        f"CREATE OR REPLACE TABLE told AS SELECT person.*, counted.area, counted.name, counted.sex, coalesce({poverty}, 'unknown') AS poverty,"
        f" CASE {bands} ELSE '{_AGES[-1]}+' END AS age, CASE {order} ELSE {len(_AGES)} END AS band"
        " FROM person JOIN counted USING (person_id) JOIN registry USING (person_id)"
    )
    hidden = ", ".join(f"'{code}'" for code in sorted(trial.together)) or "''"
    name = ", ".join(benefit.code for benefit in trial.after.benefits if benefit.code in trial.together)
    by_benefit = (
        f"SELECT person_id, CASE WHEN benefit IN ({hidden}) THEN '{name}' ELSE benefit END AS benefit,"
        " sum(before_dong) AS before_dong, sum(after_dong) AS after_dong FROM compared GROUP BY 1, 2"
    )
    ages = _figures(engine, "SELECT * FROM told", ("band", "age"))
    for row in ages:
        del row["band"]
    return {
        "area": _figures(engine, "SELECT * FROM told", ("area", "name")),
        "benefit": _figures(engine, by_benefit, ("benefit",)),
        "sex": _figures(engine, "SELECT * FROM told", ("sex",)),
        "age": ages,
        "poverty": _figures(engine, "SELECT * FROM told", ("poverty",)),
    }
