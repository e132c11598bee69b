"""Commands of the books."""

from ansinh.project.commands.command import AS, MONTH, MONTH_OPTIONAL, RUN, Command, argument

COMMANDS: tuple[Command, ...] = (
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
            argument("--format", choices=["hledger", "beancount"], required=True, help="dạng tệp"),
            MONTH_OPTIONAL,
        ),
    ),
    Command(
        "ledger appropriate",
        "ghi dự toán được giao",
        "ledger:appropriate",
        (
            argument("--amount", type=int, required=True, metavar="ĐỒNG", help="số tiền (đồng)"),
            argument("--document", type=int, required=True, metavar="SỐ", help="số văn bản giao dự toán (chỉ chữ số)"),
            MONTH,
        ),
    ),
    Command(
        "ledger undo-appropriation",
        "đề nghị huỷ dự toán đã ghi sai; người thứ hai gõ lại lệnh này thì ghi bút toán ngược",
        "ledger:undo_appropriation",
        (
            argument("document", type=int, metavar="SỐ", help="số văn bản giao dự toán đã ghi sai"),
            argument("--reason", required=True, metavar="LÝ_DO", help="vì sao huỷ"),
            AS,
        ),
    ),
    Command(
        "ledger refund",
        "ghi nộp trả ngân sách phần kỳ không còn phải chi",
        "ledger:refund",
        (
            RUN,
            argument("--document", type=int, required=True, metavar="SỐ", help="số chứng từ nộp trả (chỉ chữ số)"),
            AS,
        ),
    ),
    Command(
        "ledger document",
        "nhập chứng từ kinh phí; người thứ hai nhập lại đúng chứng từ thì ghi sổ",
        "ledger:document",
        (
            argument(
                "kind",
                choices=["treasury-order", "order-back", "prefund", "fee-fund", "year-end"],
                help="rút dự toán, huỷ lệnh rút mà tiền chưa chuyển, chuyển tiền cho tổ chức chi trả, kinh phí trả phí, "
                "nộp trả cuối năm",
            ),
            argument("--number", required=True, metavar="SỐ", help="số chứng từ"),
            argument("--date", required=True, metavar="NĂM-THÁNG-NGÀY", help="ngày chứng từ"),
            argument("--amount", type=int, required=True, metavar="ĐỒNG", help="số tiền (đồng)"),
            argument("--run", default=None, metavar="KỲ", help="mã kỳ (rút dự toán, huỷ lệnh rút, chuyển tiền)"),
            argument("--provider", default=None, metavar="MÃ", help="tổ chức chi trả (chuyển tiền, kinh phí trả phí)"),
            AS,
        ),
    ),
    Command(
        "ledger withdraw-document",
        "rút lại chứng từ nhập sai số, ngày hoặc loại khi chưa ghi sổ; sau đó nhập lại cho đúng",
        "ledger:withdraw_document",
        (
            argument(
                "kind",
                choices=["treasury-order", "order-back", "prefund", "fee-fund", "year-end"],
                help="loại như khi nhập",
            ),
            argument("--number", required=True, metavar="SỐ", help="số chứng từ như khi nhập"),
            argument("--date", required=True, metavar="NĂM-THÁNG-NGÀY", help="ngày chứng từ như khi nhập"),
            argument("--reason", required=True, metavar="LÝ_DO", help="vì sao rút lại"),
            AS,
        ),
    ),
    Command(
        "ledger documents",
        "các chứng từ kinh phí đã nhập, số chưa dùng có thể nộp trả, tiền đã rút mà chưa chuyển",
        "ledger:list_documents",
    ),
    Command(
        "ledger sign-seal",
        "ký niêm phong mới nhất của sổ bằng thiết bị ký số, in biên bản",
        "ledger:sign_seal",
        (
            AS,
            argument(
                "--token", default=None, metavar="TỆP", help="mô tả thiết bị ký số (JSON); mặc định keys/token.json"
            ),
            argument("--minutes", default=None, metavar="TỆP", help="ghi biên bản niêm phong (PDF)"),
        ),
    ),
    Command(
        "ledger close-month",
        "đề nghị khoá sổ một tháng; người thứ hai gõ lại lệnh này thì khoá",
        "ledger:close_month",
        (MONTH, AS),
    ),
    Command("ledger closings", "các tháng đã đề nghị hoặc đã khoá sổ", "ledger:closings"),
)
