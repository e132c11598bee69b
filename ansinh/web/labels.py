"""The words that pages use for codes: roles, steps, states, marks. Vietnamese here, English in the catalogue."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

# `noop` marks the Vietnamese for the catalogue; it is translated when shown, because this table is read before anybody
# has chosen a language.
_ROLES = {
    "administrator": noop("Quản trị hệ thống"),
    "commune_officer": noop("Cán bộ cấp xã"),
    "department_officer": noop("Chuyên viên sở"),
    "department_approver": noop("Lãnh đạo phê duyệt"),
    "provider_officer": noop("Nhân viên tổ chức chi trả"),
    "leader": noop("Lãnh đạo tỉnh"),
    "auditor": noop("Thanh tra"),
    "law_author": noop("Người soạn luật"),
    "legal_reviewer": noop("Người thẩm định pháp lý"),
}
_LAW_STATES = {
    "SHIPPED": noop("Kèm theo phần mềm"),
    "SUBMITTED": noop("Đã trình, chờ thẩm định"),
    "RELEASED": noop("Đã thông qua"),
    "REFUSED": noop("Bị từ chối thẩm định"),
}
_LAW_SUBJECTS = {
    "book": noop("Bộ luật, lĩnh vực"),
    "document": noop("Văn bản"),
    "parameter": noop("Các mức tiền"),
    "rule": noop("Quy định"),
    "procedure": noop("Thủ tục, ngày nghỉ"),
    "case": noop("Trường hợp mẫu"),
}
_PAYMENT = {
    "DUE": noop("Phải chi, chưa gửi"),
    "RECEIVED": noop("Tổ chức chi trả đã nhận lệnh"),
    "ACCEPTED": noop("Lệnh được chấp nhận"),
    "PAID": noop("Đã chi"),
    "REJECTED": noop("Bị từ chối"),
    "UNKNOWN": noop("Chưa rõ kết quả"),
    "RETURNED": noop("Bị hoàn trả"),
}
# The same code means different things when a payment is refused and when it comes back: the set is part of the key.
_REASONS = {
    ("status", "AC01"): noop("Số tài khoản sai hoặc thiếu"),
    ("status", "AC03"): noop("Số tài khoản người nhận sai hoặc thiếu"),
    ("status", "AC04"): noop("Tài khoản đã đóng"),
    ("status", "AC06"): noop("Tài khoản bị phong toả"),
    ("status", "AG01"): noop("Loại tài khoản không được nhận"),
    ("status", "AM05"): noop("Trùng lệnh"),
    ("status", "BE01"): noop("Tên không khớp với tài khoản"),
    ("status", "MD07"): noop("Chủ tài khoản đã mất"),
    ("return", "AC01"): noop("Số tài khoản không đúng dạng"),
    ("return", "AC04"): noop("Tài khoản đã đóng"),
    ("return", "AC06"): noop("Tài khoản bị phong toả"),
    ("return", "AG01"): noop("Loại tài khoản không được nhận"),
    ("return", "AM05"): noop("Trùng lệnh"),
    ("return", "BE01"): noop("Tên không khớp với tài khoản"),
    ("return", "MD07"): noop("Chủ tài khoản đã mất"),
}
_ADDRESS = {
    "NOT_OPENED": noop("Chưa mở tài khoản"),
    "CANNOT_OPEN": noop("Không mở được tài khoản"),
    "COLLECTED": noop("Đã thu thập"),
    "VERIFIED": noop("Đã xác minh"),
    "PAYING": noop("Đang chi qua tài khoản"),
}
_WHY_NO_ACCOUNT = {
    "not_opened": noop("Chưa mở tài khoản"),
    "bedridden": noop("Nằm liệt giường"),
    "minor": noop("Chưa đủ tuổi"),
    "no_document": noop("Thiếu giấy tờ"),
    "refuses": noop("Không đồng ý"),
    "no_branch": noop("Không có điểm giao dịch"),
    "other": noop("Lý do khác"),
}
_MANDATES = {
    "guardian": noop("người giám hộ"),
    "delegate": noop("người được uỷ quyền nhận thay"),
    "parent": noop("cha, mẹ"),
}
_RELATIONSHIPS = {
    "head": noop("chủ hộ"),
    "spouse": noop("vợ, chồng"),
    "child": noop("con"),
    "parent": noop("cha, mẹ"),
    "grandchild": noop("cháu"),
    "other": noop("khác"),
}
_KINDS = {
    "regular": noop("Hưởng tháng này"),
    "arrears": noop("Truy lĩnh"),
    "recovery": noop("Thu hồi"),
    "one_off": noop("Một lần"),
}
_BENEFIT_GROUPS = {
    "assistance": noop("Trợ cấp xã hội"),
    "pension": noop("Trợ cấp hưu trí xã hội"),
    "care": noop("Kinh phí chăm sóc"),
    "merit": noop("Người có công"),
    "other": noop("Chế độ khác"),
}
_EVENTS = {
    "death": noop("Mất"),
    "birth": noop("Sinh con"),
    "move": noop("Chuyển nơi cư trú, một mình"),
    "household_move": noop("Chuyển nơi cư trú, cả hộ"),
    "leaves_province": noop("Chuyển sang tỉnh khác"),
    "leaving_undone": noop("Ghi nhầm chuyển tỉnh: hưởng lại như cũ"),
    "poverty_class": noop("Kết quả rà soát hộ nghèo, cận nghèo"),
    "grant": noop("Đề nghị hưởng chế độ"),
    "stop": noop("Thôi hưởng một chế độ"),
    "delegate": noop("Cử người nhận thay"),
    "delegate_ends": noop("Thôi người nhận thay"),
    "disability": noop("Mức độ khuyết tật"),
    "studying": noop("Đang học"),
    "study_unbroken": noop("Học liên tục"),
    "single_parent": noop("Đơn thân nuôi con"),
    "in_community_care": noop("Được chăm sóc tại cộng đồng"),
    "monthly_pension_dong": noop("Lương hưu, trợ cấp hằng tháng"),
}
_STOP_CAUSES = {
    "declined": noop("Người hưởng từ chối nhận"),
    "decision": noop("Cơ quan có thẩm quyền quyết định thôi hưởng"),
    "missing": noop("Bị tuyên bố mất tích"),
    "not_eligible": noop("Không còn đủ điều kiện"),
    "prison": noop("Chấp hành án phạt tù"),
}
_EVENT_SOURCES = {
    "commune": noop("Cán bộ xã"),
    "civil_registry": noop("Hộ tịch"),
    "health_insurance": noop("Bảo hiểm xã hội"),
    "school": noop("Trường học"),
    "date": noop("Đến ngày"),
}
_HOUSEHOLD_CHANGES = {"SPLIT": noop("Tách hộ"), "JOIN": noop("Nhập hộ")}
_CORRECTED = {
    "village": noop("Thôn, tổ dân phố"),
    "ethnicity": noop("Dân tộc"),
    "phone": noop("Điện thoại"),
    "birth_date": noop("Ngày sinh"),
}
_FATES = {
    "created": noop("thêm mới"),
    "updated": noop("cập nhật"),
    "unchanged": noop("không đổi"),
    "held": noop("tạm giữ"),
}
_LIST_FIELDS = {
    "number": noop("Số thứ tự"),
    "name": noop("Họ và tên"),
    "birth": noop("Ngày sinh"),
    "birth_male": noop("Ngày sinh (nam)"),
    "birth_female": noop("Ngày sinh (nữ)"),
    "sex": noop("Giới tính"),
    "national_id": noop("Số định danh cá nhân"),
    "village": noop("Thôn, tổ dân phố"),
    "ethnicity": noop("Dân tộc"),
    "phone": noop("Điện thoại"),
    "account": noop("Số tài khoản"),
    "bank": noop("Ngân hàng"),
    "holder": noop("Tên chủ tài khoản"),
    "method": noop("Hình thức chi trả"),
    "delegate": noop("Người nhận thay"),
    "delegate_id": noop("Số định danh người nhận thay"),
    "amount": noop("Mức trợ cấp"),
    "coefficient": noop("Hệ số"),
    "group": noop("Nhóm đối tượng"),
    "since": noop("Hưởng từ tháng"),
    "note": noop("Ghi chú"),
}
_MARKS = {"✓": noop("đạt"), "✗": noop("không đạt"), "?": noop("chưa rõ")}


# A code without a word stands for itself: an unknown state must be seen, not hidden behind a guess.
def _word(words: dict[str, str], code: str) -> str:
    return _(words[code]) if code in words else code


def role_label(role: str) -> str:
    """Return the role in words."""
    return _word(_ROLES, role)


def law_state_label(state: str) -> str:
    """Return the state of a law in words."""
    return _word(_LAW_STATES, state)


def law_subject_label(subject: str) -> str:
    """Return what a law file speaks of, in words."""
    return _word(_LAW_SUBJECTS, subject)


def payment_label(status: str) -> str:
    """Return a payment's status in words."""
    return _word(_PAYMENT, status)


