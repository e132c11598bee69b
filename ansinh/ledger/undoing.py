"""Taking back an appropriation that was booked by mistake: two people say so, and a transfer goes the other way.

Nothing is deleted: both transfers stay in the books under the same document. What is committed already cannot be taken back.
"""

import datetime

from django.db import transaction
from django.utils import timezone

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations, queries
from ansinh.ledger.documents import Document, shown
from ansinh.ledger.models import FundsDocument


def undo_appropriation(*, document: int, by: str, at: datetime.datetime) -> Document:
    """This will propose to take back what stands booked under a document, or book it back when another person proposed it.

    Promises: the document can then be booked again, with the right amount and month.

    Raises:
        Refused: `appropriation_unknown`, `appropriation_committed`, `second_person_needed`.
    """
    with transaction.atomic():
        # The same lock as for booking: what is free now is free until it is taken back.
        operations.wait_for_the_books()
        standing = operations.standing_appropriation(document)
        if standing is None:
            raise Refused(
                "appropriation_unknown",
                vi=f"Không có dự toán nào đang ghi theo văn bản số {document} (chưa ghi, hoặc đã huỷ). "
                "Hãy kiểm tra lại số văn bản.",
                en=f"No appropriation stands booked under document {document}: never, or taken back. Check the number.",
                document=document,
            )
        _require_free(document, standing.amount_dong)
        # Named by the very booking: a document that is booked again can be taken back again.
        row, is_new = FundsDocument.objects.get_or_create(
            kind=FundsDocument.Kind.UNAPPROPRIATE, number=f"{document}/{standing.id}",
            defaults={
                "signed_on": timezone.localdate(at), "amount_dong": standing.amount_dong, "proposed_by": by, "proposed_at": at,
            },
        )  # fmt: skip
        if is_new:
            return shown(row)
        if row.proposed_by == by:
            raise Refused(
                "second_person_needed",
                vi=f"“{by}” đã đề nghị huỷ dự toán theo văn bản số {document}. Hãy để người khác gõ lại lệnh này để duyệt.",
                en=f"“{by}” has proposed to take document {document} back. Let somebody else give this command too.",
            )
        operations.book_one(
            code=chart.Code.UNAPPROPRIATE, reference=row.id, debit=chart.WORLD, credit=chart.APPROPRIATION,
            amount_dong=row.amount_dong, evidence=document, month=standing.month, at=at,
        )  # fmt: skip
        row.approved_by, row.approved_at = by, at
        row.save(update_fields=["approved_by", "approved_at"])
        operations.seal(at=at)
    return shown(row)


def _require_free(document: int, amount_dong: int) -> None:
    left = queries.balance(chart.APPROPRIATION.name)
    if left < amount_dong:
        raise Refused(
            "appropriation_committed",
            vi=f"Văn bản số {document} ghi {format_dong(amount_dong)}, dự toán chưa cam kết chỉ còn {format_dong(left)} "
            "nên không huỷ được. Hãy ghi dự toán theo văn bản đúng trước, rồi huỷ văn bản sai.",
            en=f"Document {document} gave {amount_dong:,} đồng and only {left:,} đồng are not committed, so it stays. "
            "Book the right document first, then take the wrong one back.",
            document=document,
            free_dong=left,
        )
