"""The class that each household holds through time, and the published result of each yearly review. Fields only."""

from django.db import models
from django.db.models import F, Q

from ansinh.office.models import Area
from ansinh.people.models import Household


class PovertyClass(models.TextChoices):
    """The three outcomes of a review."""

    POOR = "poor", "hộ nghèo"
    NEAR_POOR = "near_poor", "hộ cận nghèo"
    NONE = "none", "không nghèo"


class HouseholdClass(models.Model):
    """A household's class for a period, by a commune's decision."""

    household = models.ForeignKey(Household, models.PROTECT, verbose_name="hộ")
    poverty_class = models.CharField("kết quả", max_length=10, choices=PovertyClass)
    # The household's area again, because the fence looks at the row itself.
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    # May be empty in what was taken over from before; whoever records a class from now on must name the decision.
    decision_number = models.CharField("số quyết định", max_length=60, blank=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True)
    # A class found out late works backwards: arrears need to know since when it held and since when it was known.
    recorded_at = models.DateTimeField("ghi nhận lúc")

    class Meta:
        verbose_name = "phân loại hộ"
        constraints = [
            models.UniqueConstraint("household", condition=Q(valid_to=None), name="one_current_class"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from__lt=F("valid_to")), name="household_class_period"
            ),
        ]


class PovertyReview(models.Model):
    """The result of one year's review in one commune: counts of households."""

    # Published counts, kept beside the classes and never computed from them: a correction afterwards changes the
    # households, not what was published.
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="địa bàn")
    year = models.PositiveSmallIntegerField("năm")
    households = models.IntegerField("tổng số hộ")
    poor_households = models.IntegerField("hộ nghèo")
    near_poor_households = models.IntegerField("hộ cận nghèo")
    source = models.CharField("nguồn", max_length=200)

    class Meta:
        verbose_name = "kết quả rà soát"
        constraints = [models.UniqueConstraint("area", "year", name="review_once_a_year")]
