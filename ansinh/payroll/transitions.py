"""The life of a run: calculated, checked, approved by a second person, frozen. Nothing leads out of frozen."""

from ansinh.base.refusals import Refused

EDGES: dict[tuple[str, str], str] = {
    ("CALCULATED", "CALCULATED"): "calculate",
    ("CHECKED", "CALCULATED"): "calculate",
    # An approval is worth what it approved: calculating anew takes it back. Otherwise a run that another one has overtaken
    # could neither be frozen nor mended.
    ("APPROVED", "CALCULATED"): "calculate",
    ("CALCULATED", "CHECKED"): "check",
    ("CHECKED", "CHECKED"): "check",
    ("CHECKED", "APPROVED"): "approve",
    ("APPROVED", "FROZEN"): "freeze",
}


def require(current: str, wanted: str) -> None:
    """Raise the refusal `run_not_ready` unless an edge leads from the current state to the wanted one."""
    if (current, wanted) in EDGES:
        return
    labels = {"CALCULATED": "đã tính", "CHECKED": "đã kiểm tra", "APPROVED": "đã duyệt", "FROZEN": "đã chốt"}
    raise Refused(
        "run_not_ready",
        vi=f"Kỳ đang ở bước “{labels[current]}”, chưa thể chuyển sang “{labels[wanted]}”. Hãy làm các bước theo thứ tự: tính, kiểm tra, duyệt, chốt.",
        en=f"The run is {current}; it cannot become {wanted}. The order is: calculate, check, approve, freeze.",
        state=current,
        wanted=wanted,
    )
