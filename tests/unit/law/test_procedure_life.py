"""The life of a benefit: all pairs of states, one payer a month, sentences, and what a late decision takes back or adds."""

import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws
from ansinh.law.procedure import transitions
from ansinh.law.procedure.events import Changed, Event, Granted, Moved, Reviewed, Stopped, Suspended
from ansinh.law.procedure.life import DUE, HELD, NOT_DUE, MonthOfLife, differences, months_of_life
from ansinh.law.procedure.loading import load_procedure
from ansinh.law.procedure.rules import Group, ProcedureLaw

LATE = datetime.date(2028, 12, 31)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def law() -> ProcedureLaw:
    return load_procedure(default_laws())


def live(
    law: ProcedureLaw,
    *events: Event,
    group: Group = "assistance",
    until: str = "2027-06",
    known_on: datetime.date = LATE,
) -> dict[str, MonthOfLife]:
    months = months_of_life(law, group, events, until=Month.parse(until), known_on=known_on)
    return {str(entry.month): entry for entry in months}


GRANT = Granted(day("2026-10-08"), "19777", "K8")
ACTS = sorted({act for acts in transitions.EDGES.values() for act in acts})


@pytest.mark.parametrize(("state", "act"), list(itertools.product(transitions.STATES, ACTS)))
def test_every_state_meets_every_act(state: str, act: str) -> None:
    leads = [following for (before, following), acts in transitions.EDGES.items() if before == state and act in acts]
    assert len(leads) <= 1
    if leads:
        assert transitions.after(state, act) == leads[0]
        return
    with pytest.raises(Refused) as refused:
        transitions.after(state, act)
    assert (refused.value.reason, refused.value.details["act"]) == ("life_out_of_order", act)


PAIRS = {
    ("NOT_GRANTED", "IN_PAYMENT"), ("IN_PAYMENT", "IN_PAYMENT"), ("IN_PAYMENT", "SUSPENDED"), ("SUSPENDED", "IN_PAYMENT"),
    ("SUSPENDED", "TERMINATED"), ("IN_PAYMENT", "TERMINATED"), ("TERMINATED", "IN_PAYMENT"),
}  # fmt: skip


@pytest.mark.parametrize("pair", list(itertools.product(transitions.STATES, transitions.STATES)))
def test_all_pairs_of_states(pair: tuple[str, str]) -> None:
    assert (pair in transitions.EDGES) == (pair in PAIRS)


def test_no_suspension_rule_was_found_for_pensions(law: ProcedureLaw) -> None:
    pension = Granted(day("2026-10-08"), "19777", "HT")
    with pytest.raises(Refused) as refused:
        live(law, pension, Suspended(day("2026-12-01"), "no_reassessment"), group="pension")
    assert (refused.value.reason, refused.value.details["clauses"]) == ("no_legal_ground", [])


@pytest.mark.parametrize(("decided", "allowed"), [("2026-10-04", True), ("2026-10-05", False)])
def test_detention_suspends_only_under_the_old_circular(law: ProcedureLaw, decided: str, allowed: bool) -> None:
    acts = [
        Granted(day("2024-02-08"), "19777", "K8"),
        Suspended(day(decided), "detained", detained_from=day("2026-08-20")),
    ]
    if allowed:
        assert live(law, *acts)["2026-10"].state == HELD
        return
    with pytest.raises(Refused) as refused:
        live(law, *acts)
    assert refused.value.reason == "no_legal_ground"
    assert len(refused.value.details["clauses"]) == 2


def test_sentences_name_clause_month_and_day(law: ProcedureLaw) -> None:
    months = live(law, GRANT, Stopped(day("2026-12-20"), day("2026-12-15"), "died"))
    ended = months["2027-01"]
    assert (ended.clause, ended.ground) == (
        "NĐ 335/2026/NĐ-CP, Điều 8 khoản 4",
        "NĐ 335/2026/NĐ-CP, Điều 9 khoản 2 điểm a",
    )
    assert ended.because.vi == (
        "Tháng 01/2027 không được hưởng: người hưởng chết ngày 15/12/2026; thôi hưởng từ tháng ngay sau, 01/2027."
    )
    assert ended.because.en == (
        "2027-01 is not due: the person died on 2026-12-15; the benefit ends with the month after, 2027-01."
    )
    assert months["2026-12"].because.vi.startswith("Tháng 12/2026 được hưởng")


