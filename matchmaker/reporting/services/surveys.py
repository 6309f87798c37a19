"""Surveys after events: sent once to each person of the companies that came, answered once."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.models import Membership
from matchmaker.companies.notices import notify_company
from matchmaker.core.problems import NotFound, Refused
from matchmaker.events.models import Event, EventParticipation
from matchmaker.events.services.brand import LOOKS_LIKE
from matchmaker.reporting.models import Survey

SEND_WITHIN = dt.timedelta(days=14)  # after the last day; older events are not asked about
BATCH = 500


def send_surveys() -> int:
    """Ask the people of every event that is over; returns how many. A second run asks no one twice."""
    now = timezone.now()
    recent = Event.objects.filter(status=Event.Status.PUBLISHED, ends_on__lte=now.date())
    recent = recent.filter(ends_on__gte=(now - SEND_WITHIN).date())
    sent = 0
    for event in recent:
        if event.ends_on < timezone.localdate(now, timezone=event.zone):
            sent += sum(_send(event, member, now) for member in _members_without_survey(event)[: BATCH - sent])
    return sent


def _members_without_survey(event: Event):
    """Members of the companies that came who have no survey of this event."""
    came = EventParticipation.objects.registered().filter(event=event).values("company")
    surveys = Survey.objects.filter(event=event, person=OuterRef("user"))
    members = Membership.objects.filter(company__in=came, user__is_active=True)
    return members.exclude(Exists(surveys)).select_related("company", "user").order_by("pk")


def _send(event: Event, member: Membership, now: dt.datetime) -> int:
    try:
        with transaction.atomic():
            row = Survey.objects.create(event=event, company=member.company, person=member.user, sent_at=now)
            notify_company(
                member.company,
                kind="meetings_survey",
                ids={"event": event.slug},
                event_key=f"meetings_survey:{row.uid}",
                context={"event": event.name, LOOKS_LIKE: event.slug},
                path=f"/meetings/{event.slug}/survey/",
                people=[member.user],
                part_of=event.campaign_id,
            )
    except IntegrityError:
        return 0  # asked already for another of her companies, or by another worker
    return 1


@transaction.atomic
def answer_survey(*, by: User, survey: Survey, rating: int | None, missing: str = "") -> Survey:
    """Answer once.

    Raises:
        ValidationError: by field.
        Refused: 404 for another person's; 409 `answered_already`.
    """
    row = Survey.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=survey.pk).first()
    if row is None:
        raise NotFound()
    if row.answered_at is not None:
        raise Refused("answered_already", _("This was answered already."))
    if rating is None:
        raise ValidationError({"rating": _("Choose a number from 1 to 5.")})
    row.rating, row.missing, row.answered_at = rating, missing.strip(), timezone.now()
    row.full_clean(validate_constraints=False)
    row.save()
    record(by=by, verb="answer_survey", on=row, organisation=row.company)
    return row
