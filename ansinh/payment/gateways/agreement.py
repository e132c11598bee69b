"""Settings of a gateway as they are stored: every name known, every needed one there, or a refusal that says which."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from ansinh.base.refusals import Refused

T = TypeVar("T")


def read(kind: type[T], values: Mapping[str, Any], checks: Mapping[str, Callable[[Any], Any]]) -> T:
    """Return the settings of this dataclass; `checks` turns a stored value into the right one, or raises ValueError.

    Raises:
        Refused: `gateway_settings_invalid` naming what is missing, unknown or wrong.
    """
    # An unknown name is refused: a mistyped agreement would else silently fall back to its default.
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    missing = sorted(name for name, field in known.items() if field.default is MISSING and name not in values)
    unknown = sorted(values.keys() - known.keys())
    made, wrong = dict(values), []
    for name, check in checks.items():
        if name in made:
            try:
                made[name] = check(made[name])
            except (TypeError, ValueError):
                wrong.append(name)
    if missing or unknown or wrong:
        raise Refused(
            "gateway_settings_invalid",
            vi=f"Thông số cổng kết nối thiếu {missing}, có mục lạ {unknown} hoặc giá trị sai {wrong}. Hãy sửa lại.",
            en=f"The gateway settings lack {missing}, have unknown {unknown} or wrong {wrong}. Correct them.",
            missing=missing,
            unknown=unknown,
            wrong=wrong,
        )
    return kind(**made)
