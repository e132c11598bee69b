"""Reads of the released laws: which one payrolls use now, which one a past run used, and what differs between two.

A law is read out of its archive, never from the folder beside the software: an edited file changes no payment.
"""

import contextlib
import datetime
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from ansinh.base.refusals import Refused
from ansinh.entitlement.models import LawRelease
from ansinh.law.archive import archive_hash, load_files, provinces_of
from ansinh.law.changes import Change, changes
from ansinh.law.package import LawBook
from ansinh.office import queries as office

PUBLISHER = "ansinh"
_PAYABLE = ("RELEASED", "SHIPPED")
_SHORTEST_PREFIX = 8
_WITHOUT_FILES = [field.name for field in LawRelease._meta.fields if field.name != "files"]


@dataclass(frozen=True)
class ReleaseRow:
    """One law as pages and commands show it, without its files; instants are aware datetimes or None."""

    hash: str
    label: str
    cases: int
    summary: str
    state: str
    submitted_by: str
    submitted_at: datetime.datetime
    reviewed_by: str
    reviewed_at: datetime.datetime | None
    reason: str

    @property
    def is_released_by_two(self) -> bool:
        """Return whether an author and a legal reviewer of this system stand behind it."""
        return self.state == "RELEASED"

    @property
    def waits_for_review(self) -> bool:
        """Return whether somebody has submitted it and nobody has reviewed it."""
        return self.state == "SUBMITTED" or (self.state == "SHIPPED" and self.submitted_by != PUBLISHER)


def release_row(found: LawRelease) -> ReleaseRow:
    """Return the plain form of a release."""
    return ReleaseRow(**{name: getattr(found, name) for name in ReleaseRow.__dataclass_fields__})


def is_any_known() -> bool:
    """Return whether this system knows any law, payable or not."""
    return LawRelease.objects.exists()


def releases() -> list[ReleaseRow]:
    """Return every law this system has seen, the newest first."""
    return [release_row(row) for row in LawRelease.objects.only(*_WITHOUT_FILES).order_by("-id")]


def release(prefix: str) -> ReleaseRow:
    """Return the law whose archive hash begins so.

    Raises:
        Refused: `law_release_unknown` when none or several do.
    """
    # Short enough to type, long enough never to mean another one tomorrow.
    found = (
        list(LawRelease.objects.only(*_WITHOUT_FILES).filter(hash__startswith=prefix.lower())[:2])
        if len(prefix) >= _SHORTEST_PREFIX and "\0" not in prefix
        else []
    )
    if len(found) != 1:
        raise Refused(
            "law_release_unknown",
            vi=f"Không có đúng một bản luật mang mã “{prefix}”. Hãy xem: ansinh law releases (ghi ít nhất {_SHORTEST_PREFIX} ký tự đầu).",
            en=f"Not exactly one law has the hash “{prefix}”. See: ansinh law releases (at least {_SHORTEST_PREFIX} characters).",
            hash=prefix,
        )
    return release_row(found[0])


_REMEMBERED: ContextVar[list[ReleaseRow | None] | None] = ContextVar("the law in force of this request", default=None)


@contextlib.contextmanager
def looked_up_once() -> Iterator[None]:
    """Ask for the law in force once in this block: a page names dozens of benefits, and must not change its law midway."""
    token = _REMEMBERED.set([])
    try:
        yield
    finally:
        _REMEMBERED.reset(token)


def in_force() -> ReleaseRow | None:
    """Return the law that payrolls use: the one released last, before any the shipped one, None before `ansinh init`."""
    remembered = _REMEMBERED.get()
    if remembered is None:
        return _find_in_force()
    if not remembered:
        remembered.append(_find_in_force())
    return remembered[0]


def _find_in_force() -> ReleaseRow | None:
    # By name the released come before the shipped one, which counts only until two people have released another.
    found = (
        LawRelease.objects.only(*_WITHOUT_FILES)
        .filter(state__in=_PAYABLE)
        .order_by("state", "-reviewed_at", "-id")
        .first()
    )
    return None if found is None else release_row(found)


def _not_released() -> Refused:
    return Refused(
        "law_not_released",
        vi="Luật này chưa được hai người (người soạn và người thẩm định) thông qua, nên không lập kỳ chi trả."
        " Hãy chạy ansinh init nếu hệ thống mới cài, hoặc trình luật bằng ansinh law submit.",
        en="This law was not released by two people (author and legal reviewer), so no payroll is made."
        " Run ansinh init on a new system, or submit the law: ansinh law submit.",
    )


