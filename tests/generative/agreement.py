"""Compares engines row by row, and keeps what they once disagreed about.

A person on whom two engines differ is made simpler for as long as they differ, and written to `kept/`; while Hypothesis shrinks
a law, the last example written is the smallest. Kept examples are committed and replayed.
"""

import datetime
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.engines import Due, Engine, SqlEngine
from ansinh.law.package import LawBook, LawPackage, load_book
from ansinh.law.relations import facts_rows

KEPT = Path(__file__).resolve().parent / "kept"
# The path of a law file → its content; None stands for the law of the repository.
Files = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """One person, one month, one day of asking, one domain of one law."""

    domain: str
    month: Month
    known_on: datetime.date
    facts: Mapping[str, Any]
    granted: frozenset[str] | None = None
    law: Files | None = None
    note: str = ""

    def text(self) -> str:
        """Return the example as the text of its file."""
        content = {
            "note": self.note, "domain": self.domain, "month": str(self.month), "known_on": self.known_on.isoformat(),
            "facts": self.facts, "granted": None if self.granted is None else sorted(self.granted), "law": self.law,
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read_example(path: Path) -> Example:
    """Return a kept example."""
    content = json.loads(path.read_text(encoding="utf8"))
    granted = content["granted"]
    return Example(
        content["domain"], Month.parse(content["month"]), datetime.date.fromisoformat(content["known_on"]), content["facts"],
        None if granted is None else frozenset(granted), content["law"], content["note"],
    )  # fmt: skip


def load_law(files: Files) -> LawBook:
    """Return the law of these files, read as strictly as any other."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # JSON is YAML: every word is quoted, so nothing can be mistaken for anything else.
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf8")
        return load_book(Path(folder))


@dataclass
class Keeper:
    """Writes the example on which engines disagree; a smaller one of the same search replaces it."""

    folder: Path = KEPT
    written: Path | None = None

    def keep(self, example: Example) -> Path:
        """Write the example under a name made from its content, and forget the one written before."""
        text = example.text()
        path = self.folder / f"{example.domain}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
        if self.written is not None and self.written != path:
            self.written.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
        self.written = path
        return path


@dataclass
class Comparison:
    """Runs people through every engine; the first engine is the measure of the others."""

    engines: Mapping[str, Engine]
    keeper: Keeper = field(default_factory=Keeper)
    # Rows compared, over all engines but the first.
    rows: int = 0
    people: int = 0
    # How many people were paid, and how many left something to verify: a comparison of nothings proves nothing.
    paid: int = 0
    unsure: int = 0

    def months(
        self,
        package: LawPackage,
        month: Month,
        known_on: datetime.date,
        contents: Sequence[Mapping[str, Any]],
        granted: Sequence[frozenset[str] | None],
        files: Files | None = None,
    ) -> None:
        """Compare the month of these people; on a difference simplify the first such person, keep it, and fail."""
        examples = [
            Example(package.name, month, known_on, content, allowed, files)
            for content, allowed in zip(contents, granted, strict=True)
        ]
        found = next(self._differences(package, examples, counted=True), None)
        if found is None:
            return
        example, note = self._simplest(package, *found)
        kept = self.keeper.keep(replace(example, note=note))
        raise AssertionError(f"{note}\n{dict(example.facts)} in {month}\nkept as {kept}")

    def _differences(
        self, package: LawPackage, examples: Sequence[Example], counted: bool = False
    ) -> Iterator[tuple[Example, str]]:
        """Yield the examples, all of one month, on which some engine differs from the first, and how."""
        people = [package.person(dict(example.facts)) for example in examples]
        granted = [example.granted for example in examples]
        month, known_on = examples[0].month, examples[0].known_on
        rows = cache(lambda: facts_rows(package, people, month, known_on, granted))
        answers = {
            name: engine.answer(package, month, known_on, len(people), rows())
            if isinstance(engine, SqlEngine)
            else engine.month(package, month, known_on, people, granted)
            for name, engine in self.engines.items()
        }
        (first, expected), *others = answers.items()
        if counted:
            self.people += len(people)
            self.rows += len(people) * len(others)
            self.paid += sum(bool(due.paid) for due in expected)
            self.unsure += sum(bool(due.unknown) for due in expected)
        for name, got in others:
            for example, wanted, other in zip(examples, expected, got, strict=True):
                if wanted != other:
                    yield example, f"{first}: {_shown(wanted)}; {name}: {_shown(other)}"

    def _simplest(self, package: LawPackage, example: Example, note: str) -> tuple[Example, str]:
        """Return a simplest person near this one on whom the engines still differ."""
        # All simpler people of one step are asked in one statement: a search of minutes becomes one of seconds.
        while True:
            simpler = [
                replace(example, facts=facts) for facts in _simpler(example.facts) if _is_readable(package, facts)
            ]
            if example.granted is not None:
                simpler.insert(0, replace(example, granted=None))
            found = next(self._differences(package, simpler), None) if simpler else None
            if found is None:
                return example, note
            example, note = found

    def example(self, example: Example, book: LawBook) -> None:
        """Compare one kept example."""
        package = book.package(example.domain)
        self.months(package, example.month, example.known_on, [example.facts], [example.granted], example.law)


def _shown(due: Due) -> str:
    return f"{dict(sorted(due.paid.items()))} ? {sorted(due.unknown)}"


def _simpler(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the facts with one of them left out or said more simply."""
    for name in sorted(facts):
        value = facts[name]
        if name not in {"birth_date", "area"}:
            yield {key: other for key, other in facts.items() if key != name}
        if isinstance(value, list):
            # A history becomes one of its values, a list of children loses a child, a child loses a fact.
            yield from ({**facts, name: item["value"]} for item in value if isinstance(item, dict) and "value" in item)
            for place, item in enumerate(value):
                yield {**facts, name: [*value[:place], *value[place + 1 :]]}
                if isinstance(item, dict) and name in {"children", "merit"}:
                    for key in item.keys() - {"birth_date", "kind"}:
                        lighter = {other: said for other, said in item.items() if other != key}
                        yield {**facts, name: [*value[:place], lighter, *value[place + 1 :]]}


def _is_readable(package: LawPackage, facts: Mapping[str, Any]) -> bool:
    try:
        package.person(dict(facts))
    except Refused:
        return False
    return True
