"""The documents are true: every command is described, generated files are current, no link leads nowhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansinh.law.cases import unverified as unverified_items
from ansinh.project.commands import COMMANDS, find
from tools import manual, reference, unverified

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "ansinh").rglob("*.md"),
        *(ROOT / "laws").rglob("*.md"),
    ]
)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
# A name in backticks that is plainly a file of ours: a path with an ending.
_FILE = re.compile(r"`((?:[a-z_]+/)+[\w.-]+\.(?:py|sql|md|json|yaml))`")


def _headings(path: Path) -> set[str]:
    """Return the anchors of a document as forges make them."""
    lines = re.findall(r"^#+ +(.+)$", path.read_text(encoding="utf8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


def _links(path: Path) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf8"), flags=re.MULTILINE | re.DOTALL)
    yield from (target for target in _LINK.findall(text) if not re.match(r"[a-z]+:", target))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for target in _links(path):
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{path.name} links to {target}"
        assert not anchor or anchor in _headings(found), f"{path.name} links to {target}"


@pytest.mark.parametrize(
    "name", ["ARCHITECTURE.md", *[f"docs/adr/{path.name}" for path in (ROOT / "docs/adr").glob("0*.md")]]
)
def test_files_that_are_named_exist(name: str) -> None:
    for file in _FILE.findall((ROOT / name).read_text(encoding="utf8")):
        assert any((base / file).exists() for base in (ROOT, ROOT / "ansinh")), f"{name} speaks of {file}"


def test_every_decision_is_listed_with_its_three_parts() -> None:
    pages = sorted(path for path in (ROOT / "docs" / "adr").glob("*.md") if path.name != "README.md")
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf8")
    assert [path.name[:4] for path in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for path in pages:
        assert f"({path.name})" in index, f"{path.name} is missing from docs/adr/README.md"
        assert all(
            f"\n## {part}\n" in path.read_text(encoding="utf8") for part in ("Context", "Decision", "Consequences")
        ), path.name


def test_every_command_is_described() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf8") + reference.TARGET.read_text(encoding="utf8")
    missing = [command.name for command in COMMANDS if f"ansinh {command.name}" not in text]
    assert not missing, missing


def test_the_reference_of_commands_is_current() -> None:
    assert reference.TARGET.read_text(encoding="utf8") == reference.render(), "run: python -m tools.reference"
    assert reference.SCENARIOS.read_text(encoding="utf8") == reference.render_scenarios(), (
        "run: python -m tools.reference"
    )


def test_the_manual_of_the_laws_language_is_current() -> None:
    assert manual.TARGET.read_text(encoding="utf8") == manual.render(), "run: python -m tools.manual"


def test_the_page_of_what_is_unverified_is_current_and_whole() -> None:
    text = unverified.TARGET.read_text(encoding="utf8")
    assert text == unverified.render(), "run: python -m tools.unverified"
    for package in unverified.packages():
        for item in unverified_items(package):
            assert " ".join(item["note"].split()).replace("|", "\\|") in text


def test_the_changelog_has_the_version_of_the_package() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf8"), re.MULTILINE)
    assert version is not None
    assert f"## [{version.group(1)}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf8")


def test_the_commands_of_the_contract_exist() -> None:
    promised = (
        "demo", "init", "seed", "law check", "law explain", "people import", "payroll calculate", "payroll check", "payroll approve",
        "payroll freeze", "payment submit", "payment collect", "payment read", "ledger verify", "ledger export", "report coverage", "bench month",
    )  # fmt: skip
    assert [find(name).name for name in promised] == list(promised)
