"""Registers the room `people` with Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ansinh.people"
    verbose_name = "Con người"
