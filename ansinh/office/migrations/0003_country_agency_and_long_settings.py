"""An agency may serve the whole country; a setting may hold more than 200 characters."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0002_folding_and_audit")]
    operations = [
        migrations.AlterField(
            "agency",
            "area",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="office.area",
                verbose_name="địa bàn phụ trách",
            ),
        ),
        migrations.AlterField("setting", "value", models.TextField(verbose_name="giá trị")),
    ]
