"""Fence every table of people by the area that keeps the row; HIV status by a permission of its own."""

from django.db import migrations

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("office", "0002_folding_and_audit")]
    operations = [
        fence("people_person"),
        fence("people_household"),
        fence("people_membership"),
        fence("people_parentchild"),
        fence("people_circumstance"),
        fence("people_mandate"),
        fence("people_financialaddress"),
        fence("people_protectedcondition", protected=True),
    ]
