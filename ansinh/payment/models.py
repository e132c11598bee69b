"""Payment items, batches, messages and what came back. Fields and constraints only.

`CHECK (inflight + paid + waived <= due)` makes paying twice impossible to write down.
"""

from django.db import models
from django.db.models import F, Q

from ansinh.office.models import Area
from ansinh.payroll.models import PayrollRun
from ansinh.people.models import FinancialAddress, Person


class PaymentServiceProvider(models.Model):
    """A bank, post or e-money issuer that pays people out, and how to reach it."""

    code = models.CharField("mã", max_length=12, unique=True)
    name = models.CharField("tên", max_length=120)
    gateway = models.CharField("cổng kết nối", max_length=30)
    settings = models.JSONField("thông số", default=dict)
    # BINs of the banks whose accounts are paid through this provider; empty: those of all banks that no other names.
    banks = models.JSONField("ngân hàng phụ trách", default=list)
    is_active = models.BooleanField("đang dùng", default=True)

    class Meta:
        verbose_name = "tổ chức dịch vụ chi trả"


class PaymentBatch(models.Model):
    """A message to a provider with many instructions; the same items always give the same bytes."""

    class State(models.TextChoices):
        RESERVED = "RESERVED", "đã giữ tiền"
        SENT = "SENT", "đã gửi"
        UNKNOWN = "UNKNOWN", "chưa rõ"

    run = models.ForeignKey(PayrollRun, models.PROTECT, verbose_name="kỳ")
    provider = models.ForeignKey(PaymentServiceProvider, models.PROTECT, verbose_name="tổ chức chi trả")
    message_id = models.CharField("mã thông điệp", max_length=35, unique=True)
    number = models.IntegerField("số thứ tự")
    state = models.CharField("trạng thái", max_length=10, choices=State)
    instructions = models.IntegerField("số lệnh")
    control_total_dong = models.BigIntegerField("tổng kiểm soát (đồng)")
    sha256 = models.CharField("mã băm tệp", max_length=64, blank=True)
    # As the provider knows the file; empty before it was written.
    file_name = models.CharField("tên tệp", max_length=80, blank=True, default="", db_default="")
    created_at = models.DateTimeField("lập lúc")
    # Null in batches made before this was kept; their files left out weekends only, and must stay as they are.
    execution_date = models.DateField("ngày đề nghị thực hiện", null=True)
    sent_at = models.DateTimeField("gửi lúc", null=True)
    # Its items lie between these two: what asks about one batch then reads only that part of a table of millions.
    first_item_id = models.BigIntegerField("khoản đầu", default=0, db_default=0)
    last_item_id = models.BigIntegerField("khoản cuối", default=2**62, db_default=2**62)

    class Meta:
        verbose_name = "lô lệnh"
        constraints = [models.UniqueConstraint("run", "provider", "number", name="batch_number")]


class UnopenedRun(models.Model):
    """A frozen run whose items several processes were opening: while the note is there, some may be missing."""

    run_id = models.BigIntegerField("số kỳ", primary_key=True)

    class Meta:
        verbose_name = "kỳ chưa mở đủ khoản chi"


