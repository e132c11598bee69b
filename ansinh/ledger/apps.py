"""Registers the room `ledger` with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ansinh.ledger"
    verbose_name = "Sổ kế toán"
