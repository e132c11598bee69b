"""Lines of answers that wait for a person: which file said what about which order, why it was not applied, what to do about it."""

from dataclasses import dataclass

from django.db import connection

from ansinh.base.statements import statement

# The reason, what it means, and what an officer does; then the same in English. Reasons of reading stand below.
REASONS = {
    "unknown_reference": (
        "Mã không phải của lệnh nào ta đã gửi. Tiền trên sao kê thì xem khoản treo; kết quả thì hỏi tổ chức chi trả.",
        "No order of ours has this name. Money on a statement is in suspense; of a result, ask the provider.",
    ),
    "other_provider": (
        "Lệnh này do tổ chức chi trả khác thực hiện. Hãy hỏi nơi gửi tệp.",
        "Another provider pays this order. Ask who sent the file.",
    ),
    "other_account": (
        "Sao kê của tài khoản khác, không dùng làm kết quả. Nếu đúng là tài khoản chi trả thì sửa khai báo của tổ chức chi trả.",
        "The statement of another account proves nothing here. If money is paid from it, mend the provider's settings.",
    ),
    "attempt_unknown": (
        "Kết quả của lần gửi mà sổ chưa có. Sổ vừa khôi phục thì gửi lại kỳ đó để nhận lại tệp; nếu không, hỏi nơi gửi tệp.",
        "About a sending that the books do not have. If they were restored, submit that run again; else ask who sent the file.",
    ),
    "older_attempt": (
        "Kết quả của lần gửi trước, khoản chi đã được chi lại. Có tiền trên sao kê thì xem khoản treo.",
        "About an earlier sending; the item is being paid again. If money moved, see the suspense.",
    ),
    "amount_differs": (
        "Số tiền khác số đã gửi. Hãy yêu cầu tổ chức chi trả kiểm tra và gửi lại kết quả đúng.",
        "The amount is not the one sent. Ask the provider to check and to send the right result.",
    ),
    "amount_missing": (
        "Không có số tiền nên không xác nhận đã chi. Hãy yêu cầu gửi lại kết quả có số tiền.",
        "Without an amount nothing is confirmed. Ask for the result with its amount.",
    ),
    "currency_foreign": (
        "Số tiền không bằng đồng (VND) nên không ghi sổ. Hãy xin ngân hàng sao kê của tài khoản đồng Việt Nam.",
        "The amount is not in đồng (VND) and is not booked. Ask the bank for the statement of the account in đồng.",
    ),
    "final_answers_disagree": (
        "Hai kết quả cuối cùng trái nhau (đã chi, bị từ chối). Chờ sao kê quyết định: có ghi nợ là đã chi; khoản bị từ chối mà "
        "sao kê liền mạch đến hai ngày sau không ghi nợ thì chi lại được. Khoản đã ghi là đã chi mà không ghi nợ: xin giấy báo "
        "hoàn trả của ngân hàng.",
        "Two final answers contradict each other. The statement decides: a debit means paid; what was refused and is not "
        "debited by statements without a gap until two days later can be paid again. Of what stands as paid and is not "
        "debited, ask the bank for its notice of return.",
    ),
    "return_before_payment": (
        "Hoàn trả đến trước kết quả đã chi. Tự xử lý khi có kết quả đã chi.",
        "The return came before its payment. It is applied by itself once the payment is known.",
    ),
    "booked_in_the_future": (
        "Ngày ghi sổ ở tương lai. Hãy yêu cầu tổ chức chi trả gửi lại tệp đúng ngày.",
        "Booked on a day to come. Ask the provider for the file with the right day.",
    ),
    "debited_twice": (
        "Sao kê ghi nợ lệnh này lần thứ hai. Hãy yêu cầu ngân hàng hoàn lại; tiền đang treo đến khi có dòng ghi có.",
        "A statement debits this order a second time. Ask the bank to give it back; the money is in suspense until then.",
    ),
    "returned_twice": (
        "Sao kê hoàn trả lệnh này lần thứ hai. Tiền đang treo; hãy hỏi ngân hàng.",
        "A statement returns this order a second time. The money is in suspense; ask the bank.",
    ),
    "recall_accepted": (
        "Đồng ý huỷ lệnh. Chờ kết quả từ chối hoặc hoàn trả của chính lệnh ấy.",
        "The order will be called back. Wait for its own refusal or return.",
    ),
    "recall_refused": (
        "Không huỷ được lệnh. Nếu đã chi cho người đã mất, hãy lập hồ sơ thu hồi.",
        "The order could not be called back. If a dead person was paid, begin a recovery.",
    ),
    "recall_pending": ("Yêu cầu huỷ đang được xử lý. Chờ trả lời tiếp.", "The recall is being dealt with. Wait."),
}
_UNREAD = (
    "Dòng không đọc được chắc chắn. Hãy yêu cầu tổ chức chi trả gửi lại tệp đúng dạng.",
    "The line could not be read for certain. Ask the provider to send the file again in the right form.",
)


@dataclass(frozen=True)
class HeldLine:
    """One line that waits: where it stands, what it said, and why it was not applied."""

    message: int
    file: str
    provider: str
    line: int
    reference: str
    status: str
    amount_dong: int | None
    reason: str

    def advice(self, *, is_english: bool) -> str:
        """Return what the reason means and what to do about it."""
        return REASONS.get(self.reason, _UNREAD)[is_english]


def held_lines(providers: list[str], *, limit: int | None = None) -> list[HeldLine]:
    """Return the newest lines (None: all) of these providers that wait for a person; money in suspense under no name is told there, not here."""
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "held_lines"), {"providers": providers, "limit": limit})
        return [HeldLine(*row) for row in cursor.fetchall()]
