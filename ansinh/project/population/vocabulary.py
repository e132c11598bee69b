"""Words from which invented names are put together: Kinh, Khmer, and the highland peoples west of Huế.

The words are common ones; no combination is meant to be anybody.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """The words of one people: families, and middle and given names by sex (0 female, 1 male)."""

    ethnicity: str
    families: tuple[str, ...]
    middles: tuple[tuple[str, ...], tuple[str, ...]]
    givens: tuple[tuple[str, ...], tuple[str, ...]]


def _words(text: str) -> tuple[str, ...]:
    # Split at the comma, because a Khmer given name may be two words.
    return tuple(text.split(", "))


# A name is drawn as a share of its list's length: one word more or less, even at the end, renames the people of every
# seed.
_KINH_GIVEN_F = _words(
    "An, Ánh, Bé, Bích, Chi, Cúc, Dung, Duyên, Đào, Gái, Giang, Hà, Hạnh, Hằng, Hiền, Hoa, Hòa, Hồng, Huệ, Hương, "
    "Hường, Khuyên, Lan, Lành, Lệ, Liên, Liễu, Linh, Loan, Mai, Mận, Minh, Mỹ, Nga, Ngân, Ngọc, Nguyệt, Nhàn, Nhung, "
    "Oanh, Phượng, Quyên, Sen, Sương, Tâm, Thảo, Thắm, Thoa, Thu, Thủy, Thương, Trang, Trinh, Tuyết, Uyên, Vân, Xuân, "
    "Yến"
)
_KINH_GIVEN_M = _words(
    "An, Anh, Bảo, Bình, Chiến, Chính, Công, Cường, Dần, Dũng, Đạt, Định, Đông, Đức, Hải, Hiếu, Hòa, Hoàng, Hùng, "
    "Huy, Khánh, Khoa, Lâm, Lộc, Long, Lợi, Minh, Nam, Nghĩa, Nhân, Phong, Phú, Phúc, Phước, Quang, Quốc, Quý, Sang, "
    "Sơn, Tài, Tâm, Tân, Thắng, Thành, Thanh, Thịnh, Thọ, Tiến, Toàn, Trí, Trung, Tuấn, Tùng, Tý, Ước, Vinh, Vũ, Xuân"
)
# A word that stands more often is drawn more often.
_KINH_FAMILIES = (
    ("Nguyễn",) * 38
    + ("Trần",) * 11
    + ("Lê",) * 10
    + ("Phạm",) * 7
    + ("Hoàng",) * 5
    + ("Huỳnh",) * 2
    + ("Phan",) * 5
    + ("Võ",) * 3
    + ("Đặng",) * 3
    + ("Bùi",) * 2
    + ("Đỗ",) * 2
    + ("Hồ",) * 2
    + ("Ngô",) * 2
    + ("Dương",) * 2
    + ("Lý",)
    + ("Trương",) * 2
    + ("Đoàn",)
    + ("Mai",)
    + ("Cao",)
    + ("Châu",)
    + ("Tôn Thất",)
    + ("Hà",)
    + ("Đinh",)
    + ("Văn",)
    + ("Thái",)
)
KINH = Vocabulary(
    "Kinh",
    _KINH_FAMILIES,
    (
        ("Thị",) * 14
        + ("Thị Thu", "Thị Bích", "Thị Kim", "Thị Ngọc", "Thị Thanh", "Thị Mỹ", "Ngọc", "Thanh", "Kim", "Diệu", "Minh"),
        ("Văn",) * 12
        + ("Hữu", "Hữu", "Đức", "Quang", "Minh", "Thanh", "Ngọc", "Xuân", "Công", "Viết", "Đình", "Quốc", "Bá"),
    ),
    (_KINH_GIVEN_F, _KINH_GIVEN_M),
)
KHMER = Vocabulary(
    "Khmer",
    ("Thạch",) * 6
    + ("Kim",) * 4
    + ("Sơn",) * 4
    + ("Danh",) * 3
    + ("Châu",) * 2
    + ("Lâm",) * 2
    + ("Kiên",) * 2
    + ("Lý", "Diệp", "Tăng"),
    (("Thị",) * 8 + ("", "Ngọc", "Sa"), ("Văn",) * 3 + ("", "", "Ngọc", "Minh", "Sóc")),
    (
        _words(
            "Sa Ra, Sô Phi, Sóc Kha, Chanh Đa, Sa Vonl, Hiêng, Sa Rinh, Ni, Sa Bươl, Phol La, Sà Phoi, Rọt Tha, Duyên"
        ),
        _words("Đa Ra, Sa Rinh, Sô Phal, Vi Sal, Đươne, Ra Thy, Sa Vuth, Khem Ma Ra, Xươl, Sang, Phol, Tha, Bình"),
    ),
)
TA_OI = Vocabulary(
    "Tà Ôi",
    ("Hồ",) * 6 + ("A Viết", "Lê", "Nguyễn", "Blúp", "Viên", "Trần"),
    (("Thị",) * 6 + ("Kăn",) * 2, ("Văn",) * 6 + ("A",) * 2),
    (
        _words("Lịch, Nghéo, Tư, Năng, Nưih, Hợp, Ngáy, Sáp, Lê, Liêng, Mứp, Hà, Thơm, Đơm, Xuân, Nhỡ"),
        _words("Nghiêng, Hạnh, Tưu, Nhiếp, Bút, Xưa, Ngoan, Nưm, Dụ, Lơn, Thiếu, Vai, Mua, Hom, Tiêng, Nhất"),
    ),
)
PA_CO = Vocabulary("Pa Cô", ("Hồ",) * 7 + ("Lê", "Quỳnh", "Viên", "Kê", "Trần"), TA_OI.middles, TA_OI.givens)
CO_TU = Vocabulary(
    "Cơ Tu",
    ("A Lăng",) * 3 + ("Zơ Râm", "Bling", "Bhnước", "Arất", "Hôih", "Ating", "Pơloong", "Trần", "Hồ", "Nguyễn", "Lê"),
    (("Thị",) * 6 + ("",) * 2, ("Văn",) * 5 + ("",) * 2),
    (
        ("Nhíp", "Bươi", "Nhú", "Đớp", "Blơơi", "Hơn", "Thơm", "Bích", "Nga", "Hiền", "Nưm", "Chai", "Prê", "Lanh"),
        ("Bhuôch", "Nhíu", "Pố", "Crêl", "Bằng", "Lâng", "Ngứt", "Nhưn", "Sơn", "Tuấn", "Bốn", "Mai", "Zếch", "Dinh"),
    ),
)
BRU = Vocabulary(
    "Bru - Vân Kiều",
    ("Hồ",) * 12 + ("Vân", "Lê"),
    TA_OI.middles,
    (("Miên", "Lan", "Ngơm", "Xiêng", "Hương", "Pỉ", "Mai"), ("Xôn", "Thiêng", "Vai", "Moan", "Tơ", "Xuân", "Hùng")),
)

PEOPLES = (KINH, KHMER, TA_OI, PA_CO, CO_TU, BRU)
KINH_AT, KHMER_AT, HIGHLAND_AT = 0, 1, (2, 3, 4, 5)
# How the four highland peoples share the mountain communes of the generated province (invented).
HIGHLAND_SHARES = (0.36, 0.30, 0.28, 0.06)
