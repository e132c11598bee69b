"""Registers the room `office` with Django."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "ansinh.office"
    verbose_name = "Địa bàn, cơ quan, cán bộ"
