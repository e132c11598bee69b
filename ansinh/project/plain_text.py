"""Turns an answer into lines for a person at a terminal; `--json` is for programs."""

from typing import Any

from ansinh.base.dong import format_dong, format_number


def _value(name: str, value: Any, is_english: bool) -> str:
    if isinstance(value, bool):
        return ("yes" if value else "no") if is_english else ("có" if value else "không")
    if isinstance(value, int):
        if name in {"year", "document", "example_person", "id", "seed", "person"} or name.endswith("_id"):
            # A name made of digits is not a quantity.
            return str(value)
        is_money = name.endswith("_dong") or "_dong_" in name
        if is_english:
            return f"{value:,} đồng" if is_money else f"{value:,}"
        return format_dong(value) if is_money else format_number(value)
    return "–" if value is None else str(value)


def _lines(answer: Any, indent: str, is_english: bool) -> list[str]:
    if isinstance(answer, dict):
        lines = []
        for name, value in answer.items():
            if isinstance(value, dict | list | tuple) and value:
                lines.append(f"{indent}{name}:")
                lines.extend(_lines(value, indent + "  ", is_english))
            else:
                told = "–" if isinstance(value, dict | list | tuple) else _value(name, value, is_english)
                lines.append(f"{indent}{name}: {told}")
        return lines
    lines = []
    for item in answer:
        if isinstance(item, dict):
            told = "; ".join(f"{name}: {_value(name, value, is_english)}" for name, value in item.items())
            lines.append(f"{indent}- {told}")
        else:
            lines.append(f"{indent}- {item}")
    return lines


def render(answer: dict[str, Any], *, is_english: bool = False) -> str:
    """Return the answer as indented lines, money and numbers in Vietnamese format, or as English writes them."""
    return "\n".join(_lines({name: value for name, value in answer.items() if name != "exit_status"}, "", is_english))
