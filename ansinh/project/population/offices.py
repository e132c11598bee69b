"""Agencies, staff, the sandbox provider and the invented hardship areas of the generated province.

One-time passwords are random, shown once, and stored only as hashes.
"""

import datetime

from django.db import connection

from ansinh.office import operations
from ansinh.office.models import Agency, Hardship, Staff
from ansinh.office.staging import stage
from ansinh.payment.models import PaymentServiceProvider
from ansinh.project.population import special
from ansinh.project.population.places import Places

PROVIDER = "SANDBOX"
_HARDSHIP_DOCUMENT = "Dữ liệu giả lập: địa bàn đặc biệt khó khăn để trình diễn"


def write_hardship(places: Places) -> int:
    """Write the mountain communes as areas of special hardship since the regime began, and return how many."""
    areas = places.area_ids[places.is_mountain].tolist()
    # Open-ended and from the beginning, so that no arrears hang on a gap which nobody decreed.
    since = datetime.date(2021, 7, 1)
    Hardship.objects.bulk_create(
        Hardship(area_id=area, valid_from=since, document=_HARDSHIP_DOCUMENT) for area in areas
    )
    return len(areas)


def write_provider() -> None:
    """Write the sandbox bank as a provider; how to reach it is filled in by whoever starts it."""
    PaymentServiceProvider.objects.get_or_create(
        code=PROVIDER, defaults={"name": "Ngân hàng thử nghiệm", "gateway": "sftp_iso20022", "settings": {}}
    )


def write_agencies(places: Places, at: datetime.datetime) -> dict[str, int]:
    """Write the department, the leaders' office, the auditors, and every commune, and return ids by role or code."""
    province = places.province
    named = {
        "department": (f"Sở Y tế {province.name}", Agency.Kind.DEPARTMENT),
        "leader": (f"Uỷ ban nhân dân {province.name}", Agency.Kind.DEPARTMENT),
        "auditor": (f"Thanh tra {province.name}", Agency.Kind.AUDIT),
        "provider": (f"Ngân hàng thử nghiệm, chi nhánh {province.name}", Agency.Kind.PROVIDER),
    }
    found = {
        key: operations.create_agency(name=name, kind=kind, area_id=province.id, by="system", at=at)
        for key, (name, kind) in named.items()
    }
    # Communes in one statement: a province has up to a hundred and more. An office that is there already stays as it
    # is.
    rows = [(f"UBND {unit.name}, {province.name}", Agency.Kind.COMMUNE.value, unit.id) for unit in places.communes]
    stage("seed_agencies", (("name", "text"), ("kind", "text"), ("area_id", "int")), rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_agency (name, kind, area_id) SELECT name, kind, area_id FROM seed_agencies ON CONFLICT (name) DO NOTHING"
        )
    communes = Agency.objects.filter(kind=Agency.Kind.COMMUNE, area_id__in=places.area_ids.tolist()).select_related(
        "area"
    )
    return found | {agency.area.code: agency.id for agency in communes if agency.area}


def write_staff(places: Places, agencies: dict[str, int], at: datetime.datetime) -> list[dict[str, str]]:
    """Write the people of the demonstration and return their sign-in names with one-time passwords."""
    role = Staff.Role
    wanted = [
        ("chuyenvien", "Chuyên viên Sở", role.DEPARTMENT_OFFICER, agencies["department"]),
        ("pheduyet", "Lãnh đạo Sở", role.DEPARTMENT_APPROVER, agencies["department"]),
        ("thanhtra", "Thanh tra viên", role.AUDITOR, agencies["auditor"]),
        ("lanhdao", "Lãnh đạo tỉnh", role.LEADER, agencies["leader"]),
        ("soanluat", "Người soạn luật", role.LAW_AUTHOR, agencies["department"]),
        ("thamdinh", "Người thẩm định pháp lý", role.LEGAL_REVIEWER, agencies["department"]),
    ]
    # Three communes that differ: the example's, a mountain one, one in the middle. Not all of them: every password is
    # hashed slowly on purpose, and nobody tries forty sign-ins.
    mountains = [i for i, is_mountain in enumerate(places.is_mountain.tolist()) if is_mountain]
    positions = dict.fromkeys([places.position(special.EXAMPLE_COMMUNE), *mountains[:1], len(places.communes) // 2])
    for unit in (places.communes[position] for position in positions):
        wanted.append((f"xa{unit.code}", f"Cán bộ {unit.name}", role.COMMUNE_OFFICER, agencies[unit.code]))
    return [
        {
            "username": username,
            "role": wanted_role.value,
            "one_time_password": operations.create_staff(
                by="system", username=username, full_name=full_name, role=wanted_role.value, agency=agency, at=at
            ),
        }
        for username, full_name, wanted_role, agency in wanted
    ]
