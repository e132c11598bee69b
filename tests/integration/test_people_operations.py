"""Writing people one at a time: facts that are superseded, deaths that end mandates, accounts that follow the funnel."""

import datetime

import pytest

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import limited, put_on
from ansinh.people import operations, queries
from ansinh.people.models import Circumstance, FinancialAddress, Mandate, Person, ProtectedCondition

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 2, 8, tzinfo=datetime.UTC)
DAY = datetime.date
BORN = datetime.date(1986, 5, 2)


def _area(code: str = "19777") -> int:
    return office.find_commune(code, AT.date()).id


def _person(
    name: str = "Nguyễn Thị Đào",
    *,
    born: datetime.date = BORN,
    area: str = "19777",
    national_id: str | None = None,
) -> int:
    operations.load_banks()
    return operations.record_person(
        by="t", at=AT, full_name=name, sex="female", birth_date=born, area_id=_area(area), national_id=national_id
    )


def _reason(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.reason


@pytest.mark.parametrize(
    ("number", "born", "reason"),
    [
        ("046186000017", DAY(1987, 5, 2), "national_id_contradicts"),
        ("046086000017", DAY(1986, 5, 2), "national_id_contradicts"),
        ("12", DAY(1986, 5, 2), "national_id_invalid"),
        (None, DAY(2027, 1, 1), "birth_date_impossible"),
    ],
)
def test_an_impossible_person_is_refused(number: str | None, born: datetime.date, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        _person(born=born, national_id=number)
    assert _reason(refused) == reason


def test_one_national_id_belongs_to_one_person() -> None:
    _person(national_id="046186000017")
    with pytest.raises(Refused) as refused:
        _person("Người Khác", national_id="046186000017")
    assert _reason(refused) == "national_id_taken"


def test_a_national_id_of_another_commune_is_refused_in_words_too() -> None:
    _person(national_id="046186000017", area="19789")
    put_on(limited("xã", [_area()]))
    with pytest.raises(Refused) as refused:
        _person(national_id="046186000017")
    assert _reason(refused) == "national_id_taken", "the fence hides the other person, the refusal must not be a crash"
    assert Person.objects.count() == 0


def test_the_day_is_vietnam_s_not_greenwich_s() -> None:
    early = datetime.datetime(2026, 11, 1, 23, 30, tzinfo=datetime.UTC)
    person = _person()
    operations.record_death(by="t", at=early, person_id=person, death_date=DAY(2026, 11, 2))
    operations.set_financial_address(by="t", at=early, person_id=person, state="NOT_OPENED")
    assert queries.addresses_of(person)[0].valid_from == DAY(2026, 11, 2)


def test_a_new_fact_supersedes_what_it_covers_and_repeats_what_it_leaves() -> None:
    person = _person()
    operations.record_circumstance(
        by="t", at=AT, person_id=person, kind="disability", value="severe", valid_from=DAY(2024, 1, 1)
    )
    later = AT + datetime.timedelta(days=1)
    operations.record_circumstance(
        by="t",
        at=later,
        person_id=person,
        kind="disability",
        value="extremely_severe",
        valid_from=DAY(2026, 1, 1),
        valid_to=DAY(2026, 7, 1),
    )
    standing = (
        Circumstance.objects.filter(superseded_at=None)
        .order_by("valid_from")
        .values_list("value", "valid_from", "valid_to")
    )
    assert list(standing) == [
        ("severe", DAY(2024, 1, 1), DAY(2026, 1, 1)),
        ("extremely_severe", DAY(2026, 1, 1), DAY(2026, 7, 1)),
        ("severe", DAY(2026, 7, 1), None),
    ]
    known_before = Circumstance.objects.filter(recorded_at__lte=AT).values_list(
        "value", "valid_from", "valid_to", "superseded_at"
    )
    assert list(known_before) == [("severe", DAY(2024, 1, 1), None, later)], "as known the day before"


def test_hiv_goes_to_the_protected_table_and_leaves_no_value_in_the_trail() -> None:
    person = _person()
    operations.record_circumstance(
        by="t", at=AT, person_id=person, kind="hiv", value="true", valid_from=DAY(2026, 1, 1)
    )
    assert ProtectedCondition.objects.get().value == "true"
    assert Circumstance.objects.count() == 0
    assert [row.kind for row in queries.person_file(person).circumstances] == ["hiv"]
    put_on(limited("xã", [_area()]))
    assert queries.person_file(person).circumstances == [], "a scope without the permission sees nothing of it"


def test_a_death_ends_mandates_and_is_recorded_once() -> None:
    old, carer = _person(), _person("Trần Thị Mai")
    operations.record_mandate(
        by="t",
        at=AT,
        beneficiary_id=old,
        payee_id=carer,
        kind="delegate",
        document="Giấy uỷ quyền số 1",
        valid_from=DAY(2026, 1, 1),
    )
    for _ in range(2):
        operations.record_death(by="t", at=AT, person_id=carer, death_date=DAY(2026, 10, 30))
    assert Mandate.objects.get().valid_to == DAY(2026, 10, 31)
    assert queries.person_file(carer).death_recorded_at == AT
    with pytest.raises(Refused) as refused:
        operations.record_death(by="t", at=AT, person_id=carer, death_date=DAY(2026, 10, 29))
    assert _reason(refused) == "death_already_recorded"
    with pytest.raises(Refused) as refused:
        operations.record_death(by="t", at=AT, person_id=old, death_date=DAY(2026, 11, 3))
    assert _reason(refused) == "death_date_impossible"


def test_mandates_follow_each_other_and_name_a_grown_up_with_a_document() -> None:
    child, first, second = _person(born=DAY(2019, 1, 1)), _person("Bà Một"), _person("Bà Hai")
    given = {"by": "t", "at": AT, "beneficiary_id": child, "kind": "guardian", "document": "QĐ 5"}
    operations.record_mandate(**given, payee_id=first, valid_from=DAY(2026, 1, 1))
    operations.record_mandate(**given, payee_id=second, valid_from=DAY(2026, 6, 1))
    assert list(Mandate.objects.order_by("id").values_list("payee_id", "valid_to")) == [
        (first, DAY(2026, 6, 1)),
        (second, None),
    ]
    for changes, reason in (
        ({"payee_id": first, "valid_from": DAY(2026, 6, 1)}, "mandate_overlaps"),
        ({"payee_id": child, "valid_from": DAY(2026, 9, 1)}, "mandate_names_self"),
        ({"payee_id": _person("Bé", born=DAY(2015, 1, 1)), "valid_from": DAY(2026, 9, 1)}, "payee_is_minor"),
        ({"payee_id": first, "valid_from": DAY(2026, 9, 1), "document": " "}, "mandate_without_document"),
        ({"payee_id": first, "valid_from": DAY(2026, 9, 1), "valid_to": DAY(2026, 9, 1)}, "period_impossible"),
        ({"payee_id": first, "valid_from": DAY(2026, 9, 1), "kind": "friend"}, "mandate_kind_unknown"),
    ):
        with pytest.raises(Refused) as refused:
            operations.record_mandate(**(given | changes))
        assert _reason(refused) == reason


def test_an_address_follows_the_funnel_and_keeps_its_history() -> None:
    person = _person()
    move = {"by": "t", "at": AT, "person_id": person}
    operations.set_financial_address(**move, state="CANNOT_OPEN", reason="bedridden")
    operations.set_financial_address(**move, state="COLLECTED", bank_bin="970405", number="0123456789")
    with pytest.raises(Refused) as refused:
        operations.set_financial_address(**move, state="PAYING")
    assert _reason(refused) == "address_move_forbidden"
    operations.set_financial_address(**move, state="VERIFIED")
    operations.set_financial_address(**move, state="PAYING")
    rows = queries.addresses_of(person)
    assert [row.state for row in rows] == ["PAYING", "VERIFIED", "COLLECTED", "CANNOT_OPEN"]
    assert {(row.number, row.holder_name) for row in rows[:3]} == {("0123456789", "NGUYEN THI DAO")}
    assert rows[0].bank_name == "Agribank"


@pytest.mark.parametrize(
    ("state", "given", "reason"),
    [
        ("COLLECTED", {"bank_bin": "000000", "number": "0123456789"}, "bank_unknown"),
        ("COLLECTED", {"bank_bin": "970405", "number": "12"}, "account_invalid"),
        ("CANNOT_OPEN", {"reason": ""}, "reason_missing"),
        ("VERIFIED", {"bank_bin": "970405", "number": "0123456789"}, "address_move_forbidden"),
    ],
)
def test_an_impossible_address_is_refused(state: str, given: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        operations.set_financial_address(by="t", at=AT, person_id=_person(), state=state, **given)
    assert _reason(refused) == reason


def test_a_bank_answer_moves_many_addresses_once() -> None:
    ids = []
    for number, name in enumerate(("An", "Bình", "Chi")):
        person = _person(f"Người {name}")
        for state in ("COLLECTED", "VERIFIED"):
            ids.append(
                operations.set_financial_address(
                    by="t", at=AT, person_id=person, state=state, bank_bin="970405", number=f"012345678{number}"
                )
            )
    assert operations.mark_addresses(ids, "PAYING", by="t", at=AT) == 3
    assert operations.mark_addresses(ids, "PAYING", by="t", at=AT) == 0, "the same answer again"
    current = list(FinancialAddress.objects.filter(valid_to=None).values_list("id", flat=True))
    assert operations.mark_addresses(current[:1], "COLLECTED", by="t", at=AT) == 1
    assert sorted(FinancialAddress.objects.filter(valid_to=None).values_list("state", flat=True)) == [
        "COLLECTED",
        "PAYING",
        "PAYING",
    ]


def test_people_are_found_without_diacritics_by_number_and_only_in_scope() -> None:
    dao = _person(national_id="046186000017")
    _person("Trần Văn Nguyễn", area="19789")
    assert [row.id for row in queries.search_people("nguyen thi d")] == [dao]
    assert [row.id for row in queries.search_people("Đào")] == [dao], "a word inside the name"
    assert [row.id for row in queries.search_people("046186")] == [dao]
    assert queries.search_people("%") == queries.search_people("a") == queries.search_people("12") == []
    put_on(limited("xã", [_area("19789")]))
    assert [row.full_name for row in queries.search_people("nguyen")] == ["Trần Văn Nguyễn"]
    with pytest.raises(Refused) as refused:
        queries.person_file(dao)
    assert _reason(refused) == "person_unknown"
    with pytest.raises(Refused) as refused:
        operations.record_death(by="xã", at=AT, person_id=dao, death_date=DAY(2026, 10, 1))
    assert _reason(refused) == "person_unknown", "another commune's person cannot be touched"
    assert Person.objects.count() == 1


def test_the_funnel_counts_current_rows_only() -> None:
    person = _person()
    operations.set_financial_address(by="t", at=AT, person_id=person, state="NOT_OPENED")
    operations.set_financial_address(by="t", at=AT, person_id=person, state="CANNOT_OPEN", reason="refuses")
    assert queries.funnel([_area()]) == [queries.FunnelRow(_area(), "CANNOT_OPEN", "refuses", 1)]
