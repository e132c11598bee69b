"""Commands of the register: lists, persons and their accounts."""

from ansinh.project.commands.command import AREA, AS, PROVINCE, Command, argument

COMMANDS: tuple[Command, ...] = (
    Command(
        "people import",
        "nhập danh sách của xã (xlsx, xls, csv)",
        "people:import_list",
        (
            argument("file", metavar="TỆP", help="danh sách"),
            argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            argument("--dry-run", action="store_true", help="chỉ xem trước số phận từng dòng, không ghi"),
            argument("--preview", default=None, metavar="TỆP", help="nơi ghi bảng xem trước (.xlsx), cùng --dry-run"),
        ),
        group_help="con người: nhập, xuất danh sách, cách đọc mẫu của xã",
    ),
    Command(
        "people export",
        "xuất sổ của một xã đúng mẫu mà lệnh people import đọc lại được",
        "people:export",
        (
            argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            argument("--format", choices=["xlsx", "csv"], default="xlsx", help="dạng tệp"),
            argument("--to", default=None, metavar="TỆP", help="nơi ghi (mặc định trong thư mục dữ liệu)"),
        ),
    ),
    Command(
        "people map-columns",
        "chỉ rõ cột nào của mẫu danh sách là gì; lần nhập sau cùng mẫu sẽ tự dùng",
        "people:map_columns",
        (
            argument("file", metavar="TỆP", help="một danh sách theo mẫu đó"),
            argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            argument(
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
        (argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),),
    ),
    Command(
        "people unmap-columns",
        "bỏ cách đọc đã chỉ rõ cho một mẫu danh sách",
        "people:unmap_columns",
        (
            argument("form", type=int, metavar="SỐ", help="số của mẫu, xem people mappings"),
            argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
        ),
    ),
    Command(
        "account ask",
        "ghi danh sách tài khoản đã thu thập để hỏi ngân hàng tên chủ tài khoản",
        "account:ask",
        (argument("file", metavar="TỆP", help="tệp .xlsx sẽ ghi"),),
        one_of=(PROVINCE, AREA),
        group_help="tài khoản nhận: hỏi ngân hàng, quyết định tên gần đúng",
    ),
    Command(
        "account inquire",
        "hỏi thẳng một tổ chức chi trả nối mạng tên chủ các tài khoản đã thu thập",
        "account:inquire",
        (argument("--provider", required=True, metavar="MÃ", help="mã tổ chức chi trả"), AS),
        one_of=(PROVINCE, AREA),
    ),
    Command(
        "account answers",
        "nhập trả lời của ngân hàng: đúng tên thì xác minh, gần đúng thì chờ người thứ hai",
        "account:answers",
        (
            argument("file", metavar="TỆP", help="danh sách ngân hàng gửi lại (xlsx, xls, csv)"),
            argument("--source", default=None, metavar="NƠI", help="nơi trả lời, ví dụ tên ngân hàng"),
            AS,
        ),
    ),
    Command("account pending", "các tên gần đúng đang chờ quyết định", "account:pending", one_of=(PROVINCE, AREA)),
    Command(
        "account decide",
        "quyết định một tên gần đúng (người khác với người nhập trả lời)",
        "account:decide",
        (
            argument("check", type=int, metavar="SỐ", help="số của lần tra tên, xem account pending"),
            AS,
            argument("--note", required=True, metavar="CĂN_CỨ", help="căn cứ, ví dụ đã đối chiếu sổ tài khoản"),
        ),
        one_of=(
            argument("--accept", dest="accept", action="store_true", default=None, help="đúng là người nhận"),
            argument("--refuse", dest="accept", action="store_false", default=None, help="không phải người nhận"),
        ),
    ),
)
