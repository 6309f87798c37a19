"""What if: the same event with other tables, hours or fairness, beside today's plan, before it is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.events.scheduling.flow import select
from matchmaker.events.scheduling.plans import Plan


@dataclass(frozen=True, slots=True)
class Comparison:
    """``gains`` and ``losses`` list (side, id, change) of the number of meetings, largest change first."""

    objective: tuple[int, int]
    weight: tuple[int, int]
    gap: tuple[float, float]
    meetings: tuple[int, int]
    below_floor: tuple[int, int]
    idle_gaps: tuple[int, int]
    gains: tuple[tuple[str, int, int], ...]
    losses: tuple[tuple[str, int, int], ...]


def compare(today: Plan, other: Plan) -> Comparison:
    """Put two plans of the same parties side by side: (today, other) for each figure.

    The organiser's what-if: ``compare(draft, plan(draft.instance.changed(tables=...)))``; `Instance.changed` takes any
    field. Raises ValueError when the two do not have the same parties.
    """
    shift = len(today.instance.suppliers)
    if (shift, len(today.instance.buyers)) != (len(other.instance.suppliers), len(other.instance.buyers)):
        raise ValueError("The two plans do not have the same parties.")
    change = other.degree - today.degree

    def changed(order: np.ndarray) -> tuple[tuple[str, int, int], ...]:
        return tuple(
            ("supplier", node, int(change[node])) if node < shift else ("buyer", node - shift, int(change[node]))
            for node in order.tolist()
        )

    up, down = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
    return Comparison(
        objective=(today.objective, other.objective),
        weight=(today.weight, other.weight),
        gap=(today.gap, other.gap),
        meetings=(len(today.meetings), len(other.meetings)),
        below_floor=tuple(sum(map(len, p.below_floor)) for p in (today, other)),  # type: ignore[arg-type]
        idle_gaps=(today.idle_gaps, other.idle_gaps),
        gains=changed(up[np.argsort(-change[up], kind="stable")]),
        losses=changed(down[np.argsort(change[down], kind="stable")]),
    )


def floor_price(plan: Plan) -> float:
    """What the fairness floor costs, at most: the share of the meetings' weight that a plan without it might add.

    Proven, for the flow without a bonus bounds the weight of every plan; what the plan itself misses is counted in.
    """
    if not plan.instance.fair_bonus:
        return 0.0
    most = select(plan.instance.changed(fair_bonus=0)).bound
    return max(0.0, 1 - plan.weight / most) if most else 0.0
