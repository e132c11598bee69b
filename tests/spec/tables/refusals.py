"""What the language refuses to read, and in which words."""

from tests.spec.tables import Group, Refuses, Words

GROUPS = (
    Group(
        Words("Câu viết dở hoặc thừa", "Unfinished or superfluous"),
        Words(
            "Điều kiện phải đọc được trọn vẹn, không đoán phần thiếu.", "A condition is read whole; nothing is guessed."
        ),
        (
            Refuses("", "bỏ dở"),
            Refuses("hiv and", "bỏ dở"),
            Refuses("hiv studying", "không hiểu được"),
            Refuses("(hiv", "cần “)”"),
            Refuses("hiv in", "có/không"),
            Refuses("(" * 60 + "hiv" + ")" * 60, "lồng quá sâu"),
        ),
    ),
    Group(
        Words("Không có phép tính, số lẻ, dấu nháy", "No arithmetic, decimals or quotes"),
        Words(
            "Mỗi hệ cơ sở dữ liệu chia và làm tròn một cách, nên ngôn ngữ không có phép chia và số lẻ; mức tiền nằm ở hệ số và tham số.",
            "Engines divide and round in different ways, so there is neither; amounts live in coefficients and parameters.",
        ),
        (
            Refuses("monthly_pension_dong / 2 = 1", "phép chia"),
            Refuses("monthly_pension_dong > 1.5", "số lẻ"),
            Refuses("monthly_pension_dong + 1 > 2", "không hiểu"),
            Refuses("disability = 'severe'", "dấu nháy"),
            Refuses("birth_date > 2026-02-30", "không phải là một ngày"),
            Refuses("birth_date > 2026-02", "không hiểu"),
            Refuses("age >= base", "cần một số nguyên"),
        ),
    ),
    Group(
        Words("Chỉ những tên đã khai báo", "Only declared names"),
        Words(
            "Tên lạ, giá trị ngoài danh sách, so sánh không hợp loại đều bị từ chối cùng danh sách những gì dùng được.",
            "Unknown names, members outside the list and comparisons of the wrong type are refused, with what may be used.",
        ),
        (
            Refuses("wealth > 3", "không phải là sự kiện"),
            Refuses("sex = female", "không phải là sự kiện"),
            Refuses("disability = heavy", "không có trong danh sách"),
            Refuses("disability > mild", "chỉ so sánh được"),
            Refuses("disability between mild and severe", "chỉ so sánh được"),
            Refuses("hiv = 1", "có/không"),
            Refuses("monthly_pension_dong < minimum_wage", "không phải là tham số"),
            Refuses("was_receiving K99", "không phải là mã chế độ"),
            Refuses("pg_sleep(10)", "không phải là sự kiện"),
            Refuses("hiv; DROP TABLE people", "không hiểu"),
        ),
    ),
    Group(
        Words("Về ngày", "About days"),
        Words("Chỉ sự kiện loại ngày mới hỏi được ngày.", "Only a fact that is a day can be asked as one."),
        (
            Refuses("in_month(hiv)", "cần một sự kiện loại ngày"),
            Refuses("happened(decision_signed_on)", "cần một sự kiện loại ngày"),
            Refuses("injured_on", "cần một dấu so sánh"),
            Refuses("injured_on > 5", "cần một ngày"),
            Refuses("in_month injured_on", "cần “(”"),
        ),
    ),
    Group(
        Words("Về con", "About children"),
        Words("Trong ngoặc chỉ nói về người con.", "Inside the parentheses only the child is spoken of."),
        (
            Refuses("count_children(disability = severe) >= 1", "không phải là sự kiện"),
            Refuses("count_children(needy) >= 1", "không phải là sự kiện"),
            Refuses("count_children(age < 16) >= 0", "từ 1"),
            Refuses("count_children(age < 16) = 1", "cần “>=”"),
            Refuses("count_children(count_children(age < 16) >= 1) >= 1", "con của con"),
            Refuses("count_children(was_receiving TE) >= 1", "không dùng cho con"),
        ),
    ),
)
