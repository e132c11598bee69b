"""Every table and every choice is in the glossary, under the very words that officers see."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from tools import glossary

Choices = list[tuple[str, str, str]]


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("ansinh.")]


def _enums() -> Iterator[tuple[str, str, Choices]]:
    """Yield (model or enum, name of the list, members as (code, value, label)) for each enum of our rooms."""
    for enum in [*models.TextChoices.__subclasses__(), *models.IntegerChoices.__subclasses__()]:
        if enum.__module__.startswith("ansinh."):
            owner, _, name = enum.__qualname__.rpartition(".")
            yield owner or name, name, [(member.name, str(member.value), str(member.label)) for member in enum]


def _inline_choices() -> Iterator[tuple[str, str, Choices]]:
    """Yield the choices that a field spells out itself."""
    known = {tuple((value, label) for _, value, label in members) for _, _, members in _enums()}
    for model in _our_models():
        for field in model._meta.get_fields():
            choices = tuple((str(value), str(label)) for value, label in getattr(field, "flatchoices", None) or ())
            if choices and choices not in known:
                yield model.__name__, field.name, [(value, value, label) for value, label in choices]


ALL_CHOICES = [*_enums(), *_inline_choices()]


@pytest.mark.parametrize("model", _our_models(), ids=lambda model: model.__name__)
def test_model_is_in_the_glossary_under_its_vietnamese_name(model: type[models.Model]) -> None:
    entry = glossary.load()["models"].get(model.__name__)
    assert entry, f"{model.__name__} is missing from glossary.yaml"
    assert entry["vi"] == str(model._meta.verbose_name)


@pytest.mark.parametrize(
    ("owner", "name", "members"), ALL_CHOICES, ids=[f"{owner}.{name}" for owner, name, _ in ALL_CHOICES]
)
def test_choices_have_the_glossary_s_labels(owner: str, name: str, members: Choices) -> None:
    entry = glossary.load()["models"].get(owner, {}).get("members", {}).get(name)
    assert entry, f"{owner}.{name} is missing from glossary.yaml"
    assert {code: str(member["vi"]) for code, member in entry.items()} == {code: label for code, _, label in members}


def test_the_search_finds_models_and_choices() -> None:
    assert len(_our_models()) >= 25
    assert len(ALL_CHOICES) >= 15


def test_glossary_names_nothing_that_is_gone() -> None:
    loaded = glossary.load()["models"]
    present = {model.__name__ for model in _our_models()} | {owner for owner, _, _ in _enums()}
    assert set(loaded) == present
    listed = {(model, name) for model, entry in loaded.items() for name in entry.get("members", {})}
    assert listed == {(owner, name) for owner, name, _ in ALL_CHOICES}


def test_every_entry_is_complete() -> None:
    loaded = glossary.load()
    entries = [*loaded["models"].items(), *loaded["words"].items()]
    entries += [
        (code, member)
        for _, entry in loaded["models"].items()
        for list_ in entry.get("members", {}).values()
        for code, member in list_.items()
    ]
    for code, entry in entries:
        assert entry["vi"] and entry["en"], code
        assert str(entry["means"]).endswith("."), f"{code}: the meaning is a sentence"


def test_written_glossary_is_current() -> None:
    assert glossary.TARGET.read_text(encoding="utf8") == glossary.render(), "run: python -m tools.glossary"
