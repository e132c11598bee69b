"""The demonstration: a generated province, its whole month from decree to paid, then the pages.

Every step is a command of the contract; a second call finds what the first one did and changes nothing.
"""

import argparse
import os
import signal
import socket
import sys
from typing import Any

from django.utils import timezone

from ansinh.base.dong import format_dong
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office.security import acting, everything
from ansinh.payment import explaining
from ansinh.payroll import operations as payroll
from ansinh.payroll import queries as payroll_queries
from ansinh.payroll.selection import select
from ansinh.project import bootstrap, children, sandbox
from ansinh.project.home import CHECKOUT, Home
from ansinh.project.operator import OPERATOR, say
from ansinh.project.work import payment as payment_work
from ansinh.project.work import payroll as payroll_work
from ansinh.project.work import people, report
from ansinh.project.work import statements as statements_work
from ansinh.reports.queries import coverage

PROVINCE, SEED, MONTH = "46", 2023, Month(2026, 11)
# What older registers paid before this system: July to October 2026 by the law that was known on 1 October 2026.
_TAKEN_OVER = (Month(2026, 7), Month(2026, 10))
_KNOWN_BEFORE = Month(2026, 10).first_day
_APPROPRIATION_DOCUMENT = 202611
OFFICER, APPROVER = "chuyenvien", "pheduyet"
DEFAULT_PORT = 8046
# What the demonstration's bank takes for its service, and what a stranger sends by mistake.
_FEE_DONG, _STRANGERS_DONG = 330_000, 1_200_000


def _populate(home: Home, beneficiaries: int) -> dict[str, Any]:
    say("1/6 Sinh dân số giả lập…")
    seeded = people.seed(
        argparse.Namespace(
            province=PROVINCE, beneficiaries=beneficiaries, seed=SEED, units_of=None, month=str(MONTH), opened_home=home
        )
    )
    say("2/6 Tiếp nhận số đã chi từ tháng 7 đến tháng 10 năm 2026 theo mức cũ…")
    with acting(everything(OPERATOR)):
        selection = select(month=MONTH, province=PROVINCE, area=None)
        payroll.take_over_settlements(
            package=law_in_force(selection.area_id),
            selection=selection,
            first=_TAKEN_OVER[0],
            last=_TAKEN_OVER[1],
            known_on=_KNOWN_BEFORE,
            by=OPERATOR,
            at=timezone.localtime(),
        )
    return seeded


def _run_month() -> str:
    """Calculate, check, approve, freeze, send and collect the demonstration's month; return the run's code."""
    say("3/6 Tính và kiểm tra kỳ chi trả tháng 11/2026…")
    with acting(everything(OPERATOR)):
        frozen = [run for run in payroll_queries.runs(MONTH) if run.state == "FROZEN"]
    if frozen:
        code = frozen[-1].code
    else:
        code = payroll_work.calculate(argparse.Namespace(month=str(MONTH), province=PROVINCE, area=None))["run"]
        payroll_work.check(argparse.Namespace(run=code))
        say("4/6 Duyệt và chốt (người khác với người tính)…")
        with acting(everything(OPERATOR)):
            total = payroll_queries.run(code).control_total_dong
            ledger.appropriate(
                amount_dong=total + total // 10,
                document=_APPROPRIATION_DOCUMENT,
                month=MONTH.first_day,
                at=timezone.localtime(),
            )
        payroll_work.approve(argparse.Namespace(run=code, user=APPROVER))
        payroll_work.freeze(argparse.Namespace(run=code, user=OFFICER))
    return code


def _pay(home: Home, code: str) -> None:
    say("5/6 Gửi lệnh chi qua SFTP, nhận kết quả của ngân hàng…")
    with sandbox.running(home):
        payment_work.submit(argparse.Namespace(run=code))
        # Opening the connection again waits until the bank has worked through what it was given.
        payment_work.collect(argparse.Namespace())
        # Some accounts answer late: the bank's time goes on, and what it then says is collected too.
        sandbox.tick(home)
        payment_work.collect(argparse.Namespace())
        _reconcile(home, code)


