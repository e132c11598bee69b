"""Facts in time, the two instants of a month, the month of a death, and the clocks of the law itself."""

from tests.spec.tables import Gives, Group, Says, Words

_CHILD = {"birth_date": "2015-06-15", "household_poverty": "poor"}
_SEVERE = {"birth_date": "1990-01-01"}


def _severe(**days: str) -> dict[str, object]:
    """Return a person whose severe disability holds from a day, until before another."""
    period = {"value": "severe", **{name.rstrip("_"): day for name, day in days.items()}}
    return {**_SEVERE, "disability": [period]}


GROUPS = (
    Group(
        Words("Sự kiện đổi theo thời gian", "Facts in time"),
        Words(
            "Một sự kiện có thể là danh sách các khoảng: “from” là ngày đầu, “to” là ngày đầu tiên không còn. Ngoài mọi khoảng là “không”.",
            "A fact may be a list of periods: “from” is the first day, “to” the first day on which it no longer holds. "
            "Outside every period it is “no”.",
        ),
        (
            Says("hiv", {"hiv": [{"value": True, "from": "2026-11-30"}]}, "yes"),
            Says("hiv", {"hiv": [{"value": True, "from": "2026-12-01"}]}, "no"),
            Says("hiv", {"hiv": [{"value": True, "to": "2026-11-30"}]}, "no"),
            Says("hiv", {"hiv": [{"value": True, "to": "2026-12-01"}]}, "yes"),
            Says("hiv", {"hiv": [{"value": "unknown", "to": "2026-12-01"}, {"value": True, "from": "2026-12-01"}]}, "unknown"),
            Says("hiv", {"hiv": [{"value": "unknown", "to": "2026-11-30"}]}, "no"),
            Says(
                "disability = severe",
                {"disability": [{"value": "mild", "to": "2026-11-15"}, {"value": "severe", "from": "2026-11-15"}]}, "yes",
            ),
        ),
    ),
    Group(
        Words("Hai thời điểm của một tháng", "The two instants of a month"),
        Words(
            "Chế độ được xét vào ngày cuối tháng; nếu lúc đó đã thôi thì xét vào ngày cuối tháng trước, vì việc thôi hưởng tính từ tháng sau. "
            "Điều vừa bắt đầu vừa hết trong tháng thì không thấy.",
            "A benefit is looked at on the last day of the month; where it has ended by then, on the last day of the month before, because "
            "an end counts from the month after. What both begins and ends inside the month is not seen.",
        ),
        (
            Gives(_severe(from_="2026-11-30"), {"KT": 450_000}, note="bắt đầu ngày cuối tháng: hưởng cả tháng"),
            Gives(_severe(from_="2026-12-01"), {}),
            Gives(_severe(to="2026-11-01"), {"KT": 450_000}, note="còn vào ngày 31/10, hết trong tháng 11: tháng 11 vẫn hưởng"),
            Gives(_severe(to="2026-10-31"), {}, note="đã hết trước ngày cuối tháng 10"),
            Gives(_severe(from_="2026-11-02", to="2026-11-29"), {}),
            Gives(
                {**_SEVERE, "disability": [{"value": "severe", "to": "2026-11-15"}, {"value": "extremely_severe", "from": "2026-11-15"}]},
                {"KT": 600_000}, note="đổi mức tính từ tháng đổi",
            ),
            Gives({**_CHILD, "birth_date": "2010-11-10"}, {"TE": 450_000}, note="đủ 16 tuổi trong tháng: hưởng nốt tháng này"),
            Gives({**_CHILD, "birth_date": "2010-10-31"}, {}),
            Gives({**_CHILD, "birth_date": "2026-11-30"}, {"TE": 750_000}, note="sinh ngày cuối tháng"),
            Gives({**_CHILD, "birth_date": "2026-12-01"}, {}),
        ),
    ),
    Group(
        Words("Tháng mất", "The month of a death"),
        Words(
            "Người mất trong tháng được xét vào ngày mất và hưởng trọn tháng đó; sau tháng mất không còn gì. "
            "Sinh nhật hay thay đổi sau ngày mất không tính.",
            "Whoever died in the month is judged on the day of death and is due the whole month; nothing after it. "
            "A birthday or a change after the death does not count.",
        ),
        (
            Gives({**_severe(from_="2020-01-01"), "death_date": "2026-11-01"}, {"KT": 450_000}),
            Gives({**_severe(from_="2020-01-01"), "death_date": "2026-11-30"}, {"KT": 450_000}),
            Gives({**_severe(from_="2020-01-01"), "death_date": "2026-10-31"}, {}),
            Gives({**_severe(from_="2020-01-01"), "death_date": "2026-12-01"}, {"KT": 450_000}),
            Gives({**_severe(from_="2026-11-15"), "death_date": "2026-11-15"}, {"KT": 450_000}),
            Gives({**_severe(from_="2026-11-16"), "death_date": "2026-11-15"}, {}, note="bắt đầu sau ngày mất"),
            Gives({"birth_date": "1951-11-15", "death_date": "2026-11-15"}, {"CT": 450_000}, note="đủ 75 tuổi đúng ngày mất"),
            Gives({"birth_date": "1951-11-16", "death_date": "2026-11-15"}, {}),
        ),
    ),
    Group(
        Words("Ba đồng hồ của luật", "The clocks of the law"),
        Words(
            "Mức tiền áp dụng từ tháng ghi ở “applies_from”, nhưng chỉ ai hỏi từ ngày văn bản có hiệu lực mới biết. "
            "Ở luật mẫu, nghị định thứ hai có hiệu lực ngày 05/10/2026 mà áp dụng từ tháng 07/2026, và bãi bỏ một quy định từ tháng 12/2026.",
            "An amount applies from the month in “applies_from”, but only who asks on or after the day of coming into force knows it. "
            "In the sample law the second decree is in force from 5 Oct 2026, applies from July 2026 and repeals a rule from December 2026.",
        ),
        (
            Gives(_severe(from_="2020-01-01"), {"KT": 150_000}, month="2025-06"),
            Gives(_severe(from_="2020-01-01"), {"KT": 300_000}, month="2025-07"),
            Gives(_severe(from_="2020-01-01"), {"KT": 300_000}, month="2026-06"),
            Gives(_severe(from_="2020-01-01"), {"KT": 450_000}, month="2026-07"),
            Gives(_severe(from_="2020-01-01"), {"KT": 300_000}, month="2026-07", known_on="2026-10-04"),
            Gives(_severe(from_="2020-01-01"), {"KT": 450_000}, month="2026-07", known_on="2026-10-05"),
            Gives({"birth_date": "1945-01-01", "monthly_pension_dong": 1}, {}, month="2026-11", note="quy định cũ: không có lương hưu"),
            Gives({"birth_date": "1945-01-01", "monthly_pension_dong": 1}, {"CT": 450_000}, month="2026-12", note="quy định mới: lương hưu dưới mức chuẩn"),
            Gives({"birth_date": "1945-01-01", "monthly_pension_dong": 300_000}, {}, month="2026-12"),
            Gives({"birth_date": "1945-01-01"}, {"CT": 300_000}, month="2026-12", known_on="2026-10-04", note="ngày 04/10 chưa ai biết nghị định mới"),
        ),
        files=("nd-1-2020/parameters/base.yaml", "nd-2-2026/parameters/base.yaml", "nd-2-2026/document.yaml"),
    ),
    Group(
        Words("Quyết định cho hưởng", "The decision"),
        Words(
            "Khi sự kiện ghi ngày ký quyết định thì chỉ hưởng từ tháng ký; không ghi thì không giới hạn.",
            "Where the facts state the day a decision was signed, it counts from that month; stating none restricts nothing.",
        ),
        (
            Gives({**_severe(from_="2020-01-01"), "decision_signed_on": "2026-11-30"}, {"KT": 450_000}),
            Gives({**_severe(from_="2020-01-01"), "decision_signed_on": "2026-12-01"}, {}),
        ),
    ),
)  # fmt: skip
