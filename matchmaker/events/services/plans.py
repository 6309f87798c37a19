"""Plans: start one, compute it in the background, edit the draft, publish it as a whole."""

import datetime as dt
import time
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.problems import Refused
from matchmaker.events.models import Event, PlanDraft
from matchmaker.events.scheduling import InvalidInstance, Plan, floor_price, plan
from matchmaker.events.services import snapshot as snapshots
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
}


@transaction.atomic
def start_plan(*, by: User, event: Event, base: PlanDraft | None = None, **options: Any) -> PlanDraft:
    """Ask for a plan of all meetings; a worker computes it.

    Options: `seconds`, `target_gap`, `floor` (meetings nobody should be left below), `fair_bonus` (its price),
    `most` (meetings a company, unless it said less), `supplier_share` and `buyer_share` (how much their wishes count,
    percent), and for a what-if `tables`, `opens_at`, `closes_at`. `base` keeps the meetings locked in that draft.

    Raises:
        Refused: nobody to bring together, an option out of bounds, or a plan of this event is being computed.
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
    for side, sentence in (
        ("supplier", _("No supplier is registered yet.")),
        ("buyer", _("No buyer is registered yet.")),
    ):
        if not event.participations.registered().filter(side=side).exists():
            raise Refused(f"no_{side}", sentence)
    if not event.slots():
        raise Refused("no_slots", _("Between opening and closing there is no room for a meeting."))
    chosen["keep"] = _kept_keys(base) if base is not None else []
    try:
        with transaction.atomic():
            draft = PlanDraft.objects.create(event=event, started_by=by, options=chosen)
    except IntegrityError:
        raise Refused("plan_already_going", _("A plan of this event is being computed already.")) from None
    record(by=by, verb="start_plan", on=draft, organisation=event.campaign, facts={"options": _plain(chosen)})
    return draft


def _plain(options: dict) -> dict:
    return {name: value for name, value in options.items() if name != "keep"}


def _kept_keys(base: PlanDraft) -> list[list]:
    """Meetings locked in a draft as [supplier key, buyer key, instant]."""
    standing, drawn = snapshots.of_draft(base)
    locked = {tuple(pair) for pair in base.locked}
    return [
        [standing.suppliers[s], standing.buyers[b], standing.slots[slot].isoformat()]
        for s, b, slot, _table in drawn.meetings
        if (s, b) in locked
    ]


def claim_plan() -> PlanDraft | None:
    """Take one plan nobody computes: a conditional update, so that two workers never hold the same."""
    now = timezone.now()
    free = PlanDraft.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now),
        state=PlanDraft.State.COMPUTING,
    )
    for draft in free.order_by("pk").light()[:5]:
        if draft.attempts >= MAX_ATTEMPTS:
            _failed(draft, "tried too often")
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
        standing = _with_kept(snapshots.of_event(draft.event, options), options.get("keep", []))
        made = plan(
            standing.instance,
            seconds=options["seconds"],
            target_gap=options["target_gap"],
            progress=_reporter(mine),
        )
    except InvalidInstance as refusal:
        _failed(draft, str(refusal))
        return True
    result = made.to_dict(unplaced=False) | {"floor_price": round(floor_price(made), 6)}
    kept = {tuple(row[:2]) for row in standing.instance.fixed}
    mine.update(
        state=PlanDraft.State.READY,
        instance=standing.to_dict(),
        result=result,
        locked=sorted(map(list, kept)),
        stage="done",
        finished_at=timezone.now(),
        lease_until=None,
        **_figures(made),
    )
    return True


def _with_kept(standing: Snapshot, keep: list[list]) -> Snapshot:
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
    return Snapshot(
        standing.event,
        standing.suppliers,
        standing.buyers,
        standing.slots,
        standing.interpreters,
        standing.instance.changed(fixed=tuple(sorted(fixed.values()))),
    )


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


def _failed(draft: PlanDraft, why: str) -> None:
    PlanDraft.objects.filter(pk=draft.pk, state=PlanDraft.State.COMPUTING).update(
        state=PlanDraft.State.FAILED, last_error=why[:300], finished_at=timezone.now(), lease_until=None
    )


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
