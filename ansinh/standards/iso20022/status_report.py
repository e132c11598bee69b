"""What a bank answers to our orders: pain.002, any version. One entry per order it names, one group status per block.

It promises that an order without a readable status is held, and that differing counts and sums are shown. The very
first version has other names for the same things; they are read beside the others.
"""

from decimal import Decimal

from lxml import etree

from ansinh.standards.iso20022 import alike, codes, fields
from ansinh.standards.iso20022.fields import LOCAL, Unreadable, below, text
from ansinh.standards.iso20022.results import PAID, REJECTED, UNKNOWN, Entry, GroupStatus, Held, Notice, Profile

_PARTS = {
    ("OrgnlEndToEndId",): alike.NAME,
    ("OrgnlTxRef", "Amt", "InstdAmt"): alike.AMOUNT,
    ("OrgnlTxRef", "IntrBkSttlmAmt"): alike.AMOUNT,
    ("OrgnlTxRef", "InstdAmt"): alike.AMOUNT,
    ("AccptncDtTm",): alike.DAY,
    # The order's own name stands beside it, and that one counts.
    ("OrgnlInstrId",): alike.UNREAD,
    ("StsId",): alike.UNREAD,
    ("AcctSvcrRef",): alike.UNREAD,
}


_NAMES = (("OrgnlEndToEndId",), ("PmtId", "EndToEndId"), ("OrgnlInstrId",), ("PmtId", "InstrId"))
_LINES = frozenset({"TxInfAndSts", "OrgnlTxRefInfAndSts"})


