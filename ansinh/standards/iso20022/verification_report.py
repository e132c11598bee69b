"""What a bank answers to “whose account is this?”: acmt.024, any version. One entry per question, named as it was asked.

An answer is a finding about a name, never about money: MATCH, CLOSE_MATCH, NO_MATCH or NOT_CHECKED, with the bank's reason.
"""

from lxml import etree

from ansinh.standards.iso20022 import codes, fields
from ansinh.standards.iso20022.fields import LOCAL, Unreadable, below, text
from ansinh.standards.iso20022.results import CLOSE_MATCH, MATCH, NO_MATCH, NOT_CHECKED, Entry, Held

# The number of the holder's papers being another's is as bad as the name being another's.
_FINDINGS = {"PN01": NO_MATCH, "PI01": NO_MATCH, "PN02": CLOSE_MATCH}


class VerificationReport:
    """Collects one acmt.024 while it streams by."""

    message = "acmt.024"
    ends = ("Rpt",)

    def ended(self, element: etree._Element, line: int) -> Entry | Held | None:
        """Take one finished answer; return what it found."""
        # camt.052 has an element of this name too, one for each account; here each is an answer.
        try:
            return self._answer(element, line)
        except Unreadable as problem:
            return Held(line, problem.reason, problem.evidence, fields.name_in(element, ("OrgnlId",)))

    def finished(self) -> None:
        """Nothing is left to compare: the message states no counts."""

    def _answer(self, element: etree._Element, line: int) -> Entry:
        question_id = verdict = name = reason_set = reason_code = ""
        for child in element:
            kind = LOCAL[child.tag]
            if kind == "OrgnlId":
                question_id = text(child)
            elif kind == "Vrfctn":
                verdict = text(child)
            elif kind == "Rsn":
                reason_set, reason_code = fields.reason(element, codes.VERIFICATION_SET)
            elif kind == "UpdtdPtyAndAcctId":
                # The holder's name as the bank has it, where it tells; banks write it at one place or the other.
                name = text(below(child, "Pty", "Nm")) or text(below(child, "Acct", "Nm"))
        return Entry(
            line, question_id[:35], None, None, "", _finding(verdict, reason_code), reason_set, reason_code,
            None, "", "verification", verdict, name[:140],
        )  # fmt: skip


def _finding(verdict: str, reason_code: str) -> str:
    # Whatever the verdict says, a close match is a person's to decide.
    if reason_code == "PN02":
        return CLOSE_MATCH
    if verdict in ("true", "1"):
        return MATCH
    if verdict not in ("false", "0"):
        raise Unreadable("answer_missing", verdict)
    # “No” because of the account, the bank or the clock says nothing about the name: the reason tells what to do.
    return _FINDINGS.get(reason_code, NOT_CHECKED)
