"""Working days around Tết, weekends, 30 April and 2 September; and that a year nobody wrote down is refused."""

import datetime
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws
from ansinh.law.procedure.calendar import WorkingCalendar, read_calendar

HOLIDAYS = default_laws() / "vn" / "procedure" / "holidays"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return read_calendar(HOLIDAYS)


ADDED = [
    # from          days  is           because
    ("2026-11-20",   1, "2026-11-23"),  # Friday, then the weekend
    ("2026-11-20",   2, "2026-11-25"),  # and the new holiday of 24 November
    ("2026-11-21",   1, "2026-11-23"),  # received on a Saturday
    ("2026-02-13",   1, "2026-02-23"),  # the whole week of Tết 2026
    ("2026-02-15",   3, "2026-02-25"),
    ("2023-01-19",   1, "2023-01-27"),  # Tết 2023 with two substitute days
    ("2024-04-26",   1, "2024-05-02"),  # 29 April swapped, 30 April, 1 May
    ("2024-04-26",   3, "2024-05-04"),  # the Saturday worked in exchange
    ("2024-04-26",   4, "2024-05-06"),
    ("2022-04-29",   1, "2022-05-04"),  # both days on a weekend: two substitutes
    ("2026-04-24",   1, "2026-04-28"),  # Hùng Kings on a Sunday: Monday off
    ("2026-08-28",   1, "2026-09-03"),  # 31 August swapped, 1 and 2 September
    ("2026-08-21",   1, "2026-08-22"),  # the Saturday worked for it
    ("2027-12-31",   1, "2028-01-04"),  # New Year on a Saturday: Monday off
    ("2026-11-20",   0, "2026-11-20"),
    ("2026-11-25",  -1, "2026-11-23"),
    ("2026-02-23",  -1, "2026-02-13"),
    ("2024-05-06",  -4, "2024-04-26"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "count", "expected"), ADDED)
def test_working_days_are_added(calendar: WorkingCalendar, start: str, count: int, expected: str) -> None:
    assert calendar.add_working_days(day(start), count) == day(expected)


def test_adding_and_subtracting_meet_again(calendar: WorkingCalendar) -> None:
    start = day("2026-01-05")
    for count in range(1, 260):
        later = calendar.add_working_days(start, count)
        assert calendar.is_working_day(later)
        assert calendar.add_working_days(later, -count) == start


def test_skipped_holidays_are_named(calendar: WorkingCalendar) -> None:
    skipped = calendar.skipped(day("2026-04-23"), day("2026-05-04"))
    assert [str(named.date) for named in skipped] == ["2026-04-27", "2026-04-30", "2026-05-01"]
    assert [named.kind for named in skipped] == ["substitute", "holiday", "holiday"]
    assert skipped[1].clause == "Bộ luật Lao động 2019, Điều 112 khoản 1 điểm c"


def test_a_holiday_on_a_weekend_takes_no_working_day_away(calendar: WorkingCalendar) -> None:
    assert calendar.holiday_on(day("2023-01-22")) is not None
    assert [str(named.date) for named in calendar.skipped(day("2023-01-20"), day("2023-01-22"))] == []


def test_a_saturday_worked_is_no_day_of_banks(calendar: WorkingCalendar) -> None:
    assert calendar.is_working_day(day("2026-08-22"))
    assert not calendar.is_bank_day(day("2026-08-22"))
    assert calendar.next_bank_day(day("2026-08-21")) == day("2026-08-24")


def test_a_year_without_a_file_is_refused(calendar: WorkingCalendar) -> None:
    for ask in (calendar.is_working_day, calendar.holiday_on, calendar.next_working_day, calendar.previous_working_day):
        with pytest.raises(Refused) as refused:
            ask(day("2031-06-02"))
        assert (refused.value.reason, refused.value.details["year"]) == ("calendar_missing", 2031)
    with pytest.raises(Refused) as refused:
        calendar.add_working_days(day("2028-12-28"), 5)
    assert refused.value.details["year"] == 2029


def test_only_the_years_asked_for_are_read() -> None:
    assert set(read_calendar(HOLIDAYS, only={2026, 2029}).years) == {2026}


def test_each_year_has_the_holidays_of_the_labour_code(calendar: WorkingCalendar) -> None:
    for year in calendar.years.values():
        counts: dict[str, int] = {}
        for named in year.holidays.values():
            if named.kind == "holiday":
                counts[named.clause] = counts.get(named.clause, 0) + 1
        code = "Bộ luật Lao động 2019, Điều 112 khoản 1 điểm "
        expected = {code + letter: number for letter, number in zip("abcdđe", (1, 5, 1, 1, 2, 1), strict=True)}
        if year.year >= 2026:
            expected["Nghị quyết 28/2026/QH16"] = 1
        assert counts == expected, year.year
        # Each of the six or seven holidays that fall on a weekend gives one substitute day, each swapped day one worked.
        weekend = sum(named.date.weekday() >= 5 for named in year.holidays.values())
        kinds = [named.kind for named in year.holidays.values()]
        assert kinds.count("substitute") == weekend, year.year
        assert kinds.count("swapped") == len(year.worked), year.year


def test_years_without_a_seen_notice_say_so(calendar: WorkingCalendar) -> None:
    assert {year.year for year in calendar.years.values() if not year.announced} == {2027, 2028}
    assert all("Chưa thấy thông báo" in calendar.years[number].verification.note for number in (2027, 2028))


def test_files_are_named_by_their_year() -> None:
    assert sorted(Path(path).stem for path in HOLIDAYS.glob("*.yaml")) == [str(year) for year in range(2021, 2029)]
