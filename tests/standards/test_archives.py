"""Zip files: what is inside is read, a bad member holds itself only, and what could do harm is refused before it can.

The bombs here are small: each breaks one limit.
"""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base.refusals import Refused
from ansinh.standards import archives
from ansinh.standards.end_to_end import encode
from ansinh.standards.files import FileReading
from ansinh.standards.iso20022.results import ReadResult
from tests.standards.answers import detail, entry, notification, status_line, status_report

A, B, C = (encode(46, item, 1) for item in (1, 2, 3))
STATUS = status_report(status_line(A, "ACSP"), status_line(B, "WHAT"))
STATEMENT = notification(entry(detail(B)))
MT940 = f":20:X\n:60F:C261105VND9,\n:61:2611051106D1,NTRF{C}\n:62F:C261106VND8,\n-\n".encode()


def packed(members: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return file.getvalue()


def read(content: bytes) -> ReadResult:
    """Return everything that the file says."""
    return FileReading(content).result()


def refusal_of(content: bytes) -> str:
    """Return what was found in a file that is refused."""
    with pytest.raises(Refused) as caught:
        read(content)
    assert caught.value.vi and caught.value.en
    assert caught.value.reason == "zip_is_hostile"
    return caught.value.details["found"]


def test_the_files_of_an_archive_are_read_in_their_order() -> None:
    found = FileReading(packed({"a.xml": STATUS, "b.xml": STATEMENT, "c.sta": MT940}))
    result = found.result()
    assert (result.kind, result.messages) == ("pain.002.001.10", 3)
    assert [(e.line, e.end_to_end_id) for e in result.entries] == [(1, A), (3, B), (4, C)]
    assert [(h.line, h.reason) for h in result.held] == [(2, "status_unknown")]
    assert found.files == [
        {"name": "a.xml", "kind": "pain.002.001.10", "messages": 1, "entries": 1, "held": 1},
        {"name": "b.xml", "kind": "camt.054.001.08", "messages": 1, "entries": 1, "held": 0},
        {"name": "c.sta", "kind": "MT940", "messages": 1, "entries": 1, "held": 0},
    ]


@pytest.mark.parametrize("size", [1, 100])
def test_pieces_of_any_size_read_like_the_whole(size: int) -> None:
    content = packed({"a.xml": STATUS})
    assert FileReading(content[at : at + size] for at in range(0, len(content), size)).result() == read(content)


def test_one_archive_inside_another_is_read_and_no_deeper() -> None:
    once = packed({"a.xml": STATEMENT})
    twice = packed({"b.zip": once, "c.xml": STATUS})
    assert [e.end_to_end_id for e in read(twice).entries] == [B, A]
    assert refusal_of(packed({"d.zip": twice})) == "zip in a zip in a zip"


def test_a_member_that_is_nothing_holds_itself_only() -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    result = read(packed({"note.txt": b"hello", "bad.xls": locked, "c.xml": STATEMENT}))
    assert [e.end_to_end_id for e in result.entries] == [B]
    assert [(h.reason, h.evidence) for h in result.held][1:] == [("sheet_has_password", "bad.xls")]
    assert result.held[0].reason == "format_unknown"


def test_a_damaged_member_is_said_and_the_others_are_read() -> None:
    content = packed({"a.xml": STATUS, "b.xml": STATEMENT}, zipfile.ZIP_STORED)
    damaged = content.replace(b"<TxSts>ACSP", b"<TxSts>ACCC", 1)
    result = read(damaged)
    assert result.incomplete
    assert [(h.reason, h.evidence) for h in result.held if h.reason.startswith("zip")] == [("zip_damaged", "a.xml")]
    assert B in [e.end_to_end_id for e in result.entries]


def test_a_directory_that_points_before_the_archive_is_only_damaged() -> None:
    """One wrong letter at the end of the file is enough."""
    content = bytearray(packed({"a.xml": STATUS}))
    content[-4] = 1
    result = read(bytes(content))
    assert [(h.reason, h.evidence) for h in result.held] == [("zip_damaged", "a.xml")]
    assert result.incomplete


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_a_rare_way_of_packing_is_only_damage(method: int) -> None:
    content = packed({"a.xml": STATUS, "b.xml": STATEMENT}, method)
    for at in range(35, 60):
        result = read(content[:at] + b"\xff\xff" + content[at + 2 :])
        assert [e.end_to_end_id for e in result.entries][-1] == B
    assert [h.reason for h in result.held] == ["zip_damaged"]


@pytest.mark.parametrize("name", ["../a.xml", "/etc/passwd", "folder/a.xml", "a\\b.xml", "C:a.xml", "..", "folder/"])
def test_paths_are_refused(name: str) -> None:
    assert refusal_of(packed({name: STATUS})) == "paths"


def test_a_bomb_is_refused() -> None:
    assert refusal_of(packed({"a.xml": b"<a>" + b" " * (4 << 20)})) == "swollen"


def test_a_directory_that_lies_about_sizes_is_refused() -> None:
    content = bytearray(packed({"a.xml": STATUS}))
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 0xFFFFFFF0)
    assert refusal_of(bytes(content)) == "swollen"


def test_too_many_files_and_too_large_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal_of(packed({f"{n}.xml": b"<a/>" for n in range(201)})) == "too many files"
    assert refusal_of(packed({})) == "nothing in it"
    monkeypatch.setattr(archives, "MOST_UNPACKED", 100)
    assert refusal_of(packed({"a.xml": STATUS})) == "swollen"
    monkeypatch.setattr(archives, "MOST_PACKED", 100)
    with pytest.raises(Refused) as caught:
        read(packed({"a.xml": STATUS}))
    assert caught.value.reason == "file_too_large"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    assert refusal_of(packed([("a.xml", STATUS), ("a.xml", STATEMENT)])) == "two files of one name"


def test_a_locked_archive_is_refused() -> None:
    content = bytearray(packed({"a.xml": STATUS}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal_of(bytes(content)) == "password"


@given(st.data())
def test_a_damaged_archive_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(packed({"a.xml": STATUS, "b.xml": STATEMENT}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(4, len(content)))])
    try:
        read(cut)
    except Refused as refusal:
        assert refusal.reason in ("zip_is_hostile", "xml_is_hostile") or refusal.reason.startswith("sheet_")
