"""The commands that send instructions and collect answers."""

import argparse
from typing import Any

from django.utils import timezone

from ansinh.office.security import acting, everything
from ansinh.payment import collecting, operations, queries
from ansinh.project import bootstrap
from ansinh.project.operator import OPERATOR, say


def submit(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will send the instructions of a frozen run; what was sent before is not sent again."""
    with acting(everything(OPERATOR)):
        provider = operations.active_provider()
    with bootstrap.gateway_to(provider) as gateway:
        done = operations.submit(
            run=arguments.run,
            provider=provider,
            gateway=gateway,
            archive=bootstrap.archive(),
            by=OPERATOR,
            at=timezone.now(),
            progress=say,
        )
    return {"sent": done.sent, "applied": 0, "held": done.held, "unknown": done.unknown}


def collect(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will apply everything new from every provider."""
    with acting(everything(OPERATOR)):
        providers = queries.providers()
    messages = applied = held = 0
    for provider in providers:
        with bootstrap.gateway_to(provider) as gateway:
            done = collecting.collect(
                provider=provider, gateway=gateway, archive=bootstrap.archive(), at=timezone.now(), progress=say
            )
        messages, applied, held = messages + done.messages, applied + done.applied, held + done.held
    with acting(everything(OPERATOR)):
        unknown = queries.unknown_count()
    return {"sent": 0, "messages": messages, "applied": applied, "held": held, "unknown": unknown}
