"""Puts the generated province together in memory, the same for the same (province, beneficiaries, seed, month).

It promises that every ordinary beneficiary is certainly entitled in the month, and that the account funnel over their
payees is exact. It knows no clock and no database.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ansinh.base.dong import largest_remainder
from ansinh.base.months import Month
from ansinh.base.names import ascii_upper
from ansinh.project.population import funnel, groups, identity, naming, special
from ansinh.project.population.calendar import as_month
from ansinh.project.population.places import Places
from ansinh.project.population.roster import DAY, Roster


@dataclass(frozen=True)
class Plan:
    """What was asked for."""

    province: str
    beneficiaries: int
    seed: int
    month: Month
    # In the units of this month people are put into communes: before a reform, into those that it ended.
    units_of: Month | None = None

    # The whole plan is the seed: another month or size is another province, never the same people with some more
    # behind.
    def generator(self) -> np.random.Generator:
        """Return the source of every draw."""
        return np.random.default_rng(
            [int(self.province), self.beneficiaries, self.seed, self.month.year * 12 + self.month.number]
        )


@dataclass(frozen=True)
class Population:
    """Everything that will be written: the roster, and columns by person or payee position."""

    roster: Roster
    names: np.ndarray
    holder_names: np.ndarray
    ethnicity: np.ndarray
    national_ids: np.ndarray
    phones: np.ndarray
    villages: np.ndarray
    specials: special.Specials
    payees: np.ndarray
    ordinary_payees: int
    addresses: funnel.Addresses
    account_numbers: np.ndarray

    @property
    def has_account(self) -> np.ndarray:
        """Return a mask over the payees: who named an account at all."""
        return self.addresses.bank != ""


def generate(plan: Plan, places: Places, rng: np.random.Generator, tell: Callable[[str], None]) -> Population:
    """Return the whole population of a plan."""
    # One generator for everything, in one order: a draw added, removed or moved changes everybody after it, for every
    # seed. Put a new draw last, and write a changed result into the changelog.
    roster = Roster(rng, as_month(plan.month), places)
    specials = _people(roster, plan.beneficiaries, tell)
    tell("đặt tên, cấp số định danh")
    household_place = roster.column("household", "place").astype(np.int64)
    household = roster.column("person", "household").astype(np.int64)
    sex = roster.column("person", "sex").astype(np.int64)
    days = roster.column("person", "born").astype(DAY)
    peoples = naming.peoples_of_households(rng, places, household_place)
    # The example is named, not drawn; her household is Kinh so that name and people agree.
    peoples[household[specials.example]] = 0
    names, ethnicity = naming.full_names(rng, peoples, household, roster.column("person", "relationship"), sex)
    names[specials.example] = special.EXAMPLE_NAME
    national_ids = identity.national_ids(rng, plan.province, sex, days).astype(object)
    tell("thu thập tài khoản")
    payees, ordinary, addresses = _funnel(roster, specials, household_place[household], days)
    # Whoever has no papers for a bank has no number in the register either; it was drawn, so that the others keep
    # theirs.
    without_papers = payees[addresses.reason == "no_document"]
    national_ids[without_papers] = None
    return Population(
        roster=roster,
        names=names,
        holder_names=_holders(names[payees]),
        ethnicity=ethnicity,
        national_ids=national_ids,
        phones=identity.phones(rng, len(names)),
        villages=naming.villages(rng, places, household_place),
        specials=specials,
        payees=payees,
        ordinary_payees=ordinary,
        addresses=addresses,
        account_numbers=identity.account_numbers(rng, len(payees)),
    )


def _people(roster: Roster, beneficiaries: int, tell: Callable[[str], None]) -> special.Specials:
    # One is the example, who is asked for by name; the groups share what is left, to the last person.
    special_count = special.how_many(beneficiaries)
    sizes = largest_remainder([share for _, share in groups.SHARES], beneficiaries - special_count - 1)
    for (add, _), size in zip(groups.SHARES, sizes, strict=True):
        if size:
            tell(f"{add.__name__}: {size}")
            add(roster, size)
    example = special.add_example(roster)
    unknown, dead, death_days = special.add_specials(roster, special_count)
    return special.Specials(unknown=unknown, dead=dead, death_days=death_days, example=example)


def _holders(names: np.ndarray) -> np.ndarray:
    # There are far fewer names than people; each is folded once.
    known: dict[str, str] = {}
    return np.array([known.get(name) or known.setdefault(name, ascii_upper(name)) for name in names], dtype=object)


def _funnel(
    roster: Roster, specials: special.Specials, place: np.ndarray, days: np.ndarray
) -> tuple[np.ndarray, int, funnel.Addresses]:
    """Return the payees (ordinary ones first), how many are ordinary, and everybody's address."""
    beneficiaries = np.unique(roster.column("decision", "person").astype(np.int64))
    # Everybody receives for themselves until a mandate says otherwise.
    payee_of = np.arange(roster.size("person"))
    payee_of[roster.column("mandate", "beneficiary").astype(np.int64)] = roster.column("mandate", "payee").astype(
        np.int64
    )
    # The specials are drawn by themselves: nobody of them is paid this month, and inside the counts they would bend the
    # shares.
    apart = np.concatenate([specials.unknown, specials.dead])
    ordinary = np.unique(payee_of[np.setdiff1d(beneficiaries, apart)])
    bedridden = _cannot_leave_home(roster)
    parts = []
    for payees, paid in (
        # `ordinary` is sorted, as `np.unique` leaves it; that is how the example's position is found.
        (ordinary, int(np.searchsorted(ordinary, specials.example))),
        (np.unique(payee_of[apart]), None),
    ):
        # 400 years have 146,097 days: whole years without a fraction, and therefore the same on every machine.
        age = (roster.month.astype(DAY) - days[payees]).astype(np.int64) * 400 // 146_097
        traits = funnel.Traits(place[payees], age < 18, np.isin(payees, bedridden), age)
        parts.append((payees, funnel.draw(roster.rng, traits, roster.places.is_mountain, always_paid=paid)))
    joined = funnel.Addresses(
        *(
            np.concatenate([getattr(addresses, name) for _, addresses in parts])
            for name in ("state", "reason", "bank", "behaviour")
        )
    )
    return np.concatenate([payees for payees, _ in parts]), len(ordinary), joined


def _cannot_leave_home(roster: Roster) -> np.ndarray:
    is_extreme = roster.column("circumstance", "value") == "extremely_severe"
    return roster.column("circumstance", "person")[is_extreme].astype(np.int64)
