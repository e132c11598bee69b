"""Fence what a run says about people by area; the run itself carries totals only."""

from django.db import migrations

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [("payroll", "0001_initial"), ("office", "0002_folding_and_audit")]
    operations = [
        fence("payroll_payrollline"),
        fence("payroll_payrollhold"),
        fence("payroll_settlement"),
        fence("payroll_payrollpayee"),
    ]
