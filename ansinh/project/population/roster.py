"""The generated people as columns, before they are written: persons, households, facts, decisions, mandates.

Rows are added in blocks of arrays; a person or household is named by its position. Nothing here knows the database.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ansinh.project.population.places import Places

DAY = "datetime64[D]"
FEMALE, MALE = 0, 1
# "Open": no end month, no last day.
NO_MONTH, NO_DAY = np.datetime64("NaT", "M"), np.datetime64("NaT", "D")


class Roster:
    """Grows by blocks and hands out whole columns."""

    def __init__(self, rng: np.random.Generator, month: np.datetime64, places: Places) -> None:
        self.rng = rng
        self.month = month
        self.places = places
        self._blocks: dict[str, list[dict[str, np.ndarray]]] = {}
        self._sizes: dict[str, int] = {}

    def add(self, table: str, size: int, columns: Mapping[str, Any]) -> np.ndarray:
        """Add a block of `size` rows (scalars are repeated) and return the positions of the new rows."""
        # Columns instead of objects: the draws come as arrays, and COPY takes them as columns again.
        start = self._sizes.get(table, 0)
        self._blocks.setdefault(table, []).append(
            # A repeated scalar takes no room, and cannot be written to: whoever changes a column works on a copy.
            {name: np.broadcast_to(value, size) for name, value in columns.items()}
        )
        self._sizes[table] = start + size
        return np.arange(start, start + size)

    def size(self, table: str) -> int:
        """Return how many rows a table has."""
        return self._sizes.get(table, 0)

    def column(self, table: str, name: str) -> np.ndarray:
        """Return one whole column."""
        # Put together anew at each call; ask once and keep it where it is needed often.
        blocks = [block[name] for block in self._blocks.get(table, [])]
        return np.concatenate(blocks) if blocks else np.array([], dtype=object)

    def add_households(self, place: np.ndarray, poverty: Any) -> np.ndarray:
        """Add one household for each place, with its class (`poor`, `near_poor`, `none`)."""
        return self.add("household", len(place), {"place": place, "poverty": poverty})

    def add_persons(self, household: np.ndarray, relationship: Any, sex: Any, born: np.ndarray) -> np.ndarray:
        """Add one person for each household named."""
        return self.add(
            "person", len(household), {"household": household, "relationship": relationship, "sex": sex, "born": born}
        )

    def decide(self, person: np.ndarray, benefit: str, start: np.ndarray, end: Any = NO_MONTH) -> None:
        """Add a decision that grants the benefit from a month (until `end`, the first month no longer paid)."""
        # Signed in the first half of a month: lists of the next month close before the 25th.
        day = self.rng.integers(0, 15, len(person))
        self.add(
            "decision",
            len(person),
            {
                "person": person,
                "benefit": benefit,
                "start": start,
                "end": np.asarray(end, dtype="datetime64[M]"),
                "signed": start.astype(DAY) + day,
            },
        )

    def know(self, person: np.ndarray, kind: str, value: Any, since: np.ndarray, until: Any = NO_DAY) -> None:
        """Add a circumstance that holds from the first day of the month `since`, but never before the person's birth."""
        self.add(
            "circumstance",
            len(person),
            {
                "person": person,
                "kind": kind,
                "value": value,
                "since": since.astype(DAY),
                "until": np.asarray(until, dtype=DAY),
            },
        )

    def protect(self, person: np.ndarray, since: np.ndarray) -> None:
        """Add a protected condition (HIV) that holds from the first day of the month `since`."""
        self.add("protected", len(person), {"person": person, "since": since.astype(DAY)})

    def appoint(self, beneficiary: np.ndarray, payee: np.ndarray, kind: Any, since: np.ndarray) -> None:
        """Add a mandate: the payee receives for the beneficiary."""
        self.add(
            "mandate",
            len(beneficiary),
            {"beneficiary": beneficiary, "payee": payee, "kind": kind, "since": since.astype(DAY)},
        )

    def raise_child(self, parent: np.ndarray, child: np.ndarray, since: np.ndarray) -> None:
        """Add that a parent raises a child since a day."""
        self.add("parent_child", len(parent), {"parent": parent, "child": child, "since": since.astype(DAY)})