class StatusReport(fields.InBlocks):
    """Collects one pain.002 while it streams by."""

    message = "pain.002"
    repeats = "TxInfAndSts"
    ends = ("TxInfAndSts", "OrgnlPmtInfAndSts", "OrgnlGrpInfAndSts", "OrgnlTxRefInfAndSts", "OrgnlGrpRefInfAndSts")

    def __init__(self, profile: Profile, groups: list[GroupStatus], warnings: list[Notice]) -> None:
        super().__init__(_LINES, "OrgnlPmtInfAndSts")
        self._words = dict(codes.statuses())
        if profile.settled_is_paid:
            self._words["ACSC"] = PAID
        self._groups = groups
        self._warnings = warnings
        self._group_code = ""
        self._original = ""
        self._block_code = ""
        self._stated_count: int | None = None
        self._stated_sum: Decimal | None = None
        self._found = 0
        self._sum: int | None = 0

    def ended(self, element: etree._Element, line: int) -> Entry | Held | None:
        """Take one finished element; return the result it gave, if any."""
        name = LOCAL[element.tag]
        if name in _LINES:
            self._found += 1
            try:
                self.come_to_line(element)
                return self._transaction(element, line)
            except Unreadable as problem:
                # A sum with a hole in it proves nothing, so it is not compared.
                self._sum = None
                return Held(line, problem.reason, problem.evidence, fields.name_in(element, *_NAMES))
        # A block ends after its lines; only one without lines is still unknown when it ends.
        if name == "OrgnlPmtInfAndSts":
            if element is not self.block:
                self.come_to_block(element)
            elif (code := text(below(element, "PmtInfSts"))) != self._block_code:
                # Its lines have been read without it.
                return Held(line, "line_misplaced", f"PmtInfSts {code}")
        else:
            self._enter_group(element)
        return None

    @staticmethod
    def shape_of(raw: bytes) -> alike.Shape | None:
        """Return what elements look like that say the same as this one of another order; None when nothing can be said."""
        return alike.shape_of(raw, _part_of)

    def repeated(self, names: list[str], amounts: list[int]) -> int:
        """Take orders that a bank answered in the very words of the one before, and return how many of them are understood."""
        self._found += len(names)
        self._sum = None if self._sum is None else self._sum + sum(amounts)
        return len(names)

    def finished(self) -> None:
        """Compare what was listed with what the bank says it was sent. A report of refusals alone also shows here."""
        # Many banks list only what they refuse, or nothing: an empty list is not a difference.
        if not self._found:
            return
        if self._stated_count is not None and self._stated_count != self._found:
            self._warnings.append(Notice("count_differs", {"stated": self._stated_count, "found": self._found}))
        if self._stated_sum is not None and self._sum is not None and self._stated_sum != self._sum:
            self._warnings.append(Notice("control_sum_differs", {"stated": str(self._stated_sum), "found": self._sum}))

    def _enter_group(self, element: etree._Element) -> None:
        parts = fields.children(element)
        self._group_code = text(parts.get("GrpSts"))
        self._stated_count = fields.whole_number(parts.get("OrgnlNbOfTxs"))
        self._stated_sum = fields.stated_sum(parts.get("OrgnlCtrlSum"))
        self._original = text(parts.get("OrgnlMsgId")) or text(parts.get("GrpId"))
        # The first version writes the reason into the group itself.
        self._add_group("", self._group_code, parts.get("StsRsnInf", element))

    def enter(self, block: etree._Element, line: etree._Element | None = None) -> None:
        """Take what the block says for all of its lines."""
        parts = fields.children(block if line is None else fields.before(line, block))
        self._block_code = text(parts.get("PmtInfSts"))
        self._add_group(text(parts.get("OrgnlPmtInfId")), self._block_code, parts.get("StsRsnInf"))

    def _add_group(self, block_id: str, code: str, information: etree._Element | None) -> None:
        if not code:
            return
        reason_set, reason_code = fields.reason(information, codes.STATUS_SET) if information is not None else ("", "")
        status = _without_duplicates(self._words.get(code, ""), reason_set, reason_code)
        # PART says that the lines differ; it has no meaning of its own for any line.
        if not status and code != "PART":
            self._warnings.append(Notice("group_status_unknown", {"code": code[:20]}))
        self._groups.append(GroupStatus(self._original, block_id, status, code[:20], reason_set, reason_code))

    def _transaction(self, element: etree._Element, line: int) -> Entry:
        end_to_end_id = instruction_id = code = reason_set = reason_code = ""
        amount: tuple[int | None, str | None, str] = (None, None, "")
        booked_on = None
        for child in element:
            name = LOCAL[child.tag]
            if name == "OrgnlEndToEndId":
                end_to_end_id = (child.text or "").strip()
            elif name == "TxSts":
                code = (child.text or "").strip()
            elif name == "StsRsnInf":
                # The first reason is the one that counts; banks repeat the element for free text.
                if not reason_code:
                    reason_set, reason_code = fields.reason(child, codes.STATUS_SET)
            elif name in ("OrgnlTxRef", "OrgnlTxInf"):
                holder = _amount_of(child)
                if holder is not None:
                    amount = fields.amount(holder)
            elif name == "OrgnlInstrId":
                instruction_id = (child.text or "").strip()
            elif name == "PmtId":
                end_to_end_id, instruction_id = text(below(child, "EndToEndId")), text(below(child, "InstrId"))
            elif name == "StsRsn":
                reason_set, reason_code = fields.reason(element, codes.STATUS_SET)
            elif name == "AccptncDtTm":
                booked_on = fields.day(child)
        # A line without a status has that of its block, and a block without one that of the file.
        code = code or self._block_code or self._group_code
        status = self._words.get(code)
        if status is None:
            raise Unreadable("status_unknown" if code else "status_missing", code)
        status = _without_duplicates(status, reason_set, reason_code)
        # We give both names the same value, and some banks send back only one of them.
        if end_to_end_id in ("", "NOTPROVIDED"):
            end_to_end_id = instruction_id
        # One line without an amount leaves a sum that proves nothing; banks may omit what they were told.
        self._sum = None if amount[0] is None or self._sum is None else self._sum + amount[0]
        return Entry(
            line, end_to_end_id[:35], *amount, status, reason_set, reason_code,
            booked_on, "DBIT", "status", code,
        )  # fmt: skip


def _part_of(path: tuple[str, ...]) -> str:
    # Of the order's own data that a bank repeats only the amount is read.
    return _PARTS.get(path) or (alike.UNREAD if path[0] == "OrgnlTxRef" and path[1:2] != ("Amt",) else "")


def _without_duplicates(status: str, reason_set: str, reason_code: str) -> str:
    """Turn "rejected as a duplicate" into UNKNOWN: taking it for a refusal would pay the first one again."""
    is_duplicate = reason_set == codes.STATUS_SET and reason_code in codes.DUPLICATE_REASONS
    return UNKNOWN if status == REJECTED and is_duplicate else status


def _amount_of(reference: etree._Element) -> etree._Element | None:
    # In the order of the file. The settled amount may differ from the instructed one; that is for a person to see, and
    # `payment` compares it with ours.
    for child in reference:
        name = LOCAL[child.tag]
        if name == "Amt":
            return below(child, "InstdAmt")
        if name in ("IntrBkSttlmAmt", "InstdAmt"):
            return child
    return None
