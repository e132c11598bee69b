"""The commands that send instructions and collect answers, and those for providers that are served by hand."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.dong import format_dong, format_number
from ansinh.base.refusals import Refused
from ansinh.office.security import acting, everything
from ansinh.payment import asking, by_hand, collecting, operations, providers, queries
from ansinh.payroll import queries as payroll
from ansinh.project import bootstrap
from ansinh.project.adapters import gateway_of
from ansinh.project.operator import OPERATOR, say
from ansinh.project.workers import workers


def submit(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will send the instructions of a frozen run; what was sent before is not sent again."""
    with acting(everything(OPERATOR)):
        active = operations.active_providers()
    sent = unknown = held = 0
    for provider in active:
        with bootstrap.gateway_to(provider) as gateway:
            done = operations.submit(
                run=arguments.run,
                provider=provider,
                gateway=gateway,
                archive=bootstrap.archive(),
                by=OPERATOR,
                at=timezone.localtime(),
                progress=say,
                workers=workers(),
            )
        sent, unknown, held = sent + done.sent, unknown + done.unknown, held + done.held
    with acting(everything(OPERATOR)):
        waiting = [row for row in queries.unsent(payroll.run(arguments.run).id) if row.why == ""]
        for row in waiting:
            missing = queries.missing_money(arguments.run, row.amount_dong)
            say(_left(row, missing, is_english=getattr(arguments, "lang", "vi") == "en"))
    left = sum(row.count for row in waiting)
    return {"sent": sent, "applied": 0, "held": held, "unknown": unknown, "waiting": left}


def _left(row: queries.UnsentRow, missing_dong: int, *, is_english: bool) -> str:
    """Return what has not left although nothing is wrong with it, and what lets it go."""
    if is_english:
        why = (
            f"{missing_dong:,} đồng of money at the provider are missing; transfer more and enter the paper "
            "(ansinh ledger document prefund), then send again"
            if missing_dong
            else "send again"
        )
        return f"{row.count:,} orders ({row.amount_dong:,} đồng) have not left: {why}."
    why = (
        f"tiền chuyển cho tổ chức chi trả còn thiếu {format_dong(missing_dong)}; hãy chuyển thêm và nhập chứng từ "
        "(ansinh ledger document prefund), rồi gửi lại"
        if missing_dong
        else "hãy gửi lại"
    )
    return f"{format_number(row.count)} khoản ({format_dong(row.amount_dong)}) chưa gửi: {why}."


