"""A plan of the meetings that both sides agreed to, all of them and no other: only their slots are to be found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from matchmaker.companies.models import Company
from matchmaker.engines.planning import (
    GivenMeeting,
    GivenMeetings,
    Instance,
    InterpreterRoster,
    NoPlanYet,
    Party,
    PlacedMeeting,
    Plan,
    Reason,
    assign_tables,
    fewest_breaks,
    gather,
)
from matchmaker.events.models import MeetingRequest
from matchmaker.events.services.not_plannable import NotPlannable
from matchmaker.events.services.snapshot import Snapshot


def _in_instants(reason: Reason | None, standing: Snapshot, open_slots: list[int]) -> dict[str, Any]:
    """With the time in place of the number of a slot."""
    if reason is None:
        return {}
    facts = dict(reason.facts)
    if "slot" in facts:
        facts["slot"] = standing.slots[open_slots[facts["slot"]]].isoformat()
    return {"code": reason.code, **facts}


def plan_agreed(standing: Snapshot, *, seconds: float, host: str, progress: Any = None) -> tuple[Plan, dict[str, Any]]:
    """The plan, and {"breaks", "bound"}: the number of waits and the fewest there can be.

    Slots without a table (lunch, days left out) are not there at all, so that they are no wait.

    Raises:
        NotPlannable: with a sentence, where the meetings cannot all take place, or the time was too short.
    """
    pairs = agreed_pairs(standing)
    instance = _with_room(standing.instance, pairs)
    open_slots = [slot for slot, count in enumerate(instance.tables) if count]
    given = given_meetings_of(standing, instance, pairs, open_slots)

    def tell(breaks: int | None, bound: int, spent: float) -> bool:
        return progress is None or progress("idle" if breaks is not None else "placing", 0, 0, 0.0, spent)

    try:
        made = fewest_breaks(given, seconds=seconds, progress=tell)
    except NoPlanYet as error:
        raise NotPlannable(str(error), reason={"code": "no_time"}) from error
    if made.slots is None:
        raise NotPlannable(made.why, reason=_in_instants(made.reason, standing, open_slots))
    meetings = [(s, b, open_slots[slot]) for (s, b), slot in zip(pairs, made.slots, strict=True)]
    return _as_plan(instance, meetings, standing.pinned, host, made.seconds), {
        "breaks": made.breaks,
        "bound": made.bound,
    }


def agreed_pairs(standing: Snapshot) -> list[tuple[int, int]]:
    """Places of the suppliers and buyers of accepted requests and of booked meetings, in the instance."""
    pairs = {row[:2] for row in standing.instance.fixed}
    accepted = MeetingRequest.objects.filter(event=standing.event, status=MeetingRequest.Status.ACCEPTED)
    for one, other in accepted.values_list("company", "other"):
        for supplier, buyer in ((one, other), (other, one)):
            pair = standing.supplier_at.get(supplier), standing.buyer_at.get(buyer)
            if pair in standing.instance.edge_of:
                pairs.add(pair)
    return sorted(pairs)


def _with_room(instance: Instance, pairs: list[tuple[int, int]]) -> Instance:
    """No one is refused a meeting that was agreed to, whatever number a company named."""
    count = np.zeros((2, max(len(instance.suppliers), len(instance.buyers), 1)), dtype=int)
    for pair in pairs:
        count[[0, 1], pair] += 1
    if instance.equals:
        count[:] = count.sum(axis=0)

    def roomy(side: int, parties: tuple[Party, ...]) -> tuple[Party, ...]:
        return tuple(replace(party, cap=max(party.cap, int(count[side, n]))) for n, party in enumerate(parties))

    return instance.changed(suppliers=roomy(0, instance.suppliers), buyers=roomy(1, instance.buyers))


def given_meetings_of(
    standing: Snapshot, instance: Instance, pairs: list[tuple[int, int]], open_slots: list[int]
) -> GivenMeetings:
    place = {slot: number for number, slot in enumerate(open_slots)}
    booked = {(s, b): place[slot] for s, b, slot in instance.fixed if slot in place}
    keys = standing.companies
    companies = Company.objects.in_bulk(keys)
    shift = instance.shift
    return GivenMeetings(
        slots=len(open_slots),
        morning=len(open_slots),
        off=tuple(frozenset(place[slot] for slot in party.off if slot in place) for party in instance.parties),
        meetings=tuple(GivenMeeting(s, shift + b, slot=booked.get((s, b))) for s, b in pairs),
        tables=tuple(instance.tables[slot] for slot in open_slots),
        names=tuple(companies[key].display_name for key in keys),
    )


def _as_plan(
    instance: Instance, meetings: list[PlacedMeeting], pinned: Mapping[PlacedMeeting, int], host: str, seconds: float
) -> Plan:
    """With tables and interpreters; the bound is what the plan is worth, for no agreed meeting is missing."""
    roster = InterpreterRoster(instance)
    for s, b, slot in meetings:
        edge = instance.edge_of[s, b]
        if instance.needs_interpreter[edge]:
            roster.seat(edge, slot)
    seated = assign_tables(meetings, instance.tables, pinned, host=host, equals=instance.equals)
    plan = Plan(instance, tuple(gather(instance, seated, pinned)), 0, seconds, roster.assignments())
    return replace(plan, bound=plan.objective)
