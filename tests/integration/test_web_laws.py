"""The pages of the law: which one pays, what another changes, and the reviewer's decision."""

import datetime
from collections.abc import Iterator

import pytest
from django.utils.translation import override

from ansinh.entitlement import operations, releases
from ansinh.entitlement.operations import CheckedCases
from ansinh.law.archive import read_files
from ansinh.law.package import default_laws
from ansinh.office.security import everything, put_on
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import page, working

AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
BASE = "vn/social-assistance/nd-335-2026/parameters/base_standard.yaml"
PASSED = CheckedCases(cases=300, failed=0, engines=("oracle", "duckdb"))
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with override("vi"):
        yield


@pytest.fixture
def submitted(database: None) -> releases.ReleaseRow:
    """A law that raises the base standard, submitted and waiting."""
    makers.staff()
    files = read_files(default_laws())
    files[BASE] = files[BASE].replace("540000", "600000")
    return operations.submit_law(files=files, report=PASSED, note="Nâng mức chuẩn", by="soan.luat", at=AT)


def test_every_office_page_says_which_law_pays_and_that_nobody_here_released_it() -> None:
    shipped = releases.in_force()
    assert shipped is not None
    for role, address in (
        ("auditor", "/bo-luat/"),
        ("department_officer", "/nguoi/"),
        ("leader", "/ky-chi-tra/2026-11/"),
    ):
        words = page(working(role), address)
        assert shipped.hash[:12] in words, role
        assert "Bản kèm theo phần mềm, chưa được hai người của đơn vị thông qua." in words


def test_the_list_and_what_a_law_changes_figure_by_figure(submitted: releases.ReleaseRow) -> None:
    client = working("auditor")
    listed = page(client, "/bo-luat/")
    assert "Đã trình, chờ thẩm định" in listed
    assert "Kèm theo phần mềm" in listed
    assert listed.count("đang dùng</strong>") == 1
    words = page(client, f"/bo-luat/{submitted.hash}/")
    assert BASE in words
    assert "versions[2026-07].value_dong" in words
    assert words.index("540.000") < words.index("600.000")
    assert "tham-dinh/" not in words, "an auditor only reads"
    reverse = page(client, f"/bo-luat/{releases.in_force().hash}/?so-voi={submitted.hash}")  # type: ignore[union-attr]
    assert reverse.index("600.000") < reverse.index("540.000")


def test_the_reviewer_decides_on_the_page_and_the_law_is_in_force(submitted: releases.ReleaseRow) -> None:
    client, address = working("legal_reviewer"), f"/bo-luat/{submitted.hash}/"
    assert f"{address}tham-dinh/" in page(client, address)
    assert client.post(f"{address}tham-dinh/", {"quyet_dinh": "gi-do", "ly_do": "x"}).status_code == 404
    empty = client.post(f"{address}tham-dinh/", {"quyet_dinh": "chap-nhan", "ly_do": " "})
    assert (empty.status_code, "reason_missing" in empty.content.decode()) == (409, True)
    answer = client.post(f"{address}tham-dinh/", {"quyet_dinh": "chap-nhan", "ly_do": "Đúng văn bản"})
    put_on(everything("tests", protected=True))
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert releases.in_force() == releases.release(submitted.hash)
    words = page(client, address)
    assert "Đã thông qua" in words
    assert "tham-dinh/" not in words
    assert "chưa được hai người" not in words


def test_who_submitted_finds_no_button_and_is_refused(submitted: releases.ReleaseRow) -> None:
    address = f"/bo-luat/{submitted.hash}/"
    author = working("law_author")
    assert "tham-dinh/" not in page(author, address)
    assert author.post(f"{address}tham-dinh/", {"quyet_dinh": "chap-nhan", "ly_do": "x"}).status_code == 403
    makers.give_role("soan.luat", "legal_reviewer")
    themselves = working("legal_reviewer")
    themselves.force_login(makers.member("soan.luat"), backend="django.contrib.auth.backends.ModelBackend")
    assert "tham-dinh/" not in page(themselves, address)
    answer = themselves.post(f"{address}tham-dinh/", {"quyet_dinh": "chap-nhan", "ly_do": "x"})
    assert "second_person_required" in answer.content.decode()


def test_who_may_open_the_pages_and_wrong_addresses(submitted: releases.ReleaseRow) -> None:
    assert working("commune_officer", "19777").get("/bo-luat/").status_code == 403
    assert working("leader").get(f"/bo-luat/{submitted.hash}/").status_code == 403
    client = working("auditor")
    for address in (
        f"/bo-luat/{submitted.hash[:12]}/",
        f"/bo-luat/{'0' * 64}/",
        f"/bo-luat/{submitted.hash}/?so-voi=x",
    ):
        assert client.get(address).status_code == 404, address
    assert client.get(f"/bo-luat/{submitted.hash}/tham-dinh/").status_code == 403
    assert working("law_author").get("/").headers["Location"] == "/bo-luat/"


def test_an_english_reader_reads_english(submitted: releases.ReleaseRow) -> None:
    client = working("auditor")
    client.cookies["django_language"] = "en"
    words = page(client, f"/bo-luat/{submitted.hash}/")
    assert "Submitted, waiting for review" in words
    assert "Amounts" in words
    assert "Shipped with the software, not yet released by two people here." in words
