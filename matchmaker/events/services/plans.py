"""Plans: start one, compute it in the background, edit the draft, publish it as a whole."""

import datetime as dt
import time
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.leases import unleased
from matchmaker.core.problems import Refused
from matchmaker.engines.planning import HOSTS, Alternative, Plan, Preferences, alternatives, bound_of, floor_price, plan
from matchmaker.events.models import Event, PlanDraft
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.agreed import plan_agreed
from matchmaker.events.services.not_plannable import NotPlannable, with_names
from matchmaker.events.services.open_slots import closed_slots, slots_of
from matchmaker.events.services.snapshot import DEFAULTS, Snapshot

MOST_SECONDS = 180  # a task ends before Redis would hand it to a second worker
MAX_ATTEMPTS = 3
LEASE = dt.timedelta(seconds=MOST_SECONDS + 90)
LIMITS = {
    "seconds": (1, MOST_SECONDS),
    "floor": (0, 50),
    "fair_bonus": (0, 10_000),
    "most": (1, 200),
    "supplier_share": (0, 500),
    "buyer_share": (0, 500),
    "tables": (1, 2000),
    "day_price": (0, 1000),
    "wait_price": (0, 1000),
    "late_price": (0, 1000),
    "walk_price": (0, 1000),
    "most_loss": (0, 10),
}


@transaction.atomic
def start_plan(*, by: User, event: Event, base: PlanDraft | None = None, **options: Any) -> PlanDraft:
    """Ask for a plan of all meetings; a worker computes it.

    Options: `seconds`, `target_gap`, `floor` (meetings no one should be left below), `fair_bonus` (its price),
    `most` (meetings a company, unless it said less), `supplier_share` and `buyer_share` (how much their wishes count,
    percent), `expects_no_shows`, `given`, `days`, `lunch_from`, `lunch_until`, `host`, `most_loss`, `day_price`,
    `wait_price`, `late_price`, `walk_price` (`snapshot.DEFAULTS` says what they are), and for a what-if `tables`,
    `opens_at`, `closes_at`. `base` keeps the meetings locked in that draft.

    Raises:
        Refused: no one to bring together, an option out of bounds, or a plan of this event is being computed.
    """
    require_organiser(by, event.campaign)
    chosen = {**DEFAULTS, **{name: value for name, value in options.items() if value is not None}}
    if unknown := chosen.keys() - DEFAULTS.keys():
        raise ValueError(f"no such option: {sorted(unknown)}")
    for name, (low, high) in LIMITS.items():
        if chosen[name] is not None and not low <= chosen[name] <= high:
            raise Refused(
                "option_out_of_bounds",
                _("Write a number from %(low)d to %(high)d.") % {"low": low, "high": high},
                field=name,
                status=400,
            )
    _check_companies(event)
    _check_choices(event, chosen)
    chosen["keep"] = _locked_keys(base) if base is not None else []
    try:
        with transaction.atomic():
            draft = PlanDraft.objects.create(event=event, started_by=by, options=chosen)
    except IntegrityError:
        raise Refused("plan_already_going", _("A plan of this event is being computed already.")) from None
    record(by=by, verb="start_plan", on=draft, organisation=event.campaign, facts={"options": _plain(chosen)})
    return draft


def _check_companies(event: Event) -> None:
    registered = event.participations.registered()
    if event.is_of_equals:
        if registered.count() < 2:
            raise Refused("too_few_companies", _("Fewer than two companies are registered."))
        return
    for side, sentence in (
        ("supplier", _("No supplier is registered yet.")),
        ("buyer", _("No buyer is registered yet.")),
    ):
        if not registered.filter(side=side).exists():
            raise Refused(f"no_{side}", sentence)


def _check_choices(event: Event, chosen: dict[str, Any]) -> None:
    if chosen["host"] not in HOSTS:
        raise Refused("no_such_host", _("Choose who keeps the table."), field="host", status=400)
    if not set(chosen["days"] or ()) <= {day.isoformat() for day in event.days}:
        raise Refused("no_such_day", _("Choose days of this event."), field="days", status=400)
    slots = slots_of(event, chosen)
    if len(closed_slots(event, slots, chosen)) == len(slots):
        raise Refused("no_slots", _("Between opening and closing there is no room for a meeting."))


