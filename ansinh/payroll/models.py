"""A month's payroll: runs, lines, what is held and why, and what has been settled so far. Fields and constraints only.

A line is a difference (D5): entitled for (person, benefit, month) as known now, minus what was settled before.
"""

from django.db import models
from django.db.models import F, Q

from ansinh.office.models import Area
from ansinh.people.models import FinancialAddress, Person


class PayrollRun(models.Model):
    """One run for one month and one province or commune. After `FROZEN` nothing changes it."""

    class State(models.TextChoices):
        CALCULATED = "CALCULATED", "đã tính"
        CHECKED = "CHECKED", "đã kiểm tra"
        APPROVED = "APPROVED", "đã duyệt"
        FROZEN = "FROZEN", "đã chốt"

    code = models.CharField("mã kỳ", max_length=40, unique=True)
    month = models.DateField("tháng")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    sequence = models.SmallIntegerField("lần")
    state = models.CharField("trạng thái", max_length=12, choices=State)
    known_on = models.DateField("luật đến ngày")
    facts_known_at = models.DateTimeField("dữ liệu đến lúc")
    law_hash = models.CharField("dấu vết luật", max_length=64)
    statement_hash = models.CharField("dấu vết câu lệnh", max_length=64)
    compiler_version = models.CharField("phiên bản bộ biên dịch", max_length=20)
    # Each month's and domain's statement by its own hash: which were needed hangs on the decisions of that day. Empty in
    # runs of before they were kept.
    statements = models.JSONField("dấu vết từng câu lệnh", default=dict)
    # The snapshot and the statements from which `retroactivity` tells what the next run need not ask again.
    basis = models.JSONField("căn cứ so sánh", default=dict, db_default={})
    lines = models.IntegerField("số dòng", default=0)
    control_total_dong = models.BigIntegerField("tổng kiểm soát (đồng)", default=0)
    sha256 = models.CharField("mã băm", max_length=64, blank=True)
    calculated_by = models.CharField("người tính", max_length=60)
    calculated_at = models.DateTimeField("tính lúc")
    checked_by = models.CharField("người kiểm tra", max_length=60, blank=True)
    checked_at = models.DateTimeField("kiểm tra lúc", null=True)
    approved_by = models.CharField("người duyệt", max_length=60, blank=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)
    frozen_by = models.CharField("người chốt", max_length=60, blank=True)
    frozen_at = models.DateTimeField("chốt lúc", null=True)

    class Meta:
        verbose_name = "kỳ chi trả"
        constraints = [
            models.UniqueConstraint("month", "area", "sequence", name="run_sequence"),
            # Two drafts of one month could both be approved; only one may exist.
            models.UniqueConstraint("month", "area", condition=~Q(state="FROZEN"), name="one_open_run"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("calculated_by")), name="second_person_approves"
            ),
        ]


class UnfinishedRun(models.Model):
    """A run that several processes were calculating: until it is there, rows of it may lie about without it."""

    run_id = models.BigIntegerField("số kỳ", primary_key=True)

    class Meta:
        verbose_name = "kỳ đang tính dở"


class PayrollLine(models.Model):
    """What one run pays one person for one benefit and one month.

    Rows of the bulk tables are written by one statement from rows that exist; a foreign key would check each of them
    again, one by one. `payment.queries.invariants` checks instead that none is an orphan.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", "hưởng tháng này"
        ARREARS = "arrears", "truy lĩnh"
        RECOVERY = "recovery", "thu hồi"
        ONE_OFF = "one_off", "một lần"

    pk = models.CompositePrimaryKey("run_id", "person_id", "benefit", "for_month")
    run = models.ForeignKey(PayrollRun, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="kỳ")
    person = models.ForeignKey(Person, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="đối tượng")
    benefit = models.CharField("chế độ", max_length=12)
    for_month = models.DateField("cho tháng")
    kind = models.CharField("loại", max_length=8, choices=Kind)
    rule = models.CharField("quy tắc", max_length=40)
    entitled_dong = models.BigIntegerField("được hưởng (đồng)")
    settled_before_dong = models.BigIntegerField("đã quyết toán trước (đồng)")
    amount_dong = models.BigIntegerField("chênh lệch (đồng)")
    area = models.ForeignKey(Area, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="địa bàn")

    class Meta:
        verbose_name = "dòng chi"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_dong=F("entitled_dong") - F("settled_before_dong")) & ~Q(amount_dong=0),
                name="line_is_difference",
            ),
        ]


class PayrollHold(models.Model):
    """Something the run does not pay, and the named reason; it waits for a person to decide."""

    # Written beside a run that is not there yet for others, like lines and payees; without it the run cannot be made.
    run = models.ForeignKey(PayrollRun, models.CASCADE, db_constraint=False, verbose_name="kỳ")
    person = models.ForeignKey(Person, models.DO_NOTHING, db_constraint=False, verbose_name="đối tượng")
    reason = models.CharField("lý do", max_length=40)
    detail = models.CharField("chi tiết", max_length=200, blank=True)
    amount_dong = models.BigIntegerField("số tiền (đồng)", default=0)
    area = models.ForeignKey(Area, models.DO_NOTHING, db_constraint=False, verbose_name="địa bàn")

    class Meta:
        verbose_name = "khoản tạm giữ"


class Settlement(models.Model):
    """What has been settled so far for (person, benefit, month), by our runs or by a register taken over: the subtrahend."""

    pk = models.CompositePrimaryKey("person_id", "benefit", "for_month")
    person = models.ForeignKey(Person, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="đối tượng")
    benefit = models.CharField("chế độ", max_length=12)
    for_month = models.DateField("cho tháng")
    settled_dong = models.BigIntegerField("đã quyết toán (đồng)")
    area = models.ForeignKey(Area, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="địa bàn")

    class Meta:
        verbose_name = "đã quyết toán"


class PayrollPayee(models.Model):
    """Who receives a beneficiary's sum of one run, and where: decided at calculation, frozen with the run."""

    pk = models.CompositePrimaryKey("run_id", "person_id")
    run = models.ForeignKey(PayrollRun, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="kỳ")
    person = models.ForeignKey(
        Person, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+", verbose_name="đối tượng"
    )
    payee = models.ForeignKey(
        Person, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+", verbose_name="người nhận"
    )
    address = models.ForeignKey(
        FinancialAddress,
        models.DO_NOTHING,
        null=True,
        db_index=False,
        db_constraint=False,
        verbose_name="tài khoản nhận",
    )
    channel = models.CharField("hình thức", max_length=7, choices=[("account", "tài khoản"), ("cash", "tiền mặt")])
    due_dong = models.BigIntegerField("phải chi (đồng)")
    area = models.ForeignKey(Area, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="địa bàn")

    class Meta:
        verbose_name = "người nhận của kỳ"
        constraints = [models.CheckConstraint(condition=Q(due_dong__gt=0), name="payee_is_due")]
