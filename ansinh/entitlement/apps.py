"""Registers the room `entitlement` with Django."""

from django.apps import AppConfig

from ansinh.people.following import follow_persons
from ansinh.people.remembering import Remembered, remember


class EntitlementConfig(AppConfig):
    name = "ansinh.entitlement"
    verbose_name = "Chế độ"

    def ready(self) -> None:
        """Let this room's rows go along when somebody comes to another commune, and be read as they were known."""
        follow_persons("entitlement_decision", "person_id")
        follow_persons("entitlement_personmerge", "keep_id")
        follow_persons("entitlement_lifeevent", "person_id")
        remember("entitlement_decision", Remembered("person_id", ("start_month", "end_month")))
