"""Files that both sides sign: taken, answered and believed when the signature is right; nothing of them otherwise.

Played where signatures were agreed on. What cannot be tried at a real bank, an answer spoilt after it was signed, is
played where the sandbox can spoil one.
"""

import time
from collections.abc import Callable

from ansinh.payment.conformance.sandbox import Failed, Sandbox, demand
from ansinh.payment.conformance.scenarios import scenario
from ansinh.payment.gateways import Artefact, Gateway, Inbound, Instruction
from ansinh.standards.iso20022.results import Entry

_BELIEVED_NOTHING = "an answer was believed that nobody signed right"


def _agreed(sandbox: Sandbox) -> Gateway:
    """Return the gateway by which both sides sign. Raises `NotApplicable`."""
    return sandbox.able("signed", lambda able: able.checks_signatures, "no signatures were agreed on")


class _Collector:
    """Fetches what is new since it was made, each file with what is wrong with its signature."""

    def __init__(self, sandbox: Sandbox, gateway: Gateway) -> None:
        self._sandbox, self._gateway, self._store = sandbox, gateway, sandbox.reader().store
        self._store.mkdir(parents=True)
        self._known: frozenset[str] = frozenset()
        self._known = frozenset(one.mark or one.name for one in self.fetch())

    def fetch(self, gateway: Gateway | None = None) -> list[Inbound]:
        """Return what is new, as this gateway finds it."""
        return list((gateway or self._gateway).poll(self._known.__contains__, self._store))

    def wait(self, holds: Callable[[list[Inbound]], bool], lacking: str) -> list[Inbound]:
        """Fetch until what has come is enough. Raises `Failed`."""
        deadline = time.monotonic() + self._sandbox.patience_s
        while not holds(found := self.fetch()):
            if time.monotonic() > deadline:
                raise Failed(lacking)
            time.sleep(0.1)
        return found

    def says(self, inbound: Inbound) -> tuple[list[Entry], list[str]]:
        """Return what a file says of orders, and the names of the batches that it refuses as a whole."""
        answers = self._gateway.parse(inbound)
        entries = [line for line in answers if isinstance(line, Entry)]
        return entries, [group.original_message_id for group in answers.groups if group.status == "REJECTED"]

    def statuses(self, found: list[Inbound], name: str) -> set[str]:
        """Return what believed files say of an order."""
        said = [entry for one in found if one.problem is None for entry in self.says(one)[0]]
        return {entry.status for entry in said if entry.end_to_end_id == name}


def _sent(sandbox: Sandbox, gateway: Gateway) -> tuple[Instruction, Artefact]:
    one = sandbox.instruction()
    artefact = sandbox.rendered([one], gateway)
    gateway.submit(artefact)
    return one, artefact


def _answered(sandbox: Sandbox) -> tuple[Instruction, _Collector, list[Inbound]]:
    """Send one signed order and return its believed answers."""
    gateway = _agreed(sandbox)
    collector = _Collector(sandbox, gateway)
    one, _ = _sent(sandbox, gateway)
    found = collector.wait(
        lambda found: "PAID" in collector.statuses(found, one.end_to_end_id), "no signed answer said that it was paid"
    )
    return one, collector, found


@scenario("C01", "Hai bên cùng ký: được nhận, được trả lời, được tin", "Both sides sign: taken, answered, believed")
def _both_sign(sandbox: Sandbox) -> None:
    with sandbox.demanding_signatures():
        _, _, found = _answered(sandbox)
    demand(all(one.signature and one.problem is None for one in found), [one.problem for one in found])


def _refused_by_bank(sandbox: Sandbox, variant: str) -> None:
    agreed = _agreed(sandbox)
    sending = sandbox.variant(variant)
    with sandbox.demanding_signatures():
        collector = _Collector(sandbox, agreed)
        one, artefact = _sent(sandbox, sending)
        batch = artefact.name.rpartition(".")[0]
        found = collector.wait(
            lambda found: any(
                batch in collector.says(file)[1] or "REJECTED" in collector.statuses([file], one.end_to_end_id)
                for file in found
            ),
            "an order that was not signed right was not refused",
        )
    demand(not collector.statuses(found, one.end_to_end_id) & {"PAID", "ACCEPTED"}, "it was carried out all the same")


