"""Decisions that grant a benefit to a person. What a month is worth is computed from law and facts, never stored here."""

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
        indexes = [models.Index("recorded_at", name="decision_recorded")]
        constraints = [
            models.UniqueConstraint("person", "benefit", condition=Q(end_month=None), name="one_open_decision"),
            models.CheckConstraint(
                condition=Q(end_month=None) | Q(start_month__lte=F("end_month")), name="decision_period"
            ),
        ]
