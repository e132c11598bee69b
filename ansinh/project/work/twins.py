"""The commands about duplicates: find, list, decide; merge two records by two people, and take it back."""

import argparse
import dataclasses
import datetime
from typing import Any

from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.entitlement import merging
from ansinh.office.security import acting, everything
from ansinh.people import twins
from ansinh.project import asking
from ansinh.project.operator import OPERATOR


def _midnight(text: str) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(asking.day(text), datetime.time()))


def _told(row: twins.PairRow) -> dict[str, Any]:
    return dataclasses.asdict(row) | {"reasons": [twins.REASONS[reason][0] for reason in row.reasons]}


def duplicates(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list pairs in the caller's area; told to, it searches the register first.

    Raises:
        Refused: `staff_unknown`, `date_invalid`.
    """
    sight = asking.sight_of(arguments.user)
    found: dict[str, Any] = {}
    if arguments.find:
        since = _midnight(arguments.since) if arguments.since else None
        with acting(everything(OPERATOR)):
            found = {"found": twins.find(since=since, at=timezone.localtime())}
    with acting(sight):
        return found | {"pairs": [_told(row) for row in twins.pairs(decided=arguments.decided, limit=1000)]}


def decide(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will keep a person's word about a pair.

    Raises:
        Refused: those of `twins.decide`; `decision_missing`.
    """
    if arguments.is_same is None:
        raise Refused(
            "decision_missing",
            vi="Hãy ghi --same (một người) hoặc --different (hai người).",
            en="Give --same or --different.",
        )
    with acting(asking.sight_of(arguments.user)):
        done = twins.decide(
            pair_id=arguments.pair,
            is_same=arguments.is_same,
            note=arguments.note,
            by=arguments.user,
            at=timezone.localtime(),
        )
    return _told(done)


def merge(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will propose a merge, confirm one, or take one back.

    Raises:
        Refused: those of `merging.propose`, `confirm` and `undo`; `merge_missing`.
    """
    now = {"by": arguments.user, "at": timezone.localtime()}
    with acting(asking.sight_of(arguments.user)):
        if arguments.confirm is not None:
            return dataclasses.asdict(merging.confirm(merge_id=arguments.confirm, **now))
        if arguments.undo is not None:
            return dataclasses.asdict(merging.undo(merge_id=arguments.undo, **now))
        if arguments.keep is None or arguments.gone is None:
            raise Refused(
                "merge_missing",
                vi="Hãy ghi --keep và --gone để đề nghị, hoặc --confirm, --undo kèm số của lần gộp.",
                en="Give --keep and --gone to propose, or --confirm or --undo.",
            )
        return dataclasses.asdict(
            merging.propose(keep=arguments.keep, gone=arguments.gone, reason=arguments.reason, **now)
        )
