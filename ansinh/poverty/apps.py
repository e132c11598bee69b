"""Registers the room `poverty` with Django."""

from django.apps import AppConfig

from ansinh.people.following import follow_households


class PovertyConfig(AppConfig):
    name = "ansinh.poverty"
    verbose_name = "Hộ nghèo"

    def ready(self) -> None:
        """Let this room's rows go along when somebody comes to another commune."""
        follow_households("poverty_householdclass", "household_id")
