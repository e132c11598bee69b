"""Decisions that grant a benefit to a person, and the laws that were released to price them. Fields and constraints only.

What a month is worth is computed from law and facts, never stored here.
"""

from django.db import models
from django.db.models import F, Q

from ansinh.office.models import Area
from ansinh.people.models import Person


class Decision(models.Model):
    """A commune chairperson's decision: this person receives this benefit from this month on."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="đối tượng thụ hưởng")
    benefit = models.CharField("chế độ", max_length=12)
    number = models.CharField("số quyết định", max_length=60)
    signed_on = models.DateField("ngày ký")
    start_month = models.DateField("hưởng từ tháng")
    end_month = models.DateField("thôi hưởng từ tháng", null=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    recorded_at = models.DateTimeField("ghi nhận lúc")

    class Meta:
        verbose_name = "quyết định hưởng"
        indexes = [
            models.Index("recorded_at", name="decision_recorded"),
            models.Index(fields=["number"], name="decision_number"),
        ]
        constraints = [
            models.UniqueConstraint("person", "benefit", condition=Q(end_month=None), name="one_open_decision"),
            models.CheckConstraint(
                condition=Q(end_month=None) | Q(start_month__lte=F("end_month")), name="decision_period"
            ),
        ]


class PersonMerge(models.Model):
    """One record of a person gave way to another: proposed by one, confirmed by another person, and it can be undone."""

    keep = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="hồ sơ giữ lại")
    gone = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="hồ sơ được gộp")
    reason = models.CharField("căn cứ", max_length=200)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    # Ids of what was ended and begun, by kind: exactly this is undone.
    ended = models.JSONField("những gì đã kết thúc")
    proposed_by = models.CharField("người đề nghị", max_length=60)
    proposed_at = models.DateTimeField("đề nghị lúc")
    confirmed_by = models.CharField("người xác nhận", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("xác nhận lúc", null=True)
    undone_by = models.CharField("người hoàn tác", max_length=60, blank=True)
    undone_at = models.DateTimeField("hoàn tác lúc", null=True)

    class Meta:
        verbose_name = "gộp hồ sơ"
        constraints = [
            models.CheckConstraint(condition=~Q(keep=F("gone")), name="merge_of_two"),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("proposed_by")), name="second_person_merges"
            ),
            models.UniqueConstraint("gone", condition=~Q(confirmed_by="") & Q(undone_by=""), name="gone_once"),
        ]


class LifeEvent(models.Model):
    """A change of life that somebody tells of a person: kept with its effect, and written into the registry when another accepts it."""

    class Source(models.TextChoices):
        COMMUNE = "commune", "cán bộ xã"
        CIVIL_REGISTRY = "civil_registry", "hộ tịch"
        HEALTH_INSURANCE = "health_insurance", "bảo hiểm xã hội"
        SCHOOL = "school", "trường học"
        DATE = "date", "đến ngày"

    class State(models.TextChoices):
        OPEN = "OPEN", "chờ quyết định"
        ACCEPTED = "ACCEPTED", "chấp nhận"
        REFUSED = "REFUSED", "không chấp nhận"

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="cá nhân")
    kind = models.CharField("biến động", max_length=40)
    # A fact's value; the code of the commune that somebody moves to; the name of a child.
    value = models.CharField("giá trị", max_length=120, blank=True)
    details = models.JSONField("thông tin kèm theo", default=dict)
    happened_on = models.DateField("xảy ra ngày")
    source = models.CharField("nguồn", max_length=16, choices=Source)
    document = models.CharField("giấy tờ", max_length=200)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    recorded_by = models.CharField("người ghi", max_length=60)
    recorded_at = models.DateTimeField("ghi nhận lúc")
    due_on = models.DateField("hạn quyết định", null=True)
    # As computed when it was told: months with the sums before and after, and the clauses. Never by benefit.
    effect = models.JSONField("ảnh hưởng")
    state = models.CharField("trạng thái", max_length=8, choices=State)
    note = models.CharField("căn cứ", max_length=200, blank=True)
    decided_by = models.CharField("người quyết định", max_length=60, blank=True)
    decided_at = models.DateTimeField("quyết định lúc", null=True)

    class Meta:
        verbose_name = "biến động"
        indexes = [models.Index("area", "id", name="life_event_open", condition=Q(state="OPEN"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", decided_by="")
                | (~Q(state="OPEN") & ~Q(decided_by="") & ~Q(decided_by=F("recorded_by"))),
                name="second_person_decides_event",
            ),
        ]


class LawRelease(models.Model):
    """A folder of laws as it was at one moment, released by two people. Its content never changes (a trigger holds that)."""

    class State(models.TextChoices):
        SHIPPED = "SHIPPED", "kèm theo phần mềm"
        SUBMITTED = "SUBMITTED", "đã trình, chờ thẩm định"
        RELEASED = "RELEASED", "đã thông qua"
        REFUSED = "REFUSED", "bị từ chối"

    # Over every file, cases and comments too: what two people read is what runs are pinned to.
    hash = models.CharField("mã băm của gói", max_length=64, unique=True)
    files = models.JSONField("các tệp")
    label = models.CharField("tên", max_length=200)
    cases = models.IntegerField("số trường hợp đã chạy")
    summary = models.TextField("tóm tắt thay đổi")
    state = models.CharField("trạng thái", max_length=12, choices=State)
    submitted_by = models.CharField("người trình", max_length=60)
    submitted_at = models.DateTimeField("trình lúc")
    reviewed_by = models.CharField("người thẩm định", max_length=60, blank=True)
    reviewed_at = models.DateTimeField("thẩm định lúc", null=True)
    reason = models.TextField("lý do", blank=True)

    class Meta:
        verbose_name = "bản luật"
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by="") | ~Q(reviewed_by=F("submitted_by")), name="second_person_reviews_law"
            ),
            # The publisher is no person of this province: a law of its own counts as shipped until two people took it on.
            models.CheckConstraint(
                condition=~Q(state="RELEASED")
                | (~Q(reviewed_by="") & ~Q(submitted_by="ansinh") & Q(reviewed_at__isnull=False)),
                name="law_released_by_two",
            ),
            # Only the first law of a system comes with the software; whatever follows needs people.
            models.UniqueConstraint("state", condition=Q(state="SHIPPED"), name="law_shipped_once"),
        ]
