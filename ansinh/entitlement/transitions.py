"""The life of a law: shipped or submitted, then released or refused by a second person. Nothing leads out of released.

A draft is a folder on its author's disk and no row here.
"""

from ansinh.base.refusals import Refused

# "" is a law that this system does not know yet.
EDGES: dict[tuple[str, str], str] = {
    ("", "SHIPPED"): "ship",
    ("", "SUBMITTED"): "submit",
    # Two people may take on the law that came with the software; it stays payable while the second one reads.
    ("SHIPPED", "SHIPPED"): "submit",
    ("REFUSED", "SUBMITTED"): "submit",
    ("SUBMITTED", "RELEASED"): "review",
    ("SUBMITTED", "REFUSED"): "review",
    ("SHIPPED", "RELEASED"): "review",
    ("SHIPPED", "REFUSED"): "review",
}
LABELS = {
    "": ("chưa trình", "not submitted"),
    "SHIPPED": ("kèm theo phần mềm", "shipped with the software"),
    "SUBMITTED": ("đã trình, chờ thẩm định", "submitted, waiting for review"),
    "RELEASED": ("đã thông qua", "released"),
    "REFUSED": ("bị từ chối", "refused"),
}


def require(current: str, wanted: str) -> None:
    """Raise the refusal `law_not_ready` unless an edge leads from the current state to the wanted one."""
    if (current, wanted) in EDGES:
        return
    raise Refused(
        "law_not_ready",
        vi=f"Bản luật đang ở trạng thái “{LABELS[current][0]}”, không thể chuyển sang “{LABELS[wanted][0]}”.",
        en=f"The law is {LABELS[current][1]}; it cannot become {LABELS[wanted][1]}.",
        state=current,
        wanted=wanted,
    )
