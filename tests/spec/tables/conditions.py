"""What a condition says of a person: every word of the language, with answers yes, no and unknown."""

from tests.spec.tables import Group, Says, Words

GROUPS = (
    Group(
        Words("Có hoặc không", "Yes or no"),
        Words(
            "Sự kiện loại có/không đứng một mình. Không khai nghĩa là không; “unknown” nghĩa là chưa ai biết.",
            "A yes/no fact stands alone. Not stated means no; “unknown” means that nobody knows.",
        ),
        (
            Says("hiv", {"hiv": True}, "yes"),
            Says("hiv", {"hiv": False}, "no"),
            Says("hiv", {}, "no"),
            Says("hiv", {"hiv": "unknown"}, "unknown"),
        ),
    ),
    Group(
        Words("not, and, or và dấu ngoặc", "not, and, or and parentheses"),
        Words(
            "“not” mạnh hơn “and”, “and” mạnh hơn “or”. Điều chưa rõ chỉ làm cả câu chưa rõ khi phần đã rõ chưa đủ để trả lời.",
            "“not” binds stronger than “and”, “and” stronger than “or”. What is unknown makes the whole unknown only where "
            "the rest does not already decide.",
        ),
        (
            Says("not hiv", {"hiv": True}, "no"),
            Says("not hiv", {}, "yes"),
            Says("not hiv", {"hiv": "unknown"}, "unknown"),
            Says("not not hiv", {"hiv": True}, "yes"),
            Says("not (hiv or studying)", {"studying": True}, "no"),
            Says("hiv or studying", {"studying": True}, "yes"),
            Says("hiv or studying", {}, "no"),
            Says("hiv or studying", {"hiv": "unknown", "studying": True}, "yes"),
            Says("hiv or studying", {"hiv": "unknown"}, "unknown"),
            Says("hiv and studying", {"hiv": True, "studying": True}, "yes"),
            Says("hiv and studying", {"hiv": "unknown"}, "no"),
            Says("hiv and studying", {"hiv": "unknown", "studying": True}, "unknown"),
            Says("hiv or studying and single_parent", {"hiv": True}, "yes"),
            Says("(hiv or studying) and single_parent", {"hiv": True}, "no"),
        ),
    ),
    Group(
        Words("is unknown", "is unknown"),
        Words(
            "Cách duy nhất để hỏi một sự kiện đã biết hay chưa; câu trả lời không bao giờ là chưa rõ.",
            "The only way to ask whether a fact is known; the answer itself is never unknown.",
        ),
        (
            Says("hiv is unknown", {"hiv": "unknown"}, "yes"),
            Says("hiv is unknown", {"hiv": True}, "no"),
            Says("hiv is unknown", {}, "no"),
            Says("disability is unknown", {"disability": "unknown"}, "yes"),
            Says("monthly_pension_dong is unknown or monthly_pension_dong = 0", {"monthly_pension_dong": "unknown"}, "yes"),
        ),
    ),
    Group(
        Words("Danh sách: =, !=, in, not in", "Lists: =, !=, in, not in"),
        Words(
            "Sự kiện có danh sách giá trị chỉ so bằng hoặc khác. Không khai nghĩa là “none”.",
            "A listed fact is only equal or not. Not stated means “none”.",
        ),
        (
            Says("household_poverty = poor", {"household_poverty": "poor"}, "yes"),
            Says("household_poverty = poor", {}, "no"),
            Says("household_poverty != poor", {"household_poverty": "poor"}, "no"),
            Says("household_poverty != poor", {"household_poverty": "unknown"}, "unknown"),
            Says("household_poverty in (poor, near_poor)", {"household_poverty": "near_poor"}, "yes"),
            Says("household_poverty in (poor, near_poor)", {"household_poverty": "unknown"}, "unknown"),
            Says("household_poverty not in (poor, near_poor)", {"household_poverty": "near_poor"}, "no"),
            Says("household_poverty not in (poor, near_poor)", {}, "yes"),
            Says("disability = none", {}, "yes"),
            Says("disability = none", {"disability": None}, "yes"),
        ),
    ),
    Group(
        Words("Số nguyên, tham số, between", "Whole numbers, parameters, between"),
        Words(
            "So với một số nguyên hoặc với một tham số của luật (ở đây base = 300000 vào tháng 11/2026). “between” lấy cả hai đầu.",
            "Compared with a whole number or a parameter of the law (here base = 300000 in 11/2026). “between” includes both ends.",
        ),
        (
            Says("monthly_pension_dong = 0", {}, "yes"),
            Says("monthly_pension_dong != 0", {}, "no"),
            Says("monthly_pension_dong > 0", {"monthly_pension_dong": "unknown"}, "unknown"),
            Says("monthly_pension_dong >= 1", {"monthly_pension_dong": 1}, "yes"),
            Says("monthly_pension_dong < base", {"monthly_pension_dong": 299_999}, "yes"),
            Says("monthly_pension_dong < base", {"monthly_pension_dong": 300_000}, "no"),
            Says("monthly_pension_dong <= base", {"monthly_pension_dong": 300_000}, "yes"),
            Says("monthly_pension_dong between 1 and base", {"monthly_pension_dong": 300_000}, "yes"),
            Says("monthly_pension_dong between 1 and base", {"monthly_pension_dong": 300_001}, "no"),
            Says("monthly_pension_dong between 1 and base", {}, "no"),
            Says("monthly_pension_dong <= 1000000000000", {"monthly_pension_dong": 1_000_000_000_000}, "yes"),
        ),
    ),
    Group(
        Words("Điều kiện dùng lại", "Definitions"),
        Words(
            "Một điều kiện đặt tên trong domain.yaml (ở đây needy: household_poverty in (poor, near_poor)) dùng được như một sự kiện của người đó.",
            "A condition named in domain.yaml (here needy: household_poverty in (poor, near_poor)) is used like a fact of the person.",
        ),
        (
            Says("needy", {"household_poverty": "near_poor"}, "yes"),
            Says("not needy", {"household_poverty": "poor"}, "no"),
            Says("needy and hiv", {"household_poverty": "unknown", "hiv": True}, "unknown"),
        ),
    ),
    Group(
        Words("Tuổi: age, months_old", "Ages: age, months_old"),
        Words(
            "Số năm hoặc số tháng tuổi đã tròn vào ngày xét. “Trên 75 tuổi” là đã tròn 76. Không rõ ngày sinh thì chưa rõ.",
            "Completed years or months of life on the day. “Over 75” means that 76 is completed. Without a birth date: unknown.",
        ),
        (
            Says("age >= 76", {}, "yes"),
            Says("age >= 77", {}, "no"),
            Says("age < 76", {}, "no"),
            Says("age <= 76", {}, "yes"),
            Says("age > 75", {}, "yes"),
            Says("age > 76", {}, "no"),
            Says("age = 76", {}, "yes"),
            Says("age != 76", {}, "no"),
            Says("age between 70 and 76", {}, "yes"),
            Says("age between 77 and 80", {}, "no"),
            Says("age >= 16", {"birth_date": "2010-11-29"}, "yes"),
            Says("age >= 16", {"birth_date": "2010-11-30"}, "yes"),
            Says("age >= 16", {"birth_date": "2010-12-01"}, "no"),
            Says("age >= 16", {"birth_date": "unknown"}, "unknown"),
            Says("months_old < 36", {"birth_date": "2023-12-01"}, "yes"),
            Says("months_old < 36", {"birth_date": "2023-11-30"}, "no"),
            Says("months_old = 2", {"birth_date": "2026-09-30"}, "yes"),
        ),
    ),
    Group(
        Words("Sinh nhật không có trong năm", "A birthday that the year does not have"),
        Words(
            "Người sinh ngày 29/02 tròn tuổi vào ngày cuối tháng 02 của năm không nhuận; đếm theo tháng cũng vậy với ngày 31.",
            "Whoever was born on 29 February completes a year on the last day of February; counting months, so does the 31st.",
        ),
        (
            Says("age >= 78", {"birth_date": "1948-02-29"}, "yes", "2026-02-28"),
            Says("age >= 78", {"birth_date": "1948-02-29"}, "no", "2026-02-27"),
            Says("age >= 80", {"birth_date": "1948-02-29"}, "no", "2028-02-28"),
            Says("age >= 80", {"birth_date": "1948-02-29"}, "yes", "2028-02-29"),
            Says("age >= 80", {"birth_date": "1948-02-28"}, "yes", "2028-02-28"),
            Says("months_old >= 1", {"birth_date": "2026-01-31"}, "yes", "2026-02-28"),
            Says("months_old >= 1", {"birth_date": "2026-01-31"}, "no", "2026-02-27"),
        ),
    ),
    Group(
        Words("Ngày sinh: birth_date", "Birth date: birth_date"),
        Words(
            "So ngày sinh với một ngày, như trong các điều khoản chuyển tiếp.",
            "The birth date compared with a day, as transition clauses do.",
        ),
        (
            Says("birth_date >= 1950-03-09", {}, "yes"),
            Says("birth_date > 1950-03-09", {}, "no"),
            Says("birth_date < 1950-03-10", {}, "yes"),
            Says("birth_date <= 1950-03-08", {}, "no"),
            Says("birth_date = 1950-03-09", {}, "yes"),
            Says("birth_date != 1950-03-09", {}, "no"),
            Says("birth_date < 1950-03-10", {"birth_date": "unknown"}, "unknown"),
        ),
    ),
    Group(
        Words("Đang hưởng: was_receiving", "In payment: was_receiving"),
        Words(
            "Hỏi sổ chi trả: có đang hưởng chế độ vào ngày cuối tháng trước hoặc trong tháng không; với “at 16” là vào ngày trước khi đủ 16 tuổi.",
            "Asks the record of payments: whether the benefit was in payment on the last day of the month before or in the month; "
            "with “at 16”, on the eve of the 16th birthday.",
        ),
        (
            Says("was_receiving TE", {"was_receiving": ["TE"]}, "yes"),
            Says("was_receiving TE", {"was_receiving": ["KT"]}, "no"),
            Says("was_receiving TE", {}, "no"),
            Says("was_receiving TE", {"was_receiving": "unknown"}, "unknown"),
            Says("was_receiving TE", {"was_receiving": [{"value": ["TE"], "to": "2026-11-01"}]}, "yes"),
            Says("was_receiving TE", {"was_receiving": [{"value": ["TE"], "to": "2026-10-31"}]}, "no"),
            Says("was_receiving TE", {"was_receiving": [{"value": ["TE"], "from": "2026-11-30"}]}, "yes"),
            Says("was_receiving TE", {"was_receiving": [{"value": ["TE"], "from": "2026-12-01"}]}, "no"),
            Says("was_receiving TE at 16", {"was_receiving": [{"value": ["TE"], "to": "1966-03-09"}]}, "yes"),
            Says("was_receiving TE at 16", {"was_receiving": [{"value": ["TE"], "to": "1966-03-08"}]}, "no"),
            Says("was_receiving TE at 16", {"birth_date": "unknown", "was_receiving": ["TE"]}, "unknown"),
            Says("was_receiving TE at 16", {"birth_date": "unknown"}, "no"),
        ),
    ),
    Group(
        Words("Đếm con: count_children", "Counting children: count_children"),
        Words(
            "Có ít nhất bấy nhiêu con thoả điều kiện trong ngoặc; trong ngoặc là sự kiện của người con. Con chưa sinh không được đếm.",
            "At least so many children fulfil the condition in parentheses, which speaks of the child. The unborn are not counted.",
        ),
        (
            Says("count_children(age < 16) >= 1", {"children": [{"birth_date": "2015-01-01"}]}, "yes"),
            Says("count_children(age < 16) >= 2", {"children": [{"birth_date": "2015-01-01"}]}, "no"),
            Says("count_children(age < 16) >= 1", {}, "no"),
            Says("count_children(age < 16) >= 1", {"children": [{"birth_date": "2010-11-30"}]}, "no"),
            Says("count_children(age < 16) >= 1", {"children": [{"birth_date": "2010-12-01"}]}, "yes"),
            Says("count_children(age < 16) >= 1", {"children": [{"birth_date": "2027-01-01"}]}, "no"),
            Says("count_children(age < 16) >= 1", {"children": [{"birth_date": "unknown"}]}, "unknown"),
            Says("count_children(age < 16) >= 1", {"children": "unknown"}, "unknown"),
            Says(
                "count_children(age < 16) >= 1",
                {"children": [{"birth_date": "unknown"}, {"birth_date": "2015-01-01"}]}, "yes",
            ),
            Says("count_children(studying) >= 1", {"children": [{"birth_date": "2015-01-01", "studying": True}]}, "yes"),
            Says("count_children(studying) >= 1", {"children": [{"birth_date": "2015-01-01", "studying": "unknown"}]}, "unknown"),
            Says("count_children(studying) >= 1", {"studying": True, "children": [{"birth_date": "2015-01-01"}]}, "no"),
            Says(
                "count_children(was_counted) >= 1",
                {"was_receiving": ["DT"], "children": [{"birth_date": "2015-01-01"}]}, "yes",
            ),
        ),
    ),
)  # fmt: skip
