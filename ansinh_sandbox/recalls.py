"""Requests to call orders back: camt.055 in, camt.029 out. An order that still waits is stopped; one that was paid is not."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from ansinh_sandbox import answers, books, signatures

_NS = "{urn:iso:std:iso:20022:tech:xsd:camt.055.001.08}"
# The bank's word about each order: taken back, or not; and why not, where ISO has a code for it.
_WORDS = {"cancelled": ("ACCR", ""), "again": ("ACCR", ""), "too_late": ("RJCR", ""), "unknown": ("RJCR", "NOOR")}


def is_one(path: Path) -> bool:
    """Return whether a file asks to call orders back."""
    with open(path, "rb") as file:
        return path.suffix == ".xml" and _NS[1:-1].encode() in file.read(400)


def answer(folder: Path, ledger: sqlite3.Connection, path: Path) -> list[str]:
    """Stop what can be stopped and write the answer; a request that was answered is not answered again."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if ledger.execute("select 1 from meta where name = ?", (f"recall {sha256}",)).fetchone():
        return []
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    number = root.findtext(f".//{_NS}Assgnmt/{_NS}Id") or "UNREADABLE"
    names = [element.text or "" for element in root.iter(f"{_NS}OrgnlEndToEndId")]
    is_refused = bool(signatures.problem(path))
    outcomes = [(name, "unknown" if is_refused else books.cancel(ledger, name)) for name in names]
    name = answers.name("camt.029", number, 0)
    answers.write(folder / "sftp" / "out", name, _pieces(number, outcomes))
    ledger.execute("insert or replace into meta values (?, 'answered')", (f"recall {sha256}",))
    return [name]


def _pieces(number: str, outcomes: list[tuple[str, str]]) -> Iterator[str]:
    at = answers.now().isoformat()
    yield answers.HEAD.format(kind="camt.029.001.09")
    yield f"<RsltnOfInvstgtn><Assgnmt><Id>A{escape(number)}</Id><Assgnr><Pty><Nm>BANK</Nm></Pty></Assgnr>"
    yield f"<Assgne><Pty><Nm>CUSTOMER</Nm></Pty></Assgne><CreDtTm>{at}</CreDtTm></Assgnmt>"
    taken = all(_WORDS[outcome][0] == "ACCR" for _, outcome in outcomes)
    yield f"<Sts><Conf>{'CNCL' if taken else 'RJCR'}</Conf></Sts><CxlDtls><OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(number)}</OrgnlPmtInfId>"
    for name, outcome in outcomes:
        word, why = _WORDS[outcome]
        reason = f"<CxlStsRsnInf><Rsn><Cd>{why}</Cd></Rsn></CxlStsRsnInf>" if why else ""
        yield f"<TxInfAndSts><OrgnlEndToEndId>{escape(name)}</OrgnlEndToEndId><TxCxlSts>{word}</TxCxlSts>{reason}</TxInfAndSts>"
    yield "</OrgnlPmtInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>\n"
