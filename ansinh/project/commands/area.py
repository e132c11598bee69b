"""Commands of the areas: their reforms carried out on the register."""

from ansinh.project.commands.command import AS, Command, argument

_ON = argument("--on", required=True, metavar="NGÀY", help="ngày sắp xếp, ví dụ 2025-07-01")
_PROVINCE = argument("--province", required=True, metavar="MÃ", help="mã tỉnh, thành phố sau sắp xếp, ví dụ 86")

COMMANDS: tuple[Command, ...] = (
    Command(
        "area reform",
        "đề nghị chuyển hồ sơ về xã, phường sau sắp xếp; --dry-run chỉ xem sẽ chuyển gì",
        "area:reform_plan",
        (
            _ON,
            _PROVINCE,
            argument("--as", dest="user", default=None, metavar="NGƯỜI", help="tên đăng nhập của người đề nghị"),
            argument("--dry-run", action="store_true", help="chỉ xem, không ghi gì"),
        ),
        group_help="địa bàn: sắp xếp đơn vị hành chính",
    ),
    Command(
        "area apply",
        "thực hiện sắp xếp đã được đề nghị (người khác với người đề nghị)",
        "area:apply",
        (_ON, _PROVINCE, AS),
    ),
    Command(
        "area splits",
        "các hộ của xã bị chia, đang chờ xếp về xã mới",
        "area:splits",
        (
            _ON,
            _PROVINCE,
            argument("--unit", default=None, metavar="MÃ", help="chỉ một xã cũ"),
            argument("--village", default="", metavar="THÔN", help="chỉ một thôn, ấp, tổ dân phố"),
            argument("--limit", type=int, default=1000, metavar="N", help="nhiều nhất bao nhiêu hộ"),
        ),
    ),
    Command(
        "area decide-split",
        "xếp hộ của xã bị chia về một xã mới: từng hộ, cả thôn, hoặc theo tệp CSV (ho,xa_moi)",
        "area:decide_split",
        (
            _ON,
            _PROVINCE,
            argument("--household", action="append", default=None, metavar="MÃ_HỘ", help="mã hộ; lặp lại được"),
            argument("--unit", default=None, metavar="MÃ", help="xã cũ, dùng cùng --village"),
            argument("--village", default=None, metavar="THÔN", help="cả thôn, ấp, tổ dân phố của xã cũ"),
            argument("--to", default=None, metavar="MÃ", help="mã xã, phường mới"),
            argument("--file", default=None, metavar="TỆP.csv", help="tệp hai cột: mã hộ, mã xã mới"),
            AS,
        ),
    ),
    Command(
        "area load-reform",
        "nạp danh mục của một lần sắp xếp sau này từ một tệp CSV",
        "area:load_reform",
        (
            argument("file", metavar="TỆP.csv", help="xem docs/how-to/reform-areas.md"),
            argument("--on", required=True, metavar="NGÀY", help="ngày sắp xếp có hiệu lực"),
            argument("--dry-run", action="store_true", help="chỉ kiểm tra tệp"),
            AS,
        ),
    ),
)
