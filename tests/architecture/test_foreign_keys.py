"""Foreign keys go the way imports go: to the same room or a lower one.

import-linter does not see `ForeignKey("people.Person")`; the order of rooms is read from the same contract it uses.
"""

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]


def _levels() -> dict[str, int]:
    """Return each room's height: base is 0, rooms of one line share a height."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    return {room: height for height, layer in enumerate(reversed(layers)) for room in re.findall(r"\w+", layer)}


def _room(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def _ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("ansinh.")]


@pytest.mark.parametrize("model", _ours(), ids=lambda model: model._meta.label)
def test_relations_go_to_the_same_or_a_lower_room(model: type[models.Model]) -> None:
    levels = _levels()
    for field in model._meta.get_fields():
        target = field.related_model
        if not field.concrete or target is None or target == "self":
            continue
        assert target.__module__.startswith("ansinh."), f"{field} points outside the house, to {target}"
        is_lower = levels[_room(target)] < levels[_room(model)]
        assert _room(target) == _room(model) or is_lower, (
            f"{model._meta.label}.{field.name} points up or aside to {target._meta.label}"
        )


def test_the_ledger_knows_no_other_room() -> None:
    ledger = [model for model in _ours() if _room(model) == "ledger"]
    targets = {
        _room(field.related_model)
        for model in ledger
        for field in model._meta.get_fields()
        if field.concrete and field.related_model
    }
    assert len(ledger) >= 3
    assert targets <= {"ledger"}