def _plain(options: dict) -> dict:
    return {name: value for name, value in options.items() if name != "keep"}


def _locked_keys(base: PlanDraft) -> list[list]:
    """Meetings locked in a draft as [supplier key, buyer key, instant]."""
    standing, drawn = snapshots.of_draft(base)
    locked = {tuple(pair) for pair in base.locked}
    return [
        [standing.suppliers[s], standing.buyers[b], standing.slots[slot].isoformat()]
        for s, b, slot, _table in drawn.meetings
        if (s, b) in locked
    ]


def claim_plan() -> PlanDraft | None:
    """Take one plan no one computes: a conditional update, so that two workers never hold the same."""
    now = timezone.now()
    free = PlanDraft.objects.filter(unleased(now), state=PlanDraft.State.COMPUTING)
    for draft in free.order_by("pk").light()[:5]:
        if draft.attempts >= MAX_ATTEMPTS:
            _mark_failed(draft, "tried too often", {"code": "gave_up", "attempts": draft.attempts})
            continue
        token = uuid.uuid4()
        taken = free.filter(pk=draft.pk, attempts=draft.attempts)
        claim = {"lease_until": now + LEASE, "lease_token": token, "stage": "reading"}
        if taken.update(**claim, attempts=F("attempts") + 1):
            return PlanDraft.objects.select_related("event").get(pk=draft.pk)
    return None


def compute_plan() -> bool:
    """Compute one waiting plan with its progress written to its row; False when none waits."""
    draft = claim_plan()
    if draft is None:
        return False
    mine = PlanDraft.objects.filter(pk=draft.pk, state=PlanDraft.State.COMPUTING, lease_token=draft.lease_token)
    options = draft.options
    try:
        standing = snapshots.of_event(draft.event, options)
        with with_names(standing.companies, standing.slots):
            standing = _pin_locked(standing, options.get("keep", []))
            made, waits = _compute(standing, {**DEFAULTS, **options}, _reporter(mine))
    except NotPlannable as refusal:
        _mark_failed(draft, str(refusal), refusal.reason)
        return True
    standing = replace(standing, instance=made.instance)
    result = made.to_dict(unplaced=False) | {
        "given": waits,
        "floor_price": round(floor_price(made), 6),
        "lunch_price": round(_lunch_price(draft.event, options, made), 6),
    }
    locked_pairs = {tuple(row[:2]) for row in standing.instance.fixed}
    mine.update(
        state=PlanDraft.State.READY,
        instance=standing.to_dict(),
        result=result,
        locked=sorted(map(list, locked_pairs)),
        stage="done",
        finished_at=timezone.now(),
        lease_until=None,
        **_figures(made),
    )
    return True


def _compute(standing: Snapshot, options: dict[str, Any], progress) -> tuple[Plan, dict[str, Any] | None]:
    """The plan; with agreed meetings only, also its waits and the fewest there can be."""
    if options["given"]:
        return plan_agreed(standing, seconds=options["seconds"], host=options["host"], progress=progress)
    made = plan(
        standing.instance,
        seconds=options["seconds"],
        target_gap=options["target_gap"],
        progress=progress,
        preferences=_preferences(options),
        host=options["host"],
        pinned=standing.pinned,
    )
    return made, None


def _preferences(options: dict[str, Any]) -> Preferences:
    wait = options["wait_price"] / 10
    return Preferences(
        day=options["day_price"] / 10,
        wait=wait,
        idle=wait,
        late=options["late_price"] / 10,
        walk=options["walk_price"] / 10,
        most_loss=options["most_loss"] / 100,
    )


def _lunch_price(event: Event, options: dict[str, Any], made: Plan) -> float:
    """The share of the bound that a free lunch costs."""
    if not options.get("lunch_from") or options.get("given"):
        return 0.0
    open_all_day = snapshots.of_event(event, {**options, "lunch_from": None, "lunch_until": None})
    most = bound_of(open_all_day.instance)
    return max(0.0, 1 - bound_of(made.instance) / most) if most else 0.0


