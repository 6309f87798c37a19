"""What the fairness floor of a plan costs, and the bound of an event without planning it."""

from __future__ import annotations

from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.instance import Instance
from matchmaker.engines.planning.plans import Plan


def floor_price(plan: Plan) -> float:
    """What the fairness floor costs, at most: the share of the meetings' weight that a plan without it might add.

    Proven, for the flow without a bonus bounds the weight of every plan; what the plan itself misses is counted in.
    """
    if not plan.instance.fair_bonus:
        return 0.0
    most = select(plan.instance.changed(fair_bonus=0)).bound
    return max(0.0, 1 - plan.weight / most) if most else 0.0


def bound_of(instance: Instance) -> int:
    """What no plan of this event can exceed, by the selection alone."""
    return select(instance).bound
