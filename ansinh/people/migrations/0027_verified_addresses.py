"""The few addresses that are verified and not yet paid to are found by themselves."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("people", "0026_account_consent")]
    operations = [
        migrations.AddIndex(
            model_name="financialaddress",
            index=models.Index(F("person"), name="address_verified", condition=Q(valid_to=None, state="VERIFIED")),
        ),
    ]