def _pin_locked(standing: Snapshot, keep: list[list]) -> Snapshot:
    """Pin the meetings an earlier draft had locked, where they are still possible."""
    fixed = {row[:2]: row for row in standing.instance.fixed}
    for supplier, buyer, instant in keep:
        s, b = standing.supplier_at.get(supplier), standing.buyer_at.get(buyer)
        slot = standing.slot_at.get(dt.datetime.fromisoformat(instant))
        if s is None or b is None or slot is None or (s, b) not in standing.instance.edge_of:
            continue
        if slot in standing.instance.suppliers[s].off or slot in standing.instance.buyers[b].off:
            continue
        fixed.setdefault((s, b), (s, b, slot))
    return replace(standing, instance=standing.instance.changed(fixed=tuple(sorted(fixed.values()))))


def _reporter(mine):
    """Write how far it is, at most once a second; a plan that was discarded meanwhile stops."""
    last = 0.0

    def tell(stage: str, objective: int, bound: int, gap: float, seconds: float) -> bool:
        nonlocal last
        if time.monotonic() - last < 1 and stage == "improving":
            return True
        last = time.monotonic()
        return bool(mine.update(stage=stage, objective=objective, bound=bound, gap=max(gap, 0), seconds=seconds))

    return tell


def _figures(made: Plan) -> dict[str, Any]:
    return {
        "meetings_count": len(made.meetings),
        "objective": made.objective,
        "bound": made.bound,
        "gap": max(made.gap, 0.0),
        "seconds": made.seconds,
        "below_floor": sum(len(side) for side in made.below_floor),
    }


def _mark_failed(draft: PlanDraft, why: str, reason: dict[str, Any] | None = None) -> None:
    end = {"state": PlanDraft.State.FAILED, "last_error": why[:300], "failure": reason or {}}
    computing = PlanDraft.objects.filter(pk=draft.pk, state=PlanDraft.State.COMPUTING)
    computing.update(**end, finished_at=timezone.now(), lease_until=None)


@transaction.atomic
def discard_plan(*, by: User, draft: PlanDraft) -> PlanDraft:
    """Throw a draft away, or stop one that is being computed."""
    require_organiser(by, draft.event.campaign)
    open_states = [PlanDraft.State.COMPUTING, PlanDraft.State.READY, PlanDraft.State.FAILED]
    moved = PlanDraft.objects.filter(pk=draft.pk, state__in=open_states).update(
        state=PlanDraft.State.DISCARDED, finished_at=timezone.now()
    )
    if not moved:
        raise Refused("plan_state", _("Only a draft can be discarded."))
    draft.refresh_from_db()
    record(by=by, verb="discard_plan", on=draft, organisation=draft.event.campaign)
    return draft


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """A meeting of a plan; `interpreter` is a name, '' where the two need none."""

    supplier: Company
    buyer: Company
    starts_at: dt.datetime
    ends_at: dt.datetime
    table: int
    interpreter: str
    locked: bool


def meetings_in(draft: PlanDraft) -> list[PlannedMeeting]:
    """The meetings of a plan in order of time and table; those of companies that are gone are left out."""
    if not draft.result:
        return []
    standing, made = snapshots.of_draft(draft)
    companies = Company.objects.in_bulk(standing.companies)
    names = dict(draft.event.interpreters.values_list("pk", "name"))
    speaks = {(s, b): names.get(standing.interpreters[who], "") for s, b, who in made.interpreted}
    locked = {tuple(pair) for pair in draft.locked}
    found = [
        PlannedMeeting(
            supplier=companies[standing.suppliers[s]],
            buyer=companies[standing.buyers[b]],
            starts_at=standing.slots[slot],
            ends_at=standing.slots[slot] + draft.event.length,
            table=table + 1,
            interpreter=speaks.get((s, b), ""),
            locked=(s, b) in locked,
        )
        for s, b, slot, table in made.meetings
        if standing.suppliers[s] in companies and standing.buyers[b] in companies
    ]
    return sorted(found, key=lambda meeting: (meeting.starts_at, meeting.table))


# Two plans of one event side by side, whoever was registered when each was computed.


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """`gains` and `losses` are (company key, change in meetings), largest first."""

    only_here: int
    only_there: int
    elsewhen: int
    same: int
    gains: list[tuple[int, int]]
    losses: list[tuple[int, int]]


