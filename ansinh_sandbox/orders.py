"""The sandbox bank's own reader of payment orders (pain.001). It shares nothing with the program that wrote them.

It reads in a stream and takes only what a bank needs: who pays, who gets how much, under which names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
        BrokenFile: when it is not well-formed, or not pain.001.001.09.
    """
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
