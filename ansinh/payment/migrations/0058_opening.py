"""A note of the runs whose items several processes are opening, so that what a crash leaves out is opened later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payment", "0057_recalls"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnopenedRun",
            fields=[
                ("run_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="số kỳ")),
            ],
            options={
                "verbose_name": "kỳ chưa mở đủ khoản chi",
            },
        ),
    ]
