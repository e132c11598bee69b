"""The law's release as an outsider sees it: a system says which law pays, verifies a run, and takes no law that fails."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, ansinh
from tests.homes import copied, reachable


@pytest.fixture(scope="module")
def system(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of our own: a law that is released here must not pay in other tests."""
    home = copied(empty_home, reachable(tmp_path_factory.mktemp("law")) / "home")
    ansinh(home, "seed", "--province", "46", "--beneficiaries", "60", "--seed", "7", "--month", "2026-11")
    return home


def test_the_demonstrations_run_is_made_again_from_the_archived_law(demo_home: Path) -> None:
    answer = ansinh(demo_home, "payroll", "verify", "2026-11-46-01")
    assert (answer["ok"], answer["verdict"], answer["lines_unchanged"]) == (True, "same", True)
    assert answer["statements"]["count"] >= 5
    assert answer["law"]["state"] == "SHIPPED"
    assert ansinh(demo_home, "payroll", "verify", "khong-co", expect=1)["refused"] == "run_unknown"


def test_from_a_changed_folder_to_the_law_in_force(system: Path, tmp_path: Path) -> None:
    before = ansinh(system, "law", "releases")
    assert [row["state"] for row in before["releases"]] == ["SHIPPED"]
    laws = tmp_path / "laws"
    shutil.copytree(ROOT / "laws", laws)
    # One domain is enough to see the way a law takes; that the whole book passes its cases is asked elsewhere.
    (laws / "vn/book.yaml").write_text("domains:\n  - social-assistance\n", encoding="utf8")
    base = laws / "vn/social-assistance/nd-335-2026/parameters/base_standard.yaml"
    text = base.read_text(encoding="utf8")

    base.write_text(text.replace("540000", "600000"), encoding="utf8")
    words = ("law", "submit", str(laws), "--as", "soanluat", "--note", "Nâng mức chuẩn")
    refused = ansinh(system, *words, expect=1)
    assert refused["refused"] == "law_cases_fail"
    assert refused["details"]["failed"] > 0

    # A figure from June 2028 on is asked about by no case.
    later = "    applies_to: 2028-05\n    clause: Điều 4 khoản 2\n  - value_dong: 600000\n    applies_from: 2028-06\n"
    assert "    clause: Điều 4 khoản 2\n" in text
    base.write_text(
        text.replace("    clause: Điều 4 khoản 2\n", later + "    clause: Điều 4 khoản 2\n"), encoding="utf8"
    )
    submitted = ansinh(system, *words)
    assert (submitted["state"], submitted["compared_with"]) == ("SUBMITTED", before["in_force"])
    assert {"600000", "2028-05"} <= {change["new"] for change in submitted["changes"]}
    assert submitted["cases"] > 0
    assert ansinh(system, "law", "releases")["in_force"] == before["in_force"]

    short = submitted["hash"][:10]
    accept = ("law", "review", short, "--accept", "--reason", "Đã đối chiếu")
    assert ansinh(system, *accept, "--as", "soanluat", expect=1)["refused"] == "role_not_allowed"
    assert ansinh(system, *accept, "--as", "thamdinh")["state"] == "RELEASED"
    assert ansinh(system, "law", "releases", short)["in_force"] == submitted["hash"]

    # The software's own law is now another one than the law in force: the system says so and pays by the latter.
    assert ansinh(system, "init")["law"] | {"label": ""} == {
        "hash": submitted["hash"],
        "label": "",
        "state": "RELEASED",
        "released_by_two": True,
        "software_has_another": True,
    }
    ansinh(system, "payroll", "calculate", "--month", "2026-11", "--province", "46")
    assert ansinh(system, "payroll", "verify", "2026-11-46-01")["law"]["hash"] == submitted["hash"]
