"""The address of a person's own under which her calendar reads the meetings of one registration."""

from django.db import transaction

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.events.models import CalendarAddress, EventParticipation
from matchmaker.events.models.participants import new_token


@transaction.atomic
def renew_calendar_address(*, by: User, participation: EventParticipation) -> CalendarAddress:
    """A new address for this person; the one she had gives nothing from now on."""
    address, _made = CalendarAddress.objects.update_or_create(
        participation=participation, user=by, defaults={"secret": new_token()}
    )
    record(by=by, verb="renew_calendar_address", on=participation, organisation=participation.company)
    return address


@transaction.atomic
def close_calendar_address(*, by: User, participation: EventParticipation) -> None:
    """Close this person's address; without one nothing happens."""
    if CalendarAddress.objects.filter(participation=participation, user=by).delete()[0]:
        record(by=by, verb="close_calendar_address", on=participation, organisation=participation.company)