def test_a_changed_level_is_said_from_its_month_on(law: ProcedureLaw) -> None:
    suspended = Suspended(day("2026-12-01"), "no_reassessment")
    changed = Reviewed(day("2027-03-10"), "changed", day("2027-01-20"))
    months = live(law, GRANT, suspended, changed)
    assert [months[m].clause for m in ("2026-11", "2026-12", "2027-01", "2027-04")] == [
        "NĐ 335/2026/NĐ-CP, Điều 8 khoản 2",
        "NĐ 335/2026/NĐ-CP, Điều 9 khoản 4",
        "NĐ 335/2026/NĐ-CP, Điều 8 khoản 4",
        "NĐ 335/2026/NĐ-CP, Điều 8 khoản 4",
    ]
    assert {entry.state for entry in months.values()} == {DUE}


def test_what_an_unread_decree_amended_is_marked(law: ProcedureLaw) -> None:
    before = live(law, Granted(day("2025-06-30"), "19777", "K8"), until="2025-08")["2025-06"]
    after = live(law, Granted(day("2025-07-01"), "19777", "K8"), until="2025-08")["2025-07"]
    assert before.unverified == ()
    assert "NĐ 147/2025" in after.unverified[0][1]


def test_a_file_between_two_decrees_says_how_it_is_read(law: ProcedureLaw) -> None:
    grant = Granted(day("2026-10-12"), "19777", "K6", day("2026-09-20"), day("2026-08-15"))
    months = live(law, grant)
    assert min(months) == "2026-10"
    assert any("ngày ký" in note for _, note in months["2026-10"].unverified)


MISSING = [
    (Granted(day("2024-04-10"), "19777", "K6"), "certificate_on"),
    (Granted(day("2024-04-10"), "19777", "K5b"), "birth_date"),
]


