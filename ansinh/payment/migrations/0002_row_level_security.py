"""Fence payment items by area."""

from django.db import migrations

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [("payment", "0001_initial"), ("office", "0002_folding_and_audit")]
    operations = [
        fence("payment_paymentitem"),
    ]
