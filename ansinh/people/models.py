"""Persons, households, circumstances, mandates and financial addresses. Fields and constraints only.

Every row carries the area that keeps it: row-level security decides by that column. Circumstances have a valid period
(`valid_to` exclusive, null = open) and the instant they were recorded; a correction adds a row and closes the old one
with `superseded_at`, so that "as known on a day" can always be answered.
"""

from django.db import models
from django.db.models import F, Q

from ansinh.office.models import Area


class Person(models.Model):
    """A human being known to a commune: beneficiary, guardian, delegate, child or head of household."""

    class Sex(models.TextChoices):
        FEMALE = "female", "nữ"
        MALE = "male", "nam"

    class BirthPrecision(models.TextChoices):
        DAY = "day", "đủ ngày tháng năm"
        MONTH = "month", "chỉ có tháng năm"
        YEAR = "year", "chỉ có năm"

    full_name = models.CharField("họ tên", max_length=120)
    # Computed once when written: half a million names cannot be folded again for every search.
    name_fold = models.CharField("họ tên không dấu", max_length=120)
    name_sort_key = models.CharField("khoá sắp xếp", max_length=200)
    sex = models.CharField("giới tính", max_length=6, choices=Sex)
    birth_date = models.DateField("ngày sinh")
    birth_precision = models.CharField("độ chính xác ngày sinh", max_length=5, choices=BirthPrecision, default="day")
    death_date = models.DateField("ngày mất", null=True)
    # When the office knew, not when it happened: what was paid between the two was paid in good faith.
    death_recorded_at = models.DateTimeField("ghi nhận ngày mất lúc", null=True)
    # Null, not empty: many have none yet, and the rule that it is unique lets any number of nulls pass, but one empty
    # text.
    national_id = models.CharField("số định danh cá nhân", max_length=12, null=True, unique=True)
    ethnicity = models.CharField("dân tộc", max_length=30, blank=True)
    phone = models.CharField("điện thoại", max_length=15, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="nơi cư trú")
    village = models.CharField("thôn, tổ dân phố", max_length=120, blank=True)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    # Two records of one human being: this one gave way to that one, by two people's word, and can come back.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="đã gộp vào")

    class Meta:
        verbose_name = "cá nhân"
        indexes = [
            # Read in this order when a province is walked through commune by commune, page by page.
            models.Index("area", "id", name="person_area_id"),
            models.Index("name_fold", "id", name="person_name_fold"),
            models.Index("phone", name="person_phone", condition=~Q(phone="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(death_date=None) | Q(death_date__gte=F("birth_date")), name="person_death_after_birth"
            ),
            models.CheckConstraint(
                condition=Q(national_id=None) | Q(national_id__regex=r"^[0-9]{12}$"), name="person_national_id_shape"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_merges_into_another"),
        ]


class DuplicatePair(models.Model):
    """Two records that may be one human being, why it seems so, and what a person decided. Never merged by itself."""

    class Kind(models.TextChoices):
        LIKELY = "likely", "có thể là một người"
        ACCOUNT = "account", "chung tài khoản"

    class Decision(models.TextChoices):
        SAME = "same", "là một người"
        DIFFERENT = "different", "hai người khác nhau"

    # The lower id first, so that a pair is one row whichever way round it was found.
    first = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="hồ sơ thứ nhất")
    second = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="hồ sơ thứ hai")
    kind = models.CharField("loại", max_length=8, choices=Kind)
    points = models.SmallIntegerField("điểm giống nhau")
    reasons = models.JSONField("giống ở chỗ")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    found_at = models.DateTimeField("tìm thấy lúc")
    decision = models.CharField("quyết định", max_length=9, choices=Decision, blank=True)
    note = models.CharField("căn cứ", max_length=200, blank=True)
    decided_by = models.CharField("người quyết định", max_length=60, blank=True)
    decided_at = models.DateTimeField("quyết định lúc", null=True)

    class Meta:
        verbose_name = "hai hồ sơ có thể trùng"
        constraints = [
            models.UniqueConstraint("first", "second", name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by="") | (~Q(decision="") & ~Q(decided_by="") & ~Q(note="")),
                name="pair_decided_with_reason",
            ),
        ]


