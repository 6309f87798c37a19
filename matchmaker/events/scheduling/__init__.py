"""Scheduling of 1:1 meetings with a proven bound. Plain Python: lift the folder into another project as it stands."""

from matchmaker.events.scheduling.alternatives import Alternative, Conflict, alternatives
from matchmaker.events.scheduling.explain import CODES, Reason, facts
from matchmaker.events.scheduling.instance import Instance, Interpreter, InvalidInstance, Party
from matchmaker.events.scheduling.plans import Plan
from matchmaker.events.scheduling.replan import most_without_moves, replan, with_absences
from matchmaker.events.scheduling.solve import STAGES, plan, warm
from matchmaker.events.scheduling.whatif import Comparison, compare, floor_price

__all__ = [
    "CODES",
    "STAGES",
    "Alternative",
    "Comparison",
    "Conflict",
    "Instance",
    "Interpreter",
    "InvalidInstance",
    "Party",
    "Plan",
    "Reason",
    "alternatives",
    "compare",
    "facts",
    "floor_price",
    "most_without_moves",
    "plan",
    "replan",
    "warm",
    "with_absences",
]
