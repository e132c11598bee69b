"""A second factor beside the password, with recovery codes; and who somebody is to an outside sign-in service."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0015_audit_by_area"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed_secret", models.TextField(verbose_name="khoá bí mật (đã mã hoá)")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="xác nhận lúc")),
                ("last_step", models.BigIntegerField(default=0, verbose_name="nhịp đã dùng")),
                ("failed_tries", models.PositiveSmallIntegerField(default=0, verbose_name="số lần nhập sai")),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name="cán bộ"
                    ),
                ),
            ],
            options={
                "verbose_name": "xác thực hai bước",
            },
        ),
        migrations.CreateModel(
            name="OutsideIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=200, verbose_name="dịch vụ đăng nhập")),
                ("subject", models.CharField(max_length=255, verbose_name="mã người dùng ở dịch vụ")),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name="cán bộ"
                    ),
                ),
            ],
            options={
                "verbose_name": "định danh ở dịch vụ đăng nhập",
                "constraints": [
                    models.UniqueConstraint(models.F("issuer"), models.F("subject"), name="outside_identity_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=64, verbose_name="mã băm")),
                ("used_at", models.DateTimeField(null=True, verbose_name="dùng lúc")),
                (
                    "factor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="office.secondfactor",
                        verbose_name="xác thực hai bước",
                    ),
                ),
            ],
            options={
                "verbose_name": "mã khôi phục",
                "constraints": [
                    models.UniqueConstraint(models.F("factor"), models.F("code_hash"), name="recovery_code_once")
                ],
            },
        ),
    ]
