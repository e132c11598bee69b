"""What a bank answers when orders were called back: camt.029, any version. One entry per order it names.

An answer moves no money: a recalled order is settled by the credit that brings the money back. Only where a bank has agreed that its yes
is final does an order end as rejected by it.
"""

from collections.abc import Iterable

from lxml import etree

from ansinh.standards.iso20022 import codes, fields
from ansinh.standards.iso20022.fields import LOCAL, Unreadable, below, text
from ansinh.standards.iso20022.results import (
    CANCELLED,
    NOT_CANCELLED,
    PENDING,
    REJECTED,
    Entry,
    GroupStatus,
    Held,
    Profile,
)

# The single orders' words, then those of whole blocks and files. “Partly” has no meaning for any one order.
_WORDS = {
    "ACCR": CANCELLED, "PDCR": PENDING, "RJCR": NOT_CANCELLED,
    "CNCL": CANCELLED, "CWFW": PENDING, "PACR": "", "PECR": "",
}  # fmt: skip
_NAMES = (("OrgnlEndToEndId",), ("OrgnlInstrId",))
_LINES = frozenset({"TxInfAndSts"})
_AMOUNTS = ("OrgnlInstdAmt", "OrgnlIntrBkSttlmAmt")


class RecallAnswer(fields.InBlocks):
    """Collects one camt.029 while it streams by."""

    message = "camt.029"
    ends = ("TxInfAndSts", "OrgnlPmtInfAndSts", "OrgnlGrpInfAndSts")

    def __init__(self, root: etree._Element, groups: list[GroupStatus], profile: Profile) -> None:
        super().__init__(_LINES, "OrgnlPmtInfAndSts")
        self._root = root
        self._groups = groups
        self._is_final = profile.recall_is_final
        self._group: tuple[str, str] = ("", "")
        self._block_code = ""
        self._has_any = False

    def ended(self, element: etree._Element, line: int) -> Entry | Held | None:
        """Take one finished element; return the result it gave, if any."""
        name = LOCAL[element.tag]
        if name == "TxInfAndSts":
            self._has_any = True
            try:
                self.come_to_line(element)
                return self._order(element, line)
            except Unreadable as problem:
                return Held(line, problem.reason, problem.evidence, fields.name_in(element, *_NAMES))
        if name == "OrgnlPmtInfAndSts":
            if element is not self.block:
                self.come_to_block(element)
            elif (code := text(below(element, "PmtInfCxlSts"))) != self._block_code:
                # Its lines have been read without it.
                return Held(line, "line_misplaced", f"PmtInfCxlSts {code}")
        else:
            parts = fields.children(element)
            self._group = text(parts.get("OrgnlMsgId")), text(parts.get("GrpCxlSts"))
            self._say(self._group[0], "", self._group[1], parts.get("CxlStsRsnInf"))
        return None

    def finished(self, next_one: etree._Element | None = None) -> None:
        """Keep the answer to the whole request, which often stands alone, without a line per order."""
        if not self._has_any and not self._groups:
            said = list(self._root if next_one is None else fields.before(next_one, self._root))
            case = text(below(said, "RslvdCase", "Id"))
            self._say(case, "", self._whole(said), below(said, "Sts", "RjctdCxl"))

    @staticmethod
    def _whole(said: Iterable[etree._Element]) -> str:
        # In the oldest version a refusal has an element of its own instead of a word.
        status = below(said, "Sts")
        return "RJCR" if below(status, "RjctdCxl") is not None else text(below(status, "Conf"))

    def enter(self, block: etree._Element, line: etree._Element | None = None) -> None:
        """Take what the block says for all of its lines."""
        parts = fields.children(block if line is None else fields.before(line, block))
        self._block_code = text(parts.get("PmtInfCxlSts"))
        self._say(self._group[0], text(parts.get("OrgnlPmtInfId")), self._block_code, parts.get("CxlStsRsnInf"))

    def _say(self, original: str, block: str, code: str, information: etree._Element | None) -> None:
        if code:
            why = _reason(information) if information is not None else ("", "")
            self._groups.append(GroupStatus(original, block, _WORDS.get(code, ""), code[:20], *why))

    def _order(self, element: etree._Element, line: int) -> Entry:
        end_to_end_id = instruction_id = code = reason_set = reason_code = ""
        amount: tuple[int | None, str | None, str] = (None, None, "")
        for child in element:
            name = LOCAL[child.tag]
            if name == "OrgnlEndToEndId":
                end_to_end_id = text(child)
            elif name == "OrgnlInstrId":
                instruction_id = text(child)
            elif name == "TxCxlSts":
                code = text(child)
            elif name == "CxlStsRsnInf" and not reason_code:
                reason_set, reason_code = _reason(child)
            elif name in _AMOUNTS:
                amount = fields.amount(child)
        # A line without a word of its own has that of its block, of its file, or of the whole answer.
        code = code or self._block_code or self._group[1] or self._whole(fields.before(element, self._root))
        status = _WORDS.get(code)
        if not status:
            raise Unreadable("status_unknown" if code else "status_missing", code)
        if end_to_end_id in ("", "NOTPROVIDED"):
            end_to_end_id = instruction_id
        if status == CANCELLED and self._is_final:
            status = REJECTED
        return Entry(
            line, end_to_end_id[:35], *amount, status, reason_set, reason_code, None, "DBIT", "cancellation", code,
        )  # fmt: skip


def _reason(information: etree._Element) -> tuple[str, str]:
    # The oldest version names the code of a refusal directly.
    direct = text(below(information, "RsnCd"))
    return (
        (codes.CANCELLATION_ANSWER_SET, direct[:4])
        if direct
        else fields.reason(information, codes.CANCELLATION_ANSWER_SET)
    )
