"""The law as data: YAML clauses → a typed tree → one SQL statement, a Python oracle, and an explanation for one person.

It promises the same đồng on every engine, and neither pays nor denies what hangs on an unknown fact. No Django, no
database.
"""
