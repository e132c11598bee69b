"""Persons, households, guardians and delegates, and where each is paid: the registry that communes keep."""
