"""Commands of the payroll and its reports."""

from ansinh.project.commands.command import (
    AREA,
    AS,
    AS_OPTIONAL,
    MONTH,
    MONTH_OPTIONAL,
    PROVINCE,
    RUN,
    Command,
    argument,
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "payroll calculate",
        "tính kỳ chi trả của tháng",
        "payroll:calculate",
        (
            MONTH,
            PROVINCE,
            AREA,
            argument(
                "--whole", action="store_true", help="hỏi lại mọi người của mọi tháng, kể cả phần không có gì thay đổi"
            ),
            AS_OPTIONAL,
        ),
        group_help="kỳ chi trả: tính, kiểm tra, duyệt, chốt",
    ),
    Command("payroll check", "kiểm tra kỳ chi trả", "payroll:check", (RUN, AS_OPTIONAL)),
    Command(
        "payroll verify",
        "dựng lại câu lệnh của kỳ từ luật đã dùng và đối chiếu dấu vết",
        "payroll:verify",
        (
            RUN,
            argument(
                "--recompute",
                action="store_true",
                help="tính lại từng khoản theo luật và dữ liệu như đã biết khi tính kỳ, rồi so với kỳ",
            ),
        ),
    ),
    Command("payroll approve", "duyệt kỳ chi trả (người khác với người tính)", "payroll:approve", (RUN, AS)),
    Command("payroll freeze", "chốt kỳ chi trả", "payroll:freeze", (RUN, AS)),
    Command(
        "report coverage",
        "tỷ lệ chi trả qua tài khoản",
        "report:coverage",
        (
            MONTH_OPTIONAL,
            PROVINCE,
            argument(
                "--units",
                choices=["then", "now"],
                default="then",
                help="theo đơn vị của tháng ấy (then) hay đơn vị hôm nay (now), kể cả các tỉnh đã nhập vào",
            ),
        ),
        group_help="báo cáo",
    ),
)
