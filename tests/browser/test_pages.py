"""What each persona does with the pages, in Chromium: from the one-time password to the clause behind 810,000 đồng.

Every page is looked at by axe at desktop and phone width in both languages. One file, so that one worker runs the month once.
"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from ansinh.web.assets import MODULES
from ansinh.web.urls import urlpatterns
from tests.browser.conftest import DESKTOP, OPEN_RUN, OWN_PASSWORD, PHONE, Visitor

Visitors = Callable[..., Visitor]


def _dong(text: str) -> list[int]:
    return [int(found.replace(".", "")) for found in re.findall(r"(-?[\d.]+)[ \u00a0]đồng", text)]


def test_the_first_sign_in_forces_a_password_of_ones_own(visitors: Visitors) -> None:
    visitor = visitors()
    one_time = visitor.site.one_time_password("thanhtra")
    visitor.open("/ky-chi-tra/2026-11/")
    assert "/dang-nhap/" in visitor.page.url
    visitor.page.fill("#ten", "thanhtra")
    visitor.page.fill("#mat_khau", "không phải mật khẩu")
    visitor.page.click("main button[type=submit]")
    assert "không đúng" in visitor.text()
    visitor.page.fill("#mat_khau", one_time)
    visitor.page.click("main button[type=submit]")
    expect(visitor.page).to_have_url(visitor.site.address + "/doi-mat-khau/")
    visitor.open("/nguoi/")
    expect(visitor.page).to_have_url(visitor.site.address + "/doi-mat-khau/")
    visitor.page.fill("#mat_khau_cu", one_time)
    for box in ("#mat_khau", "#mat_khau_lai"):
        visitor.page.fill(box, "ngắn")
    visitor.page.click("main button[type=submit]")
    assert "chưa đủ mạnh" in visitor.text()
    visitor.page.fill("#mat_khau_cu", one_time)
    for box in ("#mat_khau", "#mat_khau_lai"):
        visitor.page.fill(box, OWN_PASSWORD)
    visitor.page.click("main button[type=submit]")
    expect(visitor.page).to_have_url(re.compile("/ky-chi-tra/"))
    visitor.site.passwords["thanhtra"] = OWN_PASSWORD
    # Leaving ends the session: the way back shows nothing.
    visitor.page.click("text=Đăng xuất")
    visitor.open("/nguoi/")
    assert "/dang-nhap/" in visitor.page.url


def test_the_departments_month_says_where_every_dong_is(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.sign_in("chuyenvien")
    assert visitor.open("/ky-chi-tra/2026-11/") == 200
    run = visitor.site.summary["run"]
    row = visitor.page.inner_text("caption:has-text('cộng lại bằng số phải chi') ~ tbody").replace("\u00a0", " ")
    paid, held, returned, unpaid, due = _dong(row)
    assert paid + held + returned + unpaid == due == run["due_dong"]
    assert (paid, returned) == (run["paid_dong"], run["returned_dong"])
    assert visitor.page.locator(".an-steps__item--done").count() >= 5
    assert visitor.page.locator(".an-actions").count() == 0


def test_a_second_person_approves_and_a_double_click_does_it_once(visitors: Visitors) -> None:
    officer, approver = visitors(), visitors()
    officer.sign_in("chuyenvien")
    officer.open("/ky-chi-tra/2026-12/")
    assert officer.page.locator("text=Duyệt kỳ này").count() == 0
    officer.page.click("text=Kiểm tra kỳ này")
    panel = officer.page.locator(".an-panel")
    expect(panel).to_contain_text("Đối chiếu tổng kiểm soát")
    # The question took the focus, so that a keyboard or a screen reader is where the decision is.
    expect(officer.page.locator("#cau-hoi")).to_be_focused()
    panel.locator("button").click()
    expect(officer.page.locator(".an-steps__item--now")).to_contain_text("Duyệt")
    assert officer.open(f"/ky-chi-tra/2026-12/{OPEN_RUN}/duyet/") == 403

    approver.sign_in("pheduyet")
    approver.open("/ky-chi-tra/2026-12/")
    approver.page.click("text=Duyệt kỳ này")
    approver.page.locator(".an-panel button").dblclick()
    expect(approver.page.locator(".an-steps__item--now")).to_contain_text("Chốt")
    expect(approver.page.locator(".an-steps")).to_contain_text("pheduyet")
    # No budget was appropriated for December: freezing is refused in one sentence, where the reader looks.
    approver.page.click("text=Chốt kỳ này")
    approver.page.locator(".an-panel button").click()
    expect(approver.page.locator("[role=alert]")).to_contain_text("dự toán")
    approver.open("/ky-chi-tra/2026-12/")
    expect(approver.page.locator(".an-steps__item--now")).to_contain_text("Chốt")


def test_coverage_is_a_picture_and_a_table_with_the_same_figures(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.sign_in("lanhdao")
    visitor.open("/do-phu/2026-11/")
    coverage = visitor.site.summary["paid_by_account"]["percent"].replace(".", ",")
    assert f"{coverage} %" in visitor.text()
    bubbles = visitor.page.locator(".an-map__bubble")
    assert bubbles.count() == 40
    assert "theo xã, phường" in (visitor.page.text_content("svg[role=img] > title") or "")
    rows = visitor.page.locator("#bang ~ .an-stack tbody tr")
    assert rows.count() == 40
    visitor.page.click("th a:has-text('Người nhận tiền')")
    expect(visitor.page.locator("th[aria-sort=descending]")).to_contain_text("Người nhận tiền")
    payees = [int(text.replace(".", "")) for text in rows.locator("td:nth-of-type(1)").all_inner_texts()]
    assert payees == sorted(payees, reverse=True)
    assert sum(payees) == visitor.site.summary["payees"]
    assert "107,45 %" in visitor.text()
    # A leader sees figures, never a person.
    assert visitor.open("/nguoi/") == 403


def test_a_phone_shows_the_whole_map_and_the_key_figure_without_scrolling_aside(visitors: Visitors) -> None:
    visitor = visitors(viewport=PHONE)
    visitor.sign_in("lanhdao")
    visitor.open("/do-phu/2026-11/")
    figure = visitor.page.locator("#bang ~ table tbody tr:first-child td:nth-of-type(2)")
    expect(figure).to_contain_text("%")
    for what in (visitor.page.locator("svg[role=img]"), figure):
        box = what.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_a_persons_page_explains_each_dong_down_to_the_clause(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.sign_in("xa19777")
    expect(visitor.page).to_have_url(visitor.site.address + "/nguoi/")
    person = visitor.site.summary["example_person"]
    assert visitor.open(f"/nguoi/{person}/?thang=2026-11") == 200
    words = visitor.text()
    assert "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e" in words
    amounts = [_dong(text)[0] for text in visitor.page.locator(".an-reason__head").all_inner_texts()]
    assert sorted(amounts) == [60_000] * 4 + [810_000]
    assert "Cộng: 1.050.000 đồng" in words
    assert "Truy lĩnh, tháng 07/2026" in words
    # The person is found by name, without diacritics, and from there the page is one click away.
    name = visitor.page.inner_text("h1")
    visitor.open("/nguoi/")
    visitor.page.fill("#q", name)
    visitor.page.press("#q", "Enter")
    visitor.page.click(f"a[href='/nguoi/{person}/']")
    expect(visitor.page.locator("h1")).to_have_text(name)


def test_another_communes_officer_does_not_find_the_person(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.sign_in("xa20044")
    assert visitor.open(f"/nguoi/{visitor.site.summary['example_person']}/") == 404
    assert "Không tìm thấy" in visitor.text()


def test_everybody_may_read_the_public_page(visitors: Visitors) -> None:
    visitor = visitors()
    assert visitor.open("/") == 200
    assert visitor.page.url.endswith("/cong-khai/")
    words = visitor.text()
    assert "107,45 %" in words
    paid, held, returned, unpaid, due = _dong(visitor.page.inner_text(".an-figures").replace("\u00a0", " "))
    assert paid + held + returned + unpaid == due
    assert visitor.page.locator("a[href^='/nguoi/']").count() == 0
    small = [
        text
        for text in visitor.page.locator(".an-public-table td:nth-of-type(1)").all_inner_texts()
        if text in {"1", "2", "3", "4"}
    ]
    assert small == []


def test_the_language_switch_turns_the_page_and_keeps_the_place(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.open("/cong-khai/")
    assert visitor.page.get_attribute("html", "lang") == "vi"
    visitor.page.click("text=English")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    assert visitor.page.url.endswith("/cong-khai/")
    assert "The month's money" in visitor.text()
    visitor.page.click("text=Tiếng Việt")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "vi")


def test_the_pages_work_without_scripts(visitors: Visitors) -> None:
    visitor = visitors(java_script_enabled=False, viewport=PHONE)
    visitor.sign_in("pheduyet")
    assert visitor.open("/ky-chi-tra/2026-11/") == 200
    assert visitor.page.is_visible("a:has-text('Độ phủ tài khoản')")
    assert visitor.open(f"/ky-chi-tra/2026-12/{OPEN_RUN}/duyet/") == 200
    assert visitor.page.is_visible("button:has-text('Duyệt kỳ này')")


def test_the_keyboard_reaches_the_content_first(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.open("/cong-khai/")
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.locator(".govuk-skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_visible()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#main-content")).to_be_focused()


# ── every page, at every width ───────────────────────────────────────────────────────────────────────────────────────

SAMPLE = Path(__file__).parents[1] / "fixtures" / "lists" / "danh-sach-vy-da.xlsx"
# Who opens what.
PAGES = {
    "": ["/cong-khai/", "/dang-nhap/", "/khong-co-trang-nay/"],
    "pheduyet": [
        "/ky-chi-tra/2026-11/",
        "/ky-chi-tra/2026-12/",
        "/ky-chi-tra/2025-01/",
        "/do-phu/2026-11/",
        "/do-phu/2026-11/?sap=ten",
        f"/ky-chi-tra/2026-12/{OPEN_RUN}/duyet/",
        "/ky-chi-tra/2026-11/2026-11-46-01/tam-giu/",
        "/ky-chi-tra/2026-11/2026-11-46-01/chi-lai/",
        "/tien-mat/2026-11/",
        "/doi-chieu/",
        "/dia-ban/",
        "/trung-lap/1/",
        "/tai-khoan/",
        "/doi-mat-khau/",
        "/do-phu/2020-01/",
        "/luat/mo-phong/",
        "/bo-luat/",
        "/bo-luat/LAW/",
    ],
    "xa19777": [
        "/nguoi/",
        "/nguoi/?q=nguyen",
        "/nguoi/?q=khongcoai",
        "/nguoi/PERSON/",
        "/do-phu/2026-11/",
        "/danh-sach/",
        "/danh-sach/LIST/",
        "/danh-sach/LIST/cot/",
        "/trung-lap/",
        "/bien-dong/",
        "/nguoi/PERSON/bien-dong/",
        "/nguoi/PERSON/da-biet/?ngay=2026-11-01",
        "/nguoi/PERSON/ho/",
        "/nguoi/moi/",
        "EVENT",
        "/tai-khoan/",
        "/nguoi/PERSON/tai-khoan/",
        "/tien-mat/2026-11/",
        "DESK?hoi=ket-so",
        "DESKchi/",
        "RECEIPT",
    ],
    "lanhdao": ["/nguoi/"],
}


def _sent_list(visitor: Visitor) -> str:
    """Send the sample list by the page, and return where its preview stands."""
    visitor.page.set_input_files("#tep", SAMPLE)
    visitor.page.click("main form button[type=submit]")
    visitor.page.wait_for_url(re.compile(r"/danh-sach/\d+/$"))
    return visitor.page.url.removeprefix(visitor.site.address)


def _desk(visitor: Visitor) -> str:
    """Open the commune's cash list, unless it is open already, and return where the desk stands."""
    visitor.open("/tien-mat/2026-11/")
    opening = visitor.page.locator("main input[value=lap] ~ button")
    if opening.count():
        opening.click()
        expect(visitor.page.locator("main a[href*='chi/?ma=']").first).to_be_visible()
    return visitor.page.url.removeprefix(visitor.site.address)


