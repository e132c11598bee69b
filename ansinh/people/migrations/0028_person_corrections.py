"""What the register said of a person before a list brought it up to date."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0016_second_factor"),
        ("people", "0027_verified_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("village", "thôn, tổ dân phố"),
                            ("ethnicity", "dân tộc"),
                            ("phone", "điện thoại"),
                            ("birth_date", "ngày sinh"),
                        ],
                        max_length=10,
                        verbose_name="thông tin",
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=120, verbose_name="trước")),
                ("after", models.CharField(max_length=120, verbose_name="sau")),
                ("file_sha256", models.CharField(max_length=64, verbose_name="mã băm của danh sách")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người ghi")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi nhận lúc")),
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
                "verbose_name": "thông tin đã sửa",
                "indexes": [models.Index(models.F("field"), models.F("recorded_at"), name="person_corrected")],
            },
        ),
        fence("people_personcorrection"),
    ]
