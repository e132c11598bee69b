"""The sandbox bank's own account book: a counterpart with books of its own, which our side never reads.

It lists every account that anybody named, with the behaviour the bank will show when money arrives.
"""

import csv
import os
from pathlib import Path

import numpy as np

from ansinh.project.population.generate import Population

COLUMNS = ("bin", "number", "holder_name", "behaviour")


def write_book(folder: Path, population: Population) -> int:
    """Write `accounts.csv` (whole or not at all) and return how many accounts it has."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    named = np.flatnonzero(population.has_account)
    addresses = population.addresses
    rows = zip(
        addresses.bank[named].tolist(),
        population.account_numbers[named].tolist(),
        population.holder_names[named].tolist(),
        addresses.behaviour[named].tolist(),
        strict=True,
    )
    # The bank may be running and reading: it must meet the old book or the new one, never the first half of one.
    unfinished = folder / "accounts.csv.part"
    with open(unfinished, "w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
        # On the disk before it gets its name: after a power cut a renamed file could else be there and be empty.
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / "accounts.csv")
    return len(named)
