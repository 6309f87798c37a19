"""Letters to people who were given a place and have no account yet."""

from django.core.mail import EmailMultiAlternatives

from matchmaker.campaigns.models import PartnerSeat, Seat, TeamSeat
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise

KINDS: tuple[type[Seat], ...] = (PartnerSeat, TeamSeat)


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    return sum(mail.send_due(kind, _letter, budget / len(KINDS)) for kind in KINDS)


def _letter(letter: Promise) -> EmailMultiAlternatives:
    seat = type(letter).objects.get(pk=letter.pk)
    if seat.withdrawn_at or seat.user_id:
        raise outbox.NotWanted("The seat is taken or no longer stands.")
    addressee = mail.Addressee(seat.email, seat.language)
    mail.writable(addressee)
    context = {**seat.facts(), "path": seat.path}
    return mail.build(addressee, seat.kind, topics.ACCOUNT, context, key=str(seat.pk))
