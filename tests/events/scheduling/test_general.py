"""CSPLib 046: the fourteen published instances, answered as published."""

import json
from pathlib import Path

import pytest

from matchmaker.events.scheduling.general import schedule_all

PUBLISHED = json.loads((Path(__file__).parents[3] / "data/eval-dev/meeting_scheduling.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: f"{case['instance']}-{case['status']}")
def test_a_published_instance_is_answered_rightly(case):
    slots = schedule_all(case["agents"].values(), case["distance"], case["n_slots"])
    assert (slots is not None) == (case["status"] == "feasible")
    if slots is not None:
        assert all(0 <= slot < case["n_slots"] for slot in slots)
        for meetings in case["agents"].values():
            for one in meetings:
                for other in meetings:
                    assert one == other or abs(slots[one] - slots[other]) > case["distance"][one][other]


def test_there_are_fourteen():
    assert len(PUBLISHED) == 14
