"""Fence the poverty tables by area."""

from django.db import migrations

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [("poverty", "0001_initial"), ("office", "0002_folding_and_audit")]
    operations = [
        fence("poverty_householdclass"),
        fence("poverty_povertyreview"),
    ]
