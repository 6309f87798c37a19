"""Letters to people who were given a place and have no account yet, and the campaign's name in all letters."""

from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives

from matchmaker.campaigns.models import Campaign, Enrolment, PartnerSeat, Seat, TeamSeat
from matchmaker.companies.models import Invitation
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise

KINDS: tuple[type[Seat], ...] = (PartnerSeat, TeamSeat)


def look(context: Mapping[str, Any]) -> dict[str, str]:
    """Sender, footer and colour of the current campaign, in the language set; the same for all letters."""
    campaign = Campaign.objects.filter(is_current=True).first()
    return look_of(campaign) if campaign else {}


def look_of(campaign: Campaign) -> dict[str, str]:
    name = campaign.sender_name or str(campaign.name)
    return {"name": name, "footer": str(campaign.footer), "colour": campaign.colour}


def introduce_partner(invitation: Invitation) -> dict[str, Any]:
    """For the invitation to a company that a partner enrolled: the partner and its campaign, by language."""
    enrolments = Enrolment.objects.filter(company=invitation.company, partner__closed_at__isnull=True)
    sits_there = enrolments.filter(partner__seats__user=invitation.invited_by, partner__seats__withdrawn_at=None)
    enrolment = sits_there.select_related("partner__campaign").order_by("pk").first()
    return enrolment.partner.names if enrolment else {}


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