@pytest.mark.parametrize(("event", "missing"), MISSING)
def test_a_decision_without_its_day_is_refused(law: ProcedureLaw, event: Granted, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        live(law, event)
    assert (refused.value.reason, refused.value.details["field"]) == ("life_event_incomplete", missing)


def test_a_review_without_the_day_of_the_change_is_refused(law: ProcedureLaw) -> None:
    with pytest.raises(Refused) as refused:
        live(law, GRANT, Suspended(day("2026-12-01"), "no_reassessment"), Reviewed(day("2027-01-05"), "changed"))
    assert refused.value.details["field"] == "changed_on"


def test_a_move_from_elsewhere_and_one_that_goes_back_are_refused(law: ProcedureLaw) -> None:
    first = Moved(day("2026-11-20"), Month(2026, 12), "19777", "29374")
    with pytest.raises(Refused) as refused:
        live(law, GRANT, first, Moved(day("2026-12-20"), Month(2027, 1), "19777", "04333"))
    assert refused.value.reason == "move_from_elsewhere"
    with pytest.raises(Refused) as refused:
        live(law, GRANT, first, Moved(day("2026-12-20"), Month(2026, 11), "29374", "04333"))
    assert refused.value.reason == "move_out_of_order"


def test_a_new_grant_never_pays_a_month_twice(law: ProcedureLaw) -> None:
    # Under the old decree the certificate reaches back; it may not reach into what an earlier decision paid.
    again = Granted(day("2024-09-02"), "29374", "K6", certificate_on=day("2024-01-15"))
    first = Granted(day("2024-02-02"), "19777", "K6", certificate_on=day("2024-01-15"))
    ended = Stopped(day("2024-05-20"), day("2024-05-10"), "not_eligible")
    months = live(law, first, ended, again, until="2024-10")
    payers = {month: entry.commune for month, entry in months.items() if entry.state == DUE}
    assert [payers[f"2024-{number:02d}"] for number in (1, 5, 6, 9)] == ["19777", "19777", "29374", "29374"]


def test_late_knowledge_takes_back_and_adds(law: ProcedureLaw) -> None:
    died = Stopped(day("2026-11-20"), day("2026-10-31"), "died")
    before = months_of_life(law, "assistance", [GRANT, died], until=Month(2026, 12), known_on=day("2026-11-19"))
    after = months_of_life(law, "assistance", [GRANT, died], until=Month(2026, 12), known_on=day("2026-11-20"))
    assert differences(before, after, paid_until=Month(2026, 11)).recovered == ((Month(2026, 11), "19777"),)
    assert differences(after, before, paid_until=Month(2026, 11)).arrears == ((Month(2026, 11), "19777"),)
    assert differences(after, after, paid_until=Month(2026, 12)) == differences(
        before, before, paid_until=Month(2026, 12)
    )


COMMUNES = ("19777", "29374", "04333", "26734")


@st.composite
def moves(draw: st.DrawFn) -> list[Event]:
    """Draw a grant, up to three moves in order, perhaps a change, perhaps an end: all decided under NĐ 335/2026."""
    events: list[Event] = [GRANT]
    here, decided, stop = "19777", day("2026-10-20"), Month(2026, 10)
    for there in draw(st.lists(st.sampled_from(COMMUNES), max_size=3)):
        decided += datetime.timedelta(days=draw(st.integers(0, 60)))
        stop = stop.plus(draw(st.integers(0, 3)))
        events.append(Moved(decided, stop, here, there))
        here = there
    if draw(st.booleans()):
        decided += datetime.timedelta(days=draw(st.integers(0, 60)))
        events.append(Changed(decided, day("2026-10-08") + datetime.timedelta(days=draw(st.integers(0, 200)))))
    if draw(st.booleans()):
        decided += datetime.timedelta(days=draw(st.integers(0, 60)))
        events.append(Stopped(decided, day("2026-10-08") + datetime.timedelta(days=draw(st.integers(0, 300))), "died"))
    return events


@settings(max_examples=300, deadline=None)
@given(events=moves())
def test_exactly_one_commune_pays_each_due_month(law: ProcedureLaw, events: list[Event]) -> None:
    until = Month(2027, 12)
    months = months_of_life(law, "assistance", events, until=until, known_on=LATE)
    assert [entry.month for entry in months] == list(Month(2026, 10).until(until))
    died = [event.happened_on for event in events if isinstance(event, Stopped)]
    stops = [event for event in events if isinstance(event, Moved)]
    for entry in months:
        ended = bool(died) and entry.month > Month.of(died[0])
        assert entry.state == (NOT_DUE if ended else DUE)
        # The payer is whoever the last move up to the month names: written here as a lookup, not as a rewriting.
        payer = next((move.to_commune for move in reversed(stops) if move.stop_month <= entry.month), "19777")
        assert entry.commune == ("" if ended else payer)


@settings(max_examples=200, deadline=None)
@given(events=moves(), first=st.integers(0, 400), second=st.integers(0, 400))
def test_knowledge_in_two_steps_equals_knowledge_at_once(
    law: ProcedureLaw, events: list[Event], first: int, second: int
) -> None:
    days = [day("2026-10-08") + datetime.timedelta(days=number) for number in sorted((first, second))]
    until = Month(2027, 12)
    known = [months_of_life(law, "assistance", events, until=until, known_on=known_on) for known_on in (*days, LATE)]
    step = [differences(before, after, paid_until=until) for before, after in itertools.pairwise(known)]
    once = differences(known[0], known[2], paid_until=until)
    paid = {(entry.month, entry.commune) for entry in known[0] if entry.state == DUE}
    for change in step:
        paid = (paid - set(change.recovered)) | set(change.arrears)
    start = {(entry.month, entry.commune) for entry in known[0] if entry.state == DUE}
    assert paid == (start - set(once.recovered)) | set(once.arrears)
