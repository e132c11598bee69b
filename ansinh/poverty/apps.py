"""Registers the room `poverty` with Django."""

from django.apps import AppConfig


class PovertyConfig(AppConfig):
    name = "ansinh.poverty"
    verbose_name = "Hộ nghèo"
