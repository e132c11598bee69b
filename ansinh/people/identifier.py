"""The national id (số định danh cá nhân): twelve digits that tell province of registration, century, sex and year of birth.

There is no check digit: agreement with sex and birthday is the only proof against a slip. Pure; no database.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class NationalId:
    """What a number says about its owner."""

    number: str
    province: str
    sex: str
    birth_year: int


def read(number: str) -> NationalId | None:
    """Return what the twelve digits say, or None when they cannot be a national id of somebody alive in our time."""
    if len(number) != 12 or not (number.isascii() and number.isdigit()):
        return None
    # The fourth digit holds both: 0 and 1 are men and women born 1900–1999, 2 and 3 those born 2000–2099.
    century_sex = int(number[3])
    # 4 and above would be a birth after the year 2099.
    if number[:3] == "000" or century_sex > 3:
        return None
    return NationalId(
        number=number,
        province=number[:3],
        sex="male" if century_sex % 2 == 0 else "female",
        birth_year=1900 + 100 * (century_sex // 2) + int(number[4:6]),
    )
