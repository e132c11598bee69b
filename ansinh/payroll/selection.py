"""Which people a run is about: the communes of a province, or one commune. An empty selection pays nobody."""

from dataclasses import dataclass

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import queries as office


@dataclass(frozen=True)
class Selection:
    """The area of a run and the communes that lie in it, with the older units that they alone took over.

    Somebody who still lies in a unit of before a reform, because its household waits for a person's word, is paid by whoever
    took the unit over; a unit divided among several communes by the run of their province.
    """

    area_id: int
    area_code: str
    communes: tuple[int, ...]


def select(*, month: Month, province: str | None, area: str | None) -> Selection:
    """Return the communes asked for, in the units that exist in that month.

    Raises:
        Refused: `selection_missing` when neither is given, `area_unknown`, `empty_selection`.
    """
    if area:
        commune = office.find_commune(area, on=month.last_day)
        if province and commune.id not in {row.id for row in office.communes_of(province, on=month.last_day)}:
            raise Refused(
                "area_outside_province",
                vi=f"{commune.name} ({commune.code}) không thuộc tỉnh mang mã {province}. Hãy sửa lại --area hoặc bỏ --province.",
                en=f"Commune {commune.code} does not lie in province {province}. Correct --area or leave --province out.",
                area=commune.code,
                province=province,
            )
        selection = Selection(commune.id, commune.code, _with_former([commune.id]))
    elif province:
        unit = office.find_province(province, on=month.last_day)
        below = [row.id for row in office.communes_of(province, on=month.last_day)]
        selection = Selection(unit.id, unit.code, _with_former(below))
    else:
        raise Refused(
            "selection_missing",
            vi="Chưa chọn địa bàn. Hãy ghi --province MÃ_TỈNH hoặc --area MÃ_XÃ; không chọn thì không chi cho ai.",
            en="No area was chosen. Give --province CODE or --area CODE; an empty choice pays nobody.",
        )
    if not selection.communes:
        raise empty_selection(selection.area_code, month)
    return selection


def _with_former(communes: list[int]) -> tuple[int, ...]:
    return (*communes, *office.former_units(communes))


def empty_selection(area_code: str, month: Month) -> Refused:
    """Return the refusal for a selection without beneficiaries."""
    return Refused(
        "empty_selection",
        vi=f"Địa bàn {area_code} không có đối tượng nào có quyết định hưởng trong tháng {month.vi}, nên không lập kỳ chi trả.",
        en=f"Area {area_code} has no beneficiary with a decision in {month}; no payroll was made.",
        area=area_code,
        month=str(month),
    )
