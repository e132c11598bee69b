"""The analysis of the law: the shipped law has nothing unjudged, and every fault planted in a copy of it is found."""

import shutil
import time
from pathlib import Path

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.analysis import Finding, Report, analyse, analyse_book
from ansinh.law.cases import in_provinces
from ansinh.law.oracle import Instant, truth
from ansinh.law.package import default_laws, load_book, load_package

DOMAIN = "vn/social-assistance"
FORMAT = Path(__file__).resolve().parents[1] / "fixtures" / "laws-format"


@pytest.fixture(scope="module")
def shipped() -> Report:
    return analyse(load_package())


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_laws(), tmp_path / "laws"))


def change(laws: Path, file: str, old: str, new: str) -> None:
    path = laws / DOMAIN / file
    text = path.read_text(encoding="utf8")
    assert old in text, "the test must break something"
    path.write_text(text.replace(old, new), encoding="utf8")


def failures(laws: Path) -> list[Finding]:
    return list(analyse(load_package(laws)).failures)


def about(findings: list[Finding]) -> set[tuple[str, str, str, tuple[str, ...]]]:
    return {(finding.kind, finding.rule, finding.level, finding.others) for finding in findings}


# ── the shipped law ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_in_the_shipped_law_is_left_unjudged() -> None:
    for report in analyse_book(load_book()):
        assert [finding.vi for finding in report.failures] == [], report.domain


def test_nothing_that_a_province_adds_is_left_unjudged(tmp_path: Path) -> None:
    reports = [analyse(package) for package in in_provinces(load_book())]
    assert {"01", "46", "79"} <= {report.province for report in reports}
    assert [finding.vi for report in reports for finding in report.failures] == []
    laws = Path(shutil.copytree(default_laws(), tmp_path / "laws"))
    (laws / "provinces/46/acknowledged.yaml").unlink()
    (hue,) = [package for package in in_provinces(load_book(laws)) if package.province == "46"]
    assert about(list(analyse(hue).failures)) == {("gap", "HUE-HO", "", ())}


def test_the_months_before_the_law_held_here_are_one_gap_with_its_reason(shipped: Report) -> None:
    (gap,) = [finding for finding in shipped.findings if finding.kind == "gap"]
    assert (gap.rule, gap.first, gap.last) == ("social-assistance", Month(2015, 1), Month(2021, 6))
    assert gap.why is not None and "136/2013" in gap.why
    assert gap.known_on == shipped.known_on


def test_the_two_kinds_of_poor_old_people_overlap_under_both_decrees(shipped: Report) -> None:
    found = [finding for finding in shipped.findings if finding.kind == "overlap"]
    assert {(finding.rule, finding.others, finding.first) for finding in found} == {
        ("K5a", ("K5d",), Month(2021, 7)),
        ("K5a", ("K5d",), Month(2026, 7)),
    }
    package = load_package()
    for finding in found:
        assert finding.witness is not None
        law = package.month_law(Month.of(finding.witness.day), finding.known_on[-1])
        instant = Instant(package, law, package.person(finding.witness.content), finding.witness.day)
        rules = {priced.rule.rule: priced.rule for priced in law.rules}
        assert truth(rules["K5a"].condition, instant) is True
        assert truth(rules["K5d"].condition, instant) is True


def test_the_report_is_plain(shipped: Report) -> None:
    report = shipped.to_json()
    assert (report["from"], report["to"], report["unacknowledged"]) == ("2015-01", "2028-12", 0)
    assert {"kind", "rule", "from", "to", "clause", "where", "witness", "vi", "en"} <= set(report["findings"][0])
    assert report["findings"][-1]["witness"]["facts"]["household_poverty"] == "poor"


def test_fourteen_years_take_few_seconds() -> None:
    package = load_package()
    before = time.process_time()
    analyse(package)
    assert time.process_time() - before < 3


# ── planted faults ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rule_that_stops_without_a_repeal_is_a_gap(laws: Path) -> None:
    change(
        laws,
        "nd-176-2025/document.yaml",
        "  - {rule: K5c, from_month: 2025-07, clause: Điều 8 khoản 2, replaced_by: HT}\n",
        "",
    )
    (gap,) = failures(laws)
    # NĐ 20/2021 ended in October 2026, and with it the last word about K5c; only whoever asks after that sees it end.
    assert (gap.kind, gap.rule, gap.first, gap.last) == ("gap", "K5c", Month(2026, 10), Month(2028, 12))
    assert "K5c" in gap.vi and gap.where.startswith("vn/social-assistance/nd-20-2021/rules/dieu-5-khoan-5-diem-c.yaml:")
    assert [day.isoformat() for day in gap.known_on] == ["2026-10-05"]


