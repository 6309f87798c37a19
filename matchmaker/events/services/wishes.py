"""Wishes. `never` is obeyed everywhere and told to no one."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.problems import Refused
from matchmaker.events.models import Event, EventParticipation, Meeting, MeetingRequest, Wish
from matchmaker.events.services.participations import participation_of


def both_sides(by: User, event: Event, company: Company, other: Company) -> EventParticipation:
    """Check that a member of `company` may act towards `other` on the other side; returns her registration."""
    require_member(by, company)
    mine, theirs = participation_of(event, company), participation_of(event, other)
    if company == other:
        raise Refused("same_company", _("Choose another company than your own."), status=400)
    if mine.side == theirs.side and not event.is_of_equals:
        raise Refused("same_side", _("Meetings bring a supplier and a buyer together."), status=400)
    return mine


@transaction.atomic
def wish(*, by: User, event: Event, company: Company, other: Company, kind: str) -> Wish | None:
    """Say must, would or never about another company, or take it back with `none`.

    The other side is not told, and a `never` calls back what this side had asked or been asked.

    Raises:
        Refused: not registered, the same side, or a meeting with a `never` stands already.
    """
    both_sides(by, event, company, other)
    if kind == "none":
        Wish.objects.filter(event=event, company=company, other=other).delete()
        record(by=by, verb="take_back_wish", on=company, facts={"event": str(event.uid)})
        return None
    if kind not in Wish.Kind.values:
        raise Refused("no_such_wish", _("Choose must, would or never."), field="kind", status=400)
    if kind == Wish.Kind.NEVER:
        _never(event, company, other)
    row, _new = Wish.objects.update_or_create(event=event, company=company, other=other, defaults={"kind": kind})
    # The record says that a wish was made, not which and about whom: auditors are not told either.
    record(by=by, verb="wish", on=company, facts={"event": str(event.uid)})
    return row


def _never(event: Event, company: Company, other: Company) -> None:
    booked = Meeting.objects.of(event).active().of_company(company).of_company(other)
    if booked.filter(status=Meeting.Status.PLANNED).exists():
        raise Refused("meeting_stands", _("You have a meeting with this company. Cancel it first."))
    now = timezone.now()
    mine = MeetingRequest.objects.filter(event=event, status__in=["pending", "accepted"])
    mine.filter(company=company, other=other).update(status="withdrawn", answered_at=now)
    # What they asked stays pending on their side and expires: an answer at this moment would tell them.
    mine.filter(company=other, other=company, status="pending").update(hidden=True)


def never_pairs(event: Event) -> set[tuple[int, int]]:
    """(company, other) in both directions of all who never want to meet."""
    rows = Wish.objects.never().filter(event=event).values_list("company", "other")
    return {pair for one, other in rows for pair in ((one, other), (other, one))}


def counterparts(participation: EventParticipation):
    """The registered companies of the other side; among equals all others."""
    rows = EventParticipation.objects.registered().filter(event=participation.event).select_related("company")
    if not participation.event.is_of_equals:
        rows = rows.exclude(side=participation.side)
    return rows.exclude(company=participation.company_id)
