"""Registers the room `entitlement` with Django."""

from django.apps import AppConfig


class EntitlementConfig(AppConfig):
    name = "ansinh.entitlement"
    verbose_name = "Chế độ"
