"""Interpreters limit the meetings that need one, and the bound knows it."""

import numpy as np
import pytest

from matchmaker.events.scheduling import Instance, Interpreter, Party, plan
from tests.events.scheduling.checker import check


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
    made = plan(instance, seconds=0.5)
    assert check(instance.to_dict(), made.to_dict()).faults == []
    assert len(made.interpreted) <= 7 * interpreters
    assert made.objective <= made.bound
    assert made.gap < 0.02
    # Two teams with different languages have each their own price.
    both = instance.changed(
        suppliers=tuple(Party(6, 1, languages=(("fr", "zh", "de")[s % 3],)) for s in range(12)),
        interpreters=(Interpreter((("zh", "fr"),)), Interpreter((("zh", "de"),), off=(0, 1, 2))),
    )
    made = plan(both, seconds=0.5)
    assert check(both.to_dict(), made.to_dict()).faults == []
    assert made.gap < 0.03
