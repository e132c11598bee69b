"""Every page at desktop and phone width: no violation found by axe, no sideways scrolling, no complaint of the browser."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ansinh.web.assets import MODULES
from tests.browser.conftest import DESKTOP, OPEN_RUN, PHONE, Visitor

pytestmark = pytest.mark.xdist_group("browser")

# Who opens what; every page of the product is in the list (the test of the addresses says so).
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
        "/doi-mat-khau/",
        "/do-phu/2020-01/",
    ],
    "xa19777": ["/nguoi/", "/nguoi/?q=nguyen", "/nguoi/?q=khongcoai", "/nguoi/PERSON/", "/do-phu/2026-11/"],
    "lanhdao": ["/nguoi/"],
}


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
        for size in (DESKTOP, PHONE):
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


def test_the_type_face_is_our_own_and_nothing_comes_from_elsewhere(visitors: Callable[..., Visitor]) -> None:
    visitor = visitors()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("/cong-khai/")
    visitor.page.evaluate("document.fonts.ready.then(() => true)")
    assert visitor.page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'đồng')")
    assert [url for url in asked if not url.startswith((visitor.site.address, "data:"))] == []
    assert any("be-vietnam-pro-vietnamese" in url for url in asked)
