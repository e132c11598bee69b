"""The books. One row of `Transfer` is one debit and one credit of the same amount: balanced by construction.

Balances are kept by the database itself (a statement trigger); rows of transfers and seals can only be added.
"""

from django.db import models
from django.db.models import F, Q


class LedgerAccount(models.Model):
    """An account of the books. Balance = debits − credits. `keeps_floor` forbids it to go below zero."""

    name = models.CharField("tài khoản", max_length=80, unique=True)
    label = models.CharField("diễn giải", max_length=160)
    balance_dong = models.BigIntegerField("số dư (đồng)", default=0)
    keeps_floor = models.BooleanField("không được âm", default=True)

    class Meta:
        verbose_name = "tài khoản kế toán"
        constraints = [
            models.CheckConstraint(condition=Q(keeps_floor=False) | Q(balance_dong__gte=0), name="no_overspend")
        ]


class Transfer(models.Model):
    """Nợ one account, Có another. (code, reference) is unique: the same event can be booked only once."""

    id = models.BigAutoField(primary_key=True)
    code = models.SmallIntegerField("mã nghiệp vụ")
    reference = models.BigIntegerField("tham chiếu")
    debit = models.ForeignKey(
        LedgerAccount, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, verbose_name="Nợ"
    )
    credit = models.ForeignKey(
        LedgerAccount, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, verbose_name="Có"
    )
    amount_dong = models.BigIntegerField("số tiền (đồng)")
    evidence = models.BigIntegerField("chứng từ")
    month = models.DateField("kỳ")
    booked_at = models.DateTimeField("ghi sổ lúc")

    class Meta:
        verbose_name = "bút toán"
        constraints = [
            models.UniqueConstraint("code", "reference", name="booked_once"),
            models.CheckConstraint(condition=Q(amount_dong__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_accounts"),
        ]


class FundsDocument(models.Model):
    """A paper that moves public money: one person enters it, another enters the same from the paper, and it is booked."""

    class Kind(models.TextChoices):
        TREASURY_ORDER = "treasury-order", "lệnh rút dự toán"
        PREFUND = "prefund", "chuyển tiền cho tổ chức chi trả"
        FEE_FUND = "fee-fund", "kinh phí trả phí"
        YEAR_END = "year-end", "nộp trả cuối năm"
        UNAPPROPRIATE = "unappropriate", "huỷ ghi dự toán"
        ORDER_BACK = "order-back", "huỷ lệnh rút dự toán"

    kind = models.CharField("loại", max_length=14, choices=Kind)
    number = models.CharField("số chứng từ", max_length=40)
    signed_on = models.DateField("ngày chứng từ")
    amount_dong = models.BigIntegerField("số tiền (đồng)")
    run_code = models.CharField("kỳ", max_length=40, blank=True)
    provider_code = models.CharField("tổ chức chi trả", max_length=12, blank=True)
    proposed_by = models.CharField("người lập", max_length=60)
    proposed_at = models.DateTimeField("lập lúc")
    # Empty until a second person has entered the same paper.
    approved_by = models.CharField("người duyệt", max_length=60, blank=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)
    # Entered wrong and withdrawn before it was booked: it stays to be seen, and the same paper can be entered anew.
    withdrawn_by = models.CharField("người rút lại", max_length=60, blank=True)
    withdrawn_at = models.DateTimeField("rút lại lúc", null=True)

    class Meta:
        verbose_name = "chứng từ kinh phí"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number", "signed_on"], condition=Q(withdrawn_by=""), name="funds_document_once"
            ),
            models.CheckConstraint(condition=Q(approved_by="") | Q(withdrawn_by=""), name="withdrawn_or_booked"),
            models.CheckConstraint(condition=Q(amount_dong__gt=0), name="funds_document_positive"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("proposed_by")), name="second_person_funds"
            ),
        ]


class ClosedPeriod(models.Model):
    """A month of the books that two people have closed: what comes later is booked in the first open month."""

    month = models.DateField("kỳ kế toán", primary_key=True)
    transfers = models.IntegerField("số bút toán")
    # What was still open when it was closed, by name and number: named, not forgotten.
    open_items = models.JSONField("việc còn mở", default=dict)
    proposed_by = models.CharField("người đề nghị", max_length=60)
    proposed_at = models.DateTimeField("đề nghị lúc")
    # Empty until a second person has closed it.
    closed_by = models.CharField("người khoá sổ", max_length=60, blank=True)
    closed_at = models.DateTimeField("khoá sổ lúc", null=True)

    class Meta:
        verbose_name = "kỳ kế toán đã khoá"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_by="") | ~Q(closed_by=F("proposed_by")), name="second_person_closes"
            )
        ]


class Seal(models.Model):
    """A link of the hash chain over the transfers up to `last_transfer`."""

    number = models.IntegerField("số", primary_key=True)
    first_transfer = models.BigIntegerField("từ bút toán")
    last_transfer = models.BigIntegerField("đến bút toán")
    transfers = models.IntegerField("số bút toán")
    canonical_version = models.SmallIntegerField("phiên bản dạng chuẩn")
    root = models.CharField("gốc", max_length=64)
    chain = models.CharField("chuỗi", max_length=64)
    sealed_at = models.DateTimeField("niêm phong lúc")

    class Meta:
        verbose_name = "niêm phong"


class SealSignature(models.Model):
    """A signature over a seal, made inside a token: whoever trusts the key needs to trust nobody here."""

    seal = models.OneToOneField(Seal, models.PROTECT, primary_key=True, verbose_name="niêm phong")
    signature = models.TextField("chữ ký")
    public_key = models.TextField("khoá công khai")
    signed_by = models.CharField("người ký", max_length=60)
    signed_at = models.DateTimeField("ký lúc")

    class Meta:
        verbose_name = "chữ ký niêm phong"
