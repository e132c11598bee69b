"""The pages without a browser: who may open what, what never shows, what a second click does."""

import datetime
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import operations as office_operations
from ansinh.office import queries as office
from ansinh.office.security import everything, put_on
from ansinh.reports import queries as reports
from ansinh.reports.publication import publish
from ansinh.web import assets, bubble_map
from ansinh.web.templatetags import ansinh as filters
from ansinh.web.urls import urlpatterns
from tests.integration.test_reports import PHU_XUAN, VY_DA, Books, coverage_report

OWN_PASSWORD = "một con vịt xoè ra hai cái cánh"
NOW = datetime.datetime(2026, 11, 15, 8, tzinfo=datetime.UTC)
OPEN_PAGES = {
    "",
    "suc-khoe/",
    "dang-nhap/",
    "dang-xuat/",
    "ngon-ngu/",
    "cong-khai/",
    "dang-nhap/dich-vu/",
    "dang-nhap/dich-vu/ve/",
}
MONTH = "2026-11"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


@pytest.fixture
def books(database: None) -> Books:
    return Books()


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with override("vi"):
        yield


def _staff(books: Books, role: str, area: str = "46") -> str:
    """Create a member of staff whose password is already their own, and return the sign-in name."""
    agency = office_operations.create_agency(
        name=f"Cơ quan {area} {role}", kind="department", area_id=books.area(area), by="t", at=NOW
    )
    username = f"{role}.{area}"
    office_operations.create_staff(by="t", username=username, full_name="Người Thử", role=role, agency=agency, at=NOW)
    office_operations.set_password(by=username, username=username, password=OWN_PASSWORD, at=NOW)
    return username


def _signed_in(books: Books, role: str, area: str = "46") -> Client:
    """Return a browser in which somebody of this role works; the way through the sign-in has tests of its own."""
    agency = office_operations.create_agency(
        name=f"Cơ quan {area} {role}", kind="department", area_id=books.area(area), by="t", at=NOW
    )
    member = get_user_model().objects.create(
        username=f"{role}.{area}", full_name="Người Thử", role=role, agency_id=agency, must_change_password=False
    )
    client = Client()
    client.force_login(member, backend=BACKEND)
    return client


def _line(
    run: int, person: int, place: int, benefit: str, month: str, due: int, *, kind: str = "regular", before: int = 0
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payroll_payrollline (run_id, person_id, benefit, for_month, kind, rule, entitled_dong,"
            " settled_before_dong, amount_dong, area_id) VALUES (%s, %s, %s, %s, %s, '', %s, %s, %s, %s)",
            [run, person, benefit, month, kind, due, before, due - before, place],
        )


def _see_everything() -> None:
    # The client's request leaves its own sight on this test's transaction.
    put_on(everything("tests", protected=True))


# ── who may open what ────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_page_but_the_open_ones_answers_without_a_sign_in(database: None) -> None:
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if route in OPEN_PAGES:
            continue
        address = "/" + re.sub(
            r"<\w+:(\w+)>",
            lambda found: {"person_id": "1", "list_id": "1", "unit_id": "1", "pair_id": "1", "event_id": "1"}.get(
                found[1], "x"
            ),
            route,
        )
        answer = Client().get(address)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/dang-nhap/"), address


def test_open_pages_answer_and_the_health_page_says_ok(database: None) -> None:
    assert Client().get("/suc-khoe/").content == b"ok"
    assert Client().get("/dang-nhap/").status_code == 200
    assert "Chưa có kỳ chi trả" in Client().get("/cong-khai/").content.decode()
    assert Client().get("/").headers["Location"] == "/cong-khai/"


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        ("provider_officer", "/nguoi/", 403),
        ("provider_officer", "/ky-chi-tra/", 403),
        ("leader", "/nguoi/", 403),
        ("leader", "/ky-chi-tra/", 200),
        ("administrator", "/nguoi/", 403),
        ("auditor", "/nguoi/", 200),
    ],
)
def test_a_role_opens_its_own_pages_alone(books: Books, role: str, address: str, status: int) -> None:
    assert _signed_in(books, role).get(address).status_code == status