class Household(models.Model):
    """People who live and are counted together; poverty is a property of the household."""

    code = models.CharField("mã hộ", max_length=30, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    village = models.CharField("thôn, tổ dân phố", max_length=120, blank=True)

    class Meta:
        verbose_name = "hộ gia đình"


class Membership(models.Model):
    """A person's place in a household, for a period."""

    class Relationship(models.TextChoices):
        HEAD = "head", "chủ hộ"
        SPOUSE = "spouse", "vợ, chồng"
        CHILD = "child", "con"
        PARENT = "parent", "cha, mẹ"
        GRANDCHILD = "grandchild", "cháu"
        OTHER = "other", "khác"

    # PROTECT here and everywhere: nothing that a payment ever rested on is deleted.
    household = models.ForeignKey(Household, models.PROTECT, verbose_name="hộ")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    relationship = models.CharField("quan hệ với chủ hộ", max_length=10, choices=Relationship)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    # Null in what was taken over: known from the beginning.
    recorded_at = models.DateTimeField("ghi nhận lúc", null=True)

    class Meta:
        verbose_name = "thành viên hộ"
        constraints = [models.UniqueConstraint("person", condition=Q(valid_to=None), name="one_household_at_a_time")]


class AccountConsent(models.Model):
    """That somebody agreed to have an account opened at a bank, by which paper; until it is withdrawn, the bank may be given what it needs."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    bank_bin = models.CharField("mã ngân hàng (BIN)", max_length=6)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    document = models.CharField("giấy đồng ý", max_length=120)
    recorded_by = models.CharField("người ghi", max_length=60)
    recorded_at = models.DateTimeField("ghi lúc")
    withdrawn_by = models.CharField("người rút", max_length=60, blank=True)
    withdrawn_at = models.DateTimeField("rút lúc", null=True)

    class Meta:
        verbose_name = "đồng ý mở tài khoản"
        constraints = [
            models.UniqueConstraint("person", "bank_bin", condition=Q(withdrawn_at=None), name="one_consent")
        ]


class HouseholdChange(models.Model):
    """A household that parted or went into another one, with the memberships that it ended and began: so it can be undone exactly."""

    class Kind(models.TextChoices):
        SPLIT = "SPLIT", "tách hộ"
        JOIN = "JOIN", "nhập hộ"

    kind = models.CharField("việc", max_length=5, choices=Kind)
    from_household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="từ hộ")
    to_household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="sang hộ")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    happened_on = models.DateField("từ ngày")
    document = models.CharField("căn cứ", max_length=120)
    persons = models.JSONField("những người chuyển")
    closed = models.JSONField("tư cách thành viên đã kết thúc")
    opened = models.JSONField("tư cách thành viên bắt đầu")
    recorded_by = models.CharField("người ghi", max_length=60)
    recorded_at = models.DateTimeField("ghi lúc")
    undone_by = models.CharField("người hoàn tác", max_length=60, blank=True)
    undone_at = models.DateTimeField("hoàn tác lúc", null=True)

    class Meta:
        verbose_name = "tách, nhập hộ"


class Residence(models.Model):
    """Where a person lived, for a period, in the units of that period. `area` is who keeps the row now, `unit` is the history."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    unit = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="đơn vị cư trú")
    village = models.CharField("thôn, tổ dân phố", max_length=120, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    source = models.CharField("nguồn", max_length=200)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    superseded_at = models.DateTimeField("bị thay lúc", null=True)

    class Meta:
        verbose_name = "nơi cư trú qua các thời kỳ"
        constraints = [
            models.UniqueConstraint(
                "person", condition=Q(valid_to=None, superseded_at=None), name="one_residence_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from__lt=F("valid_to")), name="residence_period"
            ),
        ]


class PersonCorrection(models.Model):
    """What the register said of a person before a list said something else: nothing is overwritten without a trace."""

    class Field(models.TextChoices):
        VILLAGE = "village", "thôn, tổ dân phố"
        ETHNICITY = "ethnicity", "dân tộc"
        PHONE = "phone", "điện thoại"
        BIRTH_DATE = "birth_date", "ngày sinh"

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    field = models.CharField("thông tin", max_length=10, choices=Field)
    # As it stood; a day is written year-month-day, with as many parts as were known. Empty: nothing was known.
    before = models.CharField("trước", max_length=120, blank=True)
    after = models.CharField("sau", max_length=120)
    file_sha256 = models.CharField("mã băm của danh sách", max_length=64)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    recorded_by = models.CharField("người ghi", max_length=60)
    recorded_at = models.DateTimeField("ghi nhận lúc")

    class Meta:
        verbose_name = "thông tin đã sửa"
        indexes = [models.Index("field", "recorded_at", name="person_corrected")]


class FormerState(models.Model):
    """What a row said until it was changed: any earlier day can be read again (ADR 0016). Triggers write it.

    `said` holds the columns that changed, as they stood before.
    """

    relation = models.CharField("bảng", max_length=40)
    row_id = models.BigIntegerField("dòng")
    said = models.JSONField("trước đó")
    # Whose file it belongs to; one of the two.
    person = models.ForeignKey(Person, models.PROTECT, null=True, verbose_name="cá nhân")
    household = models.ForeignKey(Household, models.PROTECT, null=True, verbose_name="hộ")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    known_until = models.DateTimeField("được biết đến lúc")

    class Meta:
        verbose_name = "điều đã ghi trước đó"
        indexes = [models.Index("known_until", name="former_known_until")]


class AreaReform(models.Model):
    """A reform of areas carried out on the register of one present province: one person proposes, another carries it out."""

    day = models.DateField("ngày sắp xếp")
    province = models.ForeignKey(Area, models.PROTECT, verbose_name="tỉnh, thành phố hiện nay")
    persons = models.IntegerField("số người")
    households = models.IntegerField("số hộ")
    waiting_households = models.IntegerField("số hộ chờ quyết định")
    proposed_by = models.CharField("người đề nghị", max_length=60)
    proposed_at = models.DateTimeField("đề nghị lúc")
    applied_by = models.CharField("người thực hiện", max_length=60, blank=True)
    applied_at = models.DateTimeField("thực hiện lúc", null=True)

    class Meta:
        verbose_name = "sắp xếp đơn vị hành chính"
        constraints = [
            models.UniqueConstraint("day", "province", condition=Q(applied_at=None), name="one_open_reform"),
            models.CheckConstraint(
                condition=Q(applied_by="") | ~Q(applied_by=F("proposed_by")), name="second_person_reforms"
            ),
        ]


class SplitDecision(models.Model):
    """Into which new unit a household of a split commune falls, by whose word. A later word supersedes, and both are kept."""

    household = models.ForeignKey(Household, models.PROTECT, verbose_name="hộ")
    old = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="đơn vị cũ")
    new = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="đơn vị mới")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="địa bàn")
    decided_by = models.CharField("người quyết định", max_length=60)
    decided_at = models.DateTimeField("quyết định lúc")
    superseded_at = models.DateTimeField("bị thay lúc", null=True)

    class Meta:
        verbose_name = "xếp hộ của xã bị chia"
        constraints = [
            models.UniqueConstraint(
                "household", "old", condition=Q(superseded_at=None), name="one_standing_split_decision"
            )
        ]


