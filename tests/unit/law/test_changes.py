"""What a reviewer reads: figures old and new, by file and field; comments and order are no change."""

from ansinh.law.changes import Change, changes, label_of, subject_of

PARAMETER = "vn/d/nd-1/parameters/base.yaml"
RULE = "vn/d/nd-1/rules/dieu-1.yaml"
CASE = "vn/d/nd-1/cases/dieu-1.yaml"
DOCUMENT = "vn/d/nd-1/document.yaml"
OLD = {
    PARAMETER: "parameter: base\nversions:\n  - {value_dong: 540000, applies_from: 2026-07}\n",
    RULE: "rule: K1\nversions:\n  - applies_from: 2026-07\n    levels:\n      - {coefficient: 2.5, who: x}\n      - {coefficient: 1.5, who: y}\n",
    CASE: "clause: Điều 1\ncases:\n  - {name: Một người, month: 2026-07}\n",
    DOCUMENT: "citation: NĐ 1/2026/NĐ-CP\nin_force_from: 2026-10-05\n",
}


def changed(path: str, old: str, new: str) -> tuple[Change, ...]:
    assert old in OLD[path]
    return changes(OLD, {**OLD, path: OLD[path].replace(old, new)})


def test_a_figure_is_told_old_and_new() -> None:
    assert changed(PARAMETER, "540000", "600000") == (
        Change("parameter", PARAMETER, "versions[2026-07].value_dong", "540000", "600000"),
    )


def test_comments_order_and_spacing_are_no_change() -> None:
    assert changed(PARAMETER, "versions:", "# Điều 4\nversions:") == ()
    assert (
        changed(
            PARAMETER, "{value_dong: 540000, applies_from: 2026-07}", "{applies_from: 2026-07,  value_dong: 540000}"
        )
        == ()
    )


def test_a_version_put_in_front_moves_no_other() -> None:
    found = changed(PARAMETER, "versions:\n", "versions:\n  - {value_dong: 500000, applies_from: 2024-07}\n")
    assert [(change.what, change.old, change.new) for change in found] == [
        ("versions[2024-07].value_dong", "", "500000"),
        ("versions[2024-07].applies_from", "", "2024-07"),
    ]


def test_levels_are_known_by_their_coefficient() -> None:
    found = changed(RULE, "coefficient: 1.5", "coefficient: 2.0")
    assert {(change.what, change.old, change.new) for change in found} == {
        ("versions[2026-07].levels[1.5].coefficient", "1.5", ""),
        ("versions[2026-07].levels[1.5].who", "y", ""),
        ("versions[2026-07].levels[2.0].coefficient", "", "2.0"),
        ("versions[2026-07].levels[2.0].who", "", "y"),
    }


def test_two_items_of_one_name_are_both_told() -> None:
    twice = {CASE: OLD[CASE] + "  - {name: Một người, month: 2026-08}\n"}
    assert [change.what for change in changes({CASE: OLD[CASE]}, twice)] == [
        "cases[Một người #2].name",
        "cases[Một người #2].month",
    ]


def test_files_that_come_and_go_are_told_by_their_figures_documents_first_and_cases_last() -> None:
    gone = changes(OLD, {})
    assert [change.subject for change in gone] == ["document", "parameter", "rule", "case"]
    assert all(change.new == "" and change.what == "" for change in gone)
    assert gone[1].old == "540000 · 2026-07"
    assert [(change.old, change.new) for change in changes({}, {PARAMETER: OLD[PARAMETER]})] == [
        ("", "540000 · 2026-07")
    ]


def test_a_file_that_cannot_be_read_any_more_is_compared_as_a_whole() -> None:
    (change,) = changes({RULE: "a: [b"}, {RULE: "a: [c"})
    assert (change.what, change.old, change.new) == ("", "a: [b", "a: [c")


def test_what_a_file_speaks_of_follows_from_where_it_lies() -> None:
    paths = (
        "vn/book.yaml",
        "vn/d/domain.yaml",
        "vn/procedure/holidays/2026.yaml",
        "vn/procedure/cases/a.yaml",
        CASE,
        RULE,
    )
    assert [subject_of(path) for path in paths] == ["book", "book", "procedure", "case", "case", "rule"]


def test_the_label_names_the_newest_documents() -> None:
    older = {"vn/d/nd-0/document.yaml": "citation: NĐ 0/2020/NĐ-CP\nin_force_from: 2020-01-01\n"}
    assert label_of({**OLD, **older}) == "NĐ 1/2026/NĐ-CP (2 văn bản)"
