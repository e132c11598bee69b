"""Writes đồng, numbers, percentages and days as Vietnamese officers read them; Django's own `vi` formats do not."""

import datetime

from django import template
from django.utils import timezone

from ansinh.base.dong import format_dong, format_number

register = template.Library()


@register.filter
def dong(amount: int | None) -> str:
    """Write 1.234.567 đồng; nothing known is a dash."""
    # A sum never breaks from its unit at the end of a line.
    return "–" if amount is None else format_dong(amount).replace(" ", "\u00a0")


@register.filter
def number(amount: int | None) -> str:
    """Write 1.234.567; nothing known is a dash."""
    return "–" if amount is None else format_number(amount)


@register.filter
def percent(text: str | None) -> str:
    """Write "52.00" as 52,00 %."""
    # The decimal sign is changed by text: the percentages were rounded once, so that they add up, and never again.
    return "–" if not text else text.replace(".", ",") + "\u00a0%"


@register.filter
def day(moment: datetime.date | None) -> str:
    """Write a day as dd/mm/yyyy; of an instant, the day in Vietnam."""
    if moment is None:
        return "–"
    # An instant is stored in UTC; of seven in the morning, its UTC date is still yesterday's.
    if isinstance(moment, datetime.datetime):
        moment = timezone.localtime(moment)
    return f"{moment:%d/%m/%Y}"


@register.filter
def instant(moment: datetime.datetime | None) -> str:
    """Write an instant as dd/mm/yyyy hh:mm in Vietnam."""
    return "–" if moment is None else f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"
