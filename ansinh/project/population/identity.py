"""Numbers that belong to people: the twelve digits of the national id, telephones, bank accounts. All invented, all unique.

The national id holds province of birth registration, century and sex, year of birth, and six digits; it has no check
digit.
"""

import numpy as np

_STEP = 387_421  # Prime to a million: multiples of it visit every six-digit number once.
_DIALS = np.array(["3", "5", "7", "8", "9"])


def _ranks(groups: np.ndarray) -> np.ndarray:
    """Return each element's position among the equal elements before it."""
    # Stable, so that equal ones keep their order: the default sort may exchange them, differently on another machine.
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(ordered)])
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return ranks


def national_ids(rng: np.random.Generator, province_code: str, sex: np.ndarray, born: np.ndarray) -> np.ndarray:
    """Return a unique national id per person; most carry the province's own prefix, some were registered elsewhere.

    Args:
        sex: 0 female, 1 male. born: days (`datetime64[D]`).
    """
    own = int(province_code)
    prefix = np.where(rng.random(len(sex)) < 0.96, own, rng.choice(np.array([1, 79]), len(sex)))
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    # 0 and 1 for the 1900s, 2 and 3 for the 2000s; the even one is male (`people/identifier.py` reads it back).
    century_sex = (year // 100 - 19) * 2 + (1 - sex)
    group = (prefix * 10 + century_sex) * 100 + year % 100
    # Counted within the group and spread by the step: unique for certain up to a million births a year, sex and
    # province, where random digits would meet sooner or later and the register would refuse the province.
    serial = (_ranks(group) * _STEP + group * 7919) % 1_000_000
    number = group * 1_000_000 + serial
    return np.char.zfill(number.astype(str), 12)


def phones(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return a ten-digit mobile number for seven people in ten, and nothing for the others."""
    dial = rng.choice(_DIALS, count)
    rest = np.char.zfill(rng.integers(0, 100_000_000, count).astype(str), 8)
    return np.where(rng.random(count) < 0.7, np.char.add(np.char.add("0", dial), rest), "")


def account_numbers(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return unique account numbers of ten to thirteen digits."""
    width = rng.integers(0, 4, count)
    start = int(rng.integers(0, 1_000_000))
    serial = (np.arange(count, dtype=np.int64) * _STEP * 13 + start) % 10_000_000
    # Unique in the whole province, not only within a bank: the import holds an account that two people name.
    # The leading digits keep numbers of different lengths apart; the serial keeps equal lengths apart.
    head = np.array([101, 1902, 21510, 711003])[width]
    return np.char.add(head.astype(str), np.char.zfill(serial.astype(str), 7))
