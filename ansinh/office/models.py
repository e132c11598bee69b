"""Areas through time, agencies, staff and the audit trail. Fields and constraints only.

An area is a unit in a period: the same code may name different units at different times.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Area(models.Model):
    """A province, district or commune, from a day until a day (`valid_to` is exclusive; null is open)."""

    class Level(models.TextChoices):
        PROVINCE = "province", "tỉnh"
        DISTRICT = "district", "huyện"
        COMMUNE = "commune", "xã"

    # Given by `reference.area_id`, not by a sequence: the same unit has the same number in every installation.
    id = models.IntegerField(primary_key=True)
    code = models.CharField("mã đơn vị hành chính", max_length=8)
    name = models.CharField("tên", max_length=120)
    name_fold = models.CharField("tên không dấu", max_length=120)
    kind = models.CharField("loại", max_length=20)
    level = models.CharField("cấp", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="trực thuộc")
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến trước ngày", null=True)
    # Official points, not coordinates to compute with: the map alone uses them.
    latitude = models.DecimalField("vĩ độ", max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField("kinh độ", max_digits=9, decimal_places=6, null=True)

    class Meta:
        verbose_name = "địa bàn"
        constraints = [
            # Units without a first day are the oldest known; two such with one code would be two answers to one
            # question.
            models.UniqueConstraint("code", "level", "valid_from", name="area_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_from__lt=F("valid_to")), name="area_period"
            ),
        ]


class AreaSuccession(models.Model):
    """Which unit took over which: whole, or in part (then a person decides, household by household)."""

    old = models.ForeignKey(Area, models.PROTECT, related_name="successions", verbose_name="đơn vị cũ")
    new = models.ForeignKey(Area, models.PROTECT, related_name="predecessions", verbose_name="đơn vị mới")
    share = models.CharField("phần", max_length=5, choices=[("whole", "toàn bộ"), ("part", "một phần")])
    # A suggestion for whoever decides about a household of a split commune; nothing is moved by it alone.
    is_default = models.BooleanField("mặc định")

    class Meta:
        verbose_name = "kế thừa địa bàn"
        constraints = [models.UniqueConstraint("old", "new", name="succession_once")]


class Hardship(models.Model):
    """A commune or village of special hardship (ethnic minority and mountain areas), for a period, by a decision."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    document = models.CharField("văn bản", max_length=200)
    # Null in what was taken over: known from the beginning.
    recorded_at = models.DateTimeField("ghi nhận lúc", null=True)

    class Meta:
        verbose_name = "địa bàn đặc biệt khó khăn"


class Agency(models.Model):
    """An office of the state or a payment provider; staff belong to one."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "sở"
        COMMUNE = "commune", "uỷ ban nhân dân cấp xã"
        PROVIDER = "provider", "tổ chức dịch vụ chi trả"
        AUDIT = "audit", "thanh tra, kiểm toán"

    name = models.CharField("tên", max_length=200, unique=True)
    kind = models.CharField("loại", max_length=12, choices=Kind)
    # Null is the whole country: the administrators' agency, which sees no person.
    area = models.ForeignKey(Area, models.PROTECT, null=True, verbose_name="địa bàn phụ trách")

    class Meta:
        verbose_name = "cơ quan"


class StaffManager(BaseUserManager):
    """Looks staff up by their sign-in name, without regard to case."""

    def get_by_natural_key(self, username: str) -> "Staff":
        """Return the member of staff with this sign-in name."""
        # A phone writes the first letter of a name large; that must not look like a wrong password.
        return self.get(username__iexact=username)


class Staff(AbstractBaseUser):
    """A person who works with the system. What they may see follows from their agency's area."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", "quản trị"
        COMMUNE_OFFICER = "commune_officer", "cán bộ cấp xã"
        DEPARTMENT_OFFICER = "department_officer", "chuyên viên sở"
        DEPARTMENT_APPROVER = "department_approver", "lãnh đạo phê duyệt"
        PROVIDER_OFFICER = "provider_officer", "nhân viên tổ chức chi trả"
        LEADER = "leader", "lãnh đạo tỉnh"
        AUDITOR = "auditor", "thanh tra"
        LAW_AUTHOR = "law_author", "người soạn luật"
        LEGAL_REVIEWER = "legal_reviewer", "người thẩm định pháp lý"

    username = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ tên", max_length=120)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="cơ quan")
    # One role a person. Whoever needs two powers gets two names, so that the trail tells which of them acted.
    role = models.CharField("vai trò", max_length=20, choices=Role)
    # Never deleted: the trail names them for as long as it stands.
    is_active = models.BooleanField("đang làm việc", default=True)
    must_change_password = models.BooleanField("phải đổi mật khẩu", default=True)
    failed_sign_ins = models.PositiveSmallIntegerField("số lần đăng nhập sai", default=0)
    locked_until = models.DateTimeField("khoá đến", null=True)

    USERNAME_FIELD = "username"
    objects = StaffManager()

    class Meta:
        verbose_name = "cán bộ"


