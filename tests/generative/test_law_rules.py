"""Random laws and random people: the language itself means the same in Python, DuckDB and PostgreSQL.

Laws in force use little of the language; these use all of it, in combinations that no decree has yet.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansinh.base.months import Month
from ansinh.law.engines import Engine
from ansinh.law.package import LawBook, LawPackage
from tests.generative.agreement import Comparison, load_law
from tests.generative.laws import KNOWN_ON, MONTHS, laws
from tests.generative.people import facts_of, neighbours

_PER_LAW = 200
CONSTRUCTS = frozenset(
    ["per", "table", "per_child", "rounding", "keep 1", "keep None", "keep 2", "added", "fewer_with", "bar", "repeal"]
)


@dataclass(repr=False)
class Question:
    """A law, and a month of people under it. What is kept of a failure is a file, not the printed example."""

    files: dict[str, Any]
    book: LawBook
    month: Month
    known_on: datetime.date
    drawn: list[dict[str, Any]]
    some: frozenset[str]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # Hypothesis prints an example to tell examples apart; a whole law takes longer to print than to ask.
        printer.text(f"Question({self.book.hash[:12]}, {self.month})")


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Return a law, and a month of people under it."""
    files = draw(laws())
    book = load_law(files)
    month, known_on = draw(st.sampled_from(MONTHS)), draw(st.sampled_from(KNOWN_ON))
    drawn = draw(st.lists(facts_of(book.readable, month), min_size=1, max_size=20))
    some = draw(st.frozensets(st.sampled_from(sorted(book.readable.benefits))))
    return Question(files, book, month, known_on, drawn, some)


def _kinds(package: LawPackage) -> Iterator[str]:
    """Yield the constructs that a law uses."""
    for rule in package.rules:
        yield from (name for name in ("per", "table", "per_child", "rounding") if getattr(rule, name))
    for group in package.combination:
        yield f"keep {group.keep}"
        yield from ("added" for _ in group.added)
        yield from ("fewer_with" for _ in group.fewer_with)
    yield from ("bar" for _ in package.bars)
    yield from ("repeal" for document in package.documents for _ in document.repeals)


def test_engines_agree_on_random_laws(law_engines: dict[str, Engine], examples_of_laws: int) -> None:
    comparison, examples = Comparison(law_engines), examples_of_laws
    kinds: set[str] = set()

    @settings(max_examples=max(10, min(1_000, examples // _PER_LAW)), deadline=None, database=None,
              phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(questions())
    def agree(question: Question) -> None:
        contents = [one for content in question.drawn for one in neighbours(content, question.month)]
        granted = [question.some if number % 3 == 2 else None for number in range(len(contents))]
        for package in question.book.packages:
            for month in (question.month, question.month.plus(1)):
                comparison.months(package, month, question.known_on, contents, granted, question.files)
            kinds.update(_kinds(package))

    # How many people a law is asked about is drawn too: what is short is drawn in a further round.
    while comparison.people < examples:
        agree()
    # Twenty laws may by chance lack a rare construct; three would mean that they are no longer drawn.
    missing = CONSTRUCTS - kinds
    assert len(missing) <= 2, missing
    # A random law pays some and is unsure of some; how many hangs on few laws, so little is asked.
    assert comparison.paid > examples // 50
    assert comparison.unsure > examples // 50
    print(f"\n{comparison.people} persons × months, {comparison.paid} paid, {comparison.unsure} unsure")
