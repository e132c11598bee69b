"""When the office knew that a commune is one of special hardship (ADR 0016)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0016_second_factor")]
    operations = [
        migrations.AddField("hardship", "recorded_at", models.DateTimeField(null=True, verbose_name="ghi nhận lúc"))
    ]
