"""Registers the room `entitlement` with Django."""

from django.apps import AppConfig

from ansinh.people.following import follow_persons


class EntitlementConfig(AppConfig):
    name = "ansinh.entitlement"
    verbose_name = "Chế độ"

    def ready(self) -> None:
        """Let this room's rows go along when somebody comes to another commune."""
        follow_persons("entitlement_decision", "person_id")
        follow_persons("entitlement_personmerge", "keep_id")
        follow_persons("entitlement_lifeevent", "person_id")
