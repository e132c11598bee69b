"""Registers the room `payroll` with Django."""

from django.apps import AppConfig


class PayrollConfig(AppConfig):
    name = "ansinh.payroll"
    verbose_name = "Kỳ chi trả"
