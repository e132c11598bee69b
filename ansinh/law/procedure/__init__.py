"""Procedure dates: by which day an office must answer, and in which months a benefit runs, is held, or has ended.

Days, clauses and public holidays are data under `laws/vn/procedure/`; this package counts. It is pure Python, knows no
person and no money, and refuses to count through a year whose holidays nobody has written down.
"""
