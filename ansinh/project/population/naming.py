"""Gives every generated person a name that fits people, sex, household and commune; villages get theirs too."""

import numpy as np

from ansinh.project.population.places import Places
from ansinh.project.population.vocabulary import HIGHLAND_AT, HIGHLAND_SHARES, KHMER_AT, KINH_AT, PEOPLES

# Whoever married into a household or moved in keeps the name of their own family; so, for simplicity, do parents.
_SHARES_FAMILY_NAME = ("head", "child", "grandchild")


def peoples_of_households(rng: np.random.Generator, places: Places, place: np.ndarray) -> np.ndarray:
    """Return which people (position in `PEOPLES`) each household belongs to."""
    draw = rng.random(len(place))
    highland = draw < places.highland_share[place]
    khmer = ~highland & (draw < (places.highland_share + places.khmer_share)[place])
    which = rng.choice(np.array(HIGHLAND_AT), len(place), p=HIGHLAND_SHARES)
    return np.select([highland, khmer], [which, KHMER_AT], KINH_AT)


def full_names(
    rng: np.random.Generator,
    people_of_household: np.ndarray,
    household: np.ndarray,
    relationship: np.ndarray,
    sex: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (full name, ethnicity) of each person; heads and children share their household's family name."""
    size = len(household)
    which = people_of_household[household]
    # One draw a household, and a draw of their own for those who came into it.
    family_draw = rng.random(len(people_of_household))[household]
    is_of_family = np.isin(relationship, _SHARES_FAMILY_NAME)
    family_draw = np.where(is_of_family, family_draw, rng.random(size))
    middle_draw, given_draw = rng.random(size), rng.random(size)
    # Drawn for everybody before peoples are told apart: a household that changes its people leaves all other names
    # alone.
    names = np.empty(size, dtype=object)
    for number, people in enumerate(PEOPLES):
        for gender in (0, 1):
            mine = np.flatnonzero((which == number) & (sex == gender))
            families = _drawn(people.families, family_draw[mine])
            middles = _drawn(people.middles[gender], middle_draw[mine])
            givens = _drawn(people.givens[gender], given_draw[mine])
            names[mine] = [
                # Some have no middle name; two spaces in a row would be another name to the register.
                " ".join(part for part in parts if part)
                for parts in zip(families, middles, givens, strict=True)
            ]
    return names, np.array([people.ethnicity for people in PEOPLES], dtype=object)[which]


def _drawn(words: tuple[str, ...], draw: np.ndarray) -> np.ndarray:
    return np.array(words, dtype=object)[(draw * len(words)).astype(np.int64)]


def villages(rng: np.random.Generator, places: Places, place: np.ndarray) -> np.ndarray:
    """Return the village of each household: residential groups in wards, numbered villages elsewhere."""
    number = rng.integers(1, 13, len(place))
    return np.char.add(np.where(places.is_urban[place], "Tổ dân phố ", "Thôn "), number.astype(str))
