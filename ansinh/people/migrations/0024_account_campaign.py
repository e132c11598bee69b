"""Campaigns of collecting accounts."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("people", "0023_duplicates")]
    operations = [
        migrations.CreateModel(
            name="AccountCampaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="tên đợt")),
                ("opened_on", models.DateField(verbose_name="mở ngày")),
                ("due_on", models.DateField(verbose_name="hạn")),
                ("target_per_mille", models.SmallIntegerField(verbose_name="chỉ tiêu (phần nghìn)")),
                ("opened_by", models.CharField(max_length=60, verbose_name="người mở")),
                ("opened_at", models.DateTimeField(verbose_name="mở lúc")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="tỉnh, thành phố")),
            ],
            options={
                "verbose_name": "đợt thu thập tài khoản",
                "constraints": [
                    models.UniqueConstraint("area", "name", name="campaign_once"),
                    models.CheckConstraint(condition=Q(target_per_mille__gt=0, target_per_mille__lte=1000), name="campaign_target"),
                ],
            },
        ),
    ]  # fmt: skip
