"""How many people a generated population may have; apart from the generator, whose memory asking need not cost."""

from ansinh.base.refusals import Refused

# Within these bounds shares still mean something, and every invented number stays unique (`identity.py`).
_SMALLEST, _LARGEST = 50, 5_000_000


def check_size(beneficiaries: int, option: str = "--beneficiaries") -> None:
    """Refuse a number of people that no population can have; `option` is what the user wrote it behind.

    Raises:
        Refused: `beneficiaries_out_of_range`.
    """
    if not _SMALLEST <= beneficiaries <= _LARGEST:
        raise Refused(
            "beneficiaries_out_of_range",
            vi=f"Số đối tượng phải từ {_SMALLEST} đến {_LARGEST}. Hãy sửa {option}.",
            en=f"The number of beneficiaries must be from {_SMALLEST} to {_LARGEST}. Change {option}.",
            beneficiaries=beneficiaries,
        )
