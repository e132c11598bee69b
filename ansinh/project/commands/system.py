"""Commands of the whole system: the demonstration, the data base, the staff and the benchmarks."""

from ansinh.project.commands.command import AS, MONTH_OPTIONAL, Command, argument

COMMANDS: tuple[Command, ...] = (
    Command(
        "demo",
        "chạy trọn một tháng của một tỉnh với dân số giả lập, rồi mở trang web",
        "demo:run",
        (
            argument(
                "--port",
                type=int,
                default=None,
                metavar="CỔNG",
                help="cổng của trang web tại 127.0.0.1 (mặc định 8046)",
            ),
            argument("--no-serve", action="store_true", help="không mở trang web, chỉ in tóm tắt"),
            argument("--beneficiaries", type=int, default=60_000, metavar="N", help="số đối tượng thụ hưởng giả lập"),
        ),
    ),
    Command("init", "tạo cơ sở dữ liệu, địa bàn, luật, người quản trị đầu tiên", "system:init"),
    Command(
        "serve",
        "mở trang web",
        "demo:serve",
        (argument("--port", type=int, default=None, metavar="CỔNG", help="cổng tại 127.0.0.1 (mặc định 8046)"),),
    ),
    Command(
        "seed",
        "sinh dân số giả lập, luôn như nhau với cùng hạt giống",
        "people:seed",
        (
            argument("--province", required=True, metavar="MÃ", help="mã tỉnh"),
            argument("--beneficiaries", type=int, required=True, metavar="N", help="số đối tượng thụ hưởng"),
            argument("--seed", type=int, required=True, metavar="S", help="hạt giống"),
            MONTH_OPTIONAL,
            argument(
                "--units-of",
                default=None,
                metavar="NĂM-THÁNG",
                help="đặt người vào xã, phường của tháng này, ví dụ 2025-06: trước khi sắp xếp",
            ),
        ),
    ),
    Command(
        "staff list",
        "cán bộ đang có quyền đăng nhập",
        "staff:list_staff",
        group_help="cán bộ: thêm, liệt kê, cấp lại mật khẩu, xác thực hai bước, cho thôi",
    ),
    Command(
        "staff add",
        "thêm một cán bộ, in mật khẩu dùng một lần",
        "staff:add",
        (
            argument("username", metavar="TÊN", help="tên đăng nhập, viết thường không dấu"),
            argument("--name", required=True, metavar="HỌ_TÊN", help="họ và tên"),
            argument(
                "--role",
                required=True,
                metavar="VAI_TRÒ",
                help="vai trò, ví dụ commune_officer, law_author, legal_reviewer",
            ),
            argument("--agency", required=True, metavar="CƠ_QUAN", help="tên cơ quan; chưa có thì được tạo"),
            argument("--area", default=None, metavar="MÃ", help="mã tỉnh, hoặc mã xã, phường với cán bộ cấp xã"),
            AS,
        ),
    ),
    Command(
        "staff password",
        "cấp lại mật khẩu dùng một lần cho người quên mật khẩu",
        "staff:new_password",
        (argument("username", metavar="TÊN", help="tên đăng nhập"), AS),
    ),
    Command(
        "staff close",
        "cho một cán bộ thôi đăng nhập",
        "staff:close",
        (
            argument("username", metavar="TÊN", help="tên đăng nhập"),
            argument("--reason", required=True, metavar="LÝ_DO", help="lý do, ví dụ quyết định nghỉ việc"),
            AS,
        ),
    ),
    Command(
        "staff reset-factor",
        "bỏ xác thực hai bước của người mất điện thoại; lần đăng nhập sau họ bật lại",
        "staff:reset_factor",
        (argument("username", metavar="TÊN", help="tên đăng nhập"), AS),
    ),
    Command(
        "staff require-factor",
        "bắt buộc (mặc định) hoặc không bắt buộc xác thực hai bước với người quyết định tiền và luật",
        "staff:require_factor",
        (argument("state", choices=["on", "off"], help="on: bắt buộc; off: không bắt buộc"), AS),
    ),
    Command(
        "bench month",
        "đo thời gian một tháng, từng bước",
        "bench:month",
        (argument("--people", type=int, required=True, metavar="N", help="số người hưởng"),),
        in_fresh_home=True,
        group_help="đo tốc độ",
    ),
    Command(
        "bench law",
        "đo tốc độ của luật: tính, giải thích, tính ngược về trước",
        "bench_law:law",
        (argument("--people", type=int, required=True, metavar="N", help="số người hưởng"),),
        in_fresh_home=True,
    ),
    Command(
        "bench search",
        "đo ô tìm kiếm: theo tên, một phần số định danh, điện thoại, tài khoản, số quyết định",
        "bench_search:search",
        (argument("--people", type=int, required=True, metavar="N", help="số người hưởng"),),
        in_fresh_home=True,
    ),
    Command(
        "bench duplicates",
        "đo tìm hồ sơ trùng trên dân số giả lập có đánh dấu: độ đúng, độ đủ, số giây",
        "bench_duplicates:duplicates",
        (argument("--people", type=int, required=True, metavar="N", help="số người hưởng"),),
        in_fresh_home=True,
    ),
)
