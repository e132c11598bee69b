"""A note of the runs that several processes are calculating; holds are written before their run is there for others."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payroll", "0007_residence_is_watched"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnfinishedRun",
            fields=[
                ("run_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="số kỳ")),
            ],
            options={
                "verbose_name": "kỳ đang tính dở",
            },
        ),
        migrations.AlterField(
            model_name="payrollhold",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                to="payroll.payrollrun",
                verbose_name="kỳ",
            ),
        ),
    ]
