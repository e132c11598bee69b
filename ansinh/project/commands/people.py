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
        "account campaign",
        "mở một đợt thu thập tài khoản của tỉnh: hạn và chỉ tiêu",
        "campaign:open_campaign",
        (
            argument("--name", required=True, metavar="TÊN", help="tên đợt"),
            argument("--province", required=True, metavar="MÃ", help="mã tỉnh, ví dụ 46"),
            argument("--due", required=True, metavar="NGÀY", help="hạn, ví dụ 2027-03-31"),
            argument(
                "--target",
                type=int,
                required=True,
                metavar="PHẦN_NGHÌN",
                help="chỉ tiêu có tài khoản, phần nghìn, ví dụ 850",
            ),
            AS,
        ),
    ),
    Command(
        "account progress",
        "phễu tài khoản từng xã, phường ở một ngày bất kỳ, so với chỉ tiêu và hạn",
        "campaign:progress",
        (argument("--on", default=None, metavar="NGÀY", help="ngày, mặc định hôm nay"), AS),
    ),
    Command(
        "account collect",
        "ghi tài khoản của một người nhận, gõ tay hoặc từ nội dung mã VietQR",
        "campaign:collect",
        (
            argument("person", type=int, metavar="NGƯỜI", help="số của người trong sổ"),
            argument("--bank", default="", metavar="BIN", help="mã ngân hàng 6 số"),
            argument("--number", default="", metavar="SỐ", help="số tài khoản"),
            argument("--qr", default="", metavar="MÃ", help="nội dung mã VietQR của người nhận"),
            AS,
        ),
    ),
    Command(
        "account consent",
        "ghi một người đồng ý mở tài khoản tại một ngân hàng, hoặc rút lại",
        "opening:consent",
        (
            argument("person", type=int, metavar="NGƯỜI", help="số của người trong sổ"),
            argument("--bank", required=True, metavar="BIN", help="mã ngân hàng 6 số"),
            argument("--document", required=True, metavar="GIẤY", help="giấy đồng ý (số, ngày)"),
            argument("--withdraw", action="store_true", help="rút lại đồng ý"),
            AS,
        ),
    ),
    Command(
        "account open-file",
        "ghi danh sách người đồng ý mở tài khoản mà chưa có, để gửi ngân hàng",
        "opening:open_file",
        (
            argument("file", metavar="TỆP", help="tệp .xlsx sẽ ghi"),
            argument("--bank", required=True, metavar="BIN", help="mã ngân hàng 6 số"),
            AS,
        ),
        one_of=(PROVINCE, AREA),
    ),
    Command(
        "account opened",
        "nhận danh sách tài khoản ngân hàng đã mở",
        "opening:opened",
        (
            argument("file", metavar="TỆP", help="danh sách của ngân hàng (xlsx, xls, csv)"),
            argument("--bank", required=True, metavar="BIN", help="mã ngân hàng 6 số"),
            AS,
        ),
    ),
    Command(
        "account cannot",
        "ghi một người không mở được tài khoản và lý do",
        "campaign:cannot",
        (
            argument("person", type=int, metavar="NGƯỜI", help="số của người trong sổ"),
            argument(
                "--reason",
                required=True,
                choices=["bedridden", "minor", "no_document", "refuses", "no_branch", "other"],
                help="nằm liệt, chưa đủ tuổi, thiếu giấy tờ, không đồng ý, không có điểm giao dịch, khác",
            ),
            AS,
        ),
    ),
    Command(
        "account form",
        "phiếu thu thập để in cho một xã: từng thôn, từng người chưa có tài khoản, ô đánh dấu lý do (PDF)",
        "campaign:form",
        (
            argument("--area", required=True, metavar="MÃ", help="mã xã, phường"),
            argument("--to", required=True, metavar="TỆP.pdf", help="nơi ghi"),
            AS,
        ),
    ),
    Command(
        "people event",
        "ghi một biến động của một người: mất, thôi học, đổi mức khuyết tật, có thu nhập…",
        "events:record",
        (
            argument("person", type=int, metavar="NGƯỜI", help="số của người trong sổ"),
            argument("--kind", required=True, metavar="LOẠI", help="death, hoặc tên sự kiện như disability, studying"),
            argument(
                "--value", default="", metavar="GIÁ_TRỊ", help="giá trị mới, ví dụ false, severe; bỏ trống nếu là mất"
            ),
            argument("--on", required=True, metavar="NGÀY", help="xảy ra ngày nào"),
            argument("--document", required=True, metavar="GIẤY_TỜ", help="giấy tờ làm căn cứ"),
            AS,
        ),
    ),
    Command(
        "people import-events",
        "nhập danh sách biến động của hộ tịch, bảo hiểm xã hội, trường học; dòng chưa chắc được giữ lại kèm lý do",
        "events:take_list",
        (
            argument("file", metavar="TỆP", help="xlsx, xls hoặc csv"),
            argument(
                "--source",
                required=True,
                choices=["civil_registry", "health_insurance", "school", "commune"],
                help="nguồn",
            ),
            argument("--kind", required=True, metavar="LOẠI", help="death, hoặc tên sự kiện"),
            argument("--value", default="", metavar="GIÁ_TRỊ", help="giá trị mới"),
            argument("--document", default="", metavar="GIẤY_TỜ", help="số danh sách, khi dòng không ghi giấy tờ"),
            AS,
        ),
    ),
    Command(
        "people events",
        "biến động chờ quyết định, với ảnh hưởng tiền và hạn; --late chỉ các biến động quá hạn",
        "events:list_events",
        (argument("--late", action="store_true", help="chỉ các biến động quá hạn"), AS),
    ),
    Command(
        "people decide-event",
        "quyết định một biến động (người khác với người ghi)",
        "events:decide",
        (
            argument("event", type=int, metavar="SỐ", help="số của biến động"),
            argument("--accept", dest="accept", action="store_true", default=None, help="chấp nhận"),
            argument("--refuse", dest="accept", action="store_false", help="không chấp nhận"),
            argument("--note", required=True, metavar="CĂN_CỨ", help="căn cứ quyết định"),
            AS,
        ),
    ),
    Command(
        "people arriving",
        "ai đổi mức hưởng trong tháng vì một ngày đến: đủ tuổi, hết hạn giấy, mức mới",
        "events:arriving",
        (argument("--month", required=True, metavar="NĂM-THÁNG", help="tháng, ví dụ 2026-12"), AS),
    ),
    Command(
        "people duplicates",
        "các cặp hồ sơ có thể là một người; --find tìm trước đã, --since chỉ xét người ghi từ ngày ấy",
        "twins:duplicates",
        (
            argument("--find", action="store_true", help="tìm trong toàn bộ sổ, ghi lại cặp mới"),
            argument(
                "--since", default=None, metavar="NGÀY", help="chỉ tìm quanh những người ghi từ ngày này (chạy mỗi đêm)"
            ),
            argument("--decided", action="store_true", help="liệt kê các cặp đã quyết định"),
            AS,
        ),
    ),
    Command(
        "people decide-duplicate",
        "quyết định một cặp: một người (--same) hay hai người (--different)",
        "twins:decide",
        (
            argument("pair", type=int, metavar="CẶP", help="số của cặp"),
            argument("--same", dest="is_same", action="store_true", default=None, help="là một người"),
            argument("--different", dest="is_same", action="store_false", help="hai người khác nhau"),
            argument("--note", required=True, metavar="CĂN_CỨ", help="đã đối chiếu giấy tờ nào"),
            AS,
        ),
    ),
    Command(
        "people merge",
        "đề nghị gộp hai hồ sơ của một người; người khác xác nhận bằng --confirm, hoàn tác bằng --undo",
        "twins:merge",
        (
            argument("--keep", type=int, default=None, metavar="SỐ", help="hồ sơ giữ lại"),
            argument("--gone", type=int, default=None, metavar="SỐ", help="hồ sơ được gộp vào"),
            argument("--reason", default="", metavar="CĂN_CỨ", help="căn cứ"),
            argument("--confirm", type=int, default=None, metavar="SỐ", help="xác nhận đề nghị này"),
            argument("--undo", type=int, default=None, metavar="SỐ", help="hoàn tác lần gộp này"),
            AS,
        ),
    ),
    Command(
        "people split-household",
        "tách một số thành viên thành hộ riêng từ một ngày",
        "households:split",
        (
            argument("household", metavar="MÃ_HỘ", help="mã hộ"),
            argument(
                "--person", type=int, action="append", required=True, metavar="SỐ", help="người tách ra (lặp lại được)"
            ),
            argument("--head", type=int, required=True, metavar="SỐ", help="chủ hộ của hộ mới"),
            argument(
                "--head-left",
                type=int,
                default=None,
                metavar="SỐ",
                help="chủ hộ của những người ở lại, khi chủ hộ cũ tách ra",
            ),
            argument("--on", required=True, metavar="NĂM-THÁNG-NGÀY", help="từ ngày"),
            argument("--document", required=True, metavar="CĂN_CỨ", help="giấy tờ làm căn cứ"),
            AS,
        ),
    ),
    Command(
        "people join-household",
        "nhập cả một hộ vào hộ khác cùng xã, phường từ một ngày",
        "households:join",
        (
            argument("household", metavar="MÃ_HỘ", help="hộ được nhập vào hộ khác"),
            argument("--into", required=True, metavar="MÃ_HỘ", help="hộ nhận"),
            argument("--on", required=True, metavar="NĂM-THÁNG-NGÀY", help="từ ngày"),
            argument("--document", required=True, metavar="CĂN_CỨ", help="giấy tờ làm căn cứ"),
            AS,
        ),
    ),
    Command(
        "people undo-household",
        "hoàn tác một lần tách, nhập hộ",
        "households:undo",
        (argument("change", type=int, metavar="SỐ", help="số lần tách, nhập hộ"), AS),
    ),
    Command(
        "people households",
        "các lần tách, nhập của một hộ",
        "households:changes",
        (argument("household", metavar="MÃ_HỘ", help="mã hộ"), AS),
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
