"""The journal of whose facts were written, and what a run was computed from: with both, the next run asks again only about them.

A statement adds one row for each person, household or area that it touched, with its transaction's number. A snapshot
kept with a run tells exactly which of these transactions the run could not see.
"""

from django.db import migrations, models

_TABLE = """
CREATE TABLE payroll_touch (
  subject "char" NOT NULL CHECK (subject IN ('p', 'h', 'a', 'r', 's')),
  subject_id bigint NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX payroll_touch_xid ON payroll_touch (xid);
CREATE INDEX payroll_settlement_month ON payroll_settlement USING brin (for_month);
"""
# A first fill of an empty register is nobody's change: `begin_first_fill` says when it is one.
_FUNCTION = """
CREATE FUNCTION payroll_touch_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('ansinh.first_fill', true), '') <> 'on' THEN
    INSERT INTO payroll_touch (subject, subject_id) SELECT DISTINCT '{subject}'::"char", {column} FROM touched WHERE {column} IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
"""
# Every table that `entitlement/sql` reads about a month; `tests/integration/test_retroactivity.py` compares the two lists.
WATCHED = {
    "people_person": [("p", "id")],
    "people_circumstance": [("p", "person_id")],
    "people_protectedcondition": [("p", "person_id")],
    "people_membership": [("p", "person_id")],
    "people_parentchild": [("p", "parent_id"), ("p", "child_id")],
    "poverty_householdclass": [("h", "household_id")],
    "office_hardship": [("a", "area_id")],
    "entitlement_decision": [("p", "person_id")],
}
_EVENTS = (("insert", "NEW"), ("update_new", "NEW"), ("update_old", "OLD"), ("delete", "OLD"))


def _names() -> list[tuple[str, str, str]]:
    return [
        (f"{subject}_{column}", subject, column)
        for subject, column in sorted({c for cs in WATCHED.values() for c in cs})
    ]


def _triggers() -> str:
    found = []
    for table, columns in WATCHED.items():
        for subject, column in columns:
            for event, side in _EVENTS:
                found.append(
                    f"CREATE TRIGGER touch_{column}_{event} AFTER {event.split('_')[0].upper()} ON {table}"
                    f" REFERENCING {side} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION payroll_touch_{subject}_{column}();"
                )
    return "".join(found)


def _undo() -> str:
    triggers = "".join(
        f"DROP TRIGGER touch_{column}_{event} ON {table};"
        for table, columns in WATCHED.items()
        for _, column in columns
        for event, _ in _EVENTS
    )
    functions = "".join(f"DROP FUNCTION payroll_touch_{name}();" for name, _, _ in _names())
    return f"{triggers}{functions}DROP INDEX payroll_settlement_month; DROP TABLE payroll_touch;"


class Migration(migrations.Migration):
    dependencies = [
        ("payroll", "0005_run_statements"),
        ("people", "0004_search_indexes"),
        ("poverty", "0002_row_level_security"),
        ("office", "0004_law_roles"),
        ("entitlement", "0003_law_releases"),
    ]
    operations = [
        migrations.AddField(
            "payrollrun", "basis", models.JSONField(db_default={}, default=dict, verbose_name="căn cứ so sánh")
        ),
        migrations.RunSQL(
            _TABLE
            + "".join(_FUNCTION.format(name=name, subject=subject, column=column) for name, subject, column in _names())
            + _triggers(),
            _undo(),
        ),
    ]
