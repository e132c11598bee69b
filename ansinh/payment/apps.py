"""Registers the room `payment` with Django."""

from django.apps import AppConfig


class PaymentConfig(AppConfig):
    name = "ansinh.payment"
    verbose_name = "Chi trả"
