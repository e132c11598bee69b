"""Random people under the law of the repository: the oracle, DuckDB and PostgreSQL must agree on each row.

Birth dates crowd around the birthdays that the law asks about, at both instants of the month; facts may be unknown or change
in time; sums are as large as a file of facts may hold.
"""

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ansinh.base.months import Month
from ansinh.law.engines import Engine, OracleEngine
from ansinh.law.package import LawPackage, load_book
from tests.generative.agreement import KEPT, Comparison, Example, Keeper, load_law, read_example
from tests.generative.people import facts_of, neighbours

BOOK = load_book()
# A month of each regime: the old base, the old groups, the pension, the transition, the new conditions, a leap February.
MONTHS = [Month(2024, 6), Month(2025, 6), Month(2026, 2), Month(2026, 8), Month(2026, 10), Month(2028, 2)]
KNOWN_ON = [datetime.date(2026, 11, 22), datetime.date(2026, 11, 22), datetime.date(2026, 10, 4)]
# Lives that stand near a benefit, so that a changed fact tips them over.
LIVES: list[dict[str, Any]] = [
    {},
    {"no_caregiver_case": "b"},
    {"studying": True, "study_unbroken": True, "was_receiving": ["K1"]},
    {"hiv": True, "household_poverty": "poor"},
    {"household_poverty": "poor", "area_hardship": True},
    {"household_poverty": "poor", "in_community_care": True},
    {"disability": "severe"},
    {"disability": "severe", "household_poverty": "poor", "hiv": True},
    {"single_parent": True, "household_poverty": "poor", "children": [{"birth_date": "2012-01-01"}, {"birth_date": "2020-02-29"}]},
    {"single_parent": True, "household_poverty": "near_poor", "disability": "severe", "was_receiving": ["K4"],
     "children": [{"birth_date": "2009-11-01", "studying": True, "study_unbroken": True}]},
]  # fmt: skip
# A drawn person and the neighbours are about so many.
_NEIGHBOURS = 11


def asked() -> list[tuple[LawPackage, Month, datetime.date]]:
    """Return the months that are asked: every regime of the first domain, one of each later one."""
    found = []
    for number, package in enumerate(BOOK.packages):
        months = MONTHS if number == 0 else [MONTHS[-number % len(MONTHS)]]
        for place, month in enumerate(months):
            found.append((package, max(month, package.first_month), KNOWN_ON[(number + place) % len(KNOWN_ON)]))
    return found


def crowd(month: Month, number: int) -> list[dict[str, Any]]:
    """Return about so many people near the edges of the month."""
    found: list[dict[str, Any]] = []

    @settings(max_examples=number // _NEIGHBOURS + 1, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(facts_of(BOOK.readable, month, LIVES))
    def draw(content: dict[str, Any]) -> None:
        found.extend(neighbours(content, month))

    draw()
    return found[:number]


def test_engines_agree_on_random_people(law_engines: dict[str, Engine], examples_in_force: int) -> None:
    comparison, examples = Comparison(law_engines), examples_in_force
    questions = asked()
    # One statement a month for many people: planning a statement costs more than computing it. Later domains ask the
    # earlier ones about everybody, so their rows are dear and fewer.
    later = min(1_500, examples // 24)
    first = min(1_500, (examples - later * (len(BOOK.packages) - 1)) // len(MONTHS) + 1)
    while comparison.people < examples:
        for package, month, known_on in questions:
            contents = crowd(month, first if package is BOOK.packages[0] else later)
            some = frozenset(benefit.code for benefit in package.benefits[::2])
            # Every third person has decisions about half of the benefits; the others may be paid anything.
            granted = [some if number % 3 == 2 else None for number in range(len(contents))]
            comparison.months(package, month, known_on, contents, granted)
    assert comparison.rows >= 2 * examples
    # Enough of them are paid, and enough are unsure, for the agreement to mean something.
    assert comparison.paid > examples // 10
    assert comparison.unsure > examples // 10
    print(
        f"\n{comparison.people} persons × months, {comparison.rows} rows, {comparison.paid} paid, {comparison.unsure} unsure"
    )


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda path: path.stem)
def test_engines_agree_on_what_they_once_differed_about(law_engines: dict[str, Engine], path: Path) -> None:
    example = read_example(path)
    book = BOOK if example.law is None else load_law(example.law)
    comparison = Comparison(law_engines, Keeper(path.parent, path))
    comparison.example(example, book)
    assert comparison.rows == 2


class _Generous(OracleEngine):
    """Pays one đồng too much to whoever is paid."""

    name = "generous"

    def month(
        self, package: LawPackage, month: Month, known_on: datetime.date, people: Any, granted: Any = None
    ) -> list[Any]:
        dues = super().month(package, month, known_on, people, granted)
        for due in dues:
            due.paid.update({code: dong + 1 for code, dong in due.paid.items()})
        return dues


def test_a_difference_is_noticed_and_kept(tmp_path: Path) -> None:
    facts = {"birth_date": "1980-01-01", "area": "19777", "disability": [{"value": "severe", "from": "2020-01-01"}]}
    comparison = Comparison({"oracle": OracleEngine(), "generous": _Generous()}, Keeper(tmp_path))
    package, month, known_on = BOOK.packages[0], Month(2026, 11), KNOWN_ON[0]
    for studying in (True, False):
        with pytest.raises(AssertionError, match="kept as"):
            comparison.months(package, month, known_on, [{**facts, "studying": studying}], [frozenset({"K6"})])
    # Only what makes the difference is left; the later one of a search replaces the earlier.
    (kept,) = tmp_path.glob("*.json")
    example = read_example(kept)
    assert example == Example(package.name, month, known_on, {**facts, "disability": "severe"}, note=example.note)
    with pytest.raises(AssertionError, match="generous"):
        comparison.example(example, BOOK)
