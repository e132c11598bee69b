"""Search by the beginning of a name or phone number: plain comparisons, which row-level security lets use an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_person_death_recorded_at")]
    operations = [
        migrations.AddIndex("person", models.Index(models.F("name_fold"), models.F("id"), name="person_name_fold")),
        migrations.AddIndex(
            "person", models.Index(models.F("phone"), condition=~models.Q(phone=""), name="person_phone")
        ),
    ]
