"""Letters to people who were given a place and have no account yet."""

from django.db.models import QuerySet
from django.utils import timezone

from matchmaker.campaigns.models import PartnerSeat, Seat, TeamSeat
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise

KINDS: tuple[type[Seat], ...] = (PartnerSeat, TeamSeat)


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    with mail.Post() as post:
        return sum(
            outbox.drain(_due(kind), lambda letter: _send(post, letter), budget=budget / len(KINDS)) for kind in KINDS
        )


def _due(kind: type[Seat]):
    def due() -> QuerySet:
        return kind.objects.due(timezone.now()).order_by("not_before")

    return due


def _send(post: mail.Post, letter: Promise) -> None:
    seat = type(letter).objects.get(pk=letter.pk)
    if seat.withdrawn_at or seat.user_id:
        raise outbox.NotWanted("The seat is taken or no longer stands.")
    addressee = mail.Addressee(seat.email, seat.language)
    mail.writable(addressee)
    context = {**seat.facts(), "path": seat.path}
    post.send(mail.build(addressee, seat.kind, topics.ACCOUNT, context, key=str(seat.pk)))
