"""Households part and come together, and that can be undone."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0016_second_factor"),
        ("people", "0024_account_campaign"),
    ]

    operations = [
        migrations.CreateModel(
            name="HouseholdChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("SPLIT", "tách hộ"), ("JOIN", "nhập hộ")], max_length=5, verbose_name="việc"
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="từ ngày")),
                ("document", models.CharField(max_length=120, verbose_name="căn cứ")),
                ("persons", models.JSONField(verbose_name="những người chuyển")),
                ("closed", models.JSONField(verbose_name="tư cách thành viên đã kết thúc")),
                ("opened", models.JSONField(verbose_name="tư cách thành viên bắt đầu")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người ghi")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi lúc")),
                ("undone_by", models.CharField(blank=True, max_length=60, verbose_name="người hoàn tác")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="hoàn tác lúc")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn"
                    ),
                ),
                (
                    "from_household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.household",
                        verbose_name="từ hộ",
                    ),
                ),
                (
                    "to_household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.household",
                        verbose_name="sang hộ",
                    ),
                ),
            ],
            options={
                "verbose_name": "tách, nhập hộ",
            },
        ),
        fence("people_householdchange"),
    ]
