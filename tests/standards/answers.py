"""Answers of a bank for tests, written by hand: small pain.002 and camt files around the given lines.

They are written without our own code, which would hide its mistakes.
"""

STATUS_LINE = (
    "<TxInfAndSts><OrgnlInstrId>{id}</OrgnlInstrId><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{code}</TxSts>"
    '{reason}<OrgnlTxRef><Amt><InstdAmt Ccy="VND">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
)


def status_line(end_to_end_id: str, code: str, reason: str = "", amount: str = "500000") -> str:
    """Return one order's status; `reason` is a code."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return STATUS_LINE.format(id=end_to_end_id, code=code, reason=why, amount=amount)


def status_report(*lines: str, version: str = "10", group: str = "", count: int | None = None, total: int = 0) -> bytes:
    """Return a pain.002 with these lines."""
    stated = f"<OrgnlNbOfTxs>{count}</OrgnlNbOfTxs>" if count is not None else ""
    stated += f"<OrgnlCtrlSum>{total}</OrgnlCtrlSum>" if total else ""
    block = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>M1</OrgnlPmtInfId>{''.join(lines)}</OrgnlPmtInfAndSts>" if lines else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>BANK1</MsgId><CreDtTm>2026-11-05T09:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{stated}{group}</OrgnlGrpInfAndSts>"
        f"{block}</CstmrPmtStsRpt></Document>"
    ).encode()


def detail(end_to_end_id: str, amount: str | None = "500000", returned: str = "") -> str:
    """Return the details of one transaction; `returned` is a return reason code."""
    own = f'<Amt Ccy="VND">{amount}</Amt>' if amount is not None else ""
    why = f"<RtrInf><Rsn><Cd>{returned}</Cd></Rsn></RtrInf>" if returned else ""
    return f"<TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId></Refs>{own}{why}</TxDtls>"


def entry(
    *details: str, amount: str = "500000", direction: str = "DBIT", state: str = "<Cd>BOOK</Cd>", more: str = ""
) -> str:
    """Return one entry of a statement."""
    inside = f"<NtryDtls>{''.join(details)}</NtryDtls>" if details else ""
    return (
        f'<Ntry><Amt Ccy="VND">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}<Sts>{state}</Sts>'
        f"<BookgDt><Dt>2026-11-06</Dt></BookgDt>{inside}</Ntry>"
    )


def notification(*entries: str, version: str = "08", summary: str = "") -> bytes:
    """Return a camt.054 with these entries."""
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}"><BkToCstmrDbtCdtNtfctn><GrpHdr>'
        f"<MsgId>BANK2</MsgId></GrpHdr><Ntfctn><Id>1</Id>{summary}{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn>"
        "</Document>"
    ).encode()


def day_statement(
    *entries: str,
    day: str,
    number: int,
    account: str,
    opening: int,
    closing: int,
    opened: str = "",
    version: str = "08",
) -> bytes:
    """Return a camt.053 of one day with its two balances."""
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="VND">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        for kind, amount, on in (("OPBD", opening, opened or day), ("CLBD", closing, day))
    )
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>BANK3-{number}</MsgId></GrpHdr><Stmt><Id>{number}</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
        f"{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
