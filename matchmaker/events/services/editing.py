"""Changing a draft by hand: move, place, take out, lock. Each change keeps every hard rule of the plan."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.problems import Refused
from matchmaker.events.models import PlanDraft
from matchmaker.events.scheduling import Alternative, Plan, alternatives
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.snapshot import Snapshot


def _opened(by: User, draft: PlanDraft) -> tuple[PlanDraft, Snapshot, Plan]:
    require_organiser(by, draft.event.campaign)
    draft = PlanDraft.objects.select_for_update().select_related("event__campaign").get(pk=draft.pk)
    if draft.state != PlanDraft.State.READY:
        raise Refused("plan_state", _("Only a draft can be changed. Change published meetings one by one."))
    return draft, *snapshots.of_draft(draft)


def best_slots(plan: Plan, supplier: int, buyer: int, *, count: int = 3) -> list[Alternative]:
    """The best other slots for a pair of the instance; empty when the pair may not meet."""
    if (supplier, buyer) not in plan.instance.edge_of:
        return []
    return alternatives(plan, supplier, buyer, count=count)


def free_table(plan: Plan, slot: int, supplier: int) -> int | None:
    """The table for one more meeting in a slot: the supplier's own of the day where it is free."""
    taken = {table for _s, _b, at, table in plan.meetings if at == slot}
    own = [table for s, _b, _at, table in plan.meetings if s == supplier]
    candidates = [*own, *range(plan.instance.tables[slot])]
    return next((table for table in candidates if table not in taken and table < plan.instance.tables[slot]), None)


@transaction.atomic
def move_in_draft(*, by: User, draft: PlanDraft, supplier: int, buyer: int, slot: int) -> PlanDraft:
    """Put a pair (places in the instance) into a slot, from another one or from nowhere.

    Raises:
        Refused: one of the two is away, busy or full, no table or interpreter is free, or the pair may not meet.
    """
    draft, standing, plan = _opened(by, draft)
    instance = plan.instance
    if (supplier, buyer) not in instance.edge_of or not 0 <= slot < instance.slots:
        raise Refused("no_such_pair", _("These two cannot meet."), status=400)
    found = next(
        (option for option in best_slots(plan, supplier, buyer, count=instance.slots) if option.slot == slot), None
    )
    if found is None:
        raise Refused("away", _("One of the two is away then."), field="slot")
    if found.conflicts:
        raise Refused(found.conflicts[0].code, _("Something stands in the way at that time."), field="slot")
    rows = [row for row in plan.meetings if row[:2] != (supplier, buyer)]
    rest = Plan(instance, tuple(rows), plan.bound, plan.seconds, plan.interpreted)
    table = free_table(rest, slot, supplier)
    if table is None:
        raise Refused("no_table", _("Every table is taken then."), field="slot")
    interpreted = [row for row in plan.interpreted if row[:2] != (supplier, buyer)]
    if instance.needs_interpreter[instance.edge_of[supplier, buyer]]:
        who = _free_interpreter(instance, rest, interpreted, supplier, buyer, slot)
        if who is None:
            raise Refused("no_interpreter", _("No interpreter is free then."), field="slot")
        interpreted.append((supplier, buyer, who))
    rows.append((supplier, buyer, slot, table))
    return _store(by, draft, standing, _changed(plan, rows, interpreted), "move_in_draft")


def _free_interpreter(instance, rest: Plan, interpreted, supplier: int, buyer: int, slot: int) -> int | None:
    slot_of = {(s, b): at for s, b, at, _table in rest.meetings}
    busy = {who for s, b, who in interpreted if slot_of.get((s, b)) == slot}
    one, other = instance.suppliers[supplier].languages, instance.buyers[buyer].languages
    return next(
        (
            who
            for who, person in enumerate(instance.interpreters)
            if who not in busy and slot not in person.off and person.covers(one, other)
        ),
        None,
    )


@transaction.atomic
def take_out_of_draft(*, by: User, draft: PlanDraft, supplier: int, buyer: int) -> PlanDraft:
    """Leave a meeting out of the draft."""
    draft, standing, plan = _opened(by, draft)
    rows = [row for row in plan.meetings if row[:2] != (supplier, buyer)]
    if len(rows) == len(plan.meetings):
        raise Refused("no_such_meeting", _("This meeting is not in the draft."), status=404)
    draft.locked = [pair for pair in draft.locked if tuple(pair) != (supplier, buyer)]
    interpreted = [row for row in plan.interpreted if row[:2] != (supplier, buyer)]
    return _store(by, draft, standing, _changed(plan, rows, interpreted), "take_out_of_draft")


@transaction.atomic
def lock_in_draft(*, by: User, draft: PlanDraft, supplier: int, buyer: int, locked: bool = True) -> PlanDraft:
    """Pin a meeting: a new run that starts from this draft keeps it where it is."""
    draft, _standing, plan = _opened(by, draft)
    if (supplier, buyer) not in {row[:2] for row in plan.meetings}:
        raise Refused("no_such_meeting", _("This meeting is not in the draft."), status=404)
    pairs = {tuple(pair) for pair in draft.locked}
    pairs = pairs | {(supplier, buyer)} if locked else pairs - {(supplier, buyer)}
    draft.locked = sorted(map(list, pairs))
    draft.save(update_fields=["locked"])
    record(by=by, verb="lock_in_draft", on=draft, organisation=draft.event.campaign, facts={"locked": locked})
    return draft


def _changed(plan: Plan, rows: list, interpreted: list) -> Plan:
    return Plan(
        plan.instance, tuple(sorted(rows, key=lambda row: row[2:])), plan.bound, plan.seconds, tuple(interpreted)
    )


def _store(by: User, draft: PlanDraft, standing: Snapshot, plan: Plan, verb: str) -> PlanDraft:
    draft.result = plan.to_dict(unplaced=False)
    draft.meetings_count, draft.objective = len(plan.meetings), plan.objective
    draft.gap, draft.below_floor = max(plan.gap, 0.0), sum(len(side) for side in plan.below_floor)
    changed: list[Any] = ["result", "locked", "meetings_count", "objective", "gap", "below_floor"]
    draft.save(update_fields=changed)
    record(by=by, verb=verb, on=draft, organisation=draft.event.campaign, facts={"meetings": len(plan.meetings)})
    return draft
