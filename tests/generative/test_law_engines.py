"""Random people, every engine: the oracle, DuckDB and PostgreSQL must agree on each row, to the đồng and to the unknown bit.

Birth dates crowd around the birthdays that the law asks about, at both instants of the month; facts may be unknown or change in time.
"""

import datetime
from collections.abc import Sequence
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansinh.base.months import Month
from ansinh.law.ages import anniversary
from ansinh.law.engines import Engine, OracleEngine, duckdb_engine
from ansinh.law.package import LawPackage, load_package
from ansinh.project.work.law import postgresql_engine

KNOWN_ON = datetime.date(2026, 11, 22)
# A month of each regime: the old base, the old groups, the pension, the transition, the new conditions, a leap February.
ASKED = [
    (Month(2024, 6), KNOWN_ON),
    (Month(2025, 6), KNOWN_ON),
    (Month(2026, 2), KNOWN_ON),
    (Month(2026, 8), KNOWN_ON),
    (Month(2026, 10), KNOWN_ON),
    (Month(2028, 2), KNOWN_ON),
]
LARGEST = 10**12
PACKAGE = load_package()
CODES = [benefit.code for benefit in PACKAGE.benefits]
# Lives that stand near a benefit, so that a changed fact tips them over.
LIVES: list[dict[str, Any]] = [
    {},
    {"no_caregiver_case": "b"},
    {"studying": True, "study_unbroken": True, "was_receiving": ["K1"]},
    {"hiv": True, "household_poverty": "poor"},
    {"household_poverty": "poor", "area_hardship": True},
    {"household_poverty": "poor", "in_community_care": True},
    {"disability": "severe"},
    {"single_parent": True, "household_poverty": "poor", "children": [{"birth_date": "2012-01-01"}, {"birth_date": "2020-02-29"}]},
    {"single_parent": True, "household_poverty": "near_poor", "disability": "severe", "was_receiving": ["K4"],
     "children": [{"birth_date": "2009-11-01", "studying": True, "study_unbroken": True}]},
]  # fmt: skip
_OFTEN = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def birth_dates(month: Month) -> st.SearchStrategy[str]:
    """Return days of birth: anywhere, on 29 February, or within a day of a birthday that matters at either instant."""
    anywhere = st.dates(datetime.date(1920, 1, 1), month.plus(2).last_day)
    leap = st.sampled_from([datetime.date(year, 2, 29) for year in (1936, 1948, 1956, 1964, 2004, 2008, 2012, 2024)])
    edges = st.builds(
        lambda day, years, shift: anniversary(day, -years) + datetime.timedelta(days=shift),
        st.sampled_from([month.last_day, month.first_day]),
        st.sampled_from([0, 3, 4, 16, 22, 23, 60, 70, 75, 80]),
        st.integers(-2, 2),
    )
    cut = st.builds(lambda shift: datetime.date(2003, 10, 1) + datetime.timedelta(days=shift), st.integers(-1, 1))
    return st.one_of(anywhere, leap, edges, edges, cut).map(datetime.date.isoformat)


def in_time(values: st.SearchStrategy[Any], month: Month) -> st.SearchStrategy[Any]:
    """Return a value for ever, or one that changes within a day of either instant or inside the month."""
    days = st.sampled_from(
        [month.first_day, month.last_day, month.plus(-1).last_day, month.first_day + datetime.timedelta(days=14)]
    )
    day = st.builds(lambda d, shift: (d + datetime.timedelta(days=shift)).isoformat(), days, st.integers(-1, 1))
    changing = st.builds(
        lambda before, after, on: [{"value": before, "to": on}, {"value": after, "from": on}], values, values, day
    )
    starting = st.builds(lambda value, on: [{"value": value, "from": on}], values, day)
    return st.one_of(values, values, values, changing, starting)


