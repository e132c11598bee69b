"""Commands of payment: providers, files, reopening and cash."""

from ansinh.project.commands.command import AREA, AS, PROVINCE, RUN, Command, argument

COMMANDS: tuple[Command, ...] = (
    Command(
        "payment submit",
        "gửi lệnh chi của kỳ đã chốt",
        "payment:submit",
        (RUN,),
        group_help="chi trả: gửi lệnh, nhận kết quả, đọc tệp",
    ),
    Command("payment collect", "nhận mọi kết quả mới từ các tổ chức chi trả", "payment:collect"),
    Command(
        "payment enquire",
        "hỏi tổ chức chi trả về các lệnh chưa có kết quả của một kỳ",
        "payment:enquire",
        (RUN, argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả")),
    ),
    Command(
        "payment recall",
        "dừng lệnh chưa gửi, đề nghị tổ chức chi trả huỷ lệnh đã gửi của những người nêu tên",
        "payment:recall",
        (
            RUN,
            argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"),
            argument(
                "--person", type=int, action="append", required=True, metavar="SỐ", help="đối tượng (lặp lại được)"
            ),
            argument("--reason", required=True, metavar="LÝ_DO", help="lý do huỷ, ví dụ đối tượng đã mất"),
            AS,
        ),
    ),
    Command(
        "payment recalls",
        "ai đã bị thu hồi trong một kỳ, do ai, vì sao, đến nay thế nào",
        "payment:recalls",
        (RUN,),
    ),
    Command(
        "payment batches",
        "lô lệnh mà sao kê ghi nợ gộp một dòng, đối chiếu với các khoản của lô",
        "payment:booked_batches",
        (RUN,),
    ),
    Command(
        "payment reconcile",
        "đối chiếu sao kê với sổ: từng tổ chức chi trả, từng khoản chênh lệch có tên",
        "statements:reconcile",
        (AS,),
    ),
    Command(
        "payment held",
        "các dòng kết quả đang chờ người xem: vì sao chưa áp dụng, phải làm gì",
        "statements:held",
        (AS,),
    ),
    Command(
        "payment suspense",
        "tiền trên sao kê chưa rõ là khoản gì",
        "statements:suspense",
        (argument("--all", action="store_true", help="cả những khoản đã giải quyết"), AS),
    ),
    Command(
        "payment explain",
        "nói một khoản treo là gì; người thứ hai gõ lại đúng như vậy thì ghi sổ",
        "statements:explain",
        (
            argument("number", type=int, metavar="SỐ", help="số khoản treo mà lệnh suspense in ra"),
            argument(
                "kind",
                choices=[
                    "funding",
                    "fee-fund",
                    "return",
                    "refused",
                    "budget",
                    "fee",
                    "cash",
                    "refund",
                    "order",
                    "offset",
                ],
                help="funding: kinh phí của kỳ; fee-fund: kinh phí trả phí; return: hoàn trả của một lệnh; refused: trả lại phần lô bị từ chối;"
                " budget: đã nộp ngân sách; fee: phí; cash: rút để chi tiền mặt; refund: nộp trả phần thôi chi; order: ghi nợ cả lô;"
                " offset: triệt tiêu với khoản ngược chiều",
            ),
            argument(
                "detail",
                metavar="CĂN_CỨ",
                help="mã kỳ (funding), số chứng từ (fee-fund, fee, cash, refund), mã lệnh (return), mã lô (refused, order),"
                " số khoản treo ngược chiều (budget, offset)",
            ),
            AS,
        ),
    ),
    Command(
        "payment withdraw-statement",
        "đề nghị rút lại một sao kê sai đã tính; người thứ hai gõ lại lệnh này thì ghi bút toán ngược",
        "statements:withdraw",
        (
            argument("statement", metavar="SAO_KÊ", help="tên tệp hoặc số thông điệp của sao kê"),
            argument("--reason", required=True, metavar="LÝ_DO", help="sai ở đâu"),
            AS,
        ),
    ),
    Command("payment providers", "các tổ chức chi trả và ngân hàng họ phụ trách", "payment:list_providers"),
    Command(
        "payment provider",
        "khai báo một tổ chức chi trả, hoặc sửa cách kết nối",
        "payment:set_provider",
        (
            argument("code", metavar="MÃ", help="mã tổ chức chi trả, 2 đến 12 chữ hoa hoặc số"),
            argument("--name", required=True, metavar="TÊN", help="tên tổ chức chi trả"),
            argument(
                "--gateway",
                required=True,
                metavar="CỔNG",
                help="cổng kết nối: sftp_iso20022, rest, govstack, spreadsheet",
            ),
            argument(
                "--settings", required=True, metavar="TỆP", help="thông số kết nối (JSON); khoá bí mật nằm ở tệp riêng"
            ),
            argument(
                "--bank",
                action="append",
                metavar="BIN",
                help="ngân hàng phụ trách (lặp lại được); bỏ trống: mọi ngân hàng",
            ),
            AS,
        ),
    ),
    Command(
        "payment check-provider",
        "thử kết nối một tổ chức chi trả, không thay đổi gì",
        "payment:check_provider",
        (argument("code", metavar="MÃ", help="mã tổ chức chi trả"),),
    ),
    Command(
        "payment handed-over",
        "ghi nhận đã giao bảng lệnh chi cho tổ chức chi trả làm bằng tay",
        "payment:handed_over",
        (
            argument("batch", metavar="LÔ", help="mã lô trên bản giao nhận"),
            argument("--evidence", required=True, metavar="CHỨNG_TỪ", help="số bản giao nhận, thư điện tử"),
            AS,
        ),
    ),
    Command(
        "payment receive",
        "nhận danh sách kết quả bằng bảng tính; chờ người thứ hai duyệt",
        "payment:receive",
        (
            argument("file", metavar="TỆP", help="danh sách kết quả (xlsx, xls, csv)"),
            argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"),
            AS,
        ),
    ),
    Command(
        "payment confirm-results",
        "duyệt một danh sách kết quả (người khác với người nhận)",
        "payment:confirm_results",
        (
            argument("name", metavar="TÊN", help="tên danh sách mà lệnh receive in ra"),
            argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"),
            AS,
        ),
    ),
    Command(
        "payment conformance",
        "bộ kiểm tra tương thích: chạy mọi tình huống với môi trường thử của tổ chức chi trả",
        "conformance:run",
        (
            argument(
                "sandbox",
                nargs="?",
                default=None,
                metavar="TỆP",
                help="mô tả môi trường thử (YAML); bỏ trống: của AnSinh",
            ),
            argument("--gateway", action="append", metavar="CỔNG", help="chỉ cổng này (lặp lại được)"),
            argument("--scenario", action="append", metavar="MÃ", help="chỉ tình huống này (lặp lại được)"),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "payment reopen",
        "đề nghị chi lại khoản bị từ chối, hoàn trả hoặc dừng lại; hoặc thôi chi, kể cả khoản chưa gửi",
        "cash:reopen",
        (
            RUN,
            argument(
                "--channel",
                required=True,
                choices=["account", "cash", "waived"],
                help="account: tài khoản hiện tại; cash: tiền mặt; waived: thôi chi, nộp trả ngân sách",
            ),
            argument("--reason", required=True, metavar="LÝ_DO", help="lý do, ví dụ đã khai tài khoản khác"),
            argument("--person", type=int, action="append", metavar="SỐ", help="chỉ đối tượng này (lặp lại được)"),
            AS,
        ),
    ),
    Command(
        "payment withdraw-reopening",
        "rút lại đề nghị chi lại chưa ai duyệt, để đề nghị cách khác",
        "cash:withdraw_reopening",
        (
            RUN,
            argument(
                "--person", type=int, action="append", required=True, metavar="SỐ", help="đối tượng (lặp lại được)"
            ),
            AS,
        ),
    ),
    Command(
        "payment approve-reopening",
        "duyệt các đề nghị chi lại (người khác với người đề nghị)",
        "cash:approve_reopening",
        (RUN, AS),
    ),
    Command(
        "payment read",
        "đọc một tệp của ngân hàng, không thay đổi gì",
        "payment_read:read",
        (
            argument("file", metavar="TỆP", help="tệp của ngân hàng"),
            argument("--provider", default=None, metavar="MÃ", help="tổ chức chi trả"),
            argument("--template", default=None, metavar="TỆP.yaml", help="mẫu bảng tính của tổ chức chi trả"),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "payment qr",
        "đọc mã VietQR của một tài khoản nhận",
        "payment_read:qr",
        (argument("text", metavar="MÃ", help="nội dung mã QR"),),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "cash list",
        "lập danh sách chi tiền mặt của một xã, giao tiền cho điểm chi trả",
        "cash:open_list",
        (
            RUN,
            argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            AS,
            argument("--sheet", default=None, metavar="TỆP", help="ghi bản ký nhận (PDF)"),
        ),
        group_help="tiền mặt tại xã: lập danh sách, chi, kết sổ",
    ),
    Command(
        "cash pay",
        "chi một biên nhận cho người xuất trình căn cước, hoặc nhập từ bản đã ký",
        "cash:pay",
        (
            argument("code", metavar="MÃ", help="mã biên nhận"),
            argument("--identity", required=True, metavar="SỐ", help="số định danh của người ký nhận"),
            AS,
            argument("--offline", action="store_true", help="nhập sau từ bản đã ký"),
            argument("--paid-on", default=None, metavar="NGÀY", help="ngày chi trên bản ký, ví dụ 2026-11-22"),
            argument("--note", default=None, metavar="GHI_CHÚ", help="ghi chú"),
        ),
    ),
    Command(
        "cash close",
        "kết sổ danh sách tiền mặt: tiền chưa chi nộp lại",
        "cash:close",
        (RUN, argument("--area", required=True, metavar="MÃ", help="mã xã, phường"), AS),
    ),
    Command(
        "cash uncollected",
        "người ba tháng trở lên không nhận tiền mặt, để xem xét tạm dừng",
        "cash:uncollected",
        (AS,),
        one_of=(PROVINCE, AREA),
    ),
)
