"""Writes of people: persons, circumstances, mandates and financial addresses. Facts are added and closed, never overwritten."""

from ansinh.people import banks
from ansinh.people.models import Bank


def load_banks() -> int:
    """This will load the bank directory that comes with the product and return how many banks it has."""
    rows = [Bank(bin=bank.bin, bic=bank.bic, name=bank.name, short_name=bank.short_name) for bank in banks.directory()]
    Bank.objects.bulk_create(rows, update_conflicts=True, unique_fields=["bin"], update_fields=["bic", "name", "short_name"])
    return len(rows)