def _told_event(visitor: Visitor) -> str:
    """Tell by the page that the example person is studying, and return where the event stands."""
    visitor.open(f"/nguoi/{visitor.site.summary['example_person']}/bien-dong/")
    visitor.page.select_option("#viec", "studying:true")
    visitor.page.fill("#ngay", "2026-10-01")
    visitor.page.fill("#giay-to", "Giấy xác nhận của trường")
    visitor.page.click("main form button[type=submit]")
    visitor.page.wait_for_url(re.compile(r"/bien-dong/\d+/$"))
    return visitor.page.url.removeprefix(visitor.site.address)


def _violations(visitor: Visitor) -> list[str]:
    """Run axe beside the page's own policy, which rightly forbids foreign scripts in the page itself."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    axe = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf8")
    ask = "axe.run(document,{resultTypes:['violations']}).then(found=>JSON.stringify(found.violations.map(one=>[one.id,one.nodes.map(node=>node.html)])))"
    answer = devtools.send(
        "Runtime.evaluate", {"expression": f"{axe};{ask}", "awaitPromise": True, "returnByValue": True}
    )
    assert "value" in answer["result"], answer
    return json.loads(answer["result"]["value"])


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("username", list(PAGES))
def test_no_page_has_a_violation_at_any_width(visitors: Callable[..., Visitor], username: str, language: str) -> None:
    visitor = visitors()
    if username:
        visitor.sign_in(username)
    visitor.context.add_cookies([{"name": "django_language", "value": language, "url": visitor.site.address}])
    found = {}
    for path in PAGES[username]:
        path = path.replace("PERSON", str(visitor.site.summary["example_person"]))
        if "LAW" in path:
            path = visitor.page.locator("main a[href^='/bo-luat/']").first.get_attribute("href") or ""
        if "LIST" in path:
            visitor.open("/danh-sach/")
            path = path.replace("/danh-sach/LIST/", _sent_list(visitor))
        if "DESK" in path:
            path = path.replace("DESK", _desk(visitor))
        if path == "EVENT":
            path = _told_event(visitor)
        if path == "RECEIPT":
            _desk(visitor)
            path = visitor.page.locator("main a[href*='chi/?ma=']").first.get_attribute("href") or ""
        # The same page in other words: what they could break is the narrow one.
        for size in (DESKTOP, PHONE) if language == "vi" else (PHONE,):
            visitor.page.set_viewport_size(size)
            visitor.open(path)
            where = f"{path} {size['width']} {language}"
            if violations := _violations(visitor):
                found[where] = violations
            wide = visitor.page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                found[f"{where} scrolls sideways"] = [wide]
            if folder := os.environ.get("ANSINH_SCREENSHOTS"):
                name = re.sub(r"[^a-z0-9]+", "-", where.lower()).strip("-")
                visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert found == {}


def test_a_long_tag_beside_a_large_sum_fits_a_phone(visitors: Visitors) -> None:
    """As on the page of statements, when a difference of thousands of millions is not explained."""
    visitor = visitors(viewport=PHONE)
    visitor.open("/cong-khai/")
    row = (
        '<table class="govuk-table"><tr class="govuk-table__row"><th class="govuk-table__header"><strong class="govuk-tag'
        ' govuk-tag--red">Chưa giải thích được</strong></th><td class="govuk-table__cell govuk-table__cell--numeric">'
        "1.224.293.569\u00a0đồng</td></tr></table>"
    )
    visitor.page.evaluate("row => document.querySelector('main').insertAdjacentHTML('beforeend', row)", row)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_second_factor_is_made_once_and_asked_for_ever_after(visitors: Visitors) -> None:
    visitor, found = visitors(), {}

    def look(where: str) -> None:
        for size in (PHONE, DESKTOP):
            visitor.page.set_viewport_size(size)
            found[where, size["width"]] = _violations(visitor)
            wide = visitor.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], where
            if folder := os.environ.get("ANSINH_SCREENSHOTS"):
                visitor.page.screenshot(path=Path(folder) / f"{where}-{size['width']}.png", full_page=True)

    visitor.sign_in("xa19960")
    visitor.page.click("text=Xác thực hai bước")
    look("factor")
    secret = visitor.page.inner_text("main li .an-code").replace(" ", "")
    visitor.page.fill("#ma", pyotp.TOTP(secret).now())
    visitor.page.click("main button[type=submit]")
    look("recovery-codes")
    codes = visitor.page.locator("ul.an-code li").all_inner_texts()
    assert len(codes) == 10
    visitor.page.click("text=Đăng xuất")
    visitor.sign_in("xa19960")
    expect(visitor.page).to_have_url(visitor.site.address + "/dang-nhap/ma/")
    look("code")
    visitor.page.fill("#ma", "000 000")
    visitor.page.click("main button[type=submit]")
    expect(visitor.page.locator("[role=alert]")).to_contain_text("Mã không đúng")
    visitor.page.fill("#ma", codes[0])
    visitor.page.click("main button[type=submit]")
    expect(visitor.page).to_have_url(visitor.site.address + "/nguoi/")
    assert {where: one for where, one in found.items() if one} == {}


def test_a_commune_sends_its_list_sees_every_row_and_takes_it(visitors: Visitors) -> None:
    visitor = visitors(viewport=PHONE)
    visitor.sign_in("xa19777")
    visitor.open("/danh-sach/")
    visitor.page.click("main form button[type=submit]")
    expect(visitor.page.locator("[role=alert]")).to_contain_text("Chưa chọn tệp")
    _sent_list(visitor)
    assert visitor.page.locator("table.an-stack").last.locator("tbody tr").count() == 60
    expect(visitor.page.locator("main")).to_contain_text("Chưa ghi gì vào sổ")
    with visitor.page.expect_download() as sheet:
        visitor.page.click("text=Tải bảng tạm giữ")
    assert sheet.value.suggested_filename == "danh-sach-vy-da-giu-lai.xlsx"
    visitor.page.click("text=Đồng ý nhập vào sổ")
    expect(visitor.page.locator("h1")).to_contain_text("Đã nhập danh sách")


def test_a_leader_tries_out_a_higher_base_and_nothing_is_written(visitors: Visitors) -> None:
    visitor = visitors(viewport=PHONE)
    visitor.sign_in("lanhdao")
    visitor.open("/luat/mo-phong/")
    # Pasting a draft could single out one person; a leader sees figures only.
    assert visitor.page.locator("#draft").count() == 0
    visitor.page.fill("#value", "sáu trăm nghìn")
    visitor.page.fill("#month", "2027-01")
    visitor.page.click("main button:has-text('Mô phỏng')")
    expect(visitor.page.locator(".govuk-error-summary")).to_contain_text("chữ số")
    visitor.page.fill("#value", "600.000")
    visitor.page.click("main button:has-text('Mô phỏng')")
    expect(visitor.page.locator("svg[role=img]")).to_be_visible()
    rows = visitor.page.locator("table.an-stack").first.locator("tbody tr")
    assert rows.count() >= 1
    assert max(_dong(visitor.text())) > 0
    assert _violations(visitor) == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    visitor.page.set_viewport_size(DESKTOP)
    assert _violations(visitor) == []
    if folder := os.environ.get("ANSINH_SCREENSHOTS"):
        for size in (DESKTOP, PHONE):
            visitor.page.set_viewport_size(size)
            visitor.page.screenshot(path=Path(folder) / f"simulation-{size['width']}.png", full_page=True)
    assert visitor.open("/ky-chi-tra/2027-01/") == 200
    assert "2027-01-46-01" not in visitor.text()


def test_no_page_is_left_out() -> None:
    # These answer with a way to go or with one word, never with a page of their own.
    no_pages = {"", "suc-khoe/", "dang-xuat/", "ngon-ngu/", "ky-chi-tra/", "do-phu/"}
    # The journey of the second factor looks at these itself; the outside service is another's page.
    no_pages |= {"xac-thuc/", "dang-nhap/ma/", "dang-nhap/dich-vu/", "dang-nhap/dich-vu/ve/"}
    # A decision is posted, and its answer is the law's page.
    no_pages |= {"bo-luat/<str:release_hash>/tham-dinh/"}
    # Sheets to download.
    no_pages |= {f"danh-sach/<int:list_id>/{sheet}/" for sheet in ("giu-lai", "xem-truoc")}
    no_pages |= {"tien-mat/", "tien-mat/<str:month>/<str:code>/<str:commune>/bang-ky/", "tai-khoan/phieu/"}
    # No commune of Huế was divided; its department's page says so, and the list of one is built of the same parts.
    no_pages |= {"dia-ban/<int:unit_id>/"}
    stands_for = {"PERSON": "1", "DESK": "tien-mat/2026-11/2026-11-46-01/19777/", "EVENT": "bien-dong/1/"}
    asked = [path.split("?")[0].lstrip("/") for paths in PAGES.values() for path in paths]
    for word, path in stands_for.items():
        asked = [one.replace(word, path) for one in asked]
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        shape = re.sub(r"<\w+:\w+>", "[^/]+", route)
        assert route in no_pages or any(re.fullmatch(shape, path) for path in asked), route


def test_the_type_face_is_our_own_and_nothing_comes_from_elsewhere(visitors: Callable[..., Visitor]) -> None:
    visitor = visitors()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("/cong-khai/")
    visitor.page.evaluate("document.fonts.ready.then(() => true)")
    assert visitor.page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'đồng')")
    assert [url for url in asked if not url.startswith((visitor.site.address, "data:"))] == []
    assert any("be-vietnam-pro-vietnamese" in url for url in asked)
