"""When a death became known: what was paid before that instant was paid in good faith."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_row_level_security")]
    operations = [
        migrations.AddField(
            "person", "death_recorded_at", models.DateTimeField(null=True, verbose_name="ghi nhận ngày mất lúc")
        ),
    ]
