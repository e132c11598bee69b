"""A refusal is an answer, not an accident: a named reason, and one sentence that tells an officer what to do.

Every room raises `Refused`; the command line and the pages print it. It promises no traceback and no half-applied work.
"""

from typing import Any


class Refused(Exception):
    """Something was asked that must not be done.

    Args:
        reason: the broken rule in snake_case, part of the public contract (`control_total_changed`).
        vi: one Vietnamese sentence for the officer: what is wrong and what to do.
        en: the same sentence in English.
        details: plain JSON values that help to find the cause; never personal data that the caller did not give.
    """

    def __init__(self, reason: str, *, vi: str, en: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.vi = vi
        self.en = en
        self.details = details

    def __reduce__(self) -> tuple:
        """Say how another process makes the same refusal again."""
        return _again, (self.reason, self.vi, self.en, self.details)

    def message(self, language: str = "vi") -> str:
        """Return the sentence in the asked language; anything but "en" is Vietnamese."""
        return self.en if language == "en" else self.vi


def refused(reason: str, vi: str, en: str, **details: Any) -> Refused:
    """Return a refusal in one line; the caller raises it."""
    return Refused(reason, vi=vi, en=en, **details)


def _again(reason: str, vi: str, en: str, details: dict[str, Any]) -> Refused:
    return Refused(reason, vi=vi, en=en, **details)
