"""Letters to people who were given a seat at a partner's desk and have no account yet."""

from django.db.models import QuerySet
from django.utils import timezone

from matchmaker.campaigns.models import PartnerSeat
from matchmaker.companies.invitations import Addressee
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise


def due() -> QuerySet:
    return PartnerSeat.objects.due(timezone.now()).order_by("not_before")


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    with mail.Post() as post:
        return outbox.drain(due, lambda letter: _send(post, letter), budget=budget)


def _send(post: mail.Post, letter: Promise) -> None:
    seat = PartnerSeat.objects.select_related("partner__campaign").get(pk=letter.pk)
    if seat.withdrawn_at or seat.user_id:
        raise outbox.NotWanted("The seat is taken or no longer stands.")
    addressee = Addressee(seat.email, seat.language)
    mail.writable(addressee)
    context = {"partner": seat.partner.name_en, "campaign": seat.partner.campaign.name_en, "path": "/partner/"}
    post.send(mail.build(addressee, "partner_invited", topics.ACCOUNT, context, key=str(seat.pk)))
