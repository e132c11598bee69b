"""Passwords of tests: kept as the product keeps them, by Argon2, but at its least cost instead of a fifth of a second each."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2 once over eight blocks; that the product takes its full cost is asked by `test_office_staff.py`."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
