"""`ansinh payment read FILE` answers for any file, in the form of the contract, without a database.

Missing, empty, huge, binary and hostile files are refused by name.
"""

import argparse
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.project.work.payment_read import read
from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022 import codes
from ansinh.standards.iso20022.codes import reason_text
from tests.standards.answers import day_statement, detail, entry, status_line, status_report

A = encode(46, 1, 1)


def answer(path: Path, provider: str | None = None, template: Path | None = None) -> dict:
    """Return what the command says of a file."""
    named = str(template) if template else None
    return read(argparse.Namespace(file=str(path), provider=provider, template=named, lang="vi"))


def test_the_answer_has_the_form_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "answer.xml"
    path.write_bytes(status_report(status_line(A, "RJCT", "AC04"), status_line(A, "ACSP", amount="x")))
    said = json.loads(json.dumps(answer(path)))
    assert (said["kind"], said["messages"]) == ("pain.002.001.10", 1)
    (entry,) = said["entries"]
    assert (entry["end_to_end_id"], entry["amount_dong"], entry["status"]) == (A, 500_000, "REJECTED")
    assert (entry["reason"]["set"], entry["reason"]["code"]) == ("status", "AC04")
    assert "Tài khoản đã đóng" in entry["reason"]["meaning"]
    assert [(held["line"], held["reason"]) for held in said["held"]] == [(2, "amount_invalid")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "file_missing"), ("folder", "file_is_directory"), (b"", "file_empty"), (b"\x7fELF\x00\x00", "file_is_binary"),
     (b"<!DOCTYPE D [<!ENTITY x 'y'>]><D/>", "xml_is_hostile")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes | str | None, reason: str) -> None:
    path = tmp_path / "file"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        answer(path)
    assert caught.value.reason == reason


def test_an_endless_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with open(path, "wb") as file:
        file.truncate((2 << 30) + 1)
    with pytest.raises(Refused) as caught:
        answer(path)
    assert caught.value.reason == "file_too_large"


def test_reading_needs_no_django() -> None:
    program = "import sys, ansinh.project.work.payment_read; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_statement_in_mt940_and_a_zip_are_read_by_the_command(tmp_path: Path) -> None:
    statement = Path(__file__).parent / "bank_files" / "mt940" / "jejik-abnamro.sta"
    found = answer(statement)
    assert (found["kind"], len(found["entries"]), found["held"]) == ("MT940", 10, [])
    packed = tmp_path / "thang-11.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(statement, "a.sta")
    assert len(answer(packed)["entries"]) == 10


def test_the_same_code_has_another_text_in_each_list() -> None:
    texts = [reason_text(named, "AC01") for named in ("status", "return", "verification")]
    assert None not in texts and len(set(texts)) == 3
    assert reason_text("cancellation", "DUPL") != reason_text("verification", "DUPL")


ROWS = "Mã lệnh chi;Số tài khoản;Số tiền;Kết quả;Lý do\n{};0113000012345;500.000;Không chi được;Tài khoản đã đóng\n"


def test_a_providers_spreadsheet_is_read_by_its_template(tmp_path: Path) -> None:
    path, own = tmp_path / "ket qua.csv", tmp_path / "own.yaml"
    path.write_text(ROWS.format(A), encoding="utf8")
    said = answer(path, provider="ket-qua-chi")
    assert said["kind"] == "sheet.ket-qua-chi" and said["warnings"] == []
    (entry,) = said["entries"]
    assert (entry["amount_dong"], entry["status"], entry["account_number"]) == (500_000, "REJECTED", "0113000012345")
    own.write_text(
        "name: rieng\ncolumns: {amount: [Số tiền], account_number: [Số tài khoản], status: [Kết quả]}\n"
        "statuses: {UNKNOWN: [Không chi được]}\n",
        encoding="utf8",
    )
    assert [e["status"] for e in answer(path, template=own)["entries"]] == ["UNKNOWN"]
    own.write_text("name: rieng\n", encoding="utf8")
    with pytest.raises(Refused) as caught:
        answer(path, template=own)
    assert caught.value.reason == "template_invalid"


def test_a_zip_file_says_what_was_in_it(tmp_path: Path) -> None:
    path = tmp_path / "answers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("answer.xml", status_report(status_line(A, "ACSP")))
        archive.writestr("list.csv", ROWS.format(A))
    said = json.loads(json.dumps(answer(path, provider="ket-qua-chi")))
    assert [(file["name"], file["kind"], file["entries"]) for file in said["files"]] == [
        ("answer.xml", "pain.002.001.10", 1),
        ("list.csv", "sheet.ket-qua-chi", 1),
    ]
    assert [(e["line"], e["status"]) for e in said["entries"]] == [(1, "ACCEPTED"), (2, "REJECTED")]


def test_a_reason_that_nobody_translated_is_shown_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it will be with the codes of the next edition."""
    monkeypatch.delitem(codes._table("reasons.json")["status"], "AB15")
    path = tmp_path / "answer.xml"
    path.write_bytes(status_report(status_line(A, "RJCT", "AB15")))
    reason = answer(path)["entries"][0]["reason"]
    assert reason["meaning"] == f"{reason['english']} (chưa có bản dịch)"


def _usd(raw: bytes) -> bytes:
    return raw.replace(b'"VND"', b'"USD"').replace(b"VND", b"USD")


def _statement(closing: int) -> bytes:
    told = {"day": "2026-11-06", "number": 1, "account": "999000001", "opening": 2_000_000}
    return day_statement(entry(detail(A)), **told, closing=closing)


def test_a_statement_in_another_currency_is_warned_of_with_what_to_do(tmp_path: Path) -> None:
    fields = (":20:S1", ":25:1", ":60F:C261105VND9,", f":61:2611051106D5,NTRF{A}", ":62F:C261106VND4,", "-")
    older = "\r\n".join(fields).encode()
    for raw in (_statement(1_500_000), older):
        for written, expected in ((raw, []), (_usd(raw), ["currency_foreign"])):
            (path := tmp_path / "statement").write_bytes(written)
            said = answer(path)
            assert [warning["reason"] for warning in said["warnings"]] == expected
            assert all("xin ngân hàng" in warning["message"] for warning in said["warnings"])
            assert "amount_dong" not in said["entries"][0] or not expected, "never taken for đồng"


def test_balances_that_do_not_add_up_are_warned_of(tmp_path: Path) -> None:
    (path := tmp_path / "statement.xml").write_bytes(_statement(1_400_000))
    (warning,) = answer(path)["warnings"]
    assert (warning["reason"], warning["evidence"]) == ("balance_differs", {"stated": "1400000", "found": "1500000"})
    assert "Hãy hỏi ngân hàng" in warning["message"]


@pytest.mark.parametrize(
    "raw", [b"<Document><a>", b"<a><b></a>", b"<a>\xff</a>", b"<a>&x;</a>", b"xin chao", b"<a b=c/>"]
)
def test_broken_xml_is_told_in_an_officer_s_words(tmp_path: Path, raw: bytes) -> None:
    for begun in (b"", _statement(1_500_000).partition(b"</BkToCstmrStmt>")[0]):
        (path := tmp_path / "broken.xml").write_bytes(begun + raw)
        said = answer(path)
        (one,) = said["held"] or said["warnings"]
        told = json.dumps(one["evidence"], ensure_ascii=False)
        assert "dòng" in told
        assert not {"end", "tag", "line", "column", "not"} & set(told.replace('"', " ").split()), told
        assert "Hãy xin" in one["message"]
