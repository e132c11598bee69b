"""Consent to have an account opened at a bank."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0016_second_factor"),
        ("people", "0025_household_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank_bin", models.CharField(max_length=6, verbose_name="mã ngân hàng (BIN)")),
                ("document", models.CharField(max_length=120, verbose_name="giấy đồng ý")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người ghi")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi lúc")),
                ("withdrawn_by", models.CharField(blank=True, max_length=60, verbose_name="người rút")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="rút lúc")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="people.person", verbose_name="cá nhân"
                    ),
                ),
            ],
            options={
                "verbose_name": "đồng ý mở tài khoản",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("person"),
                        models.F("bank_bin"),
                        condition=models.Q(("withdrawn_at", None)),
                        name="one_consent",
                    )
                ],
            },
        ),
        fence("people_accountconsent"),
    ]
