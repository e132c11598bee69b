"""The page that tries out a change of law: an amount from a month on, or a pasted draft; it writes nothing.

A pasted text is hostile until proven otherwise: short, read by the strict reader, and asked only by those who may see
people anyway. The fence of health data stays shut, so what rests on them alone is not counted here.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ansinh.base.dong import format_number
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.simulation import Trial, simulate
from ansinh.law.drafts import lay_over, province_of
from ansinh.law.kept import kept_law
from ansinh.law.reading import Value, parse_yaml
from ansinh.office import queries as office
from ansinh.reports import simulating
from ansinh.reports.explaining import NEUTRAL_BENEFITS
from ansinh.web import access
from ansinh.web.access import for_roles

LONGEST_DRAFT = 20_000
_PASTED = Path("du-thao.yaml")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Form:
    """What was typed into the form."""

    parameter: str = "base_standard"
    value: str = ""
    month: str = ""
    length: str = "1"
    draft: str = ""

    @property
    def first_month(self) -> Month:
        """Return the first month that is tried out."""
        return Month.parse(self.month)

    def months(self) -> tuple[Month, ...]:
        """Return one month, or twelve."""
        return tuple(self.first_month.until(self.first_month.plus(11 if self.length == "12" else 0)))

    def change(self) -> Value:
        """Return the change: the pasted draft when there is one, else the amount.

        Raises:
            Refused: `draft_too_long`, `amount_invalid`; `law_invalid` with the line of the draft.
        """
        if len(self.draft) > LONGEST_DRAFT:
            raise Refused(
                "draft_too_long",
                vi=f"Dự thảo dài quá {LONGEST_DRAFT} ký tự. Hãy bỏ bớt những gì không thay đổi.",
                en=f"The draft is longer than {LONGEST_DRAFT} characters. Leave out what does not change.",
            )
        if self.draft.strip():
            return parse_yaml(self.draft, _PASTED)
        labels = _parameters()
        amount = self.value.replace(".", "").replace(" ", "")
        if not re.fullmatch(r"[1-9][0-9]{0,11}", amount) or self.parameter not in labels:
            raise Refused(
                "amount_invalid",
                vi="Hãy chọn một mức và ghi số tiền mới bằng chữ số, ví dụ 600.000.",
                en="Choose a level and write the new amount in digits, like 600.000.",
            )
        return parse_yaml(
            f'title: "{labels[self.parameter]}: {format_number(int(amount))} đồng"\nparameters:\n  - parameter: {self.parameter}\n'
            f"    value_dong: {amount}\n    applies_from: {self.first_month}\n",
            _PASTED,
        )


def _parameters() -> dict[str, str]:
    """Return the names and labels of the amounts that the form offers."""
    language = get_language() or "vi"
    versions = kept_law().packages[0].parameters
    return {version.name: version.label.of(language) for version in versions}


def _province_of_reader(area_id: int | None) -> str:
    while area_id is not None:
        row = office.area(area_id)
        if row.level == "province":
            return row.code
        area_id = row.parent_id
    return ""


def _tried(request: HttpRequest, form: Form) -> dict[str, Any]:
    member = request.staff  # type: ignore[attr-defined]
    change, months = form.change(), form.months()
    province, own = province_of(change), _province_of_reader(member.area_id)
    if province and province != own:
        raise Refused(
            "province_differs",
            vi=f"Dự thảo là của tỉnh {province}; trang này chỉ mô phỏng cho tỉnh của bạn.",
            en=f"The draft is one of province {province}; this page simulates for your own province only.",
        )
    areas = office.every_commune() if member.area_id is None else office.descendants(member.area_id)
    draft = lay_over(change, first_month=months[0])
    return simulate(Trial(draft, months, areas, timezone.localtime(), NEUTRAL_BENEFITS))


@for_roles(access.SIMULATION_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def simulation_page(request: HttpRequest) -> HttpResponse:
    """Show the form; asked to, try the change out and show whom it would touch and what it would cost."""
    language = get_language() or "vi"
    may_paste = request.staff.role in access.PERSON_ROLES  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "may_paste": may_paste,
        "from_laws": request.staff.role in access.LAW_ROLES,
        "parameters": _parameters(),
        "longest": LONGEST_DRAFT,
    }
    form = Form(month=str(Month.of(timezone.localdate()).plus(1)))
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in ("parameter", "value", "month", "length", "draft")}
        # A leader sees figures, never a person, and a draft can be written so that its figure is one person's.
        form = Form(**(said if may_paste else {**said, "draft": ""}))
        try:
            answer = _tried(request, form)
        except Refused as refusal:
            return render(request, "web/simulation.html", {**context, "form": form, "error": refusal.message(language)})
        if "xlsx" in request.POST:
            name = f"mo-phong-{answer['months'][0]['month']}.xlsx"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(simulating.workbook(answer, language), content_type=_XLSX, headers=headers)
        context |= _shown(answer, language)
    return render(request, "web/simulation.html", {**context, "form": form})


def _shown(answer: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "title": answer["title"],
        "domains": ", ".join(kept_law().package(name).title.of(language) for name in answer["domains"]),
        "warnings": [warning[language] for warning in answer["warnings"]],
        "note": answer["note"][language],
        "tables": simulating.tables(answer, language),
        # Every word in it was escaped where the picture was made.
        "picture": mark_safe(simulating.picture(answer, language)),
        "explained": _("Số liệu phân tổ là của tháng cuối cùng:") + f" {answer['breakdown_month']}",
    }
