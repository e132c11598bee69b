"""The sandbox bank's own readers of payment orders (pain.001, lines of JSON, CSV, a sheet). They share nothing with the
program that wrote them.

Each takes only what a bank needs: who pays, who gets how much, under which names.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine
from lxml import etree

# One version only, to the letter: a bank does not guess what its customer may have meant to order.
_NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


class BrokenFile(Exception):
    """The file is not a payment order that this bank can read."""


@dataclass(slots=True)
class Order:
    """What the head of a file says."""

    message_id: str = ""
    count: str = ""
    control_sum: str = ""
    payment_information_id: str = ""
    batch_booking: bool = False
    debtor_account: str = ""


# One transfer as a row: end-to-end id, amount text, currency, bank code, account number, payee.
Row = tuple[str, str, str, str, str, str]


def read(path: Path, order: Order) -> Iterator[Row]:
    """Fill `order` from the head of the file and yield its transfers.

    Raises:
        BrokenFile: when it is not well-formed, or in none of the bank's formats.
    """
    formats = {".ndjson": _lines, ".csv": _table, ".xlsx": _sheet}
    return formats.get(path.suffix, _message)(path, order)


def _lines(path: Path, order: Order) -> Iterator[Row]:
    """Read a document of orders: a head, an order a line, an end."""
    try:
        with open(path, encoding="utf8") as file:
            head = json.loads(file.readline())
            order.message_id, order.count, order.control_sum = (
                head["batch"],
                str(head["count"]),
                str(head["total_dong"]),
            )
            order.payment_information_id, order.debtor_account = head["batch"], head["debtor"]["account_number"]
            for line in file:
                said = json.loads(line)
                if said.get("end") is True:
                    return
                amount = str(said["amount_dong"])
                yield said["end_to_end_id"], amount, "VND", said["bank_bin"], said["account_number"], said["payee_name"]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise BrokenFile(str(error)) from error
    # An order without its end was cut on the way, and nobody knows what else it asked for.
    raise BrokenFile("the document has no end")


def _table(path: Path, order: Order) -> Iterator[Row]:
    """Read the CSV of a payment hub. Its count and sum come with the request, not in the file."""
    try:
        with open(path, encoding="utf8", newline="") as file:
            rows = list(csv.DictReader(file))
        order.message_id = order.payment_information_id = path.stem
        order.count, order.debtor_account = str(len(rows)), "payer"
        for row in rows:
            bank, _, number = row["account_number"].partition("-")
            yield row["request_id"], row["amount"], row["currency"], bank, number, row["note"]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise BrokenFile(str(error)) from error


def _sheet(path: Path, order: Order) -> Iterator[Row]:
    """Read the list that a clerk got by hand: the row of headings is the one that begins with STT."""
    try:
        rows = calamine.load_workbook(path).get_sheet_by_index(0).to_python()
        start = next(place for place, row in enumerate(rows) if row and row[0] == "STT")
    except (calamine.CalamineError, OSError, StopIteration) as error:
        raise BrokenFile(str(error)) from error
    said = {str(row[0]): row[1] for row in rows[:start] if len(row) > 1}
    order.message_id = order.payment_information_id = str(said.get("Mã lô:", ""))
    order.count, order.control_sum = str(int(said.get("Số lệnh:", 0))), str(int(said.get("Tổng tiền:", 0)))
    order.debtor_account = str(said.get("Tài khoản chi:", ""))
    place = {heading: number for number, heading in enumerate(rows[start])}
    for row in rows[start + 1 :]:
        if str(row[0]).replace(".0", "").isdecimal():
            amount = str(int(row[place["Số tiền"]]))
            bank, number, name = row[place["Mã ngân hàng"]], row[place["Số tài khoản"]], row[place["Tên người nhận"]]
            yield str(row[place["Mã lệnh"]]), amount, "VND", str(bank), str(number), str(name)


def _message(path: Path, order: Order) -> Iterator[Row]:
    # Elements end after what is inside them, so the whole head is known before the first transfer is yielded.
    tags = [f"{_NS}{name}" for name in ("GrpHdr", "PmtInfId", "BtchBookg", "DbtrAcct", "CdtTrfTxInf")]
    try:
        for _, element in etree.iterparse(str(path), tag=tags, resolve_entities=False, no_network=True):
            name = element.tag[len(_NS) :]
            if name == "CdtTrfTxInf":
                yield _row(element)
                # Only the transfer being read lies in memory, however long the file is.
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            elif name == "GrpHdr":
                order.message_id = element.findtext(f"{_NS}MsgId") or ""
                order.count = element.findtext(f"{_NS}NbOfTxs") or ""
                order.control_sum = element.findtext(f"{_NS}CtrlSum") or ""
            elif name == "PmtInfId":
                order.payment_information_id = element.text or ""
            elif name == "BtchBookg":
                order.batch_booking = element.text == "true"
            else:
                order.debtor_account = element.findtext(f"{_NS}Id/{_NS}Othr/{_NS}Id") or ""
    except (etree.XMLSyntaxError, OSError) as error:
        raise BrokenFile(str(error)) from error
    if not order.message_id:
        raise BrokenFile("not a pain.001.001.09")


def _row(element: etree._Element) -> Row:
    amount = element.find(f"{_NS}Amt/{_NS}InstdAmt")
    return (
        element.findtext(f"{_NS}PmtId/{_NS}EndToEndId") or "",
        (amount.text or "") if amount is not None else "",
        (amount.get("Ccy") or "") if amount is not None else "",
        element.findtext(f"{_NS}CdtrAgt/{_NS}FinInstnId/{_NS}ClrSysMmbId/{_NS}MmbId") or "",
        element.findtext(f"{_NS}CdtrAcct/{_NS}Id/{_NS}Othr/{_NS}Id") or "",
        element.findtext(f"{_NS}Cdtr/{_NS}Nm") or "",
    )
