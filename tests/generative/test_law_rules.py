"""Random laws and random people: the language itself means the same in Python, DuckDB and PostgreSQL.

Laws in force use little of the language; these use all of it, in combinations that no decree has yet.
"""

import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansinh.law.engines import Engine
from ansinh.law.package import LawBook
from tests.generative.agreement import Comparison, load_law
from tests.generative.laws import KNOWN_ON, MONTHS, laws
from tests.generative.people import facts_of, neighbours

_PER_LAW = 150
Drawn = tuple[dict[str, Any], LawBook, Any, datetime.date, list[dict[str, Any]], frozenset[str]]


@st.composite
def questions(draw: st.DrawFn) -> Drawn:
    """Return a law, and a month of people under it."""
    files = draw(laws())
    book = load_law(files)
    month, known_on = draw(st.sampled_from(MONTHS)), draw(st.sampled_from(KNOWN_ON))
    drawn = draw(st.lists(facts_of(book.readable, month), min_size=1, max_size=20))
    some = draw(st.frozensets(st.sampled_from(sorted(book.readable.benefits))))
    return files, book, month, known_on, drawn, some


def test_engines_agree_on_random_laws(law_engines: dict[str, Engine], examples: int) -> None:
    comparison = Comparison(law_engines)
    kinds: set[str] = set()

    @settings(
        max_examples=max(20, examples // _PER_LAW),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(questions())
    def agree(question: Drawn) -> None:
        files, book, month, known_on, drawn, some = question
        contents = [one for content in drawn for one in neighbours(content, month)]
        granted = [some if number % 3 == 2 else None for number in range(len(contents))]
        for package in book.packages:
            for asked in (month, month.plus(1)):
                comparison.months(package, asked, known_on, contents, granted, files)
            kinds.update(
                key for rule in package.rules for key in ("per", "table", "per_child", "rounding") if getattr(rule, key)
            )
            kinds.update(f"keep {group.keep}" for group in package.combination)
            kinds.update("added" for group in package.combination if group.added)
            kinds.update("bar" for _ in package.bars)

    agree()
    assert comparison.people >= examples
    assert kinds >= {"per", "table", "per_child", "rounding", "keep 1", "keep None", "keep 2", "added", "bar"}
    assert comparison.paid > examples // 10
    assert comparison.unsure > examples // 10
    print(f"\n{comparison.people} persons × months, {comparison.paid} paid, {comparison.unsure} unsure")
