"""Questions about account holders: acmt.023 in, acmt.024 out. The bank says yes or no by its own list, and why not."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from ansinh_sandbox import answers, books, signatures

_NS = "{urn:iso:std:iso:20022:tech:xsd:acmt.023.001.04}"


def is_one(path: Path) -> bool:
    """Return whether a file asks about account holders."""
    with open(path, "rb") as file:
        return path.suffix == ".xml" and _NS[1:-1].encode() in file.read(400)


def answer(folder: Path, ledger: sqlite3.Connection, path: Path) -> list[str]:
    """Write the answers; a file that was answered is not answered again, and one without its signature is not answered at all."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    done = ledger.execute("select 1 from meta where name = ?", (f"inquiry {sha256}",)).fetchone()
    if done or signatures.problem(path):
        return []
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    number = root.findtext(f".//{_NS}MsgId") or "UNREADABLE"
    name = answers.name("acmt.024", number, 0)
    answers.write(folder / "sftp" / "out", name, _pieces(number, root, ledger))
    ledger.execute("insert or replace into meta values (?, 'answered')", (f"inquiry {sha256}",))
    return [name]


def _pieces(number: str, root: etree._Element, ledger: sqlite3.Connection) -> Iterator[str]:
    at = answers.now().isoformat()
    yield answers.HEAD.format(kind="acmt.024.001.04")
    yield f"<IdVrfctnRpt><Assgnmt><MsgId>A{escape(number)}</MsgId><CreDtTm>{at}</CreDtTm><Assgnr><Pty><Nm>BANK</Nm></Pty></Assgnr>"
    yield f"<Assgne><Pty><Nm>CUSTOMER</Nm></Pty></Assgne></Assgnmt><OrgnlAssgnmt><MsgId>{escape(number)}</MsgId></OrgnlAssgnmt>"
    for question in root.iter(f"{_NS}Vrfctn"):
        asked = question.findtext(f"{_NS}PtyAndAcctId/{_NS}Pty/{_NS}Nm") or ""
        account = question.findtext(f".//{_NS}Acct/{_NS}Id/{_NS}Othr/{_NS}Id") or ""
        bank = question.findtext(f".//{_NS}MmbId") or ""
        holder = books.holder(ledger, bank, account)
        why = "" if holder == asked else "AC01" if holder is None else "PN01"
        reason = f"<Rsn><Cd>{why}</Cd></Rsn>" if why else ""
        yield f"<Rpt><OrgnlId>{escape(question.findtext(f'{_NS}Id') or '')}</OrgnlId><Vrfctn>{'false' if why else 'true'}</Vrfctn>{reason}</Rpt>"
    yield "</IdVrfctnRpt></Document>\n"