class PaymentItem(models.Model):
    """One beneficiary's sum of one run on its way to the payee. Counters, not flags, say where the money is."""

    class Status(models.TextChoices):
        DUE = "DUE", "phải chi"
        RECEIVED = "RECEIVED", "đã nhận lệnh"
        ACCEPTED = "ACCEPTED", "chấp nhận"
        PAID = "PAID", "đã chi"
        REJECTED = "REJECTED", "từ chối"
        UNKNOWN = "UNKNOWN", "chưa rõ"
        RETURNED = "RETURNED", "hoàn trả"

    run = models.ForeignKey(PayrollRun, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="kỳ")
    # Somebody's items are found run by run in the index of `item_once`: a second one would be a sixth of writing them.
    beneficiary = models.ForeignKey(
        Person, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, verbose_name="đối tượng"
    )
    payee = models.ForeignKey(
        Person, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, verbose_name="người nhận"
    )
    address = models.ForeignKey(
        FinancialAddress,
        models.DO_NOTHING,
        null=True,
        db_index=False,
        db_constraint=False,
        verbose_name="tài khoản nhận",
    )
    # Who pays it out: chosen once, because from then on the money for it lies there.
    provider = models.ForeignKey(
        PaymentServiceProvider,
        models.DO_NOTHING,
        null=True,
        db_index=False,
        db_constraint=False,
        verbose_name="tổ chức chi trả",
    )
    channel = models.CharField("hình thức", max_length=7, choices=[("account", "tài khoản"), ("cash", "tiền mặt")])
    area = models.ForeignKey(Area, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="địa bàn")
    due_dong = models.BigIntegerField("phải chi (đồng)")
    inflight_dong = models.BigIntegerField("đang chuyển (đồng)", default=0)
    paid_dong = models.BigIntegerField("đã chi (đồng)", default=0)
    waived_dong = models.BigIntegerField("thôi chi (đồng)", default=0)
    attempt = models.SmallIntegerField("lần gửi", default=0)
    # Set when the item may be sent; cleared at submit, so that a rejected item is never sent again by itself.
    eligible = models.BooleanField("được gửi")
    batch = models.ForeignKey(
        PaymentBatch, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, verbose_name="lô lệnh"
    )
    # The list of a cash point that has the money in hand; a batch and a list exclude each other.
    cash_list_id = models.BigIntegerField("danh sách chi tiền mặt", null=True)
    status = models.CharField("trạng thái", max_length=8, choices=Status)
    reason_set = models.CharField("bộ mã lý do", max_length=20, blank=True)
    reason_code = models.CharField("mã lý do", max_length=8, blank=True)

    class Meta:
        verbose_name = "khoản chi"
        constraints = [
            models.UniqueConstraint("run", "beneficiary", name="item_once"),
            models.CheckConstraint(
                condition=Q(due_dong__gt=0)
                & Q(inflight_dong__gte=0)
                & Q(paid_dong__gte=0)
                & Q(waived_dong__gte=0)
                & Q(due_dong__gte=F("inflight_dong") + F("paid_dong") + F("waived_dong")),
                name="never_paid_twice",
            ),
            models.CheckConstraint(
                condition=Q(channel="account", cash_list_id=None) | Q(channel="cash", batch=None),
                name="account_or_cash",
            ),
        ]


class InstructionShare(models.Model):
    """What one order carried for one item of several of one payee; the order goes by the name of its carrier."""

    item = models.ForeignKey(PaymentItem, models.PROTECT, related_name="+", db_index=False, verbose_name="khoản chi")
    attempt = models.SmallIntegerField("lần gửi")
    carrier = models.ForeignKey(
        PaymentItem, models.PROTECT, related_name="+", db_index=False, verbose_name="khoản đứng tên lệnh"
    )
    carrier_attempt = models.SmallIntegerField("lần gửi của khoản đứng tên lệnh")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    amount_dong = models.BigIntegerField("số tiền (đồng)")

    class Meta:
        verbose_name = "phần của một lệnh chi gộp"
        constraints = [
            models.UniqueConstraint("item", "attempt", name="share_once"),
            models.CheckConstraint(condition=Q(amount_dong__gt=0), name="share_is_money"),
        ]
        indexes = [models.Index("carrier", "carrier_attempt", name="share_by_carrier")]


class Reopening(models.Model):
    """An item to be paid again after a final no, to the present account or in cash, or to be paid no more: two people's word."""

    item = models.ForeignKey(PaymentItem, models.PROTECT, verbose_name="khoản chi")
    # The attempt that ended; what is later said about it is held, never applied to the next one.
    attempt = models.SmallIntegerField("lần gửi đã kết thúc")
    channel = models.CharField(
        "chi lại bằng", max_length=7, choices=[("account", "tài khoản"), ("cash", "tiền mặt"), ("waived", "thôi chi")]
    )
    reason = models.CharField("lý do", max_length=200)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    proposed_by = models.CharField("người đề nghị", max_length=60)
    proposed_at = models.DateTimeField("đề nghị lúc")
    approved_by = models.CharField("người duyệt", max_length=60, blank=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)

    class Meta:
        verbose_name = "đề nghị chi lại"
        constraints = [
            models.UniqueConstraint("item", "attempt", name="reopened_once"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("proposed_by")), name="second_person_reopens"
            ),
        ]


