"""The table of commands: name, help, arguments, and the function that does the work.

The function is named as text and imported only when asked for, so that `ansinh law explain` never pays for Django.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Argument = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """One command of the contract."""

    name: str
    help: str
    work: str
    arguments: tuple[Argument, ...] = ()
    needs_database: bool = True
    needs_home: bool = True
    # A benchmark runs in a home of its own that is removed afterwards.
    in_fresh_home: bool = False
    group_help: str = ""
    # Arguments of which exactly one must be given.
    one_of: tuple[Argument, ...] = ()

    def load(self) -> Callable[[Any], dict[str, Any] | str]:
        """Import and return the function that does the work."""
        module, _, function = self.work.partition(":")
        return getattr(importlib.import_module(f"ansinh.project.work.{module}"), function)


def _argument(*flags: str, **options: Any) -> Argument:
    return flags, options


_MONTH = _argument("--month", required=True, metavar="NĂM-THÁNG", help="tháng, ví dụ 2026-11")
_MONTH_OPTIONAL = _argument("--month", default=None, metavar="NĂM-THÁNG", help="tháng, ví dụ 2026-11")
_PROVINCE = _argument("--province", default=None, metavar="MÃ", help="mã tỉnh, ví dụ 46")
_AREA = _argument("--area", default=None, metavar="MÃ", help="mã xã, phường")
_RUN = _argument("run", metavar="KỲ", help="mã kỳ chi trả")
_AS = _argument("--as", dest="user", required=True, metavar="NGƯỜI", help="tên đăng nhập của người thực hiện")

COMMANDS: tuple[Command, ...] = (
    Command(
        "demo",
        "chạy trọn một tháng của một tỉnh với dân số giả lập, rồi mở trang web",
        "demo:run",
        (
            _argument(
                "--port",
                type=int,
                default=None,
                metavar="CỔNG",
                help="cổng của trang web tại 127.0.0.1 (mặc định 8046)",
            ),
            _argument("--no-serve", action="store_true", help="không mở trang web, chỉ in tóm tắt"),
            _argument("--beneficiaries", type=int, default=60_000, metavar="N", help="số đối tượng thụ hưởng giả lập"),
        ),
    ),
    Command("init", "tạo cơ sở dữ liệu, địa bàn, luật, người quản trị đầu tiên", "system:init"),
    Command(
        "serve",
        "mở trang web",
        "demo:serve",
        (_argument("--port", type=int, default=None, metavar="CỔNG", help="cổng tại 127.0.0.1 (mặc định 8046)"),),
    ),
    Command(
        "seed",
        "sinh dân số giả lập, luôn như nhau với cùng hạt giống",
        "people:seed",
        (
            _argument("--province", required=True, metavar="MÃ", help="mã tỉnh"),
            _argument("--beneficiaries", type=int, required=True, metavar="N", help="số đối tượng thụ hưởng"),
            _argument("--seed", type=int, required=True, metavar="S", help="hạt giống"),
            _MONTH_OPTIONAL,
        ),
    ),
    Command(
        "law check",
        "kiểm tra mọi trường hợp của luật trên mọi bộ máy tính",
        "law_check:run",
        (_argument("path", nargs="?", default=None, metavar="THƯ_MỤC", help="thư mục luật"),),
        group_help="luật: kiểm tra, giải thích",
    ),
    Command(
        "law explain",
        "một người được hưởng gì, vì sao",
        "law:explain",
        (
            _argument("facts", metavar="FACTS.json", help="sự kiện về một người"),
            _MONTH,
            _argument("--known-on", default=None, metavar="NGÀY", help="ngày đặt câu hỏi (mặc định hôm nay)"),
            _argument("--settled", default=None, metavar="SETTLED.json", help="những gì đã chi trước đó"),
            _argument(
                "--full", action="store_true", help="thêm nguồn của từng sự kiện, điều gì sẽ làm thay đổi, các tháng"
            ),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "law deadline",
        "một bước thủ tục phải xong chậm nhất ngày nào",
        "law_deadline:run",
        (
            _argument("--step", required=True, metavar="BƯỚC", help="tên bước hoặc báo cáo, ví dụ assistance_decision"),
            _argument("--received", required=True, metavar="NGÀY", help="ngày nhận hồ sơ, ví dụ 2026-11-20"),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "law simulate",
        "thử một thay đổi của luật trên dữ liệu đang có, không ghi gì",
        "law_simulate:run",
        (
            _argument(
                "--change", required=True, metavar="TỆP", help="tệp dự thảo, xem docs/examples/nang-muc-chuan.yaml"
            ),
            _argument(
                "--months",
                default=None,
                metavar="THÁNG[..THÁNG]",
                help="ví dụ 2027-01 hoặc 2027-01..2027-12 (mặc định tháng sau)",
            ),
            _PROVINCE,
            _argument("--export", default=None, metavar="TỆP.xlsx", help="ghi bảng tính, mỗi cách phân tổ một trang"),
            _argument("--picture", default=None, metavar="TỆP.svg", help="ghi hình trước và sau"),
        ),
    ),
    Command(
        "law submit",
        "trình một thư mục luật để thẩm định, sau khi chạy mọi trường hợp mẫu",
        "law_release:submit",
        (
            _argument(
                "path", nargs="?", default=None, metavar="THƯ_MỤC", help="thư mục laws (mặc định luật kèm phần mềm)"
            ),
            _AS,
            _argument("--note", required=True, metavar="TÓM_TẮT", help="tóm tắt thay đổi, một hai câu"),
        ),
    ),
    Command(
        "law review",
        "thẩm định một bản luật đã trình (người khác với người trình)",
        "law_release:review",
        (
            _argument("hash", metavar="MÃ_BĂM", help="mã băm của bản luật, ít nhất 8 ký tự đầu"),
            _AS,
            _argument("--reason", required=True, metavar="LÝ_DO", help="lý do chấp nhận hay từ chối"),
        ),
        one_of=(
            _argument("--accept", dest="accept", action="store_true", default=None, help="chấp nhận"),
            _argument("--refuse", dest="accept", action="store_false", default=None, help="từ chối"),
        ),
    ),
    Command(
        "law releases",
        "các bản luật, ai trình, ai thẩm định; nêu một bản thì xem bản đó thay đổi gì",
        "law_release:list_releases",
        (_argument("hash", nargs="?", default=None, metavar="MÃ_BĂM", help="mã băm của một bản luật"),),
    ),
    Command(
        "staff list",
        "cán bộ đang có quyền đăng nhập",
        "staff:list_staff",
        group_help="cán bộ: thêm, cấp lại mật khẩu, cho thôi",
    ),
    Command(
        "staff add",
        "thêm một cán bộ, in mật khẩu dùng một lần",
        "staff:add",
        (
            _argument("username", metavar="TÊN", help="tên đăng nhập, viết thường không dấu"),
            _argument("--name", required=True, metavar="HỌ_TÊN", help="họ và tên"),
            _argument(
                "--role",
                required=True,
                metavar="VAI_TRÒ",
                help="vai trò, ví dụ commune_officer, law_author, legal_reviewer",
            ),
            _argument("--agency", required=True, metavar="CƠ_QUAN", help="tên cơ quan; chưa có thì được tạo"),
            _argument("--area", default=None, metavar="MÃ", help="mã tỉnh, hoặc mã xã, phường với cán bộ cấp xã"),
            _AS,
        ),
    ),
    Command(
        "staff password",
        "cấp lại mật khẩu dùng một lần cho người quên mật khẩu",
        "staff:new_password",
        (_argument("username", metavar="TÊN", help="tên đăng nhập"), _AS),
    ),
    Command(
        "staff close",
        "cho một cán bộ thôi đăng nhập",
        "staff:close",
        (
            _argument("username", metavar="TÊN", help="tên đăng nhập"),
            _argument("--reason", required=True, metavar="LÝ_DO", help="lý do, ví dụ quyết định nghỉ việc"),
            _AS,
        ),
    ),
    Command(
        "people import",
        "nhập danh sách của xã (xlsx, xls, csv)",
        "people:import_list",
        (
            _argument("file", metavar="TỆP", help="danh sách"),
            _argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            _argument("--dry-run", action="store_true", help="chỉ xem trước số phận từng dòng, không ghi"),
            _argument("--preview", default=None, metavar="TỆP", help="nơi ghi bảng xem trước (.xlsx), cùng --dry-run"),
        ),
        group_help="con người: nhập, xuất danh sách, cách đọc mẫu của xã",
    ),
    Command(
        "people export",
        "xuất sổ của một xã đúng mẫu mà lệnh people import đọc lại được",
        "people:export",
        (
            _argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            _argument("--format", choices=["xlsx", "csv"], default="xlsx", help="dạng tệp"),
            _argument("--to", default=None, metavar="TỆP", help="nơi ghi (mặc định trong thư mục dữ liệu)"),
        ),
    ),
    Command(
        "people map-columns",
        "chỉ rõ cột nào của mẫu danh sách là gì; lần nhập sau cùng mẫu sẽ tự dùng",
        "people:map_columns",
        (
            _argument("file", metavar="TỆP", help="một danh sách theo mẫu đó"),
            _argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            _argument(
                "--set",
                action="append",
                required=True,
                metavar="CỘT=TRƯỜNG",
                help="ví dụ “Người được lĩnh=họ và tên”; trường ignore: không đọc cột này (lặp lại được)",
            ),
        ),
    ),
    Command(
        "people mappings",
        "các mẫu danh sách mà xã, phường đã chỉ rõ",
        "people:mappings",
        (_argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),),
    ),
    Command(
        "people unmap-columns",
        "bỏ cách đọc đã chỉ rõ cho một mẫu danh sách",
        "people:unmap_columns",
        (
            _argument("form", type=int, metavar="SỐ", help="số của mẫu, xem people mappings"),
            _argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
        ),
    ),
    Command(
        "account ask",
        "ghi danh sách tài khoản đã thu thập để hỏi ngân hàng tên chủ tài khoản",
        "account:ask",
        (_argument("file", metavar="TỆP", help="tệp .xlsx sẽ ghi"),),
        one_of=(_PROVINCE, _AREA),
        group_help="tài khoản nhận: hỏi ngân hàng, quyết định tên gần đúng",
    ),
    Command(
        "account inquire",
        "hỏi thẳng một tổ chức chi trả nối mạng tên chủ các tài khoản đã thu thập",
        "account:inquire",
        (_argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"), _AS),
        one_of=(_PROVINCE, _AREA),
    ),
    Command(
        "account answers",
        "nhập trả lời của ngân hàng: đúng tên thì xác minh, gần đúng thì chờ người thứ hai",
        "account:answers",
        (
            _argument("file", metavar="TỆP", help="danh sách ngân hàng gửi lại (xlsx, xls, csv)"),
            _argument("--source", default=None, metavar="NƠI", help="nơi trả lời, ví dụ tên ngân hàng"),
            _AS,
        ),
    ),
    Command("account pending", "các tên gần đúng đang chờ quyết định", "account:pending", one_of=(_PROVINCE, _AREA)),
    Command(
        "account decide",
        "quyết định một tên gần đúng (người khác với người nhập trả lời)",
        "account:decide",
        (
            _argument("check", type=int, metavar="SỐ", help="số của lần tra tên, xem account pending"),
            _AS,
            _argument("--note", required=True, metavar="CĂN_CỨ", help="căn cứ, ví dụ đã đối chiếu sổ tài khoản"),
        ),
        one_of=(
            _argument("--accept", dest="accept", action="store_true", default=None, help="đúng là người nhận"),
            _argument("--refuse", dest="accept", action="store_false", default=None, help="không phải người nhận"),
        ),
    ),
    Command(
        "payroll calculate",
        "tính kỳ chi trả của tháng",
        "payroll:calculate",
        (
            _MONTH,
            _PROVINCE,
            _AREA,
            _argument(
                "--whole", action="store_true", help="hỏi lại mọi người của mọi tháng, kể cả phần không có gì thay đổi"
            ),
        ),
        group_help="kỳ chi trả: tính, kiểm tra, duyệt, chốt",
    ),
    Command("payroll check", "kiểm tra kỳ chi trả", "payroll:check", (_RUN,)),
    Command(
        "payroll verify",
        "dựng lại câu lệnh của kỳ từ luật đã dùng và đối chiếu dấu vết",
        "payroll:verify",
        (_RUN,),
    ),
    Command("payroll approve", "duyệt kỳ chi trả (người khác với người tính)", "payroll:approve", (_RUN, _AS)),
    Command("payroll freeze", "chốt kỳ chi trả", "payroll:freeze", (_RUN, _AS)),
    Command(
        "payment submit",
        "gửi lệnh chi của kỳ đã chốt",
        "payment:submit",
        (_RUN,),
        group_help="chi trả: gửi lệnh, nhận kết quả, đọc tệp",
    ),
    Command("payment collect", "nhận mọi kết quả mới từ các tổ chức chi trả", "payment:collect"),
    Command(
        "payment enquire",
        "hỏi tổ chức chi trả về các lệnh chưa có kết quả của một kỳ",
        "payment:enquire",
        (_RUN, _argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả")),
    ),
    Command(
        "payment recall",
        "đề nghị tổ chức chi trả huỷ lệnh chưa thực hiện của những người nêu tên",
        "payment:recall",
        (
            _RUN,
            _argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"),
            _argument(
                "--person", type=int, action="append", required=True, metavar="SỐ", help="đối tượng (lặp lại được)"
            ),
            _argument("--reason", required=True, metavar="LÝ_DO", help="lý do huỷ, ví dụ đối tượng đã mất"),
            _AS,
        ),
    ),
    Command("payment providers", "các tổ chức chi trả và ngân hàng họ phụ trách", "payment:list_providers"),
    Command(
        "payment provider",
        "khai báo một tổ chức chi trả, hoặc sửa cách kết nối",
        "payment:set_provider",
        (
            _argument("code", metavar="MÃ", help="mã tổ chức chi trả, 2 đến 12 chữ hoa hoặc số"),
            _argument("--name", required=True, metavar="TÊN", help="tên tổ chức chi trả"),
            _argument(
                "--gateway",
                required=True,
                metavar="CỔNG",
                help="cổng kết nối: sftp_iso20022, rest, govstack, spreadsheet",
            ),
            _argument(
                "--settings", required=True, metavar="TỆP", help="thông số kết nối (JSON); khoá bí mật nằm ở tệp riêng"
            ),
            _argument(
                "--bank",
                action="append",
                metavar="BIN",
                help="ngân hàng phụ trách (lặp lại được); bỏ trống: mọi ngân hàng",
            ),
            _AS,
        ),
    ),
    Command(
        "payment check-provider",
        "thử kết nối một tổ chức chi trả, không thay đổi gì",
        "payment:check_provider",
        (_argument("code", metavar="MÃ", help="mã tổ chức chi trả"),),
    ),
    Command(
        "payment handed-over",
        "ghi nhận đã giao bảng lệnh chi cho tổ chức chi trả làm bằng tay",
        "payment:handed_over",
        (
            _argument("batch", metavar="LÔ", help="mã lô trên bản giao nhận"),
            _argument("--evidence", required=True, metavar="CHỨNG_TỪ", help="số bản giao nhận, thư điện tử"),
            _AS,
        ),
    ),
    Command(
        "payment receive",
        "nhận danh sách kết quả bằng bảng tính; chờ người thứ hai duyệt",
        "payment:receive",
        (
            _argument("file", metavar="TỆP", help="danh sách kết quả (xlsx, xls, csv)"),
            _argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"),
            _AS,
        ),
    ),
    Command(
        "payment confirm-results",
        "duyệt một danh sách kết quả (người khác với người nhận)",
        "payment:confirm_results",
        (
            _argument("name", metavar="TÊN", help="tên danh sách mà lệnh receive in ra"),
            _argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"),
            _AS,
        ),
    ),
    Command(
        "payment conformance",
        "bộ kiểm tra tương thích: chạy mọi tình huống với môi trường thử của tổ chức chi trả",
        "conformance:run",
        (
            _argument(
                "sandbox",
                nargs="?",
                default=None,
                metavar="TỆP",
                help="mô tả môi trường thử (YAML); bỏ trống: của AnSinh",
            ),
            _argument("--gateway", action="append", metavar="CỔNG", help="chỉ cổng này (lặp lại được)"),
            _argument("--scenario", action="append", metavar="MÃ", help="chỉ tình huống này (lặp lại được)"),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "payment reopen",
        "đề nghị chi lại khoản bị từ chối, hoàn trả hoặc dừng lại",
        "cash:reopen",
        (
            _RUN,
            _argument(
                "--channel",
                required=True,
                choices=["account", "cash", "waived"],
                help="account: tài khoản hiện tại; cash: tiền mặt; waived: thôi chi, nộp trả ngân sách",
            ),
            _argument("--reason", required=True, metavar="LÝ_DO", help="lý do, ví dụ đã khai tài khoản khác"),
            _argument("--person", type=int, action="append", metavar="SỐ", help="chỉ đối tượng này (lặp lại được)"),
            _AS,
        ),
    ),
    Command(
        "payment approve-reopening",
        "duyệt các đề nghị chi lại (người khác với người đề nghị)",
        "cash:approve_reopening",
        (_RUN, _AS),
    ),
    Command(
        "cash list",
        "lập danh sách chi tiền mặt của một xã, giao tiền cho điểm chi trả",
        "cash:open_list",
        (
            _RUN,
            _argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            _AS,
            _argument("--sheet", default=None, metavar="TỆP", help="ghi bản ký nhận (PDF)"),
        ),
        group_help="tiền mặt tại xã: lập danh sách, chi, kết sổ",
    ),
    Command(
        "cash pay",
        "chi một biên nhận cho người xuất trình căn cước, hoặc nhập từ bản đã ký",
        "cash:pay",
        (
            _argument("code", metavar="MÃ", help="mã biên nhận"),
            _argument("--identity", required=True, metavar="SỐ", help="số định danh của người ký nhận"),
            _AS,
            _argument("--offline", action="store_true", help="nhập sau từ bản đã ký"),
            _argument("--paid-on", default=None, metavar="NGÀY", help="ngày chi trên bản ký, ví dụ 2026-11-22"),
            _argument("--note", default=None, metavar="GHI_CHÚ", help="ghi chú"),
        ),
    ),
    Command(
        "cash close",
        "kết sổ danh sách tiền mặt: tiền chưa chi nộp lại",
        "cash:close",
        (_RUN, _argument("--area", required=True, metavar="MÃ", help="mã xã, phường"), _AS),
    ),
    Command(
        "cash uncollected",
        "người ba tháng trở lên không nhận tiền mặt, để xem xét tạm dừng",
        "cash:uncollected",
        one_of=(_PROVINCE, _AREA),
    ),
    Command(
        "payment read",
        "đọc một tệp của ngân hàng, không thay đổi gì",
        "payment_read:read",
        (
            _argument("file", metavar="TỆP", help="tệp của ngân hàng"),
            _argument("--provider", default=None, metavar="MÃ", help="tổ chức chi trả"),
            _argument("--template", default=None, metavar="TỆP.yaml", help="mẫu bảng tính của tổ chức chi trả"),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "payment qr",
        "đọc mã VietQR của một tài khoản nhận",
        "payment_read:qr",
        (_argument("text", metavar="MÃ", help="nội dung mã QR"),),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "ledger verify",
        "kiểm tra mọi bất biến của sổ kế toán",
        "ledger:verify",
        group_help="sổ kế toán: kiểm tra, xuất, cấp kinh phí",
    ),
    Command(
        "ledger export",
        "xuất sổ cho chương trình kế toán độc lập",
        "ledger:export",
        (
            _argument("--format", choices=["hledger", "beancount"], required=True, help="dạng tệp"),
            _MONTH_OPTIONAL,
        ),
    ),
    Command(
        "ledger appropriate",
        "ghi dự toán được giao",
        "ledger:appropriate",
        (
            _argument("--amount", type=int, required=True, metavar="ĐỒNG", help="số tiền (đồng)"),
            _argument("--document", type=int, required=True, metavar="SỐ", help="số văn bản giao dự toán (chỉ chữ số)"),
            _MONTH,
        ),
    ),
    Command(
        "ledger refund",
        "ghi nộp trả ngân sách phần kỳ không còn phải chi",
        "ledger:refund",
        (
            _RUN,
            _argument("--document", type=int, required=True, metavar="SỐ", help="số chứng từ nộp trả (chỉ chữ số)"),
            _AS,
        ),
    ),
    Command(
        "ledger document",
        "nhập chứng từ kinh phí; người thứ hai nhập lại đúng chứng từ thì ghi sổ",
        "ledger:document",
        (
            _argument(
                "kind",
                choices=["treasury-order", "prefund", "fee-fund", "year-end"],
                help="rút dự toán, chuyển tiền cho tổ chức chi trả, kinh phí trả phí, nộp trả cuối năm",
            ),
            _argument("--number", required=True, metavar="SỐ", help="số chứng từ"),
            _argument("--date", required=True, metavar="NĂM-THÁNG-NGÀY", help="ngày chứng từ"),
            _argument("--amount", type=int, required=True, metavar="ĐỒNG", help="số tiền (đồng)"),
            _argument("--run", default=None, metavar="KỲ", help="mã kỳ (rút dự toán, chuyển tiền)"),
            _argument("--provider", default=None, metavar="MÃ", help="tổ chức chi trả (chuyển tiền, kinh phí trả phí)"),
            _AS,
        ),
    ),
    Command(
        "ledger documents", "các chứng từ kinh phí đã nhập, và số chưa dùng có thể nộp trả", "ledger:list_documents"
    ),
    Command(
        "ledger sign-seal",
        "ký niêm phong mới nhất của sổ bằng thiết bị ký số, in biên bản",
        "ledger:sign_seal",
        (
            _AS,
            _argument(
                "--token", default=None, metavar="TỆP", help="mô tả thiết bị ký số (JSON); mặc định keys/token.json"
            ),
            _argument("--minutes", default=None, metavar="TỆP", help="ghi biên bản niêm phong (PDF)"),
        ),
    ),
    Command(
        "ledger close-month",
        "đề nghị khoá sổ một tháng; người thứ hai gõ lại lệnh này thì khoá",
        "ledger:close_month",
        (_MONTH, _AS),
    ),
    Command("ledger closings", "các tháng đã đề nghị hoặc đã khoá sổ", "ledger:closings"),
    Command(
        "report coverage",
        "tỷ lệ chi trả qua tài khoản",
        "report:coverage",
        (_MONTH_OPTIONAL, _PROVINCE),
        group_help="báo cáo",
    ),
    Command(
        "bench month",
        "đo thời gian một tháng, từng bước",
        "bench:month",
        (_argument("--people", type=int, required=True, metavar="N", help="số người hưởng"),),
        in_fresh_home=True,
        group_help="đo tốc độ",
    ),
    Command(
        "bench law",
        "đo tốc độ của luật: tính, giải thích, tính ngược về trước",
        "bench_law:law",
        (_argument("--people", type=int, required=True, metavar="N", help="số người hưởng"),),
        in_fresh_home=True,
    ),
)


def find(name: str) -> Command:
    """Return the command of that name; the tests of the documentation use it."""
    return next(command for command in COMMANDS if command.name == name)


LAWS_FOLDER = Path(__file__).resolve().parents[2] / "laws"
