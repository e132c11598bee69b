"""What a rule gives under the sample law: levels, an amount per child, several benefits at once, and what is unknown."""

from tests.spec.tables import Gives, Group, Words

_CHILD = {"birth_date": "2015-06-15", "household_poverty": "poor"}
_PARENT = {"birth_date": "1990-01-01", "household_poverty": "poor", "single_parent": True}
_ONE = {"birth_date": "2015-01-01"}
_OLD = {"birth_date": "1945-01-01"}

GROUPS = (
    Group(
        Words("Các mức của một quy định", "The levels of a rule"),
        Words(
            "Các mức được thử từ hệ số cao xuống thấp; mức đầu tiên đúng là mức hưởng. Mức cuối không có “when” nên không ai bị bỏ sót.",
            "Levels are tried from the highest coefficient down; the first that holds is paid. The last has no “when”, so nobody is left out.",
        ),
        (
            Gives({**_CHILD, "birth_date": "2024-01-01"}, {"TE": 750_000}, note="2,5 × 300.000"),
            Gives({**_CHILD, "birth_date": "2024-01-01", "hiv": True}, {"TE": 750_000}, note="hai mức cùng đúng: mức cao"),
            Gives({**_CHILD, "hiv": True}, {"TE": 600_000}),
            Gives(_CHILD, {"TE": 450_000}),
            Gives({**_CHILD, "household_poverty": "none"}, {}),
            Gives({**_CHILD, "birth_date": "2022-11-30"}, {"TE": 750_000}, month="2026-10", note="đủ 4 tuổi ngày 30/11"),
            Gives({**_CHILD, "birth_date": "2022-11-30"}, {"TE": 450_000}, note="mức mới tính ngay từ tháng đủ 4 tuổi"),
        ),
        files=("nd-1-2020/rules/dieu-1.yaml",),
    ),
    Group(
        Words("Tính theo mỗi con: per_child", "An amount per child: per_child"),
        Words(
            "Số tiền nhân với số con được đếm trong điều kiện.",
            "The amount is multiplied by the number of children counted in the condition.",
        ),
        (
            Gives({**_PARENT, "children": [_ONE]}, {"DT": 300_000}),
            Gives({**_PARENT, "children": [_ONE, {"birth_date": "2020-02-29"}]}, {"DT": 600_000}),
            Gives({**_PARENT, "children": [_ONE, {"birth_date": "2008-01-01"}]}, {"DT": 300_000}),
            Gives({**_PARENT, "children": [_ONE, {"birth_date": "2008-01-01", "studying": True}]}, {"DT": 600_000}),
            Gives(
                {**_PARENT, "children": [_ONE, {"birth_date": "2010-11-10"}]}, {"DT": 300_000},
                note="một con đủ 16 tuổi: đổi số con tính từ tháng đổi",
            ),
            Gives({**_PARENT, "children": [{"birth_date": "2010-11-10"}]}, {"DT": 300_000}, note="con duy nhất đủ 16 tuổi: hưởng nốt tháng này"),
            Gives(_PARENT, {}),
        ),
        files=("nd-1-2020/rules/dieu-2.yaml",),
    ),
    Group(
        Words("Nhiều chế độ cùng lúc", "Several benefits at once"),
        Words(
            "Chỉ hưởng chế độ cao nhất, bằng nhau thì chế độ nêu trước; riêng những cặp kể ở “added” được cộng, khi tổng cao hơn hẳn.",
            "Only the highest is paid, ties go to the one named first; the pairs under “added” are paid together where their sum is strictly higher.",
        ),
        (
            Gives({**_CHILD, "disability": "severe"}, {"TE": 450_000}, note="TE và KT bằng nhau: chế độ nêu trước"),
            Gives({**_CHILD, "disability": "extremely_severe"}, {"KT": 600_000}),
            Gives({**_CHILD, "birth_date": "2024-01-01", "disability": "extremely_severe"}, {"TE": 750_000}),
            Gives({**_PARENT, "children": [_ONE], "disability": "severe"}, {"DT": 300_000, "KT": 450_000}, note="DT được cộng với KT"),
            Gives(
                {**_PARENT, **_OLD, "children": [_ONE], "disability": "extremely_severe"}, {"DT": 300_000, "KT": 600_000},
                note="chỉ cộng một cặp: với chế độ cao hơn",
            ),
            Gives({**_OLD, "disability": "severe"}, {"KT": 450_000}, note="CT không được cộng với KT"),
        ),
    ),
    Group(
        Words("Trả một lần và làm tròn: schedule, rounding", "Once, and rounded: schedule, rounding"),
        Words(
            "Chế độ một lần đến hạn trong tháng của ngày ghi ở in_month, không đến hạn lần nào nữa. “rounding” làm tròn nửa lên theo điều khoản.",
            "A one-off benefit falls due in the month of the day in in_month and never again. “rounding” rounds half up, by its clause.",
        ),
        (
            Gives({"birth_date": "1990-01-01", "injured_on": "2026-11-15"}, {"MT": 375_000}, note="1,25 × 300.000"),
            Gives({"birth_date": "1990-01-01", "injured_on": "2026-11-15"}, {}, month="2026-12"),
            Gives({"birth_date": "1990-01-01", "injured_on": "2026-11-15"}, {}, month="2026-10"),
            Gives({"birth_date": "1990-01-01", "injured_on": "2026-11-16", "death_date": "2026-11-15"}, {}),
            Gives({"birth_date": "1990-01-01", "injured_on": "unknown"}, {}, ("MT",)),
        ),
        files=("nd-1-2020/rules/dieu-11.yaml",),
    ),
    Group(
        Words("Biểu mức: schedule, table", "A table of amounts: schedule, table"),
        Words(
            "Mức là dòng của biểu có khoá bằng sự kiện; không có dòng thì không được hưởng.",
            "The amount is the row whose key equals the fact; without such a row nothing is granted.",
        ),
        (
            Gives({"birth_date": "1990-01-01", "wound_percent": 41}, {"VT": 410_000}),
            Gives({"birth_date": "1990-01-01", "wound_percent": 61}, {"VT": 615_000}),
            Gives({"birth_date": "1990-01-01", "wound_percent": 42}, {}),
            Gives({"birth_date": "1990-01-01", "wound_percent": 20}, {}),
            Gives({"birth_date": "1990-01-01", "wound_percent": "unknown"}, {}, ("VT",)),
        ),
        files=("nd-1-2020/parameters/wound.yaml", "nd-1-2020/rules/dieu-12.yaml"),
    ),
    Group(
        Words("Nhân theo số suất và giới hạn suất: per, keep, fewer_with", "Units and their limit: per, keep, fewer_with"),
        Words(
            "“per” nhân mức với một sự kiện đếm được. Nhóm “keep: 2” trả tối đa hai suất, suất cao trước; đang hưởng chế độ ở “fewer_with” thì bớt suất.",
            "“per” multiplies by a counted fact. A group with “keep: 2” pays two units at most, the dearest first; a benefit in "
            "“fewer_with” lowers that number.",
        ),
        (
            Gives({"birth_date": "1990-01-01", "martyrs": 1}, {"LS": 300_000}),
            Gives({"birth_date": "1990-01-01", "martyrs": 2, "veteran": True}, {"LS": 600_000}),
            Gives({"birth_date": "1990-01-01", "martyrs": 5}, {"LS": 600_000}),
            Gives({"birth_date": "1990-01-01", "martyrs": 1, "veteran": True}, {"LS": 300_000, "CC": 150_000}),
            Gives({"birth_date": "1990-01-01", "martyrs": 1, "veteran": True, "wound_percent": 21}, {"VT": 210_000, "LS": 300_000}),
            Gives({"birth_date": "1990-01-01", "martyrs": 0}, {}),
            Gives({"birth_date": "1990-01-01", "martyrs": "unknown"}, {}, ("LS",)),
        ),
        files=("nd-1-2020/rules/dieu-13.yaml",),
    ),
    Group(
        Words("Điều khoản dừng chi: bars", "What bars every payment: bars"),
        Words(
            "Khi điều kiện của “bars” đúng thì không chế độ nào của lĩnh vực được chi; chưa rõ thì mọi chế độ đều cần xác minh.",
            "While a bar holds, nothing of the domain is paid; while it is unknown, everything needs verification.",
        ),
        (
            Gives({"birth_date": "1990-01-01", "disability": "severe", "in_prison": True}, {}),
            Gives({"birth_date": "1990-01-01", "disability": "severe", "in_prison": "unknown"}, {}, ("KT",)),
            Gives(
                {"birth_date": "1990-01-01", "disability": "severe", "in_prison": [{"value": True, "from": "2026-11-10"}]},
                {"KT": 450_000}, note="dừng từ tháng sau",
            ),
        ),
        files=("nd-1-2020/document.yaml",),
    ),
    Group(
        Words("Điều chưa rõ", "What is unknown"),
        Words(
            "Chế độ chưa rõ thì không chi, không từ chối, mà được kể là cần xác minh. Mức thấp đã chắc thì chi mức thấp và kể là cần xác minh.",
            "A benefit in doubt is neither paid nor refused: it is listed for verification. Where a lower level is certain it is paid and the benefit is listed.",
        ),
        (
            Gives({"birth_date": "1990-01-01", "disability": "unknown"}, {}, ("KT",)),
            Gives({**_CHILD, "hiv": "unknown"}, {"TE": 450_000}, ("TE",), note="mức chung đã chắc, mức cao chưa rõ"),
            Gives({**_CHILD, "birth_date": "2024-01-01", "hiv": "unknown"}, {"TE": 750_000}, note="mức cao nhất đã chắc: không còn gì phải hỏi"),
            Gives({**_CHILD, "household_poverty": "unknown"}, {}, ("TE",)),
            Gives({"birth_date": "unknown", "household_poverty": "poor"}, {}, ("TE", "CT")),
            Gives({"birth_date": "unknown", "household_poverty": "none"}, {}, ("CT",), note="TE không cần tuổi nữa: hộ không nghèo"),
            Gives({**_PARENT, "children": "unknown"}, {}, ("DT",)),
            Gives({**_PARENT, "children": [_ONE, {"birth_date": "unknown"}]}, {"DT": 300_000}, ("DT",), note="một con đã chắc, con kia chưa rõ"),
            Gives({**_CHILD, "disability": "unknown"}, {"TE": 450_000}, ("KT",)),
            Gives(
                {"birth_date": "1990-01-01", "disability": [{"value": "unknown", "to": "2026-11-15"}, {"value": "none", "from": "2026-11-15"}]},
                {}, ("KT",), note="cuối tháng không còn, cuối tháng trước chưa rõ",
            ),
            Gives(
                {"birth_date": "1990-01-01", "disability": [{"value": "severe", "to": "2026-11-15"}, {"value": "unknown", "from": "2026-11-15"}]},
                {}, ("KT",), note="cuối tháng chưa rõ: không lùi về tháng trước",
            ),
            Gives({"birth_date": "1945-01-01", "monthly_pension_dong": "unknown"}, {}, ("CT",)),
        ),
    ),
)  # fmt: skip