class Recall(models.Model):
    """A sending that was called back: of whoever was meant, or of somebody whose money only went along in the same order."""

    item = models.ForeignKey(PaymentItem, models.PROTECT, verbose_name="khoản chi")
    attempt = models.SmallIntegerField("lần gửi")
    is_meant = models.BooleanField("được nêu tên")
    reason = models.CharField("lý do", max_length=200)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    asked_by = models.CharField("người đề nghị", max_length=60)
    asked_at = models.DateTimeField("đề nghị lúc")
    # Since when it may leave again by itself: only for whoever was not meant.
    released_at = models.DateTimeField("được chi lại lúc", null=True)
    # What came of asking the provider; empty as long as nobody could be asked.
    receipt = models.CharField(
        "chuyển đề nghị đến tổ chức chi trả",
        max_length=7,
        blank=True,
        default="",
        db_default="",
        choices=[
            ("", "chưa chuyển được"),
            ("STOPPED", "dừng trước khi gửi"),
            ("SENT", "đã chuyển"),
            ("ALREADY", "đã chuyển trước đó"),
            ("UNKNOWN", "chưa rõ đã chuyển"),
            ("REFUSED", "không nhận"),
        ],
    )

    class Meta:
        verbose_name = "đề nghị thu hồi lệnh chi"
        constraints = [
            models.UniqueConstraint("item", "attempt", name="recalled_once"),
            models.CheckConstraint(
                condition=Q(is_meant=False) | Q(released_at=None), name="who_was_meant_stays_stopped"
            ),
        ]


