"""Interpreters limit the meetings that need one, and the bound knows it."""

import numpy as np
import pytest

from benchmarks.planning.instances import make_fair
from matchmaker.engines.planning import Instance, Interpreter, Party, plan
from tests.engines.planning.checker import check


@pytest.mark.parametrize("interpreters", [1, 3])
def test_the_gap_is_small_although_most_pairs_need_an_interpreter(interpreters):
    chance = np.random.default_rng(interpreters)
    pairs = [[s, b, int(chance.integers(100, 1000)), 0] for s in range(12) for b in range(12) if chance.random() < 0.5]
    instance = Instance(
        slots=8,
        day=(0,) * 8,
        tables=(10,) * 8,
        suppliers=tuple(Party(6, 1, languages=("fr",) if s % 3 else ("zh",)) for s in range(12)),
        buyers=(Party(6, 1, languages=("zh",)),) * 12,
        edges=np.array(pairs),
        fair_bonus=300,
        interpreters=(Interpreter((("zh", "fr"),), off=(0,)),) * interpreters,
    )
    made = plan(instance, rounds=20)
    assert check(instance.to_dict(), made.to_dict()).faults == []
    assert len(made.interpreted) <= 7 * interpreters
    assert made.objective <= made.bound
    assert made.gap < 0.02
    # Two teams with different languages have each their own price.
    both = instance.changed(
        suppliers=tuple(Party(6, 1, languages=(("fr", "zh", "de")[s % 3],)) for s in range(12)),
        interpreters=(Interpreter((("zh", "fr"),)), Interpreter((("zh", "de"),), off=(0, 1, 2))),
    )
    made = plan(both, rounds=20)
    assert check(both.to_dict(), made.to_dict()).faults == []
    assert made.gap < 0.03


@pytest.mark.parametrize("host", ["supplier", "buyer"])
def test_a_fair_with_too_few_interpreters_of_shared_languages_comes_close_to_its_bound(host):
    """Interpreters who work between three languages serve several kinds of pairs: each kind has its own price."""
    event = make_fair(80, 160, seed=7, interpreters=8)
    made = plan(Instance.from_dict(event), rounds=20, host=host)
    assert check(event, made.to_dict()).faults == []
    hours = sum(event["slots"] - len(who["off"]) for who in event["interpreters"])
    assert len(made.interpreted) > 0.9 * hours
    assert made.gap < 0.005


def test_prices_of_interpreters_prove_a_bound_that_no_plan_exceeds():
    """Two companies, one interpreter of one hour: the optimum is the better meeting, and the bound says so."""
    instance = Instance(
        slots=2,
        day=(0, 0),
        tables=(2, 2),
        suppliers=(Party(2, languages=("fr",)), Party(2, languages=("es",))),
        buyers=(Party(2, languages=("zh",)),),
        edges=np.array([[0, 0, 400, 0], [1, 0, 700, 0]]),
        interpreters=(Interpreter((("zh", "fr"), ("zh", "es")), off=(0,)),),
    )
    made = plan(instance, rounds=10)
    assert (made.objective, made.bound) == (700, 700)
