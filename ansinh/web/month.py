"""The department's month: where each run stands, where its money is, what is held and why, and the second person's yes."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.payment import operations as payment_operations
from ansinh.payment import queries as payment
from ansinh.payroll import operations as payroll_operations
from ansinh.payroll import queries as payroll
from ansinh.reports import queries as reports
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.labels import payment_label, reason_label
from ansinh.web.scope import areas_around, go, number_asked
from ansinh.web.templatetags.ansinh import dong, instant, number

HOLDS_A_PAGE = 25
# Of account money that no reason of ours holds back.
_WHY_NOT_SENT = {
    "": noop("Chưa gửi: chờ gửi"),
    "RESERVED": noop("Chưa gửi: đã lập lệnh, tệp chưa đến tổ chức chi trả"),
    "UNKNOWN": noop("Chưa rõ tổ chức chi trả đã nhận tệp"),
}


@dataclass(frozen=True)
class Step:
    """One step of a run's life: `mark` is done, now or later."""

    name: str
    mark: str
    note: str


@dataclass(frozen=True)
class Action:
    """What the reader may do next with a run."""

    name: str
    text: str


@dataclass(frozen=True)
class Attention:
    """Payments that need a person, in words."""

    label: str
    reason: str
    count: int
    amount_dong: int


@dataclass(frozen=True)
class Unsent:
    """Account money of a run that has not left, in words."""

    reason: str
    count: int
    amount_dong: int


@dataclass(frozen=True)
class Hold:
    """People whom a run does not pay for one reason, in words."""

    label: str
    count: int
    amount_dong: int


@dataclass(frozen=True)
class RunView:
    """One run as the page shows it."""

    run: payroll.RunRow
    steps: tuple[Step, ...]
    progress: reports.RunProgress
    unsent: tuple[Unsent, ...]
    holds: tuple[Hold, ...]
    attention: tuple[Attention, ...]
    batch_debits: tuple[payment.BatchDebitRow, ...]
    # Lines that take something back from a sum that stays above zero, and how many đồng.
    taken_back: tuple[int, int]
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Act:
    """A decision about a run: who may take it, from which state, and the operation that carries it out."""

    roles: frozenset[str]
    from_state: str
    carry_out: Callable[..., payroll.RunRow]


# The addresses of the acts; each button, question and rule below is found by the same word.
ACTS = {
    "kiem-tra": Act(access.CHECKERS, "CALCULATED", payroll_operations.check),
    "duyet": Act(access.APPROVERS, "CHECKED", payroll_operations.approve),
    # The payment's freeze, not the payroll's: it opens the items too. A frozen run without items would never be sent.
    "chot": Act(access.FREEZERS, "APPROVED", payment_operations.freeze),
}


def act_texts(name: str) -> tuple[str, str]:
    """Return the button's words and the question asked before the act."""
    return {
        "kiem-tra": (_("Kiểm tra kỳ này"), _("Đối chiếu tổng kiểm soát và mã băm của kỳ với từng dòng chi?")),
        "duyet": (_("Duyệt kỳ này"), _("Duyệt chi đúng số dòng và số tiền dưới đây?")),
        "chot": (_("Chốt kỳ này"), _("Chốt kỳ? Sau khi chốt không ai sửa được nữa.")),
    }[name]


def _who(by: str, at: str) -> str:
    return f"{by} · {at}" if by else at