def collect(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will apply everything new from every provider; what stops one of them is told when all have had their turn.

    Raises:
        Refused: those of `collecting.collect`, and of the way to a provider.
    """
    with acting(everything(OPERATOR)):
        known = queries.providers()
    since = timezone.localtime()
    messages = applied = held = 0
    refusals: list[Refused] = []
    for provider in known:
        try:
            with bootstrap.gateway_to(provider) as gateway:
                done = collecting.collect(
                    provider=provider, gateway=gateway, archive=bootstrap.archive(), at=timezone.localtime(),
                    progress=say, workers=workers(),
                )  # fmt: skip
        except Refused as refusal:
            # What stops one provider keeps no other one's answers waiting.
            refusals.append(refusal)
            continue
        messages, applied, held = messages + done.messages, applied + done.applied, held + done.held
    for refusal in refusals[1:]:
        say(refusal.message(getattr(arguments, "lang", "vi")))
    if refusals:
        raise refusals[0]
    with acting(everything(OPERATOR)):
        unknown = queries.unknown_count()
        aside = queries.quarantined_since(since)
    is_english = getattr(arguments, "lang", "vi") == "en"
    return {
        "sent": 0, "messages": messages, "applied": applied, "held": held, "unknown": unknown,
        "quarantined": [
            {"provider": one.provider, "file": one.file, "reason": one.reason,
             "message": one.message(is_english=is_english)}
            for one in aside
        ],
    }  # fmt: skip


def enquire(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will ask about every payment of a run without a final answer, and apply what the provider says.

    Raises:
        Refused: `provider_unknown`, `gateway_cannot_query`, `gateway_unreachable`.
    """
    with acting(everything(OPERATOR)):
        provider = providers.provider(arguments.provider)
    with bootstrap.gateway_to(provider) as gateway:
        archive = bootstrap.archive()
        answered = asking.enquire(
            run=arguments.run, provider=provider, gateway=gateway, archive=archive, by=OPERATOR, at=timezone.localtime()
        )
        done = collecting.collect(
            provider=provider,
            gateway=gateway,
            archive=archive,
            at=timezone.localtime(),
            progress=say,
            workers=workers(),
        )
    return {"answered": answered, "applied": done.applied, "held": done.held}


def recall(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will stop the named people's payments: at once what has not left; of the rest only the provider's result decides.

    Raises:
        Refused: `provider_unknown`, and those of `asking.recall`.
    """
    with acting(everything(OPERATOR)):
        provider = providers.provider(arguments.provider)
    # Each step is committed for itself: what the provider was asked is known even when the line dies.
    with bootstrap.gateway_to(provider) as gateway:
        counts = asking.recall(
            run=arguments.run, provider=provider, gateway=gateway, beneficiaries=arguments.person,
            reason=arguments.reason, by=arguments.user, at=timezone.localtime(),
        )  # fmt: skip
    return {"run": arguments.run, **counts}


def recalls(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list who was called back in a run: by whom, why, and what has become of it.

    Raises:
        Refused: `run_unknown`.
    """
    is_english = getattr(arguments, "lang", "vi") == "en"
    with acting(everything(OPERATOR)):
        rows = queries.recalls(payroll.run(arguments.run).id)
    return {
        "run": arguments.run,
        "recalls": [
            {
                "person": row.beneficiary_id, "name": row.beneficiary, "area": row.area_name, "reason": row.reason, "by": row.asked_by,
                "at": row.asked_at.isoformat(), "outcome": row.outcome, "label": queries.RECALL_LABELS[row.outcome][is_english],
            }
            for row in rows
        ],
    }  # fmt: skip


def booked_batches(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the batches of a run that a statement booked as one debit, each with its difference to the items.

    Raises:
        Refused: `run_unknown`.
    """
    with acting(everything(OPERATOR)):
        rows = queries.batch_debits(payroll.run(arguments.run).id)
    return {
        "run": arguments.run,
        "batches": [
            {**dataclasses.asdict(row), "booked_on": row.booked_on.isoformat() if row.booked_on else None}
            for row in rows
        ],
        "difference_dong": sum(row.difference_dong for row in rows),
    }


def list_providers(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the providers and whom they serve; how they are reached stays in the database."""
    with acting(everything(OPERATOR)):
        return {
            "providers": [
                {"code": one.code, "name": one.name, "gateway": one.gateway, "banks": one.banks}
                for one in queries.providers()
            ]
        }


def set_provider(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will add a provider, or change how one is reached; its settings are tried before they are kept.

    Raises:
        Refused: `file_unusable`, `gateway_unknown`, `gateway_settings_invalid`, `role_not_allowed`, `bank_unknown`,
            `provider_code_invalid`.
    """
    settings = _settings(Path(arguments.settings))
    gateway_of(arguments.gateway, settings)
    with acting(everything(OPERATOR)):
        row, is_new = providers.set_provider(
            code=arguments.code, name=arguments.name, gateway=arguments.gateway, settings=settings,
            banks=arguments.bank or [], by=arguments.user, at=timezone.localtime(),
        )  # fmt: skip
    return {"code": row.code, "gateway": row.gateway, "banks": row.banks, "new": is_new}


def _settings(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text("utf8"))
    except (OSError, ValueError) as error:
        said = error
    if not isinstance(said, dict):
        raise Refused(
            "file_unusable",
            vi=f"Không đọc được thông số cổng kết nối trong “{path}”. Hãy ghi một đối tượng JSON.",
            en=f"The gateway settings in “{path}” cannot be read. Write one JSON object.",
            path=str(path),
        )
    return said


def check_provider(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will try the connection to a provider, changing nothing."""
    with acting(everything(OPERATOR)):
        provider = providers.provider(arguments.code)
    with bootstrap.gateway_to(provider) as gateway:
        health = gateway.health()
    return {"code": provider.code, "reachable": health.is_reachable, "reason": health.reason}


def handed_over(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will note that the sheet of a batch was handed over to a provider that is served by hand."""
    with acting(everything(OPERATOR)):
        batch = by_hand.batch(arguments.batch)
    with bootstrap.gateway_to(batch.provider) as gateway:
        receipt = by_hand.hand_over(
            batch=batch, gateway=gateway, archive=bootstrap.archive(), evidence=arguments.evidence, by=arguments.user,
            at=timezone.localtime(),
        )  # fmt: skip
    return {"batch": batch.message_id, "receipt": receipt.name}


def receive(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take a provider's list of results in; it is applied only after a second person has agreed to it."""
    with acting(everything(OPERATOR)):
        provider = providers.provider(arguments.provider)
    with bootstrap.gateway_to(provider) as gateway:
        found = by_hand.receive(
            provider=provider, gateway=gateway, file=Path(arguments.file), by=arguments.user, at=timezone.localtime()
        )
    return {
        "name": found.name,
        "sha256": found.sha256,
        "lines": found.lines,
        "held": found.held,
        "sums_dong": found.sums_dong,
    }


def confirm_results(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will let a second person agree to a list of results, so that the next collection applies it."""
    with acting(everything(OPERATOR)):
        provider = providers.provider(arguments.provider)
    with bootstrap.gateway_to(provider) as gateway:
        name = by_hand.confirm(
            provider=provider, gateway=gateway, name=arguments.name, by=arguments.user, at=timezone.localtime()
        )
    return {"name": name, "confirmed": True}
