"""A decision that ends, or goes on again, leaves what was known of its end before (ADR 0016)."""

from django.db import migrations

from ansinh.people.remembering import keep_former


class Migration(migrations.Migration):
    dependencies = [("entitlement", "0007_event_details"), ("people", "0029_as_known")]
    operations = [keep_former("entitlement_decision", ("start_month", "end_month"), owner="person_id")]