def _unsent(run: payroll.RunRow, progress: reports.RunProgress, role: str) -> tuple[Unsent, ...]:
    """Return what has not left and why; asked for only where the run's sums say that there is something."""
    if not run.frozen_at or (not progress.not_ordered and progress.batches_sent == progress.batches):
        return ()
    rows, words = payment.unsent(run.id), {name: _(text) for name, text in _WHY_NOT_SENT.items()}
    is_english = get_language() == "en"
    for row in rows:
        if row.why in payment.STOP_LABELS:
            words[row.why] = payment.STOP_LABELS[row.why][is_english]
        # A commune sees its own people alone: how far the whole run's money reaches is not its matter.
        elif row.why == "" and role != access.COMMUNE:
            missing = payment.missing_money(run.code, row.amount_dong)
            if missing:
                short = _("Chưa gửi: tiền chuyển cho tổ chức chi trả còn thiếu %(amount)s")
                words[""] = short % {"amount": dong(missing)}
    return tuple(Unsent(words.get(row.why, row.why), row.count, row.amount_dong) for row in rows)


def _sent_note(progress: reports.RunProgress, unsent: tuple[Unsent, ...]) -> str:
    note = _("%(count)s lệnh") % {"count": number(progress.instructions)}
    if not unsent:
        return note
    left = _("%(count)s khoản (%(amount)s) chưa gửi") % {
        "count": number(sum(row.count for row in unsent)),
        "amount": dong(sum(row.amount_dong for row in unsent)),
    }
    return f"{note}; {left}" if progress.instructions else left


def _steps(run: payroll.RunRow, progress: reports.RunProgress, unsent: tuple[Unsent, ...]) -> tuple[Step, ...]:
    # A run without a single account payment has no batch and is never "sent": its cash waits at the communes. One of
    # which a part never left is not sent either, whatever became of the rest.
    is_sent = progress.batches > 0 and progress.batches_sent == progress.batches and not unsent
    are_results_in = is_sent and progress.awaited == 0
    steps = [
        (_("Tính"), True, _who(run.calculated_by, instant(run.calculated_at))),
        (_("Kiểm tra"), run.checked_at is not None, _who(run.checked_by, instant(run.checked_at))),
        (_("Duyệt"), run.approved_at is not None, _who(run.approved_by, instant(run.approved_at))),
        (_("Chốt"), run.frozen_at is not None, _who(run.frozen_by, instant(run.frozen_at))),
        (_("Gửi lệnh chi"), is_sent, _sent_note(progress, unsent)),
        (
            _("Kết quả"),
            are_results_in,
            _("%(answered)s khoản có trả lời, %(awaited)s khoản còn chờ")
            % {"answered": number(progress.answered), "awaited": number(progress.awaited)},
        ),
    ]
    # Steps are done from the left: one that looks done beyond an open one is shown as later, not as a gap.
    done = next((place for place, (_name, is_done, _note) in enumerate(steps) if not is_done), len(steps))
    return tuple(
        Step(
            name,
            "done" if place < done else "now" if place == done else "later",
            note if place < done or (place == 4 and unsent) or (place == 5 and progress.batches_sent) else "",
        )
        for place, (name, _is_done, note) in enumerate(steps)
    )


def _actions(run: payroll.RunRow, role: str) -> tuple[Action, ...]:
    return tuple(
        Action(name, act_texts(name)[0])
        for name, act in ACTS.items()
        if run.state == act.from_state and role in act.roles
    )


def _view_of(run: payroll.RunRow, role: str) -> RunView:
    is_english = get_language() == "en"
    progress = reports.progress_of(run.id)
    unsent = _unsent(run, progress, role)
    return RunView(
        run=run,
        steps=_steps(run, progress, unsent),
        progress=progress,
        unsent=unsent,
        holds=tuple(
            Hold(row.label_en if is_english else row.label, row.count, row.amount_dong)
            for row in payroll.hold_summary(run.id)
        ),
        attention=tuple(
            Attention(
                payment_label(row.status), reason_label(row.reason_set, row.reason_code), row.count, row.amount_dong
            )
            for row in progress.attention
        ),
        batch_debits=tuple(payment.batch_debits(run.id)) if role in access.BATCH_ROLES else (),
        taken_back=payroll.taken_back(run.id),
        actions=_actions(run, role),
    )


