"""The communes of the generated province, with invented weights: where more people live, where more of them are poor.

Only names, codes and extents are official. Weights and hardship are made up for demonstration and say so wherever
stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ansinh.base.months import Month
from ansinh.office import queries, reference

HUE = "46"
# The mountain communes of Huế by name; elsewhere the widest rural communes stand for them.
_HUE_MOUNTAINS = ("A Lưới", "Nam Đông", "Khe Tre", "Long Quảng")
# With 84, the code of Trà Vinh until June 2025, and never again since.
_KHMER_PROVINCES = frozenset({"84", "86", "91", "92", "96"})
_HIGHLAND_PROVINCES = frozenset({"44", "46", "48"})


@dataclass(frozen=True)
class Places:
    """The communes as arrays: one position per commune, in the order of their codes."""

    province: queries.AreaRow
    communes: Sequence[queries.AreaRow]
    area_ids: np.ndarray
    is_urban: np.ndarray
    is_mountain: np.ndarray
    people_weight: np.ndarray
    poor_weight: np.ndarray
    khmer_share: np.ndarray
    highland_share: np.ndarray

    def position(self, code: str) -> int:
        """Return the position of a commune's code, or the first one when the province does not have it."""
        return next((i for i, commune in enumerate(self.communes) if commune.code == code), 0)


def _mountains(province_code: str, communes: Sequence[queries.AreaRow]) -> np.ndarray:
    if province_code == HUE:
        return np.array([any(name in commune.name for name in _HUE_MOUNTAINS) for commune in communes])
    # The widest sixth of the rural communes: wide is where few people live. Unknown extents never count as wide.
    extents = reference.extents()
    rural = sorted((extents.get(c.code, 0) for c in communes if c.kind == "Xã"), reverse=True)
    threshold = rural[len(rural) // 6] if rural else 0
    return np.array([c.kind == "Xã" and extents.get(c.code, 0) >= max(threshold, 1) for c in communes])


def places_of(province_code: str, month: Month, rng: np.random.Generator) -> Places:
    """This will return the communes that a province has in that month. Raises `Refused` (`area_unknown`)."""
    province = queries.find_province(province_code, month.first_day)
    communes = queries.communes_of(province_code, month.first_day)
    # By code, as `communes_of` returns them: the order of the communes is part of what the seed decides.
    is_urban = np.array([commune.kind == "Phường" for commune in communes])
    is_mountain = _mountains(province_code, communes)
    people = (0.6 + 0.8 * rng.random(len(communes))) * np.where(is_mountain, 0.35, np.where(is_urban, 1.3, 1.0))
    poor = people * np.where(is_mountain, 6.0, np.where(is_urban, 0.7, 1.2))
    # Invented, like the weights: most people of these communes are not Kinh.
    highland = np.where(is_mountain & (province_code in _HIGHLAND_PROVINCES), 0.75, 0.0)
    khmer = np.full(len(communes), 0.3 if province_code in _KHMER_PROVINCES else 0.0)
    return Places(
        province=province,
        communes=communes,
        area_ids=np.array([commune.id for commune in communes]),
        is_urban=is_urban,
        is_mountain=is_mountain,
        people_weight=people / people.sum(),
        poor_weight=poor / poor.sum(),
        khmer_share=khmer,
        highland_share=highland,
    )