@scenario("C02", "Lệnh không có chữ ký bị từ chối, không chi cho ai", "Orders without our signature are refused")
def _unsigned_order(sandbox: Sandbox) -> None:
    _refused_by_bank(sandbox, "unsigned")


@scenario("C03", "Lệnh do khoá lạ ký bị từ chối, không chi cho ai", "Orders signed by another key are refused")
def _foreign_order(sandbox: Sandbox) -> None:
    _refused_by_bank(sandbox, "signed_by_a_stranger")


@scenario(
    "C04", "Trả lời do khoá lạ ký không được tin", "Answers signed by another key than was agreed on are not believed"
)
def _foreign_answer(sandbox: Sandbox) -> None:
    _agreed(sandbox)
    stranger = sandbox.variant("bank_is_a_stranger")
    _, collector, found = _answered(sandbox)
    names = {one.name for one in found}
    seen = [one for one in collector.fetch(stranger) if one.name in names]
    demand(len(seen) == len(found), "the answers did not come again")
    problems = {one.problem.reason if one.problem else _BELIEVED_NOTHING for one in seen}
    demand(problems == {"signature_invalid"}, problems)


def _spoilt(sandbox: Sandbox, how: str, reason: str) -> tuple[_Collector, str]:
    """Spoil one answer, and demand that it is set aside by name while the others are believed."""
    spoil = sandbox.spoil(how)
    _, collector, found = _answered(sandbox)
    # By the name under which the provider shows it from now on.
    spoilt = spoil(found[-1].name)
    seen = {one.name: one.problem.reason if one.problem else "" for one in collector.fetch()}
    demand(seen.pop(spoilt, _BELIEVED_NOTHING) == reason, (spoilt, seen))
    demand(set(seen.values()) <= {""} and len(seen) >= len(found) - 1, seen)
    return collector, spoilt


@scenario(
    "C05", "Trả lời không có chữ ký bị cách ly, tệp khác vẫn đọc", "An answer without a signature is set aside alone"
)
def _missing(sandbox: Sandbox) -> None:
    _agreed(sandbox)
    _spoilt(sandbox, "unsigned", "signature_missing")


@scenario("C06", "Trả lời bị sửa sau khi ký bị cách ly", "An answer changed after it was signed is set aside")
def _changed(sandbox: Sandbox) -> None:
    _agreed(sandbox)
    _spoilt(sandbox, "altered", "signature_of_another_file")


@scenario(
    "C07", "Trả lời đã ký gửi lại dưới tên khác bị cách ly", "A signed answer replayed under another name is set aside"
)
def _replayed(sandbox: Sandbox) -> None:
    _agreed(sandbox)
    _spoilt(sandbox, "replayed", "signature_of_another_file")


@scenario(
    "C08",
    "Gửi lại đúng tệp ấy kèm chữ ký đúng thì được tin",
    "The same file with its right signature is believed after all",
)
def _signed_after_all(sandbox: Sandbox) -> None:
    _agreed(sandbox)
    mend = sandbox.spoil("signed_again")
    collector, spoilt = _spoilt(sandbox, "unsigned", "signature_missing")
    mend(spoilt)
    [again] = [one for one in collector.fetch() if one.name == spoilt]
    demand(again.problem is None and bool(again.signature), again.problem)


@scenario(
    "C09", "Tên và băm của tệp không đổi khi có chữ ký", "A signature beside it changes nothing of the file itself"
)
def _same_bytes(sandbox: Sandbox) -> None:
    gateway = _agreed(sandbox)
    batch = sandbox.batch([sandbox.instruction()])
    found = set()
    for one in (gateway, sandbox.variant("unsigned")):
        target = sandbox.work / f"beside-{len(found)}-{batch.message_id}"
        with open(target, "wb") as file:
            artefact = one.render(batch, file)
        found.add((artefact.name, artefact.sha256, target.read_bytes()))
    demand(len(found) == 1, [(name, sha256) for name, sha256, _ in found])