def test_a_person_of_another_commune_is_not_found(books: Books) -> None:
    own, other = books.person(VY_DA, "PAYING"), books.person(PHU_XUAN, "PAYING")
    client = _signed_in(books, "commune_officer", VY_DA)
    assert client.get(f"/nguoi/{own}/").status_code == 200
    assert client.get(f"/nguoi/{other}/").status_code == 404
    assert client.get("/nguoi/99999999999999999999999/").status_code == 404
    found = client.get("/nguoi/", {"q": "nguyễn thị thử"}).content.decode()
    assert f"/nguoi/{own}/" in found
    assert f"/nguoi/{other}/" not in found


def test_the_public_page_is_summed_again_after_a_minute_however_often_it_is_asked_for(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    cache.clear()
    figures = publish(coverage_report((30, 20, 10), (20, 10, 10)))
    asked: list[float] = []
    monkeypatch.setattr(reports, "published", lambda: asked.append(now) or figures)
    for seconds in (0, 40, 40):
        now += seconds
        assert Client().get("/cong-khai/").status_code == 200
    cache.clear()
    assert len(asked) == 2, "the second reader must not put off the minute of the first"


def test_that_somebody_looked_at_a_person_is_kept(books: Books) -> None:
    person = books.person(VY_DA)
    _signed_in(books, "auditor").get(f"/nguoi/{person}/")
    _see_everything()
    assert [(row.by, row.action) for row in office.audit_trail(f"person:{person}")] == [("auditor.46", "person_viewed")]


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_one_time_password_opens_nothing_but_its_own_change(books: Books) -> None:
    agency = office_operations.create_agency(name="Sở", kind="department", area_id=books.area("46"), by="t", at=NOW)
    one_time = office_operations.create_staff(
        by="t", username="moi", full_name="Người Mới", role="auditor", agency=agency, at=NOW
    )
    client = Client()
    assert client.post("/dang-nhap/", {"ten": "moi", "mat_khau": one_time}).headers["Location"] == "/doi-mat-khau/"
    assert client.get("/ky-chi-tra/").headers["Location"] == "/doi-mat-khau/"
    change = {"mat_khau_cu": one_time, "mat_khau": OWN_PASSWORD, "mat_khau_lai": "khác"}
    assert "không giống nhau" in client.post("/doi-mat-khau/", change).content.decode()
    same = {"mat_khau_cu": one_time, "mat_khau": one_time, "mat_khau_lai": one_time}
    assert client.post("/doi-mat-khau/", same).status_code == 403
    assert client.post("/doi-mat-khau/", change | {"mat_khau_lai": OWN_PASSWORD}).status_code == 302
    assert client.get("/ky-chi-tra/").status_code == 200
    assert Client().post("/dang-nhap/", {"ten": "moi", "mat_khau": one_time}).status_code == 403


def test_a_zero_byte_is_a_wrong_name_like_any_other(books: Books) -> None:
    client = Client()
    wrong = client.post("/dang-nhap/", {"ten": "khong.co", "mat_khau": "sai"})
    odd = client.post("/dang-nhap/", {"ten": "kh\0ong", "mat_khau": "sai"})
    assert (odd.status_code, wrong.status_code) == (403, 403)
    assert "không đúng" in odd.content.decode()
    auditor = _signed_in(books, "auditor")
    for address in ("/nguoi/?q=%00", f"/ky-chi-tra/{MONTH}/%00/tam-giu/", f"/do-phu/{MONTH}/?tinh=%00"):
        assert auditor.get(address).status_code == 404, address


def test_twelve_digits_are_no_password(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        office_operations.set_password(by="t", username=_staff(books, "auditor"), password="904518273645", at=NOW)
    assert refused.value.reason == "password_too_weak"


def test_the_sign_in_answers_to_head(database: None) -> None:
    assert Client().head("/dang-nhap/").status_code == 200


def test_a_closed_door_is_no_breakdown_in_the_log(books: Books, caplog: pytest.LogCaptureFixture) -> None:
    assert _signed_in(books, "leader").get("/nguoi/").status_code == 403
    assert [record for record in caplog.records if record.exc_info] == []


def test_guessing_is_stopped_even_when_the_sixth_guess_is_right(books: Books) -> None:
    username, client = _staff(books, "auditor"), Client()
    for _ in range(5):
        assert client.post("/dang-nhap/", {"ten": username, "mat_khau": "sai"}).status_code == 403
    assert client.post("/dang-nhap/", {"ten": username, "mat_khau": OWN_PASSWORD}).status_code == 403


def test_a_new_password_ends_every_other_session(books: Books) -> None:
    username, client = _staff(books, "auditor"), Client()
    client.post("/dang-nhap/", {"ten": username, "mat_khau": OWN_PASSWORD})
    assert client.get("/ky-chi-tra/").status_code == 200
    office_operations.set_password(by="auditor.46", username="auditor.46", password="mùa xuân là tết trồng cây", at=NOW)
    assert client.get("/ky-chi-tra/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(books: Books) -> None:
    client = _signed_in(books, "auditor")
    assert client.get("/dang-xuat/").status_code == 405
    client.post("/dang-xuat/")
    assert client.get("/nguoi/").status_code == 302


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_no_foreign_address_is_ever_gone_to(books: Books, wanted: str) -> None:
    username = _staff(books, "auditor")
    answer = Client().post("/dang-nhap/", {"ten": username, "mat_khau": OWN_PASSWORD, "tiep": wanted})
    assert answer.headers["Location"] == "/"
    assert Client().post("/ngon-ngu/", {"ngon_ngu": "en", "tiep": wanted}).headers["Location"] == "/"


def test_writing_needs_the_token_of_our_own_form(database: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/dang-nhap/", {"ten": "a", "mat_khau": "b"})
    assert answer.status_code == 403
    assert "mở quá lâu" in answer.content.decode()


def test_where_nobody_is_paid_nobody_is_said_to_have_an_account(books: Books) -> None:
    run = books.run()
    books.item(run, books.person(PHU_XUAN, "PAYING"), PHU_XUAN, due=540_000, paid=540_000, status="PAID")
    page = _signed_in(books, "commune_officer", VY_DA).get(f"/do-phu/{MONTH}/").content.decode()
    assert "Chưa có người nhận tiền nào" in page
    assert "Ai cũng có tài khoản" not in page


# ── the second person's yes ──────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_approver_may_approve_and_a_stale_page_is_refused(books: Books) -> None:
    run = books.run(state="CHECKED")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payroll_payrollrun SET sha256 = %s WHERE id = %s", ["a" * 64, run])
    address = f"/ky-chi-tra/{MONTH}/{MONTH}-46-01/duyet/"
    assert _signed_in(books, "department_officer").get(address).status_code == 403
    approver = _signed_in(books, "department_approver")
    page = approver.get(address).content.decode()
    assert "a" * 64 in page
    stale = approver.post(address, {"sha256": "b" * 64})
    assert stale.status_code == 409
    assert "tính lại sau khi bạn mở trang" in stale.content.decode()
    # The figures of this run were written by hand and do not match its lines: the operation itself refuses too.
    refused = approver.post(address, {"sha256": "a" * 64}, headers={"HX-Request": "true"})
    assert "Tổng kiểm soát" in refused.content.decode()
    _see_everything()
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, approved_by FROM payroll_payrollrun WHERE id = %s", [run])
        assert cursor.fetchone() == ("CHECKED", "")


def test_acts_and_runs_that_do_not_exist_are_not_found(books: Books) -> None:
    books.run()
    client = _signed_in(books, "department_approver")
    for address in (
        f"/ky-chi-tra/{MONTH}/{MONTH}-46-01/xoa/",
        "/ky-chi-tra/2026-10/2026-11-46-01/duyet/",
        f"/ky-chi-tra/{MONTH}/khong-co/duyet/",
        "/ky-chi-tra/2026-13/",
        "/khong-co-trang-nay/",
        f"/ky-chi-tra/{MONTH}/{MONTH}-46-01/tam-giu/?sau=x",
    ):
        assert client.get(address).status_code == 404, address


def test_held_people_are_paged_and_their_list_tells_no_benefit(books: Books) -> None:
    def hold(run: int) -> None:
        for _ in range(30):
            books.hold(run, VY_DA, 540_000)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE payroll_payrollhold SET reason = 'needs_verification', detail = 'K8, K3'")

    books.run(fill=hold)
    client = _signed_in(books, "department_officer")
    address = f"/ky-chi-tra/{MONTH}/{MONTH}-46-01/tam-giu/"
    first = client.get(address).content.decode()
    assert first.count("Nguyễn Thị Thử") == 25
    assert not re.search(r"\bK8\b", first)
    after = re.search(r"sau=(\d+)", first)
    assert after
    assert client.get(address, {"sau": after[1]}).content.decode().count("Nguyễn Thị Thử") == 5


# ── what never shows ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "area"), [("department_officer", "46"), ("commune_officer", VY_DA), ("auditor", "46")]
)
def test_a_page_never_tells_a_health_status(books: Books, role: str, area: str) -> None:
    person, place = books.person(VY_DA, "PAYING"), books.area(VY_DA)
    books.run(fill=lambda run: _line(run, person, place, "K8", "2026-11-01", 810_000))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_protectedcondition (person_id, kind, value, area_id, valid_from, recorded_at)"
            " VALUES (%s, 'hiv', 'true', %s, '2020-01-01', %s)",
            [person, place, NOW],
        )
        cursor.execute(
            "INSERT INTO entitlement_decision (person_id, benefit, number, signed_on, start_month, area_id, recorded_at)"
            " VALUES (%s, 'K8', '8/QĐ', '2022-01-01', '2022-01-01', %s, %s)",
            [person, place, NOW],
        )
    page = _signed_in(books, role, area).get(f"/nguoi/{person}/").content.decode()
    assert "810.000" in page
    assert "Trợ cấp xã hội hằng tháng" in page
    # As words: the random token of the page's forms may hold the letters by chance.
    assert not re.search(r"\b(HIV|K8)\b", page)


def test_the_page_says_amount_clause_and_reason(books: Books) -> None:
    person, place = books.person(VY_DA, "PAYING", born="1985-05-01"), books.area(VY_DA)
    books.run(
        fill=lambda run: (
            _line(run, person, place, "K6", "2026-11-01", 810_000),
            _line(run, person, place, "K6", "2026-10-01", 810_000, kind="arrears", before=750_000),
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_circumstance (person_id, kind, value, area_id, valid_from, source, recorded_at)"
            " VALUES (%s, 'disability', 'severe', %s, '2020-01-01', 'Giấy xác nhận 12', %s)",
            [person, place, NOW],
        )
        cursor.execute(
            "INSERT INTO entitlement_decision (person_id, benefit, number, signed_on, start_month, area_id, recorded_at)"
            " VALUES (%s, 'K6', '6/QĐ', '2022-01-01', '2022-01-01', %s, %s)",
            [person, place, NOW],
        )
    page = _signed_in(books, "commune_officer", VY_DA).get(f"/nguoi/{person}/").content.decode()
    for words in (
        "810.000\u00a0đồng",
        "60.000\u00a0đồng",
        "870.000\u00a0đồng",
        "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e",
        "1,5 × 540.000",
        "Giấy xác nhận 12",
        "Truy lĩnh",
    ):
        assert words in page, re.sub(r"<[^>]+>|\s+", " ", page[page.index("<main") :])
    assert "đã thay đổi sau khi tính" not in page
    _see_everything()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_circumstance SET value = 'extremely_severe' WHERE person_id = %s", [person])
    later = Client()
    later.force_login(get_user_model().objects.get(username=f"commune_officer.{VY_DA}"), backend=BACKEND)
    # What was paid stays as it was paid; that the facts say otherwise now is said beside it.
    page = later.get(f"/nguoi/{person}/").content.decode()
    assert "đã thay đổi sau khi tính" in page
    assert "870.000\u00a0đồng" in page
    assert "= 810.000" not in page


# ── languages, formats, safety of the page ───────────────────────────────────────────────────────────────────────────


def _words() -> set[str]:
    found: set[str] = set()
    for path in assets.WEB.rglob("*.html"):
        found |= {
            one or two for one, two in re.findall(r"""\{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""", path.read_text())
        }
    for path in assets.WEB.glob("*.py"):
        found |= set(re.findall(r"""\b(?:_|noop)\(\s*"([^"]+)"\)?""", path.read_text(encoding="utf8")))
    return found


def test_every_word_of_the_pages_has_its_english() -> None:
    assets.compile_catalogue()
    with override("en"):
        from django.utils.translation import gettext  # noqa: PLC0415 - only inside the chosen language

        missing = sorted(word for word in _words() if gettext(word) == word)
    assert not missing


def test_the_language_is_the_readers_choice_not_the_browsers(database: None) -> None:
    client = Client(headers={"Accept-Language": "en"})
    assert '<html lang="vi"' in client.get("/dang-nhap/").content.decode()
    answer = client.post("/ngon-ngu/", {"ngon_ngu": "en", "tiep": "/dang-nhap/"})
    assert answer.headers["Location"] == "/dang-nhap/"
    page = client.get("/dang-nhap/").content.decode()
    assert '<html lang="en"' in page
    assert "Sign in" in page
    assert client.post("/ngon-ngu/", {"ngon_ngu": "xx"}).status_code == 400


def test_templates_hold_no_inline_script_or_style() -> None:
    for path in Path(assets.WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path.name


def test_headers_keep_a_page_to_itself(books: Books) -> None:
    answer = _signed_in(books, "auditor").get("/nguoi/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_numbers_and_days_as_officers_write_them() -> None:
    assert filters.dong(1_234_567) == "1.234.567\u00a0đồng"
    assert filters.dong(None) == "–"
    assert filters.number(-1_000) == "-1.000"
    assert filters.percent("52.00") == "52,00\u00a0%"
    assert filters.day(datetime.date(2026, 3, 9)) == "09/03/2026"
    # Midnight in Vietnam is still the day before in Greenwich.
    assert filters.instant(datetime.datetime(2026, 11, 14, 17, 30, tzinfo=datetime.UTC)) == "15/11/2026 00:30"
    assert filters.day(timezone.make_aware(datetime.datetime(2026, 11, 15, 0, 30))) == "15/11/2026"


def test_bubbles_do_not_cover_one_another_and_stay_inside() -> None:
    communes = office_points()
    drawn = bubble_map.bubbles(communes)
    assert len(drawn) == len(communes)
    for place, one in enumerate(drawn):
        assert one.radius <= one.x <= bubble_map.WIDTH - one.radius
        assert one.radius <= one.y <= bubble_map.HEIGHT - one.radius
        for other in drawn[:place]:
            apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            assert apart > 0.9 * (one.radius + other.radius), (one.name, other.name)


def office_points() -> tuple[bubble_map.Place, ...]:
    """Forty places, half of them on nearly one point, as the wards of an old town are."""
    return tuple(
        bubble_map.Place(
            f"{n:05d}", f"Phường {n}", f"16.{46 + n % 2}{n:02d}", f"107.5{n:02d}", 10 + n * 7 % 90, "52.00"
        )
        for n in range(40)
    )


@pytest.mark.parametrize(
    ("share", "kind"), [("0.00", "0"), ("29.99", "0"), ("30.00", "1"), ("100.00", "4"), (None, "none")]
)
def test_a_share_has_its_colour_class(share: str | None, kind: str) -> None:
    assert bubble_map.share_class(share) == kind


def test_month_parses_only_months() -> None:
    assert Month.parse(MONTH).vi == "11/2026"
