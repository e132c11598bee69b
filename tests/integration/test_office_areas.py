"""Areas through time: what a code meant on a day, what replaced it, and who stands below whom."""

import datetime

import pytest

from ansinh.base.refusals import Refused
from ansinh.office import operations, queries, reference
from ansinh.office.models import Area, AreaSuccession

pytestmark = pytest.mark.usefixtures("database")
TODAY, BEFORE = datetime.date(2026, 11, 1), datetime.date(2025, 6, 30)


def test_loading_again_changes_nothing() -> None:
    before = list(Area.objects.order_by("id").values_list())
    assert operations.load_areas() == len(before) == 14_149
    assert list(Area.objects.order_by("id").values_list()) == before
    assert AreaSuccession.objects.count() == 10_602


def test_a_changed_reference_is_loaded_over_the_old_one() -> None:
    Area.objects.filter(code="19777", valid_from="2025-07-01").update(name="Sai")
    operations.record_setting(name="areas_sha256", value="cũ", by="t", at=datetime.datetime.now(datetime.UTC))
    operations.load_areas()
    assert queries.find_commune("19777", TODAY).name == "Phường Vỹ Dạ"


@pytest.mark.parametrize(("day", "provinces", "communes"), [(BEFORE, 63, 10_035), (TODAY, 34, 3_321)])
def test_the_country_before_and_after_the_reform(day: datetime.date, provinces: int, communes: int) -> None:
    standing = [u for u in reference.units() if (u.valid_from or "") <= day.isoformat() < (u.valid_to or "9999")]
    assert sum(u.level == "province" for u in standing) == provinces
    assert sum(u.level == "commune" for u in standing) == communes


def test_hue_has_133_communes_before_and_40_since() -> None:
    assert len(queries.communes_of("46", BEFORE)) == 133
    communes = queries.communes_of("46", TODAY)
    assert len(communes) == 40
    below = queries.descendants(queries.find_province("46", TODAY).id)
    assert set(below) == {c.id for c in communes} | {queries.find_province("46", TODAY).id}


def test_the_same_code_is_another_unit_at_another_time() -> None:
    old, new = queries.find_commune("19777", BEFORE), queries.find_commune("19777", TODAY)
    assert old.id != new.id
    assert queries.area(queries.area(old.parent_id or 0).id).level == "district"


@pytest.mark.parametrize(
    ("code", "told"),
    [("19792", "Phường Vỹ Dạ (19777)"), ("1977", "Phường Vỹ Dạ (19777)"), ("99999", ""), ("", ""), ("'; --", "")],
)
def test_an_unknown_commune_is_refused_with_what_helps(code: str, told: str) -> None:
    with pytest.raises(Refused) as refusal:
        queries.find_commune(code, TODAY)
    assert refusal.value.reason == "area_unknown"
    assert told in refusal.value.vi
    assert told in refusal.value.en


def test_a_former_province_names_its_successor() -> None:
    with pytest.raises(Refused) as refusal:
        queries.find_province("84", TODAY)
    assert "Tỉnh Vĩnh Long (86)" in refusal.value.vi
