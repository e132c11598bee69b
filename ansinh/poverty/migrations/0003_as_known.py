"""A household's class that ends leaves how long it was held to go on (ADR 0016)."""

from django.db import migrations

from ansinh.people.remembering import keep_former


class Migration(migrations.Migration):
    dependencies = [("poverty", "0002_row_level_security"), ("people", "0029_as_known")]
    operations = [
        keep_former(
            "poverty_householdclass",
            ("poverty_class", "valid_from", "valid_to"),
            owner="household_id",
            of_household=True,
        )
    ]