def reason_label(code_set: str, code: str) -> str:
    """Return the provider's reason in words with its code; a code we have no word for stands for itself."""
    words = _REASONS.get((code_set, code))
    return f"{_(words)} ({code})" if words else code


def address_label(state: str) -> str:
    """Return the state of a payee's account in words."""
    return _word(_ADDRESS, state)


def no_account_label(reason: str) -> str:
    """Return why a payee has no account, in words."""
    return _word(_WHY_NO_ACCOUNT, reason)


def kind_label(kind: str) -> str:
    """Return the kind of a payroll line in words."""
    return _word(_KINDS, kind)


def mandate_label(kind: str) -> str:
    """Return on what ground somebody receives for another, in words."""
    return _word(_MANDATES, kind)


def relationship_label(relationship: str) -> str:
    """Return a household member's relationship to its head, in words."""
    return _word(_RELATIONSHIPS, relationship)


def channel_label(channel: str) -> str:
    """Return how a payment goes out, in words."""
    return _("Tài khoản") if channel == "account" else _("Tiền mặt")


def fate_label(fate: str) -> str:
    """Return what becomes of a row of a list, in words."""
    return _word(_FATES, fate)


def household_change_label(kind: str) -> str:
    """Return how households changed, in words."""
    return _word(_HOUSEHOLD_CHANGES, kind)


def corrected_label(field: str) -> str:
    """Return what of a person a list has corrected, in words."""
    return _word(_CORRECTED, field)


def list_field_label(name: str) -> str:
    """Return what a column of a list holds, in words."""
    return _word(_LIST_FIELDS, name)


def mark_label(mark: str) -> str:
    """Return the mark of a condition as a word, for those who hear the page."""
    return _word(_MARKS, mark)


def event_label(kind: str) -> str:
    """Return the words for a kind of change of life."""
    return _(_EVENTS[kind]) if kind in _EVENTS else kind


def stop_cause_label(cause: str) -> str:
    """Return the words for why a benefit stops."""
    return _word(_STOP_CAUSES, cause)


def benefit_group_label(group: str) -> str:
    """Return the words for a group of benefits."""
    return _word(_BENEFIT_GROUPS, group)


def sex_label(sex: str) -> str:
    """Return the word for a sex."""
    return _("nữ") if sex == "female" else _("nam")


def event_source_label(source: str) -> str:
    """Return the words for who told a change of life."""
    return _(_EVENT_SOURCES[source]) if source in _EVENT_SOURCES else source
