"""Files of real banks read without an error, with every booked entry found.

Swiss, German and synthetic shapes, none of them Vietnamese: no bank here has published one.
"""

from pathlib import Path

import pytest

from ansinh.standards.iso20022.reader import read

FOLDER = Path(__file__).parent / "bank_files"
EXPECTED = {
    "camt053_duplicate_same_day.xml": ("camt.053.001.02", ["4.50", "4.50"], 0, []),
    "camt053_garbled_amount.xml": ("camt.053.001.02", [], 1, []),
    "camt053_no_namespace.xml": ("camt.053", ["250.00"], 0, ["namespace_unknown"]),
    "camt_054_Beispiel_NoCrdtBookedNotReversed.xml": ("camt.054.001.04", ["111.00", "2.00", "3.00"], 0, []),
    "camt_054_Beispiel_NotificationMissing.xml": ("unknown", [], 1, []),
    "camt_054_Beispiel_SammelbuchungEs.xml": ("camt.054.001.04", ["111.00", "2.00"], 0, []),
    "vop_report_match_xml_payload.xml": ("pain.002.001.10", [None], 0, ["message_id_too_long"]),
}


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.xml")))
def test_a_real_bank_file_is_read(name: str) -> None:
    kind, amounts, held, notices = EXPECTED[name]
    result = read((FOLDER / name).read_bytes())
    assert (result.kind, [entry.amount for entry in result.entries]) == (kind, amounts)
    assert (len(result.held), [notice.reason for notice in result.warnings]) == (held, notices)
    assert not result.incomplete
    assert all(entry.amount_dong is None for entry in result.entries), "francs and euros are never đồng"
