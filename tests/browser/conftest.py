"""A real browser against a real server over a whole month: Chromium, the pages as installed, nothing faked.

Without Chromium these tests are skipped loudly; where CI is set they fail, because a build without them proves less.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from ansinh.web import assets
from tests.conftest import ROOT, ansinh
from tests.homes import copied, reachable

OWN_PASSWORD = "một con vịt xoè ra hai cái cánh"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
OPEN_RUN = "2026-12-46-01"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The machine's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "Chromium is missing (Debian: apt-get install chromium); the browser journeys were NOT run"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def browser_home(chromium_path: str, demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with November paid and December calculated, waiting for a second person."""
    folder = copied(demonstration, reachable(tmp_path_factory.mktemp("pages")) / "home")
    ansinh(folder, "payroll", "calculate", "--month", "2026-12", "--province", "46")
    # One person twice, a digit of the number mistyped: the pair that a page shows side by side.
    twice = folder / "hai-lan.csv"
    rows = "".join(f"{n},Trần Thị Song Sinh,08/03/1950,Nữ,0461500012{n}7,Tổ 1\n" for n in (1, 2))
    twice.write_text(f"STT,Họ và tên,Ngày sinh,Giới tính,Số CCCD,Thôn\n{rows}", encoding="utf8")
    assert ansinh(folder, "people", "import", str(twice), "--area", "19777")["likely_duplicates"] == 1
    return folder


@dataclass
class Site:
    """The running pages, and who may sign in with what."""

    address: str
    summary: dict[str, Any]
    passwords: dict[str, str] = field(default_factory=dict)

    def one_time_password(self, username: str) -> str:
        """Return the password that the demonstration printed."""
        return next(row["one_time_password"] for row in self.summary["staff"] if row["username"] == username)


@pytest.fixture(scope="session")
def web_server(browser_home: Path) -> Iterator[Site]:
    """The pages of the home, served by the product's own command on a free port."""
    assets.build()
    command = [sys.executable, "-m", "ansinh.project.cli", "serve", "--port", "0", "--home", str(browser_home)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert server.stderr is not None
    reader = threading.Thread(target=server.stderr.read, daemon=True)
    try:
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        # Somebody must go on reading, or the server would one day wait for its own log.
        reader.start()
        yield Site(address, json.loads((browser_home / "summary.json").read_text(encoding="utf8")))
    finally:
        server.terminate()
        server.wait(30)
        if reader.ident:
            reader.join()
        server.stderr.close()


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for a module; it ends with it, because its event loop must not outlive it in this process."""
    options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=options)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """One person at a browser. Everything the browser complains about is kept."""

    site: Site
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Go to a page and return the status of its answer."""
        answer = self.page.goto(self.site.address + path)
        assert answer is not None
        return answer.status

    def sign_in(self, username: str) -> None:
        """Sign in; the first time with the one-time password, which is changed at once."""
        password = self.site.passwords.get(username) or self.site.one_time_password(username)
        self.open("/dang-nhap/")
        self.page.fill("#ten", username)
        self.page.fill("#mat_khau", password)
        self.page.click("main button[type=submit]")
        if self.page.url.endswith("/doi-mat-khau/"):
            self.page.fill("#mat_khau_cu", password)
            self.page.fill("#mat_khau", OWN_PASSWORD)
            self.page.fill("#mat_khau_lai", OWN_PASSWORD)
            self.page.click("main button[type=submit]")
            self.site.passwords[username] = OWN_PASSWORD

    def text(self) -> str:
        """Return the words of the page's main part, with plain spaces."""
        return self.page.inner_text("main").replace("\u00a0", " ")


@pytest.fixture
def visitors(browser: Browser, web_server: Site) -> Iterator[Any]:
    """Make visitors: each has a browser profile of their own. At the end none may have complained."""
    with contextlib.ExitStack() as closing:
        made: list[Visitor] = []

        def make(**options: Any) -> Visitor:
            context = browser.new_context(viewport=options.pop("viewport", DESKTOP), **options)
            closing.callback(context.close)
            visitor = Visitor(web_server, context, context.new_page())

            def note(message: ConsoleMessage) -> None:
                # The browser also reports an answer of 403 or 404; the tests ask for those themselves.
                if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
                    visitor.complaints.append(message.text)

            visitor.page.on("console", note)
            visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
            made.append(visitor)
            return visitor

        yield make
        assert [complaint for visitor in made for complaint in visitor.complaints] == []
