"""Scheduling of 1:1 meetings with a proven bound. Plain Python, without Django and without the rest of this project."""

from matchmaker.events.scheduling.alternatives import Alternative, Conflict, alternatives
from matchmaker.events.scheduling.days import Preferences
from matchmaker.events.scheduling.explain import facts
from matchmaker.events.scheduling.fairness import bound_of, floor_price
from matchmaker.events.scheduling.instance import Instance, Interpreter, InvalidInstance, Party
from matchmaker.events.scheduling.plans import Agenda, Plan
from matchmaker.events.scheduling.replan import keep_interpreters, replan, with_absences
from matchmaker.events.scheduling.solve import plan, warm
from matchmaker.events.scheduling.tables import HOSTS

__all__ = [
    "HOSTS",
    "Agenda",
    "Alternative",
    "Conflict",
    "Instance",
    "Interpreter",
    "InvalidInstance",
    "Party",
    "Plan",
    "Preferences",
    "alternatives",
    "bound_of",
    "facts",
    "floor_price",
    "keep_interpreters",
    "plan",
    "replan",
    "warm",
    "with_absences",
]
