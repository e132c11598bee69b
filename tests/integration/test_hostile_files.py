"""Hostile files, by kind and by where they arrive: refused by name, noted in the audit trail, and nothing of them applied."""

import argparse
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from ansinh.base.refusals import Refused
from ansinh.ledger import queries as books
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, put_on
from ansinh.payment import by_hand, queries
from ansinh.payment.gateways import Inbound
from ansinh.payment.gateways.spreadsheet import Settings, Spreadsheet
from ansinh.payment.models import Message, MessageLine
from ansinh.people.models import Person, ReceivedList
from ansinh.project.work import people as people_work
from tests.integration import makers
from tests.integration.fake_bank import FakeBank
from tests.integration.test_payment import AMOUNT, AT, World
from tests.integration.visiting import working
from tests.standards.answers import day_statement, detail, entry, status_line, status_report

pytestmark = pytest.mark.usefixtures("database")


def _zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
SWOLLEN = _zipped(("a.xml", b" " * (1 << 24)))
# What a bank's answer may be wrapped in or begin with, given the honest answer.
OF_A_BANK: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "XML bomb": (lambda raw: BOMB + raw, "xml_is_hostile"),
    "external entity": (lambda raw: OUTSIDE + raw, "xml_is_hostile"),
    "zip bomb": (lambda raw: SWOLLEN, "zip_is_hostile"),
    "zip in a zip": (lambda raw: _zipped(("a.zip", _zipped(("b.zip", _zipped(("c.zip", _zipped(("d.xml", raw)))))))), "zip_is_hostile"),
    "path out of the zip": (lambda raw: _zipped(("../../keys/django.secret", raw)), "zip_is_hostile"),
    "absolute path in a zip": (lambda raw: _zipped(("/etc/cron.d/x", raw)), "zip_is_hostile"),
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "archive")
    made.submit()
    return made


def _untouched(world: World) -> None:
    put_on(everything("tests", protected=True))
    assert world.statuses() == ["DUE"] * 3
    assert not MessageLine.objects.exists()
    assert world.balances() == (0, 3 * AMOUNT, 0)
    assert all(books.verify().checks.values())


def _noted(reason: str, action: str) -> None:
    [event] = AuditEvent.objects.filter(action=action)
    assert event.detail["reason"] == reason
    assert set(event.detail) <= {"reason", "sha256", "provider"}, "never its name, nor anything of what is in it"


@pytest.mark.parametrize("kind", OF_A_BANK)
@pytest.mark.parametrize("message", ["answer", "statement"])
def test_from_a_bank(world: World, kind: str, message: str) -> None:
    bend, reason = OF_A_BANK[kind]
    name = world.names()[0]
    honest = {
        "answer": lambda: status_report(status_line(name, "RJCT", "AC04", str(AMOUNT))),
        "statement": lambda: day_statement(
            entry(detail(name, str(AMOUNT)), amount=str(AMOUNT)), day="2026-11-06", number=1, account="999000001", opening=0, closing=-AMOUNT
        ),
    }[message]()  # fmt: skip
    world.bank.outbox.append(("x.xml", bend(honest)))
    assert world.collect().applied == 0
    _untouched(world)
    [kept] = Message.objects.all()
    assert (kept.state, kept.note.split(":")[0]) == ("QUARANTINED", reason)
    assert world.archive.path(kept.sha256).exists(), "evidence, as it came"
    [aside] = queries.quarantined_since(AT)
    assert (aside.file, aside.reason) == ("x.xml", reason)
    assert kept.note.partition(": ")[2] in aside.message(is_english=False), "why"
    assert "hãy yêu cầu TESTBANK gửi lại" in aside.message(is_english=False), "and what to do"
    _noted(reason, "payment.quarantine")
    # The honest file is believed when it comes.
    world.bank.outbox.append(("y.xml", honest))
    assert world.collect().applied == 1


def test_the_same_bytes_under_another_name_are_noted_once_and_change_nothing(world: World) -> None:
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()))
    world.collect()
    before = books.verify().transfers
    world.bank.outbox.append(("last-month-again.xml", world.bank.outbox[0][1]))
    for _ in range(3):
        assert world.collect().applied == 0
    assert books.verify().transfers == before
    assert Message.objects.get().other_marks == [f"last-month-again.xml|{len(world.bank.outbox[0][1])}"]
    assert AuditEvent.objects.filter(action="payment.replay").count() == 1


