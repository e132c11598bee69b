"""Registers the room `poverty` with Django."""

from django.apps import AppConfig

from ansinh.people.following import follow_households
from ansinh.people.remembering import Remembered, remember


class PovertyConfig(AppConfig):
    name = "ansinh.poverty"
    verbose_name = "Hộ nghèo"

    def ready(self) -> None:
        """Let this room's rows go along when somebody comes to another commune, and be read as they were known."""
        follow_households("poverty_householdclass", "household_id")
        columns = ("poverty_class", "valid_from", "valid_to")
        remember("poverty_householdclass", Remembered("household_id", columns, of="household"))