def require_in_force(law_hash: str) -> None:
    """This will refuse a law that is not the one in force.

    Raises:
        Refused: `law_not_released`; `law_superseded` when a newer law has been released.
    """
    # Money follows: asked anew, whatever a page remembers.
    current = _find_in_force()
    if current is not None and current.hash == law_hash:
        return
    if current is None or not LawRelease.objects.filter(hash=law_hash, state__in=_PAYABLE).exists():
        raise _not_released()
    raise Refused(
        "law_superseded",
        vi=f"Đã có luật mới được thông qua ({current.label}). Hãy tính lại kỳ với luật đang dùng.",
        en=f"A newer law has been released ({current.label}). Calculate again with the law in force.",
        in_force=current.hash,
    )


def files_of(release_hash: str) -> dict[str, str]:
    """Return the archived files of a law.

    Raises:
        Refused: `law_archive_damaged` when they no longer are what was submitted.
    """
    files = LawRelease.objects.values_list("files", flat=True).get(hash=release_hash)
    # The trigger lets nobody change them; a disk or a restored copy may still have.
    if archive_hash(files) != release_hash:
        raise Refused(
            "law_archive_damaged",
            vi=f"Gói luật {release_hash[:12]} trong cơ sở dữ liệu không còn nguyên vẹn. Hãy khôi phục từ bản sao lưu.",
            en=f"The archived law {release_hash[:12]} in the database is no longer intact. Restore it from a backup.",
            hash=release_hash,
        )
    return files


# A process sees few laws in its life; remembered by hash, so that a page need not fetch the files to know them again.
@lru_cache(maxsize=6)
def _loaded(release_hash: str, province: str) -> LawBook:
    return load_files(files_of(release_hash), province)


@lru_cache(maxsize=64)
def _provinces(release_hash: str) -> frozenset[str]:
    return provinces_of(files_of(release_hash))


def _law(release_hash: str, area_id: int | None) -> LawBook:
    provinces = _provinces(release_hash)
    # Most provinces have no resolution of their own: they share the nation's book, and the place need not be looked up.
    province = office.province_of(area_id) if area_id is not None and provinces else ""
    return _loaded(release_hash, province if province in provinces else "")


def law_in_force(area_id: int | None = None) -> LawBook:
    """Return the law that payrolls use, read from its archive, as it stands in the area's province.

    Raises:
        Refused: `law_not_released` before any law is known; `law_archive_damaged`.
    """
    current = in_force()
    if current is None:
        raise _not_released()
    return _law(current.hash, area_id)


def law_used(law_hash: str, area_id: int | None = None) -> LawBook | None:
    """Return the law that a run was pinned to, or None when its archive is not here (runs older than releases).

    Raises:
        Refused: `law_archive_damaged`; `law_invalid` when this version of the software cannot read it any more.
    """
    # Whatever became of it since, refused or superseded: a run that used it used it.
    return _law(law_hash, area_id) if LawRelease.objects.filter(hash=law_hash).exists() else None


def release_of(law_hash: str) -> ReleaseRow | None:
    """Return the release that a run was pinned to, or None when its archive is not here."""
    found = LawRelease.objects.only(*_WITHOUT_FILES).filter(hash=law_hash).first()
    return None if found is None else release_row(found)


def predecessor(chosen: ReleaseRow) -> ReleaseRow | None:
    """Return the law that was in force before this one was reviewed, or is now: what its reviewer compares it with."""
    earlier = LawRelease.objects.only(*_WITHOUT_FILES).filter(state__in=_PAYABLE).exclude(hash=chosen.hash)
    if chosen.reviewed_at is not None:
        earlier = earlier.exclude(reviewed_at__gte=chosen.reviewed_at)
    found = earlier.order_by("state", "-reviewed_at", "-id").first()
    return None if found is None else release_row(found)


@lru_cache(maxsize=16)
def changes_between(old_hash: str, new_hash: str) -> tuple[Change, ...]:
    """Return what differs between two archived laws, by their full hashes.

    Raises:
        Refused: `law_archive_damaged`.
    """
    # Archives never change, so that an answer stays right for ever.
    return changes(files_of(old_hash), files_of(new_hash))
