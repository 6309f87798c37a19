import time

import pytest

from benchmarks.instances import make_instance
from matchmaker.events.scheduling import Instance
from matchmaker.events.scheduling.board import Board
from matchmaker.events.scheduling.flow import select
from matchmaker.events.scheduling.idle import polish
from matchmaker.events.scheduling.interpreters import Booth
from matchmaker.events.scheduling.solve import finished, place
from tests.events.scheduling.checker import check


@pytest.mark.slow
def test_days_become_shorter_and_nothing_else_changes():
    data = make_instance(120, 120, 16, seed=5, variant="norm")
    instance = Instance.from_dict(data)
    board, booth = Board.empty(instance), Booth(instance)
    place(board, booth, select(instance).edges, seed=1)
    before = finished(instance, board, booth, 10**9, 0)
    change = polish(board, instance.day, deadline=time.monotonic() + 2)
    after = finished(instance, board, booth, 10**9, 0)
    assert check(data, after.to_dict()).faults == []
    assert after.objective == before.objective
    assert after.idle_gaps == before.idle_gaps + change
    assert after.idle_gaps < 0.3 * before.idle_gaps
