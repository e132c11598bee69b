"""Find people by the number of their decision."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entitlement", "0003_law_releases")]
    operations = [migrations.AddIndex("decision", models.Index(fields=["number"], name="decision_number"))]
