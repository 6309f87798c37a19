"""A plan mended on the day, when somebody does not come or comes late."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.events.models import Event, Meeting
from matchmaker.events.scheduling import Plan, replan, with_absences
from matchmaker.events.services import notices
from matchmaker.events.services import snapshot as snapshots


@dataclass(frozen=True, slots=True)
class Mended:
    """What re-planning did: meetings cancelled, added, and moved (none of those that could stay)."""

    cancelled: int
    added: int
    moved: int


@transaction.atomic
def mend_plan(
    *,
    by: User,
    event: Event,
    company: Company,
    until: dt.datetime | None = None,
    max_moves: int = 0,
    seconds: float = 1.0,
) -> Mended:
    """Re-plan because a company does not come (`until` None) or comes late (free from `until` on).

    Only slots still to come change. Every meeting that is still possible keeps its slot and table; freed slots are
    filled with wishes that had found none. With `max_moves` up to four, others may be moved for that.
    """
    require_organiser(by, event.campaign)
    event = Event.objects.select_for_update().get(pk=event.pk)
    standing, today = snapshots.of_meetings(event)
    now = timezone.now()
    lost = [place for place, slot in enumerate(standing.slots) if slot > now and (until is None or slot < until)]
    who = standing.supplier_at.get(company.pk), standing.buyer_at.get(company.pk)
    if who == (None, None):
        raise Refused("not_registered", _("This company is not registered for the event."))
    absent = {"suppliers": {who[0]: lost}} if who[0] is not None else {"buyers": {who[1]: lost}}
    changed = with_absences(standing.instance, **absent)
    mended = replan(today, changed, seconds=seconds, max_moves=max_moves)
    result = _apply(event, standing, today, mended, lost)
    facts = {"cancelled": result.cancelled, "added": result.added, "moved": result.moved}
    record(by=by, verb="mend_plan", on=event, organisation=event.campaign, facts={**facts, "company": str(company.uid)})
    return result


def _apply(event: Event, standing, today: Plan, mended: Plan, lost: list[int]) -> Mended:
    """Write the difference; freed slots first, then moves and additions."""
    before = {row[:2]: row[2:] for row in today.meetings}
    after = {row[:2]: row[2:] for row in mended.meetings}
    interpreter_of = {(s, b): standing.interpreters[who] for s, b, who in mended.interpreted}

    def keys(pair: tuple[int, int]) -> dict[str, int]:
        return {"supplier_id": standing.suppliers[pair[0]], "buyer_id": standing.buyers[pair[1]]}

    rows = Meeting.objects.of(event).active().for_agenda()
    active = {(m.supplier_id, m.buyer_id): m for m in rows}
    standing_at = {(s, b): active[standing.suppliers[s], standing.buyers[b]] for s, b in before}
    gone = [standing_at[pair] for pair in before if pair not in after]
    moved_pairs = [
        pair
        for pair in before
        if pair in after and after[pair] != before[pair] and standing_at[pair].status == Meeting.Status.PLANNED
    ]
    for meeting in gone:
        meeting.status, meeting.locked = Meeting.Status.CANCELLED, False
        meeting.why_cancelled = gettext_noop("A company cannot come at this time.")
        meeting.sequence += 1
        meeting.save(update_fields=["status", "locked", "why_cancelled", "sequence", "updated_at"])
    Meeting.objects.filter(pk__in=[standing_at[pair].pk for pair in moved_pairs]).update(status="cancelled")
    for pair in moved_pairs:
        meeting = standing_at[pair]
        slot, table = after[pair]
        meeting.starts_at, meeting.table = standing.slots[slot], table + 1
        meeting.interpreter_id, meeting.status = interpreter_of.get(pair), Meeting.Status.PLANNED
        meeting.sequence += 1
        meeting.save(update_fields=["starts_at", "table", "interpreter", "status", "sequence", "updated_at"])
    added = []
    for pair in after.keys() - before.keys():
        slot, table = after[pair]
        added.append(
            Meeting.objects.create(
                event=event,
                **keys(pair),
                starts_at=standing.slots[slot],
                table=table + 1,
                interpreter_id=interpreter_of.get(pair),
            )
        )
    for meeting in (*gone, *(standing_at[pair] for pair in moved_pairs), *added):
        notices.meeting_changed(meeting, to=[meeting.supplier, meeting.buyer])
    return Mended(cancelled=len(gone), added=len(added), moved=len(moved_pairs))
