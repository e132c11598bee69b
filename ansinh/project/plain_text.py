"""Turns an answer into lines for a person at a terminal; `--json` is for programs."""

from typing import Any

from ansinh.base.dong import format_dong, format_number


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, int):
        if name in {"year", "document", "example_person", "id", "seed", "person"} or name.endswith("_id"):
            # A name made of digits is not a quantity.
            return str(value)
        return format_dong(value) if name.endswith("_dong") or "_dong_" in name else format_number(value)
    return "–" if value is None else str(value)


def _lines(answer: Any, indent: str) -> list[str]:
    if isinstance(answer, dict):
        lines = []
        for name, value in answer.items():
            if isinstance(value, dict | list | tuple) and value:
                lines.append(f"{indent}{name}:")
                lines.extend(_lines(value, indent + "  "))
            else:
                lines.append(
                    f"{indent}{name}: {_value(name, value) if not isinstance(value, dict | list | tuple) else '–'}"
                )
        return lines
    lines = []
    for item in answer:
        if isinstance(item, dict):
            lines.append(indent + "- " + "; ".join(f"{name}: {_value(name, value)}" for name, value in item.items()))
        else:
            lines.append(f"{indent}- {item}")
    return lines


def render(answer: dict[str, Any]) -> str:
    """Return the answer as indented lines, money and numbers in Vietnamese format."""
    return "\n".join(_lines({name: value for name, value in answer.items() if name != "exit_status"}, ""))
