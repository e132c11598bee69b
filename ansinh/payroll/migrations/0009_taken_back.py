"""The few lines of a run that take something back are found without reading the others."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payroll", "0008_shared_calculation")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX payroll_line_recovery ON payroll_payrollline (run_id) WHERE kind = 'recovery'",
            "DROP INDEX payroll_line_recovery",
        ),
    ]
