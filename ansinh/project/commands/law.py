"""Commands of the law."""

from ansinh.project.commands.command import AS, MONTH, PROVINCE, Command, argument

COMMANDS: tuple[Command, ...] = (
    Command(
        "law check",
        "kiểm tra mọi trường hợp của luật trên mọi bộ máy tính",
        "law_check:run",
        (argument("path", nargs="?", default=None, metavar="THƯ_MỤC", help="thư mục luật"),),
        group_help="luật: kiểm tra, giải thích, trình, thẩm định, các bản đã thông qua",
    ),
    Command(
        "law explain",
        "một người được hưởng gì, vì sao",
        "law:explain",
        (
            argument("facts", metavar="FACTS.json", help="sự kiện về một người"),
            MONTH,
            argument("--known-on", default=None, metavar="NGÀY", help="ngày đặt câu hỏi (mặc định hôm nay)"),
            argument("--settled", default=None, metavar="SETTLED.json", help="những gì đã chi trước đó"),
            argument(
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
            argument("--step", required=True, metavar="BƯỚC", help="tên bước hoặc báo cáo, ví dụ assistance_decision"),
            argument("--received", required=True, metavar="NGÀY", help="ngày nhận hồ sơ, ví dụ 2026-11-20"),
        ),
        needs_database=False,
        needs_home=False,
    ),
    Command(
        "law simulate",
        "thử một thay đổi của luật trên dữ liệu đang có, không ghi gì",
        "law_simulate:run",
        (
            argument(
                "--change", required=True, metavar="TỆP", help="tệp dự thảo, xem docs/examples/nang-muc-chuan.yaml"
            ),
            argument(
                "--months",
                default=None,
                metavar="THÁNG[..THÁNG]",
                help="ví dụ 2027-01 hoặc 2027-01..2027-12 (mặc định tháng sau)",
            ),
            PROVINCE,
            argument("--export", default=None, metavar="TỆP.xlsx", help="ghi bảng tính, mỗi cách phân tổ một trang"),
            argument("--picture", default=None, metavar="TỆP.svg", help="ghi hình trước và sau"),
        ),
    ),
    Command(
        "law submit",
        "trình một thư mục luật để thẩm định, sau khi chạy mọi trường hợp mẫu",
        "law_release:submit",
        (
            argument(
                "path", nargs="?", default=None, metavar="THƯ_MỤC", help="thư mục laws (mặc định luật kèm phần mềm)"
            ),
            AS,
            argument("--note", required=True, metavar="TÓM_TẮT", help="tóm tắt thay đổi, một hai câu"),
        ),
    ),
    Command(
        "law review",
        "thẩm định một bản luật đã trình (người khác với người trình)",
        "law_release:review",
        (
            argument("hash", metavar="MÃ_BĂM", help="mã băm của bản luật, ít nhất 8 ký tự đầu"),
            AS,
            argument("--reason", required=True, metavar="LÝ_DO", help="lý do chấp nhận hay từ chối"),
        ),
        one_of=(
            argument("--accept", dest="accept", action="store_true", default=None, help="chấp nhận"),
            argument("--refuse", dest="accept", action="store_false", default=None, help="từ chối"),
        ),
    ),
    Command(
        "law releases",
        "các bản luật, ai trình, ai thẩm định; nêu một bản thì xem bản đó thay đổi gì",
        "law_release:list_releases",
        (argument("hash", nargs="?", default=None, metavar="MÃ_BĂM", help="mã băm của một bản luật"),),
    ),
)