class ParentChild(models.Model):
    """A parent who raises a child, for a period: single poor parents are paid for each child."""

    parent = models.ForeignKey(Person, models.PROTECT, related_name="children_raised", verbose_name="cha hoặc mẹ")
    child = models.ForeignKey(Person, models.PROTECT, related_name="raised_by", verbose_name="con")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    # Null in what was taken over: known from the beginning.
    recorded_at = models.DateTimeField("ghi nhận lúc", null=True)

    class Meta:
        verbose_name = "nuôi con"
        constraints = [models.UniqueConstraint("parent", "child", "valid_from", name="parent_child_once")]


class Circumstance(models.Model):
    """One fact of the law about one person for a period. `kind` is the fact's name in the law package.

    `value` is the fact as text: true/false, a whole number, or a member of the fact's list; "unknown" is allowed and
    means that nothing which hangs on it is granted or refused.
    """

    class Kind(models.TextChoices):
        DISABILITY = "disability", "mức độ khuyết tật"
        NO_CAREGIVER_CASE = "no_caregiver_case", "trẻ em không có nguồn nuôi dưỡng (điểm của khoản 1 Điều 5)"
        OTHER_PARENT_UNIDENTIFIABLE = "other_parent_unidentifiable", "không xác định được cha hoặc mẹ"
        STUDYING = "studying", "đang học văn bằng thứ nhất"
        STUDY_UNBROKEN = "study_unbroken", "học liên tục"
        STABLE_INCOME = "stable_income", "có thu nhập ổn định hằng tháng"
        SUPPORT_OBLIGOR = "support_obligor", "người có nghĩa vụ phụng dưỡng"
        IN_COMMUNITY_CARE = "in_community_care", "được nhận chăm sóc tại cộng đồng"
        SINGLE_PARENT = "single_parent", "người đơn thân nuôi con"
        MONTHLY_PENSION_DONG = "monthly_pension_dong", "lương hưu, trợ cấp bảo hiểm xã hội hằng tháng (đồng)"

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    kind = models.CharField("sự kiện", max_length=40, choices=Kind)
    value = models.CharField("giá trị", max_length=40)
    # The person's area again: the fence decides by a column of the row itself, a join in a policy would cost every
    # query.
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    source = models.CharField("nguồn", max_length=200, blank=True)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    superseded_at = models.DateTimeField("bị thay lúc", null=True)

    class Meta:
        verbose_name = "hoàn cảnh"
        indexes = [
            models.Index("person", name="circumstance_person"),
            models.Index("recorded_at", name="circumstance_recorded"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from__lt=F("valid_to")), name="circumstance_period"
            )
        ]