def test_a_clause_forgotten_by_the_new_decree_is_a_gap(laws: Path) -> None:
    (laws / DOMAIN / "nd-335-2026/rules/dieu-5-khoan-8.yaml").unlink()
    assert about(failures(laws)) == {("gap", "K8", "", ())}


def test_a_benefit_that_pauses_is_a_gap(laws: Path) -> None:
    change(
        laws, "nd-176-2025/rules/dieu-2.yaml", "applies_from: 2025-07", "applies_from: 2025-07\n    applies_to: 2026-03"
    )
    change(
        laws,
        "nd-335-2026/document.yaml",
        "readings:",
        "repeals:\n  - {rule: HT, from_month: 2026-04, clause: Điều 31 khoản 1}\nreadings:",
    )
    change(laws, "nd-335-2026/rules/dieu-31-khoan-1.yaml", "rule: HT", "rule: HT2")
    found = failures(laws)
    assert ("gap", "HT", Month(2026, 4), Month(2026, 6)) in {(f.kind, f.rule, f.first, f.last) for f in found}


def test_a_parameter_without_a_value_is_a_gap_with_its_months(laws: Path) -> None:
    change(laws, "nd-176-2025/parameters/social_pension_ceiling.yaml", "applies_from: 2025-07", "applies_from: 2025-09")
    (gap,) = failures(laws)
    assert (gap.kind, gap.rule, gap.first, gap.last) == (
        "gap",
        "social_pension_ceiling",
        Month(2025, 7),
        Month(2025, 8),
    )
    assert "dieu-2.yaml" in gap.where


def test_an_amount_that_is_not_whole_is_found(laws: Path) -> None:
    change(laws, "nd-335-2026/parameters/base_standard.yaml", "540000", "540001")
    # What cannot be priced is not analysed further, so the overlap of the new decree is not seen again.
    assert {finding.kind for finding in failures(laws)} == {"amount", "acknowledgement"}


def test_a_benefit_without_any_rule_is_a_gap(laws: Path) -> None:
    change(laws, "domain.yaml", "  HT: {name:", "  K9: {name: {vi: thử, en: trial}, group: assistance}\n  HT: {name:")
    change(laws, "domain.yaml", "K8, HT,", "K8, K9, HT,")
    assert about(failures(laws)) == {("gap", "K9", "", ())}


def test_two_rules_of_one_benefit_that_can_both_be_true_overlap(laws: Path) -> None:
    change(laws, "nd-20-2021/rules/dieu-5-khoan-5-diem-b.yaml", "      and not (poor_without_support)\n", "")
    found = [finding for finding in failures(laws) if finding.kind == "overlap"]
    # The old people of point b are partly those of a, and of d.
    assert {(finding.rule, finding.others) for finding in found} == {("K5a", ("K5b",)), ("K5b", ("K5d",))}
    witness = found[0].witness
    assert witness is not None and witness.content["household_poverty"] == "poor"


def test_a_rule_that_can_be_true_of_nobody_is_dead(laws: Path) -> None:
    change(laws, "nd-335-2026/rules/dieu-5-khoan-3.yaml", "age < 16 and hiv", "age < 16 and months_old >= 192 and hiv")
    (dead,) = failures(laws)
    assert (dead.kind, dead.rule, dead.level, dead.first) == ("dead", "K3", "", Month(2026, 7))
    assert "không thể đúng với bất kỳ ai" in dead.vi


def test_a_count_of_impossible_children_is_dead(laws: Path) -> None:
    change(
        laws,
        "nd-20-2021/rules/dieu-5-khoan-4.yaml",
        "age < 16 or age between 16 and 22 and studying",
        "age < 16 and age >= 18",
    )
    assert about(failures(laws)) == {("dead", "K4", "", ())}


def test_a_level_behind_others_that_take_everybody_is_dead(laws: Path) -> None:
    change(
        laws,
        "nd-335-2026/rules/dieu-5-khoan-6.yaml",
        "when: age < 16 or age >= 60",
        "when: disability = severe or age >= 100",
    )
    (dead,) = failures(laws)
    assert (dead.kind, dead.rule, dead.level) == ("dead", "K6", "4")
    assert "các mức đứng trước đã bao hết" in dead.vi


def test_a_rule_whose_people_always_get_more_elsewhere_is_shadowed(laws: Path) -> None:
    # Poor infants in difficult areas who are severely disabled: K6 always pays them at least as much.
    change(
        laws,
        "nd-335-2026/rules/dieu-5-khoan-7.yaml",
        "and not disability in (severe, extremely_severe)",
        "and disability in (severe, extremely_severe)",
    )
    found = failures(laws)
    assert about(found) == {("shadowed", "K7", "", ("K6",))}
    assert found[0].witness is not None and found[0].first == Month(2026, 7)


