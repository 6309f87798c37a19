"""What a seat at a partner's desk and a place in the team have in common: telling of it, taking it, withdrawing it."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Seat
from matchmaker.companies import invitations
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Promise
from matchmaker.notifications.services import notify


def offer(seat: Seat) -> None:
    """Keep the place and tell its address: by the post office who has an account, by a letter who has none."""
    now = timezone.now()
    seat.email, seat.not_before = seat.email.strip().lower(), now
    seat.full_clean(exclude=["given_by"], validate_constraints=False)  # no one, where the first one is named
    try:
        with transaction.atomic():
            seat.save(force_insert=True)
    except IntegrityError:
        raise Refused("already_seated", _("This address has a place already."), field="email") from None
    known = User.objects.filter(emailaddress__email__iexact=seat.email, emailaddress__verified=True, is_active=True)
    letter: dict[str, Any] = {"kind": seat.kind, "event_key": f"{seat.kind}:{seat.pk}", "context": seat.facts()}
    if notify(to=list(known), about=None, path=seat.path, **letter):
        type(seat).objects.filter(pk=seat.pk).update(state=Promise.State.SENT, finished_at=now)


def withdraw(seat: Seat) -> bool:
    """End it, and call its letter back; False when it was withdrawn before."""
    rows, now = type(seat).objects.filter(pk=seat.pk), timezone.now()
    if not rows.standing().update(withdrawn_at=now):
        return False
    rows.waiting().update(state=Promise.State.CANCELLED, finished_at=now, lease_token=None, lease_until=None)
    return True


def take(seats: QuerySet, by: User) -> Iterator[Seat]:
    """Take those kept for an address she has shown to be hers, each once."""
    mine = [email.lower() for email in invitations.addresses(by)]
    for seat in seats.standing().filter(user__isnull=True, email__in=mine):
        if seats.filter(pk=seat.pk, user__isnull=True).update(user=by, taken_at=timezone.now()):
            yield seat
