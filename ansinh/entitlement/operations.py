"""Writes of the law's releases: what came with the software, what an author submits, what a second person reviews.

Each is one transaction, takes the clock and the actor as arguments, and leaves an entry in the audit trail.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from ansinh.base.refusals import Refused
from ansinh.entitlement.models import LawRelease
from ansinh.entitlement.releases import PUBLISHER, ReleaseRow, release, release_row
from ansinh.entitlement.transitions import require
from ansinh.law.archive import archive_hash, checked, load_files
from ansinh.law.changes import label_of
from ansinh.office import operations as office
from ansinh.office import queries as staff_queries

_AUTHORS = frozenset({"law_author"})
_REVIEWERS = frozenset({"legal_reviewer"})
_LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class CheckedCases:
    """What `ansinh law check` found about the very files that are submitted."""

    cases: int
    failed: int
    engines: tuple[str, ...]


def _lock() -> None:
    """Let one worker at a time change which laws there are; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('law releases', 0))")


def _require_role(by: str, roles: frozenset[str]) -> str:
    member = staff_queries.staff(by)
    if member.role not in roles:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền làm việc này. Luật do người soạn luật trình và người thẩm định pháp lý xem xét.",
            en=f"“{by}” may not do this. A law author submits the law and a legal reviewer reviews it.",
            user=by,
            role=member.role,
        )
    # The name as the register of staff spells it: “An” and “an” must not count as two people.
    return member.username


def _require_text(text: str, reason: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST_TEXT:
        raise Refused(
            reason,
            vi=f"Hãy ghi rõ nội dung bằng một hai câu (không quá {_LONGEST_TEXT} ký tự).",
            en=f"Say it in a sentence or two (at most {_LONGEST_TEXT} characters).",
        )
    return words


def _new(files: Mapping[str, str]) -> LawRelease:
    # Read once here, so that nothing is archived that could not be read again.
    package = load_files(files)
    return LawRelease(hash=package.hash, files=dict(files), label=label_of(files), cases=0)


def ship_law(*, files: Mapping[str, str], at: datetime.datetime) -> ReleaseRow | None:
    """This will record the law that came with the software as the first law of this system, payable until two people release one.

    Promises: it happens once; on a system that knows any law already, nothing is written and None is returned.

    Raises:
        Refused: `law_archive_invalid`, `law_invalid`.
    """
    with transaction.atomic():
        _lock()
        if LawRelease.objects.exists():
            return None
        require("", "SHIPPED")
        shipped = _new(checked(files))
        shipped.state, shipped.submitted_by, shipped.submitted_at = "SHIPPED", PUBLISHER, at
        shipped.summary = (
            "Luật kèm theo phần mềm, do nhà phát hành soạn và kiểm thử; chưa có hai người của đơn vị thông qua."
        )
        shipped.save(force_insert=True)
        _audit(shipped, "law.ship", by=PUBLISHER, at=at)
        return release_row(shipped)


def submit_law(
    *, files: Mapping[str, str], report: CheckedCases, note: str, by: str, at: datetime.datetime
) -> ReleaseRow:
    """This will submit a folder of laws for review, in the name of its author.

    Promises: what was submitted is kept to the letter, and cannot be changed; submitting the same files twice adds
    nothing.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `law_cases_fail`, `summary_missing`, `law_archive_invalid`, `law_invalid`,
            `law_not_ready` when the same files were released already.
    """
    with transaction.atomic():
        author = _require_role(by, _AUTHORS)
        summary = _require_text(note, "summary_missing")
        # A law without cases has nothing that could fail.
        if report.failed or not report.cases or len(report.engines) < 2:
            raise Refused(
                "law_cases_fail",
                vi=f"Luật chưa qua hết các trường hợp mẫu: {report.failed} lỗi trên {report.cases} trường hợp. Hãy chạy ansinh law check và sửa.",
                en=f"The law does not pass its cases: {report.failed} failures in {report.cases} cases. Run ansinh law check and mend it.",
                failed=report.failed,
                cases=report.cases,
            )
        _lock()
        canonical = checked(files)
        found = LawRelease.objects.select_for_update().filter(hash=archive_hash(canonical)).first()
        # Pressing twice is no second submission.
        if found is not None and found.state in {"SUBMITTED", "SHIPPED"} and found.submitted_by == author:
            return release_row(found)
        current = found.state if found else ""
        wanted = "SHIPPED" if current == "SHIPPED" else "SUBMITTED"
        require(current, wanted)
        submitted = found or _new(canonical)
        submitted.state, submitted.submitted_by, submitted.submitted_at = wanted, author, at
        submitted.cases = report.cases
        submitted.summary, submitted.reviewed_by, submitted.reviewed_at, submitted.reason = summary, "", None, ""
        submitted.save()
        _audit(submitted, "law.submit", by=author, at=at, cases=report.cases, engines=list(report.engines))
        return release_row(submitted)


def review_law(*, law: str, is_accepted: bool, reason: str, by: str, at: datetime.datetime) -> ReleaseRow:
    """This will accept or refuse a submitted law in the name of a second person, with the reason.

    Promises: an accepted law is the one in force from that moment on; runs approved before keep the law they used.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `second_person_required`, `reason_missing`, `law_release_unknown`,
            `law_not_submitted` for a shipped law that nobody here has submitted, `law_not_ready`.
    """
    with transaction.atomic():
        reviewer = _require_role(by, _REVIEWERS)
        words = _require_text(reason, "reason_missing")
        _lock()
        found = LawRelease.objects.select_for_update().get(hash=release(law).hash)
        wanted = "RELEASED" if is_accepted else "REFUSED"
        # The same person pressing twice is no second review and no fault either.
        if found.state == wanted and found.reviewed_by == reviewer:
            return release_row(found)
        require(found.state, wanted)
        _require_second_person(found, reviewer)
        found.state, found.reviewed_by, found.reviewed_at, found.reason = wanted, reviewer, at, words
        found.save(update_fields=["state", "reviewed_by", "reviewed_at", "reason"])
        _audit(found, "law.accept" if is_accepted else "law.refuse", by=reviewer, at=at)
        return release_row(found)


def _require_second_person(found: LawRelease, reviewer: str) -> None:
    if found.submitted_by == PUBLISHER:
        raise Refused(
            "law_not_submitted",
            vi="Luật kèm theo phần mềm chưa có người soạn luật của đơn vị trình. Hãy để người soạn luật trình trước (ansinh law submit).",
            en="No law author here has submitted the shipped law. Let an author submit it first (ansinh law submit).",
            hash=found.hash,
        )
    if found.submitted_by == reviewer:
        raise Refused(
            "second_person_required",
            vi="Người thẩm định phải khác người trình. Hãy để người khác thẩm định bản luật này.",
            en="The reviewer must be another person than the one who submitted.",
            user=reviewer,
        )


def _audit(about: LawRelease, action: str, *, by: str, at: datetime.datetime, **detail: object) -> None:
    office.audit(by=by, action=action, subject=f"law:{about.hash}", detail=detail, at=at)