def compare_plans(draft: PlanDraft, other: PlanDraft) -> PlanDifference:
    """How `draft` differs from `other`: pairs that meet in one only, at another time, or just the same."""
    here, there = _pairs(draft), _pairs(other)
    change: Counter[int] = Counter()
    for pair in here:
        change.update(pair)
    for pair in there:
        change.subtract(pair)
    shared = here.keys() & there.keys()
    elsewhen = sum(1 for pair in shared if here[pair] != there[pair])
    ordered = sorted(change.items(), key=lambda item: (-abs(item[1]), item[0]))
    return PlanDifference(
        only_here=len(here) - len(shared),
        only_there=len(there) - len(shared),
        elsewhen=elsewhen,
        same=len(shared) - elsewhen,
        gains=[item for item in ordered if item[1] > 0],
        losses=[item for item in ordered if item[1] < 0],
    )


def _pairs(draft: PlanDraft) -> dict[tuple[int, int], str]:
    """(supplier key, buyer key) → instant."""
    (suppliers, buyers), slots = draft.instance["parties"], draft.instance["slots"]
    return {(suppliers[s], buyers[b]): slots[slot] for s, b, slot, _table in draft.result["meetings"]}


# Changing a draft by hand: move, place, take out, lock. Each change keeps every hard rule of the plan.


def _open_draft(by: User, draft: PlanDraft) -> tuple[PlanDraft, Snapshot, Plan]:
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
    draft, _standing, plan = _open_draft(by, draft)
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
    rest = replace(plan, meetings=tuple(rows))
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
    return _store(by, draft, _with_rows(plan, rows, interpreted), "move_in_draft")


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
    draft, _standing, plan = _open_draft(by, draft)
    rows = [row for row in plan.meetings if row[:2] != (supplier, buyer)]
    if len(rows) == len(plan.meetings):
        raise Refused("no_such_meeting", _("This meeting is not in the draft."), status=404)
    draft.locked = [pair for pair in draft.locked if tuple(pair) != (supplier, buyer)]
    interpreted = [row for row in plan.interpreted if row[:2] != (supplier, buyer)]
    return _store(by, draft, _with_rows(plan, rows, interpreted), "take_out_of_draft")


@transaction.atomic
def lock_in_draft(*, by: User, draft: PlanDraft, supplier: int, buyer: int, locked: bool = True) -> PlanDraft:
    """Pin a meeting: a new run that starts from this draft keeps it where it is."""
    draft, _standing, plan = _open_draft(by, draft)
    if (supplier, buyer) not in {row[:2] for row in plan.meetings}:
        raise Refused("no_such_meeting", _("This meeting is not in the draft."), status=404)
    pairs = {tuple(pair) for pair in draft.locked}
    pairs = pairs | {(supplier, buyer)} if locked else pairs - {(supplier, buyer)}
    draft.locked = sorted(map(list, pairs))
    draft.save(update_fields=["locked"])
    record(by=by, verb="lock_in_draft", on=draft, organisation=draft.event.campaign, facts={"locked": locked})
    return draft


def _with_rows(plan: Plan, rows: list, interpreted: list) -> Plan:
    ordered = tuple(sorted(rows, key=lambda row: row[2:]))
    given_up = tuple(pair for pair in plan.given_up if pair not in {row[:2] for row in rows})
    return replace(plan, meetings=ordered, interpreted=tuple(interpreted), given_up=given_up)


def _store(by: User, draft: PlanDraft, plan: Plan, verb: str) -> PlanDraft:
    prices = {name: draft.result[name] for name in ("floor_price", "lunch_price", "given") if name in draft.result}
    draft.result = plan.to_dict(unplaced=False) | prices
    draft.meetings_count, draft.objective = len(plan.meetings), plan.objective
    draft.gap, draft.below_floor = max(plan.gap, 0.0), sum(len(side) for side in plan.below_floor)
    changed: list[Any] = ["result", "locked", "meetings_count", "objective", "gap", "below_floor"]
    draft.save(update_fields=changed)
    record(by=by, verb=verb, on=draft, organisation=draft.event.campaign, facts={"meetings": len(plan.meetings)})
    return draft
