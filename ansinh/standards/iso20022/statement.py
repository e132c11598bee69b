"""What moved on our account: camt.052, camt.053, camt.054, any version. One result per detail, or per bare entry.

A debit confirms a payment only where the bank agreed so; money that comes back with a return reason is RETURNED.
"""

import datetime
from decimal import Decimal

from lxml import etree

from ansinh.standards import end_to_end
from ansinh.standards.iso20022 import alike, codes, fields
from ansinh.standards.iso20022.fields import LOCAL, Unreadable, below, text
from ansinh.standards.iso20022.results import (
    ACCEPTED,
    BOOKED,
    PAID,
    PENDING,
    RETURNED,
    Balance,
    Entry,
    Held,
    Notice,
    Profile,
)

# Who and what for: of money that one of our orders explains none of it is read.
_UNREAD = frozenset({"RltdPties", "RltdAgts", "RmtInf", "RltdDts", "RltdRmtInf", "Purp", "AddtlTxInf"})

_NAMES = (("Refs", "EndToEndId"), ("Refs", "InstrId"))
_LINES = frozenset({"Ntry", "TxDtls"})
_SAYS_OF_ALL = frozenset({"Amt", "CdtDbtInd", "RvslInd", "Sts", "BookgDt"})


class Statement:
    """Collects one camt message while it streams by. An entry with a million details never lies whole in memory."""

    repeats = "TxDtls"
    ends = ("TxDtls", "Ntry", "Bal", "TxsSummry", "LastPgInd", "Stmt", "Ntfctn", "Rpt")

    def __init__(self, profile: Profile, message: str, warnings: list[Notice], balances: list[Balance]) -> None:
        self.message = message
        self._profile = profile
        self._warnings = warnings
        self._balances = balances
        self._stated: tuple[int | None, Decimal | None] = (None, None)
        self._opening: tuple[datetime.date, int] | None = None
        self._closing: Balance | None = None
        self._currency = ""
        self._booked: dict[str, int] | None = {"CRDT": 0, "DBIT": 0}
        self._entries = 0
        self._total: Decimal | None = Decimal(0)
        self._holder: etree._Element | None = None
        self._entry: etree._Element | None = None
        self._torn: etree._Element | None = None

    def ended(self, element: etree._Element, line: int) -> Entry | Held | None:
        """Take one finished element; return the result it gave, if any."""
        name = LOCAL[element.tag]
        # Details end before the entry around them does, so what the entry says above them is read at the first of them.
        if name == "TxDtls":
            holder = element.getparent()
            if holder is None or holder is not self._holder:
                if (torn := _torn_by(element, holder)) is not None:
                    self._torn = torn
                    return Held(line, "line_misplaced", "", fields.name_in(element, *_NAMES))
                self._enter(holder, element)
            self._details += 1
            try:
                if element is self._torn:
                    raise Unreadable("line_misplaced", "")
                return self._detail(element, line)
            except Unreadable as problem:
                # A sum with a hole in it proves nothing, so it is not compared.
                self._detail_sum = None
                return Held(line, problem.reason, problem.evidence, fields.name_in(element, *_NAMES))
        # From here on: ends that close something, so what was stated can be compared with what was found.
        if name == "Ntry":
            return self._end_of_entry(element, line)
        if name == "Bal":
            self._balance(element)
        elif name == "TxsSummry":
            total = below(element, "TtlNtries")
            self._stated = (fields.whole_number(below(total, "NbOfNtries")), fields.stated_sum(below(total, "Sum")))
        elif name == "LastPgInd":
            if text(element) == "false":
                self._warnings.append(Notice("more_pages_follow", {}))
                # The sums of one page are not those of the statement.
                self._booked = None
        else:
            self._close()
            self._compare()
        return None

    @staticmethod
    def shape_of(raw: bytes) -> alike.Shape | None:
        """Return what details look like that say the same as this one of another order; None when nothing can be said."""
        # The oldest versions have the amount only among its details.
        return alike.shape_of(raw, _part_of) or alike.shape_of(raw, _part_of_oldest)

    def repeated(self, names: list[str], amounts: list[int]) -> int:
        """Take details that say the same as the one before of other orders, and return how many of them are understood.

        Those before the first name that is none of ours: money that no order explains is read with all its words.
        """
        ours = end_to_end.decode_many(names)
        count = ours.index(None) if None in ours else len(ours)
        self._details += count
        if self._detail_sum is not None:
            self._detail_sum += sum(amounts[:count])
        return count

    def finished(self) -> None:
        """Nothing is left to compare: each statement was compared at its own end."""

    def _balance(self, element: etree._Element) -> None:
        """Keep the opening and the closing balance; what cannot be read of them claims nothing."""
        kind = text(below(element, "Tp", "CdOrPrtry", "Cd")) or text(below(element, "Tp", "Cd"))
        # Banks open a day with its own opening balance, or with what closed the day before.
        if kind not in ("CLBD", "OPBD", "PRCD"):
            return
        # Above the entries in the schema, so the account is there when the balance ends.
        holder = element.getparent()
        owner = below(fields.before(element, holder), "Acct", "Id") if holder is not None else None
        account = below(owner, "Othr", "Id")
        if account is None:
            account = below(owner, "IBAN")
        try:
            amount_dong, _, currency = fields.amount(below(element, "Amt"))
            self._currency = self._currency or currency
            day = fields.day(below(element, "Dt"))
        except (Unreadable, AttributeError):
            amount_dong, day = None, None
        if amount_dong is None or day is None:
            return
        signed = -amount_dong if text(below(element, "CdtDbtInd")) == "DBIT" else amount_dong
        if kind == "CLBD":
            self._closing = Balance(text(account), day, signed)
        elif kind == "OPBD" or self._opening is None:
            self._opening = (day, signed)

    def _close(self) -> None:
        """Tell the balance of a statement that has ended, with what was booked in it."""
        if self._currency not in ("", "VND"):
            self._warnings.append(Notice("currency_foreign", {"currency": self._currency[:3]}))
        if self._closing is not None:
            opening_on, opening_dong = self._opening or (None, None)
            booked = self._booked or {}
            self._balances.append(
                self._closing._replace(
                    opening_on=opening_on, opening_dong=opening_dong, credits_dong=booked.get("CRDT"), debits_dong=booked.get("DBIT"),
                )
            )  # fmt: skip
            # A line that could not be read leaves a hole: then nothing is claimed about the sum.
            if opening_dong is not None and booked and self.message == "camt.053":
                reached = opening_dong + booked["CRDT"] - booked["DBIT"]
                if reached != self._closing.amount_dong:
                    evidence = {"stated": str(self._closing.amount_dong), "found": str(reached)}
                    self._warnings.append(Notice("balance_differs", evidence))
        self._opening, self._closing, self._booked = None, None, {"CRDT": 0, "DBIT": 0}
        self._currency = ""

    def _compare(self) -> None:
        count, total = self._stated
        if count is not None and count != self._entries:
            self._warnings.append(Notice("count_differs", {"stated": count, "found": self._entries}))
        if total is not None and self._total is not None and total != self._total:
            self._warnings.append(Notice("control_sum_differs", {"stated": str(total), "found": str(self._total)}))
        self._stated, self._entries, self._total = (None, None), 0, Decimal(0)

    def _enter(self, holder: etree._Element, detail: etree._Element) -> None:
        """Read what an entry says before its details, once; the elements are dropped afterwards."""
        self._holder = holder
        entry = holder.getparent() if LOCAL[holder.tag] == "NtryDtls" else holder
        stated = fields.whole_number(below(fields.before(detail, holder), "Btch", "NbOfTxs"))
        # One entry may have several groups of details, each with its own count.
        if entry is not self._entry:
            self._open(entry, list(fields.before(detail, entry)))
            self._stated_details = stated
        elif stated is not None:
            self._stated_details = (self._stated_details or 0) + stated

    def _open(self, entry: etree._Element, parts: list[etree._Element]) -> None:
        # A fault of the entry is kept, not raised: it has no line of its own, its details have.
        self._entry, self._parts = entry, parts
        self._details = 0
        self._detail_sum: Decimal | None = Decimal(0)
        self._stated_details: int | None = None
        self._problem: Unreadable | None = None
        self._borrower: Entry | None = None
        self._direction, self._is_reversal, self._is_booked = "", False, False
        self._day: datetime.date | None = None
        self._amount: tuple[int | None, str | None, str] | None = None
        try:
            for child in parts:
                name = LOCAL[child.tag]
                if name == "Amt":
                    self._amount = fields.amount(child)
                elif name == "CdtDbtInd":
                    self._direction = text(child)
                elif name == "RvslInd":
                    self._is_reversal = text(child) in ("true", "1")
                # Plain text in older versions, a `Cd` inside in newer ones.
                elif name == "Sts":
                    self._is_booked = (text(child) or text(below(child, "Cd"))) == "BOOK"
                elif name == "BookgDt":
                    self._day = fields.day(child)
            if self._amount is None:
                raise Unreadable("amount_missing", "")
            if self._direction not in ("CRDT", "DBIT"):
                raise Unreadable("direction_unknown", self._direction)
        except Unreadable as problem:
            self._problem = problem

    def _detail(self, element: etree._Element, line: int) -> Entry | None:
        end_to_end_id = instruction_id = reason_set = reason_code = ""
        has_return, own_amount, direction = False, None, self._direction
        in_details: list[etree._Element] = []
        for child in element:
            name = LOCAL[child.tag]
            if name == "Refs":
                for reference in child:
                    kind = LOCAL[reference.tag]
                    if kind == "EndToEndId":
                        end_to_end_id = (reference.text or "").strip()
                    elif kind == "InstrId":
                        instruction_id = (reference.text or "").strip()
            elif name == "Amt":
                own_amount = fields.amount(child)
            elif name == "AmtDtls":
                in_details.append(child)
            elif name == "CdtDbtInd":
                direction = (child.text or "").strip()
            elif name == "RtrInf":
                has_return = True
                reason_set, reason_code = fields.reason(child, codes.RETURN_SET)
        # Newer versions give each detail its own `Amt`; in the oldest the amount stands only in `AmtDtls`.
        if own_amount is None:
            own_amount = next(filter(None, map(_amount_in_details, in_details)), None)
        # What is wrong with the entry is wrong with each detail, except an amount that the detail says itself.
        if self._problem is not None and (own_amount is None or self._problem.reason != "amount_invalid"):
            raise self._problem
        is_borrowed = own_amount is None
        if own_amount is None:
            own_amount = self._amount or (None, None, "")
        if self._detail_sum is not None:
            # Amounts in two currencies cannot be added up: then nothing is claimed about the sum.
            is_comparable = self._amount is not None and own_amount[2] == self._amount[2]
            self._detail_sum = self._detail_sum + _number(own_amount) if is_comparable else None
        # ISO's own word for “no name given”. We give both names the same value, so the other one may stand in.
        if end_to_end_id in ("", "NOTPROVIDED"):
            end_to_end_id = instruction_id or end_to_end.batch_named_in(" ".join(element.itertext()))
        status = self._status(end_to_end_id, direction, has_return)
        found = Entry(
            line, end_to_end_id[:35], *own_amount, status, reason_set, reason_code, self._day, direction,
            "detail", "BOOK" if self._is_booked else "",
        )  # fmt: skip
        # Only of money that is no order's: an order is known, and a statement has a million of them.
        if status == BOOKED:
            found = found._replace(text=_words(element), is_fee=direction == "DBIT" and self._is_fee(element))
        if not is_borrowed:
            return found
        # The amount of the whole entry may stand for a detail only when there is no other, which its end will show.
        if self._borrower is not None:
            raise Unreadable("amount_missing", "")
        self._borrower = found
        return None

    def _end_of_entry(self, entry: etree._Element, line: int) -> Entry | Held | None:
        if entry is not self._entry and (torn := fields.torn_by(entry, _LINES, "")) is not None:
            self._torn = torn
            return Held(line, "line_misplaced")
        # An entry with details has told its results already; one without is itself the only result it has.
        self._entries += 1
        if entry is self._entry:
            result = self._end_of_details(entry, line)
        else:
            self._open(entry, list(entry))
            result = self._bare_entry(entry, line)
        if self._amount is None or self._total is None:
            self._total = None
        else:
            self._total += _number(self._amount)
            # Banks may leave the balances out; then the lines say in which currency the account is.
            self._currency = self._currency or self._amount[2]
        if self._problem is not None or self._amount is None or self._amount[0] is None:
            self._booked = None
        elif self._booked is not None and self._is_booked:
            self._booked[self._direction] += self._amount[0]
        self._holder = None
        return result

    def _end_of_details(self, entry: etree._Element, line: int) -> Entry | Held | None:
        late = _late(entry[len(self._parts) :])
        if late or entry is self._torn:
            self._detail_sum = None
        self._compare_details()
        if self._borrower is not None:
            is_only_one = max(self._details, self._stated_details or 1) == 1
            name = self._borrower.end_to_end_id
            is_clear = is_only_one and not late and entry is not self._torn
            return self._borrower._replace(line=line) if is_clear else Held(line, "amount_missing", "", name)
        # The details were read without it, and it may be that the whole entry was taken back.
        return Held(line, "line_misplaced", late) if late else None

    def _bare_entry(self, entry: etree._Element, line: int) -> Entry | Held:
        # None of its details stood where a detail stands.
        problem = Unreadable("line_misplaced", "") if entry is self._torn else self._problem
        if problem is not None or self._amount is None:
            problem = problem or Unreadable("amount_missing", "")
            return Held(line, problem.reason, problem.evidence)
        status = self._status("", self._direction, False)
        code = "BOOK" if self._is_booked else ""
        # A bank that books a whole file at once names the file, in a place of its own or in free words.
        name = end_to_end.batch_named_in(" ".join(entry.itertext()))
        return Entry(
            line, name, *self._amount, status, "", "", self._day, self._direction, "entry", code,
            text=_words(entry), is_fee=self._direction == "DBIT" and self._is_fee(entry),
        )  # fmt: skip

    def _compare_details(self) -> None:
        if self._stated_details is not None and self._stated_details != self._details:
            self._warnings.append(
                Notice(
                    "count_differs", {"stated": self._stated_details, "found": self._details, "entry": self._entries}
                )
            )
        if self._amount is not None and self._detail_sum is not None and _number(self._amount) != self._detail_sum:
            evidence = {"stated": str(_number(self._amount)), "found": str(self._detail_sum), "entry": self._entries}
            self._warnings.append(Notice("details_differ_from_entry", evidence))

    def _is_fee(self, element: etree._Element) -> bool:
        """Say whether the bank itself calls this money its fee, in the detail or in the entry around it."""
        for holder in (element, self._parts):
            code = below(holder, "BkTxCd", "Domn", "Fmly", "SubFmlyCd")
            if code is not None:
                return text(code) in codes.FEE_FAMILIES
        return False

    def _status(self, end_to_end_id: str, direction: str, has_return: bool) -> str:
        # The statement decides about money, over any status before it, so it claims as little as it can.
        # Only a booked entry has moved money; pending and informational ones may still vanish.
        if not self._is_booked:
            return PENDING
        if direction == "CRDT" and has_return:
            return RETURNED
        # A reversed entry undoes an earlier one: it must never confirm anything.
        if direction == "DBIT" and not self._is_reversal and end_to_end.decode(end_to_end_id) is not None:
            return PAID if self._profile.debit_is_paid else ACCEPTED
        return BOOKED


