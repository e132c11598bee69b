"""What every gateway looks at before a batch leaves: its size, each amount, and that the bytes are those that were made."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.payment.gateways import Artefact, Instruction


def check_count(count: int, limit: int) -> None:
    """Refuse a batch with more instructions than the provider takes at once. Raises `Refused` (`batch_too_large`)."""
    if count > limit:
        raise Refused(
            "batch_too_large",
            vi=f"Lô có {count} lệnh, tổ chức chi trả chỉ nhận tối đa {limit} lệnh một tệp. Hãy chia lô.",
            en=f"The batch has {count} instructions; the provider takes at most {limit} in one file. Split the batch.",
            count=count,
            limit=limit,
        )


def within(instructions: Iterable[Instruction], limit_dong: int) -> Iterator[Instruction]:
    """Yield the instructions and refuse the first above the channel's limit. Raises `Refused` (`amount_over_limit`)."""
    # While the orders pass, so that a million of them are looked at once; the half-written file is never announced.
    for position, instruction in enumerate(instructions, 1):
        if instruction[1] > limit_dong:
            raise Refused(
                "amount_over_limit",
                vi=f"Lệnh chi thứ {position} vượt mức tối đa của kênh chuyển tiền ({format_dong(limit_dong)}). "
                "Hãy chọn kênh khác.",
                en=f"Instruction {position} is above the channel's limit ({limit_dong:,} đồng). Choose another channel.",
                position=position,
                limit_dong=limit_dong,
            )
        yield instruction


def unchanged(artefact: Artefact) -> Path:
    """Return the file's path when its bytes are the rendered ones. Raises `Refused` (`artefact_changed`)."""
    # Between rendering and sending lies a person's decision, perhaps a night: the bytes are checked once more.
    path = artefact.path
    if path is not None and path.is_file():
        with open(path, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == artefact.sha256:
                return path
    raise Refused(
        "artefact_changed",
        vi=f"Tệp “{artefact.name}” không còn đúng như lúc lập. Không gửi; hãy lập lại tệp từ lô lệnh.",
        en=f"The file “{artefact.name}” is not as it was made. It was not sent; render the batch again.",
        name=artefact.name,
    )


def remote_differs(name: str) -> Refused:
    """Return the refusal for a name of ours under which the provider holds other bytes."""
    return Refused(
        "remote_file_differs",
        vi=f"Tổ chức chi trả đã có lô “{name}” với nội dung khác. Không gửi gì thêm; hãy đối chiếu với tổ chức chi trả.",
        en=f"The provider already holds a batch “{name}” with other content. Nothing was sent; compare with the provider.",
        name=name,
    )
