"""Residence decides a fact of the law: what is written there is asked about again, like the other tables of facts."""

import importlib

from django.db import migrations

WATCHED = {"people_residence": [("p", "person_id")]}
_before = importlib.import_module("ansinh.payroll.migrations.0006_retroactivity")


def _each(text: str) -> str:
    return "".join(
        text.format(
            table=table, column=column, event=event, action=event.split("_")[0].upper(), side=side, subject=subject
        )
        for table, columns in WATCHED.items()
        for subject, column in columns
        for event, side in _before._EVENTS
    )


class Migration(migrations.Migration):
    dependencies = [("payroll", "0006_retroactivity"), ("people", "0021_residence_and_reform")]
    operations = [
        migrations.RunSQL(
            _each(
                "CREATE TRIGGER touch_{column}_{event} AFTER {action} ON {table} REFERENCING {side} TABLE AS touched"
                " FOR EACH STATEMENT EXECUTE FUNCTION payroll_touch_{subject}_{column}();"
            ),
            _each("DROP TRIGGER touch_{column}_{event} ON {table};"),
        )
    ]