def _torn_by(detail: etree._Element, holder: etree._Element | None) -> etree._Element | None:
    """Return what a detail spoils that does not stand in an entry, directly or in a group of details; else None."""
    entry = holder.getparent() if holder is not None and LOCAL[holder.tag] == "NtryDtls" else holder
    if entry is None or LOCAL[entry.tag] != "Ntry":
        return next((one for one in detail.iterancestors() if LOCAL[one.tag] in _LINES), detail)
    return fields.torn_by(entry, _LINES, "")


def _late(behind: list[etree._Element]) -> str:
    """Return the name of what an entry says of all its details only behind the first, where no schema lets it; or nothing."""
    return next((name for child in behind if (name := LOCAL[child.tag]) in _SAYS_OF_ALL), "")


def _part_of(path: tuple[str, ...]) -> str:
    if path[0] == "Refs":
        return alike.NAME if path == ("Refs", "EndToEndId") else alike.UNREAD
    if path == ("Amt",):
        return alike.AMOUNT
    return alike.UNREAD if path[0] in _UNREAD or path[0] == "AmtDtls" else ""


def _part_of_oldest(path: tuple[str, ...]) -> str:
    return alike.AMOUNT if path == ("AmtDtls", "TxAmt", "Amt") else _part_of(path)


def _amount_in_details(element: etree._Element) -> tuple[int | None, str | None, str] | None:
    """Return the transaction's own amount. The instructed amount may be in another currency and is not used."""
    found = below(element, "TxAmt", "Amt")
    return fields.amount(found) if found is not None else None


def _words(element: etree._Element) -> str:
    """Return what the bank wrote about money: the remittance text, else its own information."""
    for path in (("RmtInf", "Ustrd"), ("AddtlTxInf",), ("AddtlNtryInf",)):
        found = below(element, *path)
        if found is not None and text(found):
            return " ".join(text(found).split())[:140]
    return ""


def _number(amount: tuple[int | None, str | None, str]) -> Decimal:
    return Decimal(amount[0]) if amount[0] is not None else Decimal(amount[1] or 0)
