"""Letters to people who were given a place and have no account yet, and the campaign's name in all letters."""

from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign, Enrolment, PartnerSeat, Seat, TeamSeat
from matchmaker.companies.models import Invitation
from matchmaker.core import site_prefix
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Promise

KINDS: tuple[type[Seat], ...] = (PartnerSeat, TeamSeat)


def look(context: Mapping[str, Any]) -> dict[str, str]:
    """How a letter with this context looks, in the language set: like the campaign it is about.

    Its context names the campaign, or its path begins with the campaign's prefix. A letter that is about none looks
    like the campaign at the root of the site.
    """
    slug = context.get(BELONGS_TO) or site_prefix.slug_of(context.get("path") or "")
    campaign = Campaign.objects.filter(slug=slug).first() if slug else None
    campaign = campaign or site.root_campaign()
    return look_of(campaign) if campaign else {}


def look_of(campaign: Campaign) -> dict[str, str]:
    """What `mail.looks` gives for this campaign."""
    name = campaign.sender_name or str(campaign.name)
    url = site.public_url_of(campaign)
    logo = f"{url}/brand.png?v={campaign.logo_digest[:12]}" if campaign.logo_digest and campaign.is_shown else ""
    return {
        "name": name,
        "footer": str(campaign.footer),
        "colour": campaign.colour,
        "reply_to": campaign.reply_to,
        "logo": logo,
        "url": url,
    }


def introduce_partner(invitation: Invitation) -> dict[str, Any]:
    """For the invitation to a company that a partner enrolled: the partner and its campaign, by language."""
    enrolments = Enrolment.objects.filter(company=invitation.company, partner__closed_at__isnull=True)
    sits_there = enrolments.filter(partner__seats__user=invitation.invited_by, partner__seats__withdrawn_at=None)
    enrolment = sits_there.select_related("partner__campaign").order_by("pk").first()
    if enrolment is None:
        return {}
    return {**enrolment.partner.names, BELONGS_TO: enrolment.partner.campaign.slug}


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
