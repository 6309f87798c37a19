"""Inviting companies to an event, reminding them, and their answers."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import BulkAction
from matchmaker.campaigns.services import bulk, require_organiser, require_takes_new
from matchmaker.companies.models import Company, Membership
from matchmaker.companies.services import is_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.core.text import validate_text
from matchmaker.events.models import Event, EventInvitation, EventParticipation
from matchmaker.events.services import notices
from matchmaker.events.services.participations import register_for_event

Answer = EventInvitation.Answer
AGAIN = dt.timedelta(days=3)  # at least between two reminders of one company
BY_ITSELF = dt.timedelta(days=7)  # after which the site reminds once, by itself
MOST_REMINDERS = 3


@transaction.atomic
def invite_to_event(*, by: User, event: Event, companies: Iterable[Company]) -> list[EventInvitation]:
    """Invite approved companies that are neither invited nor registered; the others are left out.

    Raises:
        Refused: the event is not published, or it is over.
    """
    require_organiser(by, event.campaign)
    _may_invite(event)
    keys = [company.pk for company in companies]
    wanted = Company.objects.filter(pk__in=keys, participations__campaign=event.campaign).approved().distinct()
    new = [one for one in wanted.exclude(_is_invited(event)).exclude(_is_coming(event)) if one.memberships.exists()]
    rows = [EventInvitation(event=event, company=company, invited_by=by) for company in new]
    EventInvitation.objects.bulk_create(rows)
    for row in rows:
        notices.send_invitation(row)
    if rows:
        facts = {"companies": len(rows)}
        record(by=by, verb="invite_to_event", on=event, organisation=event.campaign, facts=facts)
    return rows


def _may_invite(event: Event) -> None:
    require_takes_new(event.campaign)
    if event.status != Event.Status.PUBLISHED:
        raise Refused("event_state", _("Publish the event first: the email leads to its page."))
    if event.ends_on < timezone.localdate(timezone=event.zone):
        raise Refused("event_over", _("This event is over."))


def _is_invited(event: Event) -> Q:
    return Q(pk__in=EventInvitation.objects.filter(event=event).values("company"))


def _is_coming(event: Event) -> Q:
    return Q(pk__in=EventParticipation.objects.filter(event=event).exclude(status="withdrawn").values("company"))


@transaction.atomic
def remind_invited(*, by: User | None, event: Event, companies: Iterable[Company]) -> list[EventInvitation]:
    """Write again to those of the companies that have not decided; `by` is None where the site does it by itself."""
    if by is not None:
        require_organiser(by, event.campaign)
    _may_invite(event)
    keys = [company.pk for company in companies]
    rows = list(_may_be_reminded(event).filter(company__in=keys).select_related("company", "event"))
    now = timezone.now()
    for row in rows:
        row.reminded_at, row.reminders = now, row.reminders + 1
        notices.send_invitation(row)
    EventInvitation.objects.bulk_update(rows, ["reminded_at", "reminders"])
    if rows:
        facts = {"companies": len(rows)}
        record(by=by, verb="remind_of_invitation", on=event, organisation=event.campaign, facts=facts)
    return rows


def _may_be_reminded(event: Event) -> QuerySet[EventInvitation]:
    last = timezone.now() - AGAIN
    rows = EventInvitation.objects.filter(event=event, answer__in=[Answer.NONE, Answer.LATER], invited_at__lte=last)
    return rows.filter(Q(reminded_at__isnull=True) | Q(reminded_at__lte=last), reminders__lt=MOST_REMINDERS)


def remind_of_invitations() -> int:
    """Remind once those who were invited a week ago and have not decided; returns how many."""
    now = timezone.now()
    coming = Event.objects.filter(status=Event.Status.PUBLISHED, starts_on__gt=timezone.localdate())
    due = EventInvitation.objects.filter(event__in=coming, answer__in=[Answer.NONE, Answer.LATER], reminders=0)
    total = 0
    for event in coming.filter(pk__in=due.filter(invited_at__lte=now - BY_ITSELF).values("event")):
        if event.campaign.takes_new:
            rows = due.filter(event=event, invited_at__lte=now - BY_ITSELF).select_related("company")[:500]
            total += len(remind_invited(by=None, event=event, companies=[row.company for row in rows]))
    return total


@transaction.atomic
def answer_invitation(
    *, by: User, invitation: EventInvitation, answer: str, side: str = "", note: str = ""
) -> EventInvitation:
    """A member answers for her company. A yes registers it, also where registration is closed for others.

    Raises:
        ValidationError: by field.
        Refused: for whom is no member, the event is over, or the company cannot be registered.
    """
    row = EventInvitation.objects.select_for_update().get(pk=invitation.pk)
    event, company = row.event, row.company
    if not is_member(by, company):
        raise NotFound()
    if answer not in (Answer.YES, Answer.NO, Answer.LATER):
        raise ValidationError({"answer": _("Choose one of the answers.")})
    try:
        validate_text(note)
    except ValidationError as error:
        raise ValidationError({"note": error.messages}) from None
    if event.ends_on < timezone.localdate(timezone=event.zone):
        raise Refused("event_over", _("This event is over."))
    coming = EventParticipation.objects.filter(event=event, company=company).exclude(status="withdrawn").exists()
    if coming and answer != Answer.YES:
        raise Refused("already_registered", _("Your company is registered. Withdraw it on the page of the event."))
    if answer == Answer.YES and not coming:
        register_for_event(
            by=by, event=event, company=company, side=side or first_side(company), note=note.strip()[:500]
        )
    row.answer, row.note, row.answered_by, row.answered_at = answer, note.strip()[:500], by, timezone.now()
    row.save(update_fields=["answer", "note", "answered_by", "answered_at"])
    record(by=by, verb="answer_invitation", on=row, organisation=company, facts={"answer": answer})
    return row


# The same in bulk, from the list of companies.


def _find_event(action: BulkAction, values: Mapping[str, Any]) -> dict:
    event = Event.objects.filter(campaign=action.campaign, slug=values.get("event") or "").first()
    if event is None:
        raise ValidationError({"event": _("Choose an event.")})
    try:
        _may_invite(event)
    except Refused as refusal:
        raise ValidationError({"event": str(refusal.message)}) from None
    return {"event": event.slug}


def _event(action: BulkAction) -> Event:
    return Event.objects.select_related("campaign").get(campaign=action.campaign, slug=action.values["event"])


def _not_invitable(action: BulkAction) -> list[tuple[str, Q]]:
    event = _event(action)
    here = EventParticipation.objects.filter(event=event).exclude(status="withdrawn")
    return [
        ("not_approved", ~Q(company__status=Company.Status.APPROVED)),
        ("registered", bulk.among(here)),
        ("invited", bulk.among(event.invitations.all())),
        ("no_account", ~bulk.among(Membership.objects.all())),
    ]


def _not_registrable(action: BulkAction) -> list[tuple[str, Q]]:
    here = EventParticipation.objects.filter(event=_event(action)).exclude(status="withdrawn")
    return [
        ("not_approved", ~Q(company__status=Company.Status.APPROVED)),
        ("registered", bulk.among(here)),
    ]


def _register(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    event = _event(action)
    return bulk.one_by_one(
        lambda company: register_for_event(by=action.by, event=event, company=company, side=first_side(company)),
        companies,
    )


def first_side(company: Company) -> str:
    return "supplier" if company.is_supplier else "buyer"


def _not_remindable(action: BulkAction) -> list[tuple[str, Q]]:
    event = _event(action)
    open_rows = event.invitations.filter(answer__in=[Answer.NONE, Answer.LATER])
    return [
        ("not_invited", ~bulk.among(event.invitations.all())),
        ("answered", ~bulk.among(open_rows)),
        ("just_reminded", ~bulk.among(_may_be_reminded(event))),
    ]


def _for_all(act, action: BulkAction, companies: list[Company]) -> dict[int, str]:
    try:
        rows = act(by=action.by, event=_event(action), companies=companies)
    except Refused as refusal:
        return dict.fromkeys((company.pk for company in companies), refusal.code)
    done = {row.company_id for row in rows}
    return {company.pk: "changed" for company in companies if company.pk not in done}


INVITE = bulk.Work(lambda action, companies: _for_all(invite_to_event, action, companies), _not_invitable, _find_event)
REGISTER = bulk.Work(_register, _not_registrable, _find_event)
REMIND = bulk.Work(lambda action, companies: _for_all(remind_invited, action, companies), _not_remindable, _find_event)