class ProtectedCondition(models.Model):
    """HIV status: a protected class of data, in a table of its own that only the entitlement calculation and the
    officer in charge may read. It never leaves for a list, a file to a provider, or a public page."""

    # No source here: the name of a hospital's ward would tell what the table hides.
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    kind = models.CharField("loại", max_length=10, choices=[("hiv", "nhiễm HIV/AIDS")])
    value = models.CharField("giá trị", max_length=10)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    superseded_at = models.DateTimeField("bị thay lúc", null=True)

    class Meta:
        verbose_name = "tình trạng được bảo vệ"
        indexes = [models.Index("person", name="protected_person")]


class Mandate(models.Model):
    """Who receives money for whom, by which document, until when. It ends with the death of either."""

    class Kind(models.TextChoices):
        GUARDIAN = "guardian", "người giám hộ"
        DELEGATE = "delegate", "người được uỷ quyền nhận thay"
        PARENT = "parent", "cha, mẹ"

    beneficiary = models.ForeignKey(
        Person, models.PROTECT, related_name="mandates_given", verbose_name="đối tượng thụ hưởng"
    )
    payee = models.ForeignKey(Person, models.PROTECT, related_name="mandates_held", verbose_name="người nhận tiền")
    kind = models.CharField("loại", max_length=10, choices=Kind)
    document = models.CharField("giấy tờ", max_length=200)
    certifier = models.CharField("nơi xác nhận", max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    # Null in what was taken over: known from the beginning.
    recorded_at = models.DateTimeField("ghi nhận lúc", null=True)

    class Meta:
        verbose_name = "giám hộ, uỷ quyền"
        constraints = [
            # No rule that the period is not empty, as facts have one: a death may end a mandate before it began.
            models.UniqueConstraint("beneficiary", condition=Q(valid_to=None), name="one_open_mandate"),
            models.CheckConstraint(condition=~Q(beneficiary=F("payee")), name="mandate_names_another"),
        ]


class FinancialAddress(models.Model):
    """Where a payee is paid, and how far collecting it has come: the account funnel.

    Exactly one current row (`valid_to` null) per payee; a payee without an account has a row that says so.
    """

    class State(models.TextChoices):
        NOT_OPENED = "NOT_OPENED", "chưa mở"
        CANNOT_OPEN = "CANNOT_OPEN", "không mở được"
        COLLECTED = "COLLECTED", "đã thu thập"
        VERIFIED = "VERIFIED", "đã xác minh"
        PAYING = "PAYING", "đang chi"

    class CannotOpenReason(models.TextChoices):
        BEDRIDDEN = "bedridden", "nằm liệt giường"
        MINOR = "minor", "chưa đủ tuổi"
        NO_DOCUMENT = "no_document", "thiếu giấy tờ"
        REFUSES = "refuses", "không đồng ý"
        NO_BRANCH = "no_branch", "không có điểm giao dịch"
        OTHER = "other", "lý do khác"

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="chủ tài khoản")
    state = models.CharField("trạng thái", max_length=12, choices=State)
    reason = models.CharField("lý do không mở được", max_length=12, choices=CannotOpenReason, blank=True)
    # No foreign key to the directory: what was paid to a bank that has left it must stay readable.
    bank_bin = models.CharField("mã ngân hàng (BIN)", max_length=6, blank=True)
    number = models.CharField("số tài khoản", max_length=19, blank=True)
    holder_name = models.CharField("tên tài khoản", max_length=120, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    # A stolen file changes the account and waits for pay day: a changed account is used only some days later.
    cooling_until = models.DateField("chưa dùng trước ngày", null=True)

    class Meta:
        verbose_name = "tài khoản nhận"
        indexes = [
            models.Index("number", name="address_number", condition=Q(valid_to=None) & ~Q(number="")),
            # The few that are new in a month: a payment looks from them, not through a million that are paid already.
            models.Index("person", name="address_verified", condition=Q(valid_to=None, state="VERIFIED")),
        ]
        constraints = [
            models.UniqueConstraint("person", condition=Q(valid_to=None), name="one_current_address"),
            models.CheckConstraint(
                # Whoever writes by plain SQL is held to it too: an address in payment always names a bank and a number.
                condition=Q(state__in=["NOT_OPENED", "CANNOT_OPEN"], bank_bin="", number="")
                | (
                    Q(state__in=["COLLECTED", "VERIFIED", "PAYING"])
                    & Q(bank_bin__regex=r"^[0-9]{6}$")
                    & Q(number__regex=r"^[0-9A-Z]{4,19}$")
                ),
                name="address_has_account_or_none",
            ),
            models.CheckConstraint(
                condition=Q(state="CANNOT_OPEN") ^ Q(reason=""), name="address_cannot_open_says_why"
            ),
        ]


class AccountCampaign(models.Model):
    """A province's campaign of collecting accounts: until when, and which share of the payees."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="tỉnh, thành phố")
    name = models.CharField("tên đợt", max_length=120)
    opened_on = models.DateField("mở ngày")
    due_on = models.DateField("hạn")
    target_per_mille = models.SmallIntegerField("chỉ tiêu (phần nghìn)")
    opened_by = models.CharField("người mở", max_length=60)
    opened_at = models.DateTimeField("mở lúc")

    class Meta:
        verbose_name = "đợt thu thập tài khoản"
        constraints = [
            models.UniqueConstraint("area", "name", name="campaign_once"),
            models.CheckConstraint(
                condition=Q(target_per_mille__gt=0, target_per_mille__lte=1000), name="campaign_target"
            ),
        ]


class HolderCheck(models.Model):
    """What a bank answered when asked whose account it is, and what a second person decided where the names are only close."""

    class Status(models.TextChoices):
        RCVC = "RCVC", "đúng tên"
        RVMC = "RVMC", "gần đúng"
        RVNM = "RVNM", "tên người khác"
        RVNA = "RVNA", "không tra được"

    class Kind(models.TextChoices):
        JOINED = "joined", "viết liền tiếng"
        Y_OR_I = "y_or_i", "y hay i"
        CUT = "cut", "tên bị cắt"
        ORDER = "order", "khác thứ tự"
        MIDDLE_LEFT_OUT = "middle_left_out", "thiếu tên đệm"
        ONE_LETTER = "one_letter", "khác một chữ"
        JOINT = "joint", "đồng chủ tài khoản"
        MASKED = "masked", "tên bị che"
        SHARED = "shared", "tài khoản dùng chung"

    class Decision(models.TextChoices):
        ACCEPTED = "ACCEPTED", "đúng là người nhận"
        REFUSED = "REFUSED", "không phải người nhận"

    address = models.ForeignKey(FinancialAddress, models.PROTECT, verbose_name="tài khoản nhận")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="chủ tài khoản")
    source = models.CharField("nơi trả lời", max_length=60)
    status = models.CharField("kết quả", max_length=4, choices=Status)
    kind = models.CharField("khác ở chỗ", max_length=16, choices=Kind, blank=True)
    bank_name = models.CharField("tên ngân hàng trả lời", max_length=140, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    recorded_by = models.CharField("người nhập", max_length=60)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    decision = models.CharField("quyết định", max_length=8, choices=Decision, blank=True)
    decided_by = models.CharField("người quyết định", max_length=60, blank=True)
    decided_at = models.DateTimeField("quyết định lúc", null=True)
    note = models.CharField("căn cứ", max_length=200, blank=True)

    class Meta:
        verbose_name = "lần tra tên chủ tài khoản"
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by="", note="")
                | Q(Q(status="RVMC"), ~Q(decided_by=""), ~Q(decided_by=F("recorded_by")), ~Q(note="")),
                name="second_person_decides_close_names",
            )
        ]


class Bank(models.Model):
    """A bank or e-money issuer of the directory, as payment files name it."""

    bin = models.CharField("BIN", max_length=6, primary_key=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    name = models.CharField("tên", max_length=120)
    short_name = models.CharField("tên gọi", max_length=40)

    class Meta:
        verbose_name = "ngân hàng"


class ColumnMapping(models.Model):
    """What an officer once said about a form that a commune sends: which column holds what. Known again by its titles."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    fingerprint = models.CharField("dấu vết tiêu đề", max_length=64)
    titles = models.JSONField("tên các cột")
    columns = models.JSONField("cột của mỗi trường")
    recorded_by = models.CharField("người ghi", max_length=60)
    recorded_at = models.DateTimeField("ghi nhận lúc")

    class Meta:
        verbose_name = "cách đọc mẫu danh sách"
        constraints = [models.UniqueConstraint("area", "fingerprint", name="one_mapping_of_a_form")]


class ReceivedList(models.Model):
    """A list that an officer has sent by the page, kept between its preview and the officer's yes, and for the held sheet."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    file_name = models.CharField("tên tệp", max_length=120)
    content = models.BinaryField("nội dung")
    sha256 = models.CharField("mã băm", max_length=64)
    received_by = models.CharField("người gửi", max_length=60)
    received_at = models.DateTimeField("nhận lúc")
    taken_at = models.DateTimeField("đã nhập lúc", null=True)

    class Meta:
        verbose_name = "danh sách đã nhận"