class SecondFactor(models.Model):
    """An authenticator app that belongs to a member of staff. Until its owner has typed a code from it, it guards nothing."""

    staff = models.OneToOneField(Staff, models.CASCADE, verbose_name="cán bộ")
    # Encrypted under this system's own secret: a copy of the database alone makes no codes.
    sealed_secret = models.TextField("khoá bí mật (đã mã hoá)")
    confirmed_at = models.DateTimeField("xác nhận lúc", null=True)
    # The half minute of the last code that opened: a code seen over a shoulder opens nothing again.
    last_step = models.BigIntegerField("nhịp đã dùng", default=0)
    failed_tries = models.PositiveSmallIntegerField("số lần nhập sai", default=0)

    class Meta:
        verbose_name = "xác thực hai bước"


class RecoveryCode(models.Model):
    """A code for the day on which the telephone is lost: opens once, kept only as a hash."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, verbose_name="xác thực hai bước")
    code_hash = models.CharField("mã băm", max_length=64)
    used_at = models.DateTimeField("dùng lúc", null=True)

    class Meta:
        verbose_name = "mã khôi phục"
        constraints = [models.UniqueConstraint("factor", "code_hash", name="recovery_code_once")]


class OutsideIdentity(models.Model):
    """Who a member of staff is to the agency's own sign-in service: told at the first sign-in through it, and the same ever after."""

    staff = models.OneToOneField(Staff, models.CASCADE, verbose_name="cán bộ")
    issuer = models.CharField("dịch vụ đăng nhập", max_length=200)
    subject = models.CharField("mã người dùng ở dịch vụ", max_length=255)

    class Meta:
        verbose_name = "định danh ở dịch vụ đăng nhập"
        constraints = [models.UniqueConstraint("issuer", "subject", name="outside_identity_once")]


class AuditEvent(models.Model):
    """Who did what to which record, and when. Rows are only ever added (the application role may not change them)."""

    at = models.DateTimeField("lúc")
    # Text, not a foreign key: "system" acts too, and an entry must not change when a person's row does.
    by = models.CharField("người làm", max_length=60)
    action = models.CharField("việc", max_length=60)
    # "person:17". Protected facts never enter `detail`.
    subject = models.CharField("đối tượng", max_length=80)
    detail = models.JSONField("chi tiết", default=dict)
    # Where whoever did it worked then, written by the database itself; null for the system, which it alone reads.
    area = models.ForeignKey(
        Area, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, verbose_name="địa bàn của người làm"
    )

    class Meta:
        verbose_name = "nhật ký"


class Setting(models.Model):
    """A fact about this system itself, such as its instance number: one row each."""

    name = models.CharField("tên", max_length=40, primary_key=True)
    value = models.TextField("giá trị")

    class Meta:
        verbose_name = "thông số hệ thống"
