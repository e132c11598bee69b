"""A run remembers the hash of each month's statement, so that they can be compiled again and compared one by one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payroll", "0004_frozen_is_final"), ("entitlement", "0003_law_releases")]
    operations = [
        migrations.AddField(
            "payrollrun", "statements", models.JSONField(default=dict, verbose_name="dấu vết từng câu lệnh")
        ),
    ]
