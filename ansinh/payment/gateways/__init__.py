"""The port behind which every bank, post office and e-money issuer looks the same.

A gateway holds no state and never touches the books. Rendering and parsing are pure; bytes are stored before they are
parsed. What a gateway cannot do it refuses by name, and its capabilities say so beforehand.
"""

import datetime
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn, Protocol

from ansinh.base.refusals import Refused
from ansinh.standards.instructions import CreditTransfer as Instruction
from ansinh.standards.iso20022.results import Balance, Entry, GroupStatus, Held, Notice

__all__ = [
    "AccountQuery", "Answers", "Artefact", "Batch", "Capabilities", "Debtor", "Gateway", "Health", "HolderQuestion", "Inbound", "Instruction",
    "NameCheck", "Receipt", "SentOrder", "Stamp", "refuse_unable",
]  # fmt: skip


# Asked before a run is split into batches: what a provider cannot carry goes another way, instead of coming back from
# the bank.
@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do, so that nobody has to try."""

    max_instructions: int
    max_amount_dong: int
    end_to_end_id_length: int
    purpose_length: int
    can_verify: bool
    can_query: bool
    can_cancel: bool
    gives_result_per_instruction: bool
    gives_statement: bool
    pays_cash: bool
    # Asked by a file, answered by one later.
    can_ask_holders: bool = False
    # A guardian of three children is paid by one order; else by three.
    joins_payee: bool = False
    # Nothing of the provider is believed without its signature.
    checks_signatures: bool = False
    # Several processes may write and send at once: nothing it needs lives in a library that one process has opened for itself.
    can_share_work: bool = False


# Its own type beside that of pain.001: the next gateway speaks another format, and callers must not learn the first
# one's.
@dataclass(frozen=True, slots=True)
class Debtor:
    """The paying agency as its bank knows it."""

    name: str
    account_number: str
    agent_member_id: str | None = None
    agent_bic: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Instructions that travel together. The same batch always renders to the same bytes.

    `instructions` may be any iterable of tuples in the field order of `Instruction`; `count` and `total_dong` are what
    was approved, and rendering refuses when the instructions say otherwise.
    """

    message_id: str
    created_at: datetime.datetime
    execution_date: datetime.date
    debtor: Debtor
    instructions: Iterable[Instruction]
    count: int
    total_dong: int


@dataclass(frozen=True, slots=True)
class Artefact:
    """A rendered batch: its name, its hash and its totals. `path` is where the caller has put the bytes."""

    name: str
    path: Path | None
    sha256: str
    size: int
    count: int
    total_dong: int


# A fifth word, “failed, please retry”, is missing on purpose: whoever retries under a new name pays twice.
class Receipt(enum.Enum):
    """What is certain after submitting. UNKNOWN is never sent again under another name: it is asked about."""

    SENT = "SENT"
    ALREADY = "ALREADY"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A file that a provider left for us, stored as it came. `name` is the provider's; never use it as a path."""

    name: str
    path: Path
    sha256: str
    size: int
    origin: str
    # What tells this file from another one of the same name at the provider; `poll` asks with it what is stored.
    mark: str = ""
    # The signature that came beside it, and why the file must not be believed, where signatures were agreed on.
    signature: bytes = b""
    problem: Refused | None = None


class AccountQuery(NamedTuple):
    """A question to the bank: whose account is this?"""

    bank_bin: str
    account_number: str


class HolderQuestion(NamedTuple):
    """Is this the account of whoever we think? The answer comes under the same id; the name is in capitals without accents."""

    question_id: str
    bank_bin: str
    account_number: str
    holder_name: str


class SentOrder(NamedTuple):
    """One order as it was sent, and the file in which it stood: what a provider needs to find it again."""

    end_to_end_id: str
    amount_dong: int
    message_id: str


class NameCheck(NamedTuple):
    """The bank's answer: RCVC match, RVMC close, RVNM none, RVNA not applicable; and the name if it gave one."""

    # Some banks answer with a masked name only (“N*** V** A**”): that can support a name, never prove one.
    status: str
    name: str | None
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the provider can be reached now; `reason` names the refusal when not."""

    is_reachable: bool
    reason: str
    checked_folders: tuple[str, ...] = ()


class Stamp(NamedTuple):
    """What a provider holds under a name of ours: the hash of its bytes, and the two times that stand in them."""

    sha256: str
    created_at: datetime.datetime
    execution_date: datetime.date


class Answers(Protocol):
    """One file of answers while it is read: iterate, once; what it says of itself is complete afterwards.

    `kind` stays `unknown` for a file that is not understood; nothing of it may then be applied.
    """

    kind: str
    message_id: str
    groups: list[GroupStatus]
    warnings: list[Notice]
    balances: list[Balance]
    incomplete: bool

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each result, or the line that could not be understood."""


class Gateway(Protocol):
    """The port. Every method that a provider cannot offer raises `gateway_cannot_…`."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what this gateway can do."""

    @property
    def debtor(self) -> Debtor:
        """Return the paying agency as this provider knows it, for the batches sent here."""

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        """Ask whose accounts these are."""

    def ask_holders(self, questions: Sequence[HolderQuestion], message_id: str) -> Receipt:
        """Send questions about account holders; the answers come as files, like results."""

    def render(self, batch: Batch, target: BinaryIO) -> Artefact:
        """Write the batch into `target`. Pure: no connection, the same bytes every time."""

    def submit(self, artefact: Artefact) -> Receipt:
        """Hand the file over. Safe to repeat with the same artefact."""

    def held(self, name: str) -> Stamp | None:
        """Return what the provider holds under the name of a batch; None when it holds nothing or cannot say."""

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        """Fetch what is new into `store`; `is_stored` says which marks the caller has already."""

    def parse(self, inbound: Inbound) -> Answers:
        """Read a stored file. Pure."""

    def query(self, end_to_end_id: str) -> Entry:
        """Ask what became of one instruction."""

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        """Ask to stop one order. SENT means that it was asked; only an answer says whether it was stopped."""

    def health(self) -> Health:
        """Try the connection, changing nothing."""


_UNABLE = {
    "verify": ("tra tên chủ tài khoản", "look up account holders"),
    "query": ("hỏi kết quả từng lệnh", "answer for a single instruction"),
    "cancel": ("huỷ lệnh đã gửi", "cancel what was sent"),
}


def refuse_unable(what: str) -> NoReturn:
    """Refuse something that this gateway cannot do: `gateway_cannot_<what>`.

    Raises:
        Refused: always.
    """
    vi, en = _UNABLE[what]
    raise Refused(
        f"gateway_cannot_{what}",
        vi=f"Cổng kết nối này không thể {vi}. Hãy liên hệ trực tiếp tổ chức chi trả.",
        en=f"This gateway cannot {en}. Contact the provider directly.",
    )