def test_one_level_can_be_shadowed(laws: Path) -> None:
    change(
        laws, "nd-335-2026/rules/dieu-31-khoan-1.yaml",
        "(age >= 75 or age >= 70 and household_poverty in (poor, near_poor))",
        "(age >= 75 or age >= 70 and poor_without_support)",
    )  # fmt: skip
    assert about(failures(laws)) == {("shadowed", "HT", "2", ("K5a",))}


def test_a_lower_benefit_that_may_be_added_is_not_shadowed(laws: Path) -> None:
    # K4 of one child is below K6, but the two are added up.
    change(
        laws,
        "nd-335-2026/rules/dieu-5-khoan-4.yaml",
        "single_parent and",
        "single_parent and disability in (severe, extremely_severe) and",
    )
    assert failures(laws) == []
    change(laws, "domain.yaml", "K4: [K5, K6, K8]", "K4: [K5, K8]")
    # Even so: with many children it is the higher one.
    assert failures(laws) == []


def test_a_tie_is_lost_to_the_benefit_named_first_unless_a_pair_wins(laws: Path) -> None:
    change(laws, "nd-335-2026/rules/dieu-5-khoan-8.yaml", "hiv and", "hiv and disability = severe and")
    assert about(failures(laws)) == {("shadowed", "K8", "", ("K6",))}
    # If only K8 is added to K4, the two together are more than K6.
    change(laws, "domain.yaml", "K4: [K5, K6, K8]", "K4: [K5, K8]")
    assert failures(laws) == []


def test_a_dated_level_is_no_fault_in_the_months_before_its_day() -> None:
    assert [(f.kind, f.rule) for report in analyse_book(load_book(FORMAT)) for f in report.findings] == [
        ("gap", "first"),
        ("gap", "second"),
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("second/doc-2/rules/fun.yaml", "death_date >= 2026-10-05", "death_date < 2020-10-05", ("dead", "FUN", "1", ())),
        ("second/doc-2/rules/wound.yaml", "not type_b and not severe", "percent < 30 and not type_b", ("dead", "WOUND", "wounds.81", ())),
        ("second/doc-2/rules/hurt.yaml", "in_month(injured_on)", "in_month(injured_on) and not happened(injured_on)", ("dead", "HURT", "", ())),
        ("second/doc-2/rules/cheap.yaml", "age >= 18", "age >= 18 and martyr >= 1 and dear_dead >= 1", ("shadowed", "CHEAP", "", ("MARTYR", "DEAR"))),
        ("second/doc-2/rules/rice.yaml", "condition: a_met", "condition: percent > 100", ("dead", "RICE", "", ())),
        ("second/doc-2/rules/rice.yaml", "condition: a_met", "condition: severe and wounds_none", None),
        ("first/doc-1/document.yaml", "when: in_prison", "when: not in_prison or in_prison", ("shadowed", "A", "", None)),
    ],
)  # fmt: skip
def test_faults_in_the_other_constructs(
    tmp_path: Path, file: str, old: str, new: str, expected: tuple[str, str, str, tuple[str, ...] | None] | None
) -> None:
    laws = Path(shutil.copytree(FORMAT, tmp_path / "laws"))
    path = laws / "vn" / file
    text = path.read_text(encoding="utf8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf8")
    if expected is None:
        with pytest.raises(Refused):
            load_book(laws)
        return
    found = {
        (f.kind, f.rule, f.level, None if expected[3] is None else f.others)
        for report in analyse_book(load_book(laws))
        for f in report.findings
    }
    assert expected in found


# ── acknowledgements ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_acknowledgement_that_matches_nothing_is_an_error(laws: Path) -> None:
    change(laws, "acknowledged.yaml", "with: K5d", "with: K5c")
    found = failures(laws)
    assert sorted(finding.kind for finding in found) == ["acknowledgement", "acknowledgement", "overlap", "overlap"]
    assert found[-1].where == "vn/social-assistance/acknowledged.yaml:18"


def test_an_acknowledgement_covers_only_the_months_that_were_judged(laws: Path) -> None:
    change(laws, "acknowledged.yaml", "to: 2021-06", "to: 2021-05")
    assert {(finding.kind, finding.rule) for finding in failures(laws)} == {
        ("gap", "social-assistance"),
        ("acknowledgement", "social-assistance"),
    }


def test_without_acknowledgements_everything_found_fails(laws: Path) -> None:
    (laws / DOMAIN / "acknowledged.yaml").unlink()
    assert len(failures(laws)) == 3


def test_a_mistyped_acknowledgement_is_refused_with_its_line(laws: Path) -> None:
    change(laws, "acknowledged.yaml", "kind: gap", "kind: hole")
    with pytest.raises(Refused) as refused:
        failures(laws)
    assert refused.value.details["file"] == "vn/social-assistance/acknowledged.yaml"
    assert "gap, overlap, dead, shadowed" in refused.value.vi
