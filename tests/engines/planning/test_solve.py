import itertools
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.planning.instances import make_instance
from matchmaker.engines.planning import Instance, InvalidInstance, plan, warm
from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.linear import prices_of
from matchmaker.engines.planning.tighten import bound_from, programme_of
from tests.engines.planning.checker import check
from tests.engines.planning.events import event, events
from tests.engines.planning.exact import best_objective

relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check_plan(data, made):
    """The plan's verdict, which must be clean."""
    verdict = check(data, made.to_dict())
    assert verdict.faults == []
    assert verdict.objective == made.objective
    assert (verdict.idle_gaps, verdict.meetings) == (made.idle_gaps, len(made.meetings))
    assert verdict.below_floor == tuple(map(len, made.below_floor))
    return verdict


@pytest.mark.slow
@relaxed
@given(events(), st.integers(1, 9))
def test_any_plan_passes_the_checker_and_stays_under_the_exact_optimum_and_that_under_the_bound(data, seed):
    instance = Instance.from_dict(data)
    made = plan(instance, rounds=2, seed=seed)
    check_plan(data, made)
    best = best_objective(data)
    assert made.objective <= best <= made.bound


@pytest.mark.slow
@relaxed
@given(events())
def test_the_tighter_bound_is_a_bound_too(data):
    instance = Instance.from_dict(data)
    selection = select(instance)
    programme = programme_of(instance, selection)
    prices = prices_of(programme) if programme else None
    if prices is not None:
        assert best_objective(data) <= bound_from(instance, prices)


@pytest.mark.slow
@relaxed
@given(events(interpreted=True))
def test_interpreters_are_respected_whatever_the_event(data):
    check_plan(data, plan(Instance.from_dict(data), rounds=2))


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["norm", "tight", "tables"])
def test_a_middling_event_comes_within_half_a_percent_in_a_moment(variant):
    data = make_instance(60, 60, 12, seed=11, variant=variant)
    made = plan(Instance.from_dict(data), rounds=30)
    verdict = check_plan(data, made)
    assert made.gap < 0.005
    assert verdict.below_floor == (0, 0)


@pytest.mark.slow
def test_without_absences_and_with_enough_tables_the_plan_is_proven_best():
    data = make_instance(200, 200, 16, seed=12, variant="free")
    made = plan(Instance.from_dict(data), rounds=10)
    check_plan(data, made)
    assert made.gap == 0


@pytest.mark.slow
def test_the_small_bound_proves_a_plan_best_that_the_flow_cannot():
    data = make_instance(30, 30, 8, seed=3, variant="tables")
    instance = Instance.from_dict(data)
    made = plan(instance, rounds=100)
    check_plan(data, made)
    assert made.objective == made.bound


def test_an_event_without_pairs_has_an_empty_plan_with_no_gap():
    made = plan(Instance.from_dict(event(pairs={})), seconds=0)
    assert (made.meetings, made.objective, made.bound, made.gap) == ((), 0, 0, 0.0)


def test_booked_meetings_stay_where_they_are():
    data = event(fixed=[[0, 1, 2]])
    made = plan(Instance.from_dict(data), seconds=0)
    check_plan(data, made)
    assert [row[:3] for row in made.meetings if row[:2] == (0, 1)] == [(0, 1, 2)]


def test_of_two_wishes_for_one_slot_the_heavier_is_met():
    data = event(sizes=(1, 2), slots=1, pairs={(0, 0): 100, (0, 1): 300})
    made = plan(Instance.from_dict(data), seconds=0)
    assert [row[:2] for row in made.meetings] == [(0, 1)]


def test_the_floor_is_worth_its_bonus():
    data = event(slots=1, tables=1, pairs={(0, 0): 500, (1, 1): 400}, fair_bonus=300)
    data["suppliers"][1]["min"] = 1
    made = plan(Instance.from_dict(data), seconds=0)
    assert [row[:2] for row in made.meetings] == [(1, 1)]
    assert made.objective == made.bound == 700
    assert made.below_floor == ((), ())


@pytest.mark.slow
def test_progress_tells_the_stages_and_never_a_falling_objective_or_rising_bound():
    told = []
    data = make_instance(200, 200, 16, seed=4, variant="tight")
    plan(Instance.from_dict(data), rounds=5, progress=lambda *news: told.append(news))
    stages = [stage for stage, _ in itertools.groupby(news[0] for news in told)]
    assert stages == ["selecting", "placing", "improving", "idle", "tables"]
    assert all(a[1] <= b[1] and a[2] >= b[2] and a[4] <= b[4] for a, b in itertools.pairwise(told))


@pytest.mark.slow
def test_progress_that_says_no_ends_the_run_with_a_whole_plan():
    data = make_instance(200, 200, 16, seed=4, variant="tight")
    told = []
    made = plan(
        Instance.from_dict(data), seconds=30, progress=lambda stage, *_: told.append(stage) or stage != "improving"
    )
    check_plan(data, made)
    assert told == ["selecting", "placing", "improving"]
    assert made.gap < 0.01


@pytest.mark.slow
def test_the_run_stops_at_the_gap_the_organiser_chose():
    data = make_instance(200, 200, 16, seed=4, variant="norm")
    last = []
    made = plan(
        Instance.from_dict(data),
        rounds=100_000,  # hours
        target_gap=0.02,
        progress=lambda stage, *_: last.append(stage) or stage != "idle",
    )
    check_plan(data, made)
    assert last[-1] == "idle"
    assert made.gap <= 0.02


def test_plan_of_so_many_rounds_is_the_same_on_a_machine_of_any_speed():
    instance = Instance.from_dict(make_instance(20, 20, 8, seed=5, variant="tight"))
    ticks = itertools.count(step=1000)
    made = [plan(instance, rounds=3, clock=clock) for clock in (time.monotonic, lambda: next(ticks))]
    assert made[0].meetings == made[1].meetings
    assert plan(instance, rounds=0).objective <= made[0].objective


def test_a_booked_meeting_without_any_interpreter_is_refused():
    data = event(fixed=[[0, 0, 0]])
    data["suppliers"][0]["languages"], data["buyers"][0]["languages"] = ["zh"], ["fr"]
    with pytest.raises(InvalidInstance) as refusal:
        plan(Instance.from_dict(data), seconds=0)
    assert str(refusal.value) == "The fixed meeting of supplier 0 and buyer 0 has no free interpreter."


@pytest.mark.slow
def test_after_warming_up_a_plan_keeps_to_its_time():
    warm()
    instance = Instance.from_dict(make_instance(60, 60, 12, seed=2, variant="tight"))
    assert plan(instance, seconds=0.3, clock=time.thread_time).seconds < 1
