"""Files of real banks read without an error, with every booked entry found.

What must be found is counted here without our readers: by another walk over the XML, by a pattern over the lines. Swiss,
German, Dutch and Polish shapes, none of them Vietnamese: no bank here has published one.
"""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from ansinh.standards.files import FileReading
from ansinh.standards.iso20022.results import ReadResult

FOLDER = Path(__file__).parent / "bank_files"
XML = sorted(path.name for path in FOLDER.glob("*.xml"))
LINES = sorted(str(path.relative_to(FOLDER)) for path in (*FOLDER.rglob("*.sta"), *FOLDER.glob("*.mt940")))
# What is wrong with a file, where something is: the lines held, and the notices.
WRONG = {
    "camt053_garbled_amount.xml": (["amount_invalid"], []),
    "camt053_no_namespace.xml": ([], ["namespace_unknown"]),
    "camt_054_Beispiel_NotificationMissing.xml": (["message_unknown"], []),
    "Business Sample camt.053.001.04.xml": ([], ["details_differ_from_entry"]),
    "vop_report_match_xml_payload.xml": ([], ["message_id_too_long"]),
}


def read(name: str) -> ReadResult:
    """Return what our readers say."""
    return FileReading((FOLDER / name).read_bytes()).result()


def amounts_of(result: ReadResult) -> list[Decimal]:
    """Return the amounts that were read; none of these files is in đồng."""
    assert all(entry.amount_dong is None for entry in result.entries), "francs and euros are never đồng"
    return [Decimal(entry.amount) for entry in result.entries if entry.amount]


def counted(name: str) -> tuple[int, list[Decimal]]:
    """Return the number of results and their amounts, by another walk: each detail, or each entry without details."""
    found: list[etree._Element] = []
    root = etree.fromstring((FOLDER / name).read_bytes())
    for entry in root.iter("{*}Ntry"):
        found += list(entry.iter("{*}TxDtls")) or [entry]
    found += list(root.iter("{*}TxInfAndSts"))
    sums = []
    for element in found:
        written = element.findtext("{*}Amt") or element.findtext("{*}AmtDtls/{*}TxAmt/{*}Amt")
        # A single detail may leave its amount to the entry around it.
        written = written or next((above.findtext("{*}Amt") for above in element.iterancestors("{*}Ntry")), None)
        if written:
            sums.append(written)
    return len(found), [Decimal(one) for one in sums if re.fullmatch(r"[0-9.]+", one) and one.count(".") < 2]


@pytest.mark.parametrize("name", XML)
def test_every_entry_of_an_xml_file_is_found(name: str) -> None:
    result = read(name)
    held, notices = WRONG.get(name, ([], []))
    count, amounts = counted(name)
    assert [line.reason for line in result.held] == held
    reasons = [notice.reason for notice in result.warnings]
    assert [reason for reason in reasons if reason != "currency_foreign"] == notices
    # They are files of francs and euros, and say so.
    assert ("currency_foreign" in reasons) == any(entry.currency for entry in result.entries)
    assert len(result.entries) == count - len([reason for reason in held if reason != "message_unknown"])
    assert amounts_of(result) == amounts
    assert not result.incomplete
    assert result.messages == (0 if "message_unknown" in held else 1)


@pytest.mark.parametrize("name", LINES)
def test_every_line_of_an_mt940_file_is_found(name: str) -> None:
    raw = (FOLDER / name).read_bytes()
    lines = re.findall(rb"(?m)^:61:[0-9]{6}(?:[0-9]{4})?R?([DC])[A-Z]?([0-9]+,?[0-9]*)", raw)
    assert len(lines) == len(re.findall(rb"(?m)^:61:", raw))
    result = read(name)
    assert result.kind == "MT940" and result.held == []
    assert amounts_of(result) == [Decimal(amount.decode().replace(",", ".").rstrip(".")) for _, amount in lines]
    assert [entry.credit_debit[0].encode() for entry in result.entries] == [side for side, _ in lines]
    assert result.incomplete == (not re.search(rb"(?m)^:62[FM]:", raw))
    # Their authors shortened these files, so that balances are not reached; nothing else is wrong with them.
    assert {notice.reason for notice in result.warnings} <= {"balance_differs", "file_incomplete", "currency_foreign"}


def test_the_kinds_are_those_that_the_files_name() -> None:
    kinds = {read(name).kind for name in XML}
    assert kinds == {
        "camt.053.001.02", "camt.053", "camt.053.001.04", "camt.054.001.04", "camt.054.001.08", "pain.002.001.10",
        "unknown",
    }  # fmt: skip
    assert len(XML) >= 19 and len(LINES) >= 20