def _far_away() -> bytes:
    """One stray cell at the end of the sheet: a few kilobytes that a careless reader makes into seventeen thousand million cells."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write_string(1_048_575, 16_383, "x")
    return made.getvalue()


class Signing(FakeBank):
    """A bank that agreed to sign and forgets to, until it is told."""

    is_signing = False

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        for one in super().poll(lambda _: False, store):
            mark = f"{one.mark}|{self.is_signing}"
            if not is_stored(mark):
                missing = (
                    None if self.is_signing else Refused("signature_missing", vi="không có chữ ký", en="no signature")
                )
                yield replace(one, mark=mark, problem=missing, signature=b"<signature/>" if self.is_signing else b"")


def test_a_file_without_its_signature_waits_aside_until_the_same_bytes_come_signed(world: World) -> None:
    world.bank = Signing()
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()))
    for _ in range(2):
        assert world.collect().applied == 0
    _untouched(world)
    _noted("signature_missing", "payment.quarantine")
    world.bank.is_signing = True
    assert world.collect().applied == 3
    kept = Message.objects.get()
    assert world.archive.path(kept.signature_sha256).read_bytes() == b"<signature/>"
    assert (kept.state, world.statuses()) == ("APPLIED", ["PAID"] * 3)


# What a clerk's sheet may be.
OF_A_SHEET: dict[str, tuple[bytes, str]] = {
    "sheet that unpacks to too much": (_far_away(), "swollen"),
    "macros": (_zipped(("xl/workbook.xml", b"<a/>"), ("xl/vbaProject.bin", b"x")), "has_macros"),
    "no sheet at all": (_zipped(("a.exe", b"MZ")), "not_a_list"),
    "noise": (bytes(range(256)) * 40, "not_a_list"),
}


@pytest.mark.parametrize("kind", OF_A_SHEET)
def test_by_the_page(kind: str) -> None:
    makers.staff()
    content, what = OF_A_SHEET[kind]
    client = working("commune_officer", "19777")
    answer = client.post("/danh-sach/", {"tep": SimpleUploadedFile("../../x.xlsx", content)})
    put_on(everything("tests", protected=True))
    assert answer.status_code == 200
    assert "govuk-error-summary" in answer.content.decode()
    assert not ReceivedList.objects.exists()
    _noted(f"file_{what}", "file_refused")


@pytest.mark.parametrize("kind", OF_A_SHEET)
def test_by_the_command(kind: str, tmp_path: Path) -> None:
    makers.staff()
    content, what = OF_A_SHEET[kind]
    (tmp_path / "x.xlsx").write_bytes(content)
    count = Person.objects.count()
    given = argparse.Namespace(file=str(tmp_path / "x.xlsx"), area="19777", dry_run=False, lang="vi")
    with pytest.raises(Refused) as refusal:
        people_work.import_list(given)
    put_on(everything("tests", protected=True))
    reason = f"file_{what}"
    assert (refusal.value.reason, Person.objects.count()) == (reason, count)
    _noted(reason, "file_refused")


@pytest.mark.parametrize("kind", OF_A_SHEET)
def test_a_providers_list_of_results(world: World, kind: str, tmp_path: Path) -> None:
    content, _ = OF_A_SHEET[kind]
    (tmp_path / "ket-qua.xlsx").write_bytes(content)
    gateway = Spreadsheet(
        Settings.from_mapping({
            "outgoing": str(tmp_path / "out"), "incoming": str(tmp_path / "in"), "debtor_name": "SO Y TE", "debtor_account": "999000001",
            "debtor_agent": "970499",
        })
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        by_hand.receive(provider=world.provider, gateway=gateway, file=tmp_path / "ket-qua.xlsx", by="can.bo", at=AT)
    _untouched(world)
    _noted(refusal.value.reason, "file_refused")
    assert not list((tmp_path / "in").rglob("*.xlsx"))
