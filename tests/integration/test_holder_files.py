"""What a bank finds out about account holders comes as a file like every other, and does what its answers do."""

import argparse
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.office.models import AuditEvent
from ansinh.payment.gateways import HolderQuestion, Receipt
from ansinh.payment.models import MessageLine
from ansinh.people.models import FinancialAddress, HolderCheck
from ansinh.project import bootstrap
from ansinh.project.work import account as account_work
from tests.integration import makers
from tests.integration.test_payment import World

pytestmark = pytest.mark.usefixtures("database")


def _report(*answers: tuple[str, str, str, str]) -> bytes:
    lines = "".join(
        f"<Rpt><OrgnlId>{asked}</OrgnlId><Vrfctn>{verdict}</Vrfctn>{f'<Rsn><Cd>{why}</Cd></Rsn>' if why else ''}"
        f"{f'<UpdtdPtyAndAcctId><Pty><Nm>{name}</Nm></Pty></UpdtdPtyAndAcctId>' if name else ''}</Rpt>"
        for asked, verdict, why, name in answers
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:acmt.024.001.04"><IdVrfctnRpt><Assgnmt><MsgId>V1</MsgId></Assgnmt>'
        f"{lines}</IdVrfctnRpt></Document>"
    ).encode()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "archive")


def _collected(count: int) -> list[FinancialAddress]:
    found = []
    for _ in range(count):
        person = makers.severe()
        FinancialAddress.objects.filter(person=person).delete()
        found.append(makers.address(person, "COLLECTED"))
    return found


def test_a_yes_verifies_a_no_does_not_and_a_close_name_waits_for_a_person(world: World) -> None:
    yes, no, close, silent, named = _collected(5)
    world.bank.outbox.append((
        "v1.xml",
        _report(
            (f"Q{yes.id}", "true", "", ""), (f"Q{no.id}", "false", "PN01", ""), (f"Q{close.id}", "false", "PN02", ""),
            (f"Q{silent.id}", "false", "AC01", ""), (f"Q{named.id}", "true", "", "TRAN VAN KHAC"), ("Q999999", "true", "", ""),
            ("X1", "true", "", ""),
        ),
    ))  # fmt: skip
    for _ in range(2):
        world.collect()
    now = {row.person_id: row.state for row in FinancialAddress.objects.filter(valid_to=None)}
    assert [now[one.person_id] for one in (yes, no, close, silent, named)] == ["VERIFIED", *["COLLECTED"] * 4]
    checks = dict(HolderCheck.objects.values_list("person_id", "status"))
    assert checks[close.person_id] == "RVMC"
    assert checks[no.person_id] == checks[named.person_id] == "RVNM", (
        "a name is compared by our own rules, whatever the verdict"
    )
    assert silent.person_id not in checks
    assert (MessageLine.objects.count(), world.hold_reasons()) == (7, ["unknown_reference"])


class Inquiring:
    """A gateway that takes questions by file and keeps them."""

    def __init__(self, world: World) -> None:
        self.bank, self.asked = world.bank, []  # type: ignore[var-annotated]

    def __enter__(self) -> "Inquiring":
        return self

    def __exit__(self, *_: object) -> None:
        return

    @property
    def capabilities(self) -> object:
        return argparse.Namespace(can_ask_holders=True)

    def ask_holders(self, questions: list[HolderQuestion], message_id: str) -> Receipt:
        assert message_id.startswith("INQ")
        self.asked += questions
        return Receipt.SENT


def test_the_command_sends_the_questions_and_says_that_answers_come_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one] = _collected(1)
    inquiring = Inquiring(world)
    monkeypatch.setattr(bootstrap, "gateway_to", lambda _: inquiring)
    given = argparse.Namespace(provider=world.provider.code, area="19777", province=None, user="can.bo")
    answer = account_work.inquire(given)
    assert (answer["asked"], answer["receipt"]) == (1, "SENT")
    assert inquiring.asked == [HolderQuestion(f"Q{one.id}", one.bank_bin, one.number, one.holder_name)]
    assert AuditEvent.objects.get(action="account.inquire").detail == {"accounts": 1, "receipt": "SENT"}
    with pytest.raises(Refused) as refusal:
        account_work.inquire(argparse.Namespace(**{**vars(given), "user": "soan.luat"}))
    assert (refusal.value.reason, len(inquiring.asked)) == ("role_not_allowed", 1)
