"""The generated province before it is written: unique numbers, exact funnel, the same people for the same plan."""

import numpy as np
import pytest

from ansinh.base.dong import percent_texts
from ansinh.base.refusals import Refused
from ansinh.people import identifier
from ansinh.project.population import calendar, funnel
from ansinh.project.population.bounds import check_size
from ansinh.project.population.identity import account_numbers, national_ids


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_national_ids_are_unique_and_say_sex_and_year() -> None:
    sex = np.arange(30_000) % 2
    born = np.datetime64("1920-01-01", "D") + np.arange(30_000)
    numbers = national_ids(_rng(), "46", sex, born)
    assert len(np.unique(numbers)) == len(numbers)
    for number, male, year in zip(
        numbers[::977], sex[::977], born[::977].astype("datetime64[Y]").astype(int) + 1970, strict=True
    ):
        said = identifier.read(str(number))
        assert said is not None
        assert (said.sex, said.birth_year) == ("male" if male else "female", year)


def test_account_numbers_are_unique() -> None:
    assert len(np.unique(account_numbers(_rng(), 200_000))) == 200_000


@pytest.mark.parametrize("payees", [100, 1_000, 50_000])
def test_the_funnel_is_exact_in_total_and_lower_in_the_mountains(payees: int) -> None:
    is_mountain = np.arange(40) < 8
    place = _rng().integers(0, 40, payees)
    no = np.zeros(payees, dtype=bool)
    drawn = funnel.draw(_rng(), funnel.Traits(place, no, no, np.zeros(payees)), is_mountain, always_paid=3)
    good = np.isin(drawn.behaviour, ["ok", "late", "twice"])
    paid = np.isin(drawn.state, ["PAYING", "VERIFIED"]) & good
    without = np.isin(drawn.state, ["NOT_OPENED", "CANNOT_OPEN"])
    counts = [int(paid.sum()), int((~paid & ~without).sum()), int(without.sum())]
    assert counts == funnel.counts(payees)
    assert percent_texts(counts) == ["52.00", "28.33", "19.67"] or payees == 1_000 or payees == 100
    assert drawn.state[3] == "PAYING"
    assert drawn.behaviour[3] == "ok"
    assert ((drawn.bank == "") == without).all(), "an account exactly where the state says so"
    assert ((drawn.reason != "") == (drawn.state == "CANNOT_OPEN")).all()
    if payees == 50_000:
        assert paid[is_mountain[place]].mean() < paid[~is_mountain[place]].mean()
        assert sorted(np.unique(drawn.behaviour[~paid & ~without])) == [
            "ok",
            "reject_AC01",
            "reject_AC04",
            "return_after_paid",
        ]


def test_ages_keep_their_margin() -> None:
    month = np.datetime64("2026-11", "M")
    days = calendar.born(_rng(), month, 5_000, 12, 36)
    assert days.max() < np.datetime64("2025-11-01")
    assert days.min() >= np.datetime64("2023-11-01")


def test_starts_lie_between_the_earliest_month_and_the_month_before() -> None:
    month = np.datetime64("2026-11", "M")
    earliest = np.array(["2015-01", "2026-08", "2026-10", "2024-05"], dtype="datetime64[M]").repeat(500)
    begun = calendar.starts(_rng(), month, earliest)
    assert (begun >= np.maximum(earliest, calendar.REGIME_START)).all()
    assert (begun < month).all()
    assert (begun[:500] <= np.datetime64("2026-06")).mean() > 0.9


@pytest.mark.parametrize("people", [-1, 0, 49, 5_000_001])
def test_a_size_that_no_population_has_is_refused_by_the_option_that_was_written(people: int) -> None:
    with pytest.raises(Refused) as refusal:
        check_size(people, "--people")
    assert refusal.value.reason == "beneficiaries_out_of_range" and "--people" in refusal.value.vi
