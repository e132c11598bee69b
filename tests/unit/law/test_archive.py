"""A folder of laws as one value: the same hash everywhere, nothing left out unseen, no way out of the folder."""

from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.law.archive import archive_hash, checked, load_files, provinces_of, read_files, unpacked
from ansinh.law.package import default_laws, load_book

A_FILE = "vn/social-assistance/domain.yaml"


@pytest.fixture(scope="module")
def laws() -> dict[str, str]:
    return read_files(default_laws())


def test_every_law_file_is_archived_cases_too_and_read_me_files_are_not(laws: dict[str, str]) -> None:
    on_disk = {path.relative_to(default_laws()).as_posix() for path in default_laws().rglob("*.yaml")}
    assert set(laws) == on_disk
    assert any("/cases/" in path for path in laws)


def test_an_archive_loads_as_the_folder_does_under_the_archives_own_hash(laws: dict[str, str]) -> None:
    loaded, folder = load_files(laws), load_book()
    assert loaded.hash == archive_hash(laws)
    assert loaded.clauses == folder.clauses
    assert [package.hash for package in loaded.packages] == [package.hash for package in folder.packages]


def test_a_province_reads_its_own_book_out_of_the_same_archive() -> None:
    files = read_files(Path(__file__).resolve().parents[2] / "fixtures" / "laws-format")
    nation, province = load_files(files), load_files(files, "99")
    assert provinces_of(files) == {"99"}
    assert province.hash == nation.hash == archive_hash(files)
    assert set(province.clauses) > set(nation.clauses)


def test_the_hash_covers_every_letter_but_not_how_lines_end(laws: dict[str, str]) -> None:
    windows = {path: text.replace("\n", "\r\n") for path, text in laws.items()}
    assert archive_hash(checked(windows)) == archive_hash(checked(laws))
    assert archive_hash({**laws, A_FILE: laws[A_FILE] + "# x\n"}) != archive_hash(laws)
    assert archive_hash(dict(reversed(laws.items()))) == archive_hash(laws)
    moved = {path.replace("vn/", "provinces/"): text for path, text in laws.items()}
    assert archive_hash(moved) != archive_hash(laws)


@pytest.mark.parametrize(
    "path",
    [
        "../vn/domain.yaml",
        "vn/../../etc/passwd.yaml",
        "/vn/domain.yaml",
        "vn//domain.yaml",
        "vn/./domain.yaml",
        "vn/.hidden.yaml",
        "vn\\domain.yaml",
        "C:/vn/domain.yaml",
        "vn/tên.yaml",
        "vn/domain.yaml\n",
        "vn/domain.py",
        "domain.yaml",
        "elsewhere/domain.yaml",
        "vn/a/b/c/d/e/f/g/domain.yaml",
        "vn/" + "x" * 250 + ".yaml",
        "",
    ],
)
def test_a_path_that_no_folder_of_laws_holds_is_refused(path: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked({A_FILE: "title: x\n", path: "x"})
    assert refusal.value.reason == "law_archive_invalid"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {A_FILE: "x" * 2_000_001},
        {A_FILE: "a\0b"},
        {A_FILE: "a", A_FILE.upper().replace("VN/", "vn/").replace(".YAML", ".yaml"): "b"},
        {f"vn/d/{number}.yaml": "" for number in range(5_001)},
        {f"vn/d/{number}.yaml": "x" * 1_900_000 for number in range(22)},
    ],
    ids=["nothing", "large file", "zero byte", "case only", "many files", "large in all"],
)
def test_content_that_no_folder_of_laws_holds_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(Refused) as refusal:
        checked(files)
    assert refusal.value.reason == "law_archive_invalid"


def test_unpacking_checks_again_and_leaves_nothing_behind(laws: dict[str, str]) -> None:
    with pytest.raises(Refused), unpacked({"../x.yaml": ""}):
        pass
    with unpacked(laws) as folder:
        assert read_files(folder) == laws
    assert not folder.exists()


def _folder(root: Path) -> Path:
    (root / "vn" / "d").mkdir(parents=True)
    (root / "vn" / "d" / "domain.yaml").write_text("title: x\n")
    return root


def test_what_would_be_left_out_unseen_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "vn" / "README.md").write_text("for people")
    assert list(read_files(folder)) == ["vn/d/domain.yaml"]
    (folder / "vn" / "d" / "extra.yml").write_text("x: y\n")
    with pytest.raises(Refused, match="law_archive_invalid") as refusal:
        read_files(folder)
    assert "extra.yml" in refusal.value.vi


def test_links_other_encodings_and_other_folders_are_refused(tmp_path: Path) -> None:
    linked = _folder(tmp_path / "linked")
    (linked / "vn" / "d" / "other.yaml").symlink_to(linked / "vn" / "d" / "domain.yaml")
    latin = _folder(tmp_path / "latin")
    (latin / "vn" / "d" / "domain.yaml").write_bytes("tên".encode("cp1258"))
    for folder, reason in ((linked, "law_archive_invalid"), (latin, "law_archive_invalid")):
        with pytest.raises(Refused) as refusal:
            read_files(folder)
        assert refusal.value.reason == reason
    with pytest.raises(Refused) as refusal:
        read_files(tmp_path)
    assert refusal.value.reason == "law_folder_not_found"
