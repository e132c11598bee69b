"""Answers to questions: whose account (acmt.024) and whether a payment was stopped (camt.029), any version.

They are small messages, read whole. What they say is told as it is; nothing is concluded from it here.
"""

from collections.abc import Iterator

from lxml import etree

from ansinh.standards.iso20022 import fields
from ansinh.standards.iso20022.codes import CANCELLATION_ANSWER_SET, VERIFICATION_SET
from ansinh.standards.iso20022.fields import LOCAL, below, text
from ansinh.standards.iso20022.results import Entry, GroupStatus, Held, Notice

# The root of each, and the element that holds one answer.
_ROOTS = {"IdVrfctnRpt": ("acmt.024", "Rpt"), "RsltnOfInvstgtn": ("camt.029", "TxInfAndSts")}
_CANCELLATION = {"ACCR": "CANCELLED", "RJCR": "NOT_CANCELLED", "PDCR": "PENDING", "CNCL": "CANCELLED"}
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"


def message_in(root: etree._Element) -> etree._Element | None:
    """Return the element of such a message, wherever it stands in its envelope; None when there is none."""
    return next((element for element in root.iter() if LOCAL[element.tag] in _ROOTS), None)


class Investigation:
    """One message while it is read: iterate, once."""

    def __init__(self, message: etree._Element) -> None:
        self._message = message
        name, self._holder = _ROOTS[LOCAL[message.tag]]
        namespace = etree.QName(message).namespace or ""
        self.kind = namespace.removeprefix(NAMESPACE) if namespace.startswith(f"{NAMESPACE}{name}") else name
        self.messages = 1
        self.message_id = (text(below(message, "Assgnmt", "MsgId")) or text(below(message, "Assgnmt", "Id")))[:70]
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        self.incomplete = False

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each answer."""
        found = [element for element in self._message.iter() if LOCAL[element.tag] == self._holder]
        for number, element in enumerate(found, 1):
            try:
                yield self._verified(number, element) if self._holder == "Rpt" else self._cancelled(number, element)
            except fields.Unreadable as problem:
                yield Held(number, problem.reason, problem.evidence)

    def _verified(self, number: int, element: etree._Element) -> Entry:
        answer = text(below(element, "Vrfctn"))
        if answer not in ("true", "false", "1", "0"):
            raise fields.Unreadable("answer_missing", answer)
        code = text(below(element, "Rsn", "Cd"))
        # A close match is neither: a person decides about it.
        word = "CLOSE_MATCH" if code == "PN02" else "MATCH" if answer in ("true", "1") else "NO_MATCH"
        reason_set = VERIFICATION_SET if code else ""
        return Entry(
            number,
            text(below(element, "OrgnlId"))[:35],
            None,
            None,
            "",
            word,
            reason_set,
            code[:35],
            None,
            "",
            "verification",
            answer,
        )

    def _cancelled(self, number: int, element: etree._Element) -> Entry:
        code = text(below(element, "TxCxlSts"))
        word = _CANCELLATION.get(code)
        if word is None:
            raise fields.Unreadable("status_unknown" if code else "status_missing", code)
        reason = below(element, "CxlStsRsnInf")
        reason_set, reason_code = fields.reason(reason, CANCELLATION_ANSWER_SET) if reason is not None else ("", "")
        name = text(below(element, "OrgnlEndToEndId")) or text(below(element, "OrgnlInstrId"))
        return Entry(number, name[:35], None, None, "", word, reason_set, reason_code, None, "", "cancellation", code)