class BatchDebit(models.Model):
    """One line of a statement by which a bank booked a whole batch at once; the items' own results come by another way."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, verbose_name="lô lệnh")
    message = models.ForeignKey("Message", models.PROTECT, verbose_name="thông điệp")
    line = models.IntegerField("dòng")
    amount_dong = models.BigIntegerField("số tiền ghi nợ (đồng)")
    booked_on = models.DateField("ngày ghi sổ", null=True)

    class Meta:
        verbose_name = "ghi nợ gộp cả lô"
        constraints = [
            models.UniqueConstraint("message", "line", name="batch_debit_line"),
            models.CheckConstraint(condition=Q(amount_dong__gt=0), name="batch_debit_positive"),
        ]


class AccountStatement(models.Model):
    """What one statement of a provider says of our account at the end of a day. Only counted ones are compared with the books."""

    provider = models.ForeignKey(PaymentServiceProvider, models.PROTECT, verbose_name="tổ chức chi trả")
    message = models.ForeignKey("Message", models.PROTECT, verbose_name="thông điệp")
    number = models.SmallIntegerField("thứ tự trong tệp")
    account_number = models.CharField("số tài khoản", max_length=34, blank=True)
    opening_on = models.DateField("ngày số dư đầu", null=True)
    opening_dong = models.BigIntegerField("số dư đầu (đồng)", null=True)
    closing_on = models.DateField("ngày số dư cuối")
    closing_dong = models.BigIntegerField("số dư cuối (đồng)")
    credits_dong = models.BigIntegerField("phát sinh có (đồng)", null=True)
    debits_dong = models.BigIntegerField("phát sinh nợ (đồng)", null=True)
    # Why its lines are not compared with the books; empty when they are.
    left_out = models.CharField("lý do không tính", max_length=20, blank=True)

    class Meta:
        verbose_name = "sao kê tài khoản"
        constraints = [models.UniqueConstraint("message", "number", name="statement_in_message_once")]


class StatementMovement(models.Model):
    """Money on a statement that no order of ours explains: in suspense until two people say what it is, or the line is applied."""

    class Direction(models.TextChoices):
        CREDIT = "CRDT", "tiền vào"
        DEBIT = "DBIT", "tiền ra"

    class Resolution(models.TextChoices):
        OPEN = "", "chưa rõ"
        APPLIED = "applied", "kết quả đã áp dụng"
        FUNDING = "funding", "kinh phí của kỳ chuyển về"
        FEE_FUND = "fee-fund", "kinh phí trả phí chuyển về"
        RETURN = "return", "tiền hoàn trả của một lệnh chi"
        REFUSED = "refused", "trả lại phần lô bị từ chối"
        OFFSET = "offset", "triệt tiêu với một dòng ngược chiều"
        BUDGET = "budget", "đã nộp ngân sách"
        FEE = "fee", "phí dịch vụ"
        CASH = "cash", "rút để chi tiền mặt"
        REFUND = "refund", "nộp trả ngân sách phần thôi chi"
        ORDER = "order", "ghi nợ cả lô lệnh"
        VOID = "void", "sao kê đã rút lại"

    provider = models.ForeignKey(PaymentServiceProvider, models.PROTECT, verbose_name="tổ chức chi trả")
    message = models.ForeignKey("Message", models.PROTECT, verbose_name="thông điệp")
    line = models.IntegerField("dòng")
    booked_on = models.DateField("ngày ghi sổ")
    direction = models.CharField("chiều", max_length=4, choices=Direction)
    amount_dong = models.BigIntegerField("số tiền (đồng)")
    reference = models.CharField("mã tham chiếu", max_length=35, blank=True)
    text = models.CharField("nội dung", max_length=140, blank=True)
    is_fee = models.BooleanField("ngân hàng ghi là phí")
    # Of the order that came back through this line, once two people have said so.
    item_id = models.BigIntegerField("khoản chi", null=True)
    attempt = models.SmallIntegerField("lần gửi", null=True)
    resolution = models.CharField("là khoản", max_length=8, choices=Resolution, blank=True)
    detail = models.CharField("căn cứ", max_length=60, blank=True)
    proposed_by = models.CharField("người đề nghị", max_length=60, blank=True)
    proposed_at = models.DateTimeField("đề nghị lúc", null=True)
    approved_by = models.CharField("người duyệt", max_length=60, blank=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)

    class Meta:
        verbose_name = "khoản treo trên sao kê"
        constraints = [
            models.UniqueConstraint("message", "line", name="movement_once"),
            models.CheckConstraint(condition=Q(amount_dong__gt=0), name="movement_positive"),
            models.CheckConstraint(
                condition=Q(approved_by="") | Q(approved_by="system") | ~Q(approved_by=F("proposed_by")),
                name="second_person_explains",
            ),
        ]
        indexes = [models.Index("provider", condition=Q(approved_at=None), name="open_movements")]


class StatementWithdrawal(models.Model):
    """A counted statement that turned out wrong: one person proposes to take it back, another agrees."""

    message = models.OneToOneField("Message", models.PROTECT, primary_key=True, verbose_name="thông điệp")
    reason = models.CharField("lý do", max_length=200)
    proposed_by = models.CharField("người đề nghị", max_length=60)
    proposed_at = models.DateTimeField("đề nghị lúc")
    approved_by = models.CharField("người duyệt", max_length=60, blank=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)

    class Meta:
        verbose_name = "rút lại sao kê"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("proposed_by")), name="second_person_withdraws"
            ),
        ]


class CashList(models.Model):
    """What one commune pays out in cash for one run: its items are with the commune and with nobody else."""

    class State(models.TextChoices):
        OPEN = "OPEN", "đang chi"
        CLOSED = "CLOSED", "đã kết sổ"

    run = models.ForeignKey(PayrollRun, models.PROTECT, verbose_name="kỳ")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="xã, phường")
    number = models.IntegerField("số thứ tự")
    state = models.CharField("trạng thái", max_length=6, choices=State)
    items = models.IntegerField("số người")
    drawn_dong = models.BigIntegerField("tiền mặt đã nhận (đồng)")
    listed_by = models.CharField("người lập", max_length=60)
    listed_at = models.DateTimeField("lập lúc")
    closed_by = models.CharField("người kết sổ", max_length=60, blank=True)
    closed_at = models.DateTimeField("kết sổ lúc", null=True)

    class Meta:
        verbose_name = "danh sách chi tiền mặt"
        constraints = [
            models.UniqueConstraint("run", "area", "number", name="cash_list_number"),
            models.UniqueConstraint("run", "area", condition=Q(state="OPEN"), name="one_open_cash_list"),
        ]


class CashReceipt(models.Model):
    """A pay-out of one item as a cash point reported it. A second report of the same item is a conflict, kept and shown."""

    item = models.ForeignKey(PaymentItem, models.PROTECT, verbose_name="khoản chi")
    cash_list = models.ForeignKey(CashList, models.PROTECT, verbose_name="danh sách")
    attempt = models.SmallIntegerField("lần chi")
    amount_dong = models.BigIntegerField("số tiền (đồng)")
    receiver = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="người ký nhận")
    paid_on = models.DateField("ngày chi")
    # True: entered from a signed sheet, later than it was paid.
    offline = models.BooleanField("nhập sau từ bản ký", default=False)
    is_conflict = models.BooleanField("trùng lần chi khác", default=False)
    note = models.CharField("ghi chú", max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    recorded_by = models.CharField("người chi", max_length=60)
    recorded_at = models.DateTimeField("ghi nhận lúc")

    class Meta:
        verbose_name = "biên nhận tiền mặt"
        constraints = [
            models.UniqueConstraint("item", "attempt", condition=Q(is_conflict=False), name="cash_receipt_once"),
        ]


class Message(models.Model):
    """A file received from a provider: its bytes lie in the archive under their SHA-256 before anything reads them."""

    class State(models.TextChoices):
        STORED = "STORED", "đã lưu"
        APPLIED = "APPLIED", "đã xử lý"
        QUARANTINED = "QUARANTINED", "cách ly"

    provider = models.ForeignKey(PaymentServiceProvider, models.PROTECT, verbose_name="tổ chức chi trả")
    name = models.CharField("tên tệp", max_length=200)
    mark = models.CharField("dấu nhận biết tại nơi gửi", max_length=300, blank=True)
    sha256 = models.CharField("mã băm", max_length=64)
    # The same bytes may come again under other names; each is noted once, and fetched no more.
    other_marks = models.JSONField("dấu của các lần gửi lại", default=list, db_default=[])
    # The provider's signature over these bytes, in the archive too; empty where none was agreed on.
    signature_sha256 = models.CharField("mã băm chữ ký", max_length=64, blank=True, default="", db_default="")
    kind = models.CharField("loại", max_length=40, blank=True)
    message_id = models.CharField("mã thông điệp", max_length=70, blank=True)
    state = models.CharField("trạng thái", max_length=12, choices=State)
    lines = models.IntegerField("số dòng", default=0)
    held = models.IntegerField("số dòng tạm giữ", default=0)
    note = models.CharField("ghi chú", max_length=300, blank=True)
    stored_at = models.DateTimeField("lưu lúc")
    applied_at = models.DateTimeField("xử lý lúc", null=True)

    class Meta:
        verbose_name = "thông điệp"
        constraints = [models.UniqueConstraint("provider", "sha256", name="message_once")]


class MessageLine(models.Model):
    """One result in a message: what it said of which attempt, and whether it was applied or held for a person."""

    pk = models.CompositePrimaryKey("message_id", "line")
    message = models.ForeignKey(
        Message, models.DO_NOTHING, db_index=False, db_constraint=False, verbose_name="thông điệp"
    )
    line = models.IntegerField("dòng")
    item_id = models.BigIntegerField("khoản chi", null=True)
    attempt = models.SmallIntegerField("lần gửi", null=True)
    end_to_end_id = models.CharField("mã đầu cuối", max_length=35)
    status = models.CharField("trạng thái", max_length=8)
    amount_dong = models.BigIntegerField("số tiền (đồng)", null=True)
    reason_set = models.CharField("bộ mã lý do", max_length=20, blank=True)
    reason_code = models.CharField("mã lý do", max_length=8, blank=True)
    hold_reason = models.CharField("lý do tạm giữ", max_length=40, blank=True)
    # What the provider said of an order that carried several items, shared out: each item's line has its own share.
    is_share = models.BooleanField("phần của lệnh gộp", db_default=False)

    class Meta:
        verbose_name = "dòng kết quả"
        # Few lines wait, and every collection looks for them among all that ever came.
        indexes = [models.Index("hold_reason", "item_id", name="message_line_held", condition=~Q(hold_reason=""))]