def _reconcile(home: Home, code: str) -> None:
    """Let the bank close its day, and two people say what the money of the month was; a fee and a stranger's money wait."""
    with acting(everything(OPERATOR)):
        if explaining.accounts_of(OFFICER).reconciliations:
            return
        funded = books.moved(chart.Code.PREFUND, debit=chart.prefund(bootstrap.SANDBOX).name)
    credits = [(funded, f"KBNN CHUYEN KINH PHI TRO CAP KY {code}"), (_STRANGERS_DONG, "CHUYEN NHAM TAI KHOAN")]
    sandbox.close_day(home, credits=credits, fees=[_FEE_DONG])
    payment_work.collect(argparse.Namespace())
    with acting(everything(OPERATOR)):
        funding = next(row for row in explaining.accounts_of(OFFICER).movements if row.amount_dong == funded)
    for user in (OFFICER, APPROVER):
        statements_work.explain(argparse.Namespace(number=funding.number, kind="funding", detail=code, user=user))


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will run the whole demonstration and then serve its pages, unless told not to.

    Raises:
        Refused: `port_in_use`, and whatever a step of the month refuses.
    """
    listener = None if arguments.no_serve else bind(arguments.port)
    home: Home = arguments.opened_home
    seeded = _populate(home, arguments.beneficiaries)
    code = _run_month()
    _pay(home, code)
    say("6/6 Báo cáo…")
    with acting(everything(OPERATOR)):
        summary = report.as_json(coverage(MONTH, PROVINCE))
        verified = books.verify()
    summary["books"] = {"ok": all(verified.checks.values()), "transfers": verified.transfers, "seal": verified.seal}
    summary["staff"] = seeded["staff"]
    summary["example_person"] = seeded.get("example_person")
    _introduce(summary)
    if listener is not None:
        with sandbox.running(home):
            _serve(listener)
    return summary


def _introduce(summary: dict[str, Any]) -> None:
    run_totals = summary["run"]
    say(
        f"\nTháng {MONTH.vi}: phải chi {format_dong(run_totals['due_dong'])}, đã chi {format_dong(run_totals['paid_dong'])}, "
        f"qua tài khoản {summary['paid_by_account']['percent']} % người nhận."
    )
    if all(person["one_time_password"] for person in summary["staff"]):
        say("\nĐăng nhập lần đầu bằng mật khẩu dùng một lần (phải đổi ngay):")
        for person in summary["staff"]:
            say(f"  {person['username']:<16} {person['one_time_password']:<24} {person['role']}")
    else:
        say("\nMật khẩu dùng một lần đã cấp ở lần chạy trước.")


def bind(port: int | None) -> socket.socket:
    """Return a socket that listens on 127.0.0.1 at the port (0: any free one).

    Raises:
        Refused: `port_in_use`, `port_invalid`.
    """
    wanted = DEFAULT_PORT if port is None else port
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", wanted))
    except OverflowError as error:
        raise Refused(
            "port_invalid",
            vi=f"Cổng {wanted} không hợp lệ. Hãy chọn số từ 1 đến 65535.",
            en=f"Port {wanted} is not valid. Choose 1 to 65535.",
            port=wanted,
        ) from error
    except PermissionError as error:
        raise Refused(
            "port_forbidden",
            vi=f"Tài khoản này không được mở cổng {wanted}. Hãy chọn cổng từ 1024 trở lên bằng --port.",
            en=f"This account may not open port {wanted}. Choose a port from 1024 up with --port.",
            port=wanted,
        ) from error
    except OSError as error:
        if port is None:
            # Another copy runs at the usual port: take any free one and say where.
            listener.bind(("127.0.0.1", 0))
        else:
            raise Refused(
                "port_in_use",
                vi=f"Cổng {wanted} đang có chương trình khác dùng. Hãy chọn cổng khác bằng --port.",
                en=f"Port {wanted} is in use. Choose another one with --port.",
                port=wanted,
            ) from error
    listener.listen(128)
    return listener


def _serve(listener: socket.socket) -> None:
    """Serve the pages until Ctrl-C or TERM; the web server ends with us."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ansinh.project.settings"}
    server = children.start(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            f"fd://{listener.fileno()}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--worker-class",
            "gthread",
            "--log-level",
            "warning",
            # Its control socket would lie in the user's own folder, one for all copies.
            "--no-control-socket",
            "--chdir",
            CHECKOUT,
            "ansinh.project.wsgi:application",
        ],
        environment=environment,
        pass_fds=[listener.fileno()],
    )
    say(f"\nTrang web: http://127.0.0.1:{listener.getsockname()[1]}/   (Ctrl-C để dừng)")
    try:
        server.wait()
    finally:
        children.stop(server, stop_signal=signal.SIGTERM)


def serve(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will serve the pages of a home that has been set up. Raises `Refused` (`port_in_use`)."""
    _serve(bind(arguments.port))
    return {"served": True}
