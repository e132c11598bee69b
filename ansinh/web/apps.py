"""Registers the room `web` with Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "ansinh.web"
    verbose_name = "Trang"