@for_roles(access.MONTH_ROLES)
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """Go to the newest month that has a run; before the first run, say how one is made."""
    months = reports.months(areas_around(request))
    return redirect(f"/ky-chi-tra/{months[0]}/") if months else render(request, "web/no_run.html")


@for_roles(access.MONTH_ROLES)
@require_safe
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """Show the runs of a month."""
    chosen, around = Month.parse(month), areas_around(request)
    role = request.staff.role  # type: ignore[attr-defined]
    views = [_view_of(run, role) for run in payroll.runs(chosen) if run.area_code in around]
    context = {
        "month": chosen,
        "months": reports.months(around),
        # A draft that neither pays nor holds anybody is left out; a frozen run never is.
        "runs": [view for view in views if view.run.lines or view.holds or view.run.frozen_at],
        # A commune sees its own people's share of the figures, and must know it.
        "is_part": role == access.COMMUNE,
        "may_reopen": role in access.REOPENERS,
        "may_reconcile": role in access.BATCH_ROLES,
    }
    return render(request, "web/month.html", context)


@for_roles(access.PERSON_ROLES)
@require_safe
def holds_page(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """Show who is held in a run and why, page by page; lists never tell the benefit."""
    run = run_of(request, month, code)
    # The page goes on after the last row seen, not at the n-th row: rows keep their place when others are added, and
    # the thousandth page costs what the first does.
    after = request.GET.get("sau", "0")
    start = number_asked(after)
    # One more than a page shows whether there is a next one, without counting them all.
    rows = payroll.holds(run.id, after=start, limit=HOLDS_A_PAGE + 1)
    is_english = get_language() == "en"
    context = {
        "run": run,
        "month": run.month,
        "is_first": after == "0",
        "rows": [(row, row.label_en if is_english else row.label) for row in rows[:HOLDS_A_PAGE]],
        "next_after": rows[HOLDS_A_PAGE - 1].id if len(rows) > HOLDS_A_PAGE else None,
    }
    return render(request, "web/holds.html", context)


def run_of(request: HttpRequest, month: str, code: str) -> payroll.RunRow:
    """Return the run of that month and code, if it is one of the reader's own area.

    Raises:
        Refused: `run_unknown`, `month_invalid`.
    """
    run = payroll.run(code)
    # Even how many lines another commune's run has, and what they add up to, is that commune's matter.
    if run.month != Month.parse(month) or run.area_code not in areas_around(request):
        raise payroll.unknown_run(code)
    return run


@for_roles(frozenset({access.OFFICER, access.APPROVER}))
@require_http_methods(["GET", "POST"])
def act_page(request: HttpRequest, month: str, code: str, act_name: str) -> HttpResponse:
    """Ask once more before an act, showing what it is about; then carry it out, once however often it is clicked."""
    if act_name not in ACTS:
        raise Http404
    act, run = ACTS[act_name], run_of(request, month, code)
    # The operation checks the role again: a page may hide a button, only an operation may refuse.
    member = request.staff  # type: ignore[attr-defined]
    if member.role not in act.roles:
        raise PermissionDenied
    button, question = act_texts(act_name)
    if request.method == "GET":
        context = {"run": run, "month": run.month, "act": act_name, "button": button, "question": question}
        template = "web/parts/act.html" if request.htmx else "web/act.html"  # type: ignore[attr-defined]
        return render(request, template, context)
    # What was on the page is what is decided about: the hash stands for every line of it.
    if request.POST.get("sha256") != run.sha256:
        raise Refused(
            "control_total_changed",
            vi="Kỳ đã được tính lại sau khi bạn mở trang này. Hãy xem lại số mới rồi mới quyết định.",
            en="The run was calculated again after you opened this page. Look at the new figures before you decide.",
            run=code,
        )
    act.carry_out(run=code, by=member.username, at=timezone.localtime())
    # The operation widened the scope of this transaction: nothing more is read in it.
    return go(request, f"/ky-chi-tra/{month}/")