def facts_of(month: Month) -> st.SearchStrategy[dict[str, Any]]:
    """Return FACTS.json contents: few facts are set, as in life; some are unknown."""
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for kind in PACKAGE.facts.values():
        if not kind.in_conditions:
            continue
        known: st.SearchStrategy[Any] = {
            "bool": st.booleans(), "enum": st.sampled_from(sorted(kind.members) or ["none"]),
        }.get(kind.type, st.one_of(st.sampled_from([0, 499_999, 500_000, 539_999, 540_000, LARGEST]), st.integers(0, LARGEST)))  # fmt: skip
        optional[kind.name] = in_time(st.one_of(known, known, known, st.just("unknown")), month)
    codes = st.lists(st.sampled_from(["K1", "K2", "K4", "K6"]), max_size=2, unique=True)
    optional["was_receiving"] = in_time(st.one_of(codes, codes, st.just("unknown")), month)
    yes = in_time(st.one_of(st.booleans(), st.just("unknown")), month)
    child = st.fixed_dictionaries(
        {"birth_date": st.one_of(birth_dates(month), st.just("unknown"))},
        optional={"studying": yes, "study_unbroken": yes},
    )
    optional["children"] = st.one_of(st.lists(child, max_size=3), st.just("unknown"))
    optional["decision_signed_on"] = st.sampled_from([month.first_day, month.last_day, month.plus(1).first_day]).map(
        str
    )
    changed = st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: optional[name] for name in names})
    )
    birth = st.fixed_dictionaries({"birth_date": birth_dates(month), "area": st.just("19777")})
    return st.builds(lambda life, born, new: {**life, **born, **new}, st.sampled_from(LIVES), birth, changed)


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Month, datetime.date, list[dict[str, Any]], list[frozenset[str] | None]]:
    """Return a month, a day of asking, some people, and for each the benefits with a decision (or no restriction)."""
    month, known_on = draw(st.sampled_from(ASKED))
    contents = draw(st.lists(facts_of(month), min_size=1, max_size=25))
    for content in contents:
        if draw(st.integers(0, 3)) == 0:
            death = draw(
                st.one_of(
                    st.sampled_from(
                        [month.plus(-1).last_day, month.first_day, month.last_day, month.plus(1).first_day]
                    ),
                    st.dates(month.first_day, month.last_day),
                )
            )
            content["death_date"] = max(death.isoformat(), content["birth_date"])
            if draw(st.booleans()):
                # The day of death beside a birthday and a change that matter: both must be judged on it.
                years = draw(st.sampled_from([4, 16, 60, 70, 75]))
                born = anniversary(death, -years) + datetime.timedelta(days=draw(st.integers(-1, 1)))
                content["birth_date"] = min(born, death).isoformat()
                on = (death + datetime.timedelta(days=draw(st.integers(-1, 1)))).isoformat()
                content["disability"] = [{"value": "severe", "from": on}]
    some = st.frozensets(st.sampled_from(CODES))
    granted = [draw(st.one_of(st.none(), st.none(), some)) for _ in contents]
    return month, known_on, contents, granted


def assert_agreement(
    engine: Engine, crowd: tuple[Month, datetime.date, list[dict[str, Any]], Sequence[frozenset[str] | None]]
) -> None:
    """Compare an engine with the oracle, person by person."""
    month, known_on, contents, granted = crowd
    people = [PACKAGE.person(content) for content in contents]
    expected = OracleEngine().month(PACKAGE, month, known_on, people, granted)
    got = engine.month(PACKAGE, month, known_on, people, granted)
    for content, allowed, oracle, other in zip(contents, granted, expected, got, strict=True):
        assert other == oracle, (month, content, allowed)


@_OFTEN
@given(crowds())
def test_duckdb_agrees_with_the_oracle(crowd: Any) -> None:
    with duckdb.connect() as connection:
        assert_agreement(duckdb_engine(connection), crowd)


@settings(parent=_OFTEN, suppress_health_check=[*_OFTEN.suppress_health_check, HealthCheck.function_scoped_fixture])
@given(crowd=crowds())
def test_postgresql_agrees_with_the_oracle(law_postgres: psycopg.Connection, crowd: Any) -> None:
    assert_agreement(postgresql_engine(law_postgres), crowd)
    law_postgres.rollback()


def test_the_comparison_notices_a_wrong_engine() -> None:
    class Generous(OracleEngine):
        """Pays one đồng too much to whoever is paid."""

        def month(
            self, package: LawPackage, month: Month, known_on: datetime.date, people: Any, granted: Any = None
        ) -> list[Any]:
            dues = super().month(package, month, known_on, people, granted)
            for due in dues:
                due.paid.update({code: dong + 1 for code, dong in due.paid.items()})
            return dues

    crowd = (Month(2026, 11), KNOWN_ON, [{"birth_date": "1980-01-01", "area": "19777", "disability": "severe"}], [None])
    with pytest.raises(AssertionError):
        assert_agreement(Generous(), crowd)
