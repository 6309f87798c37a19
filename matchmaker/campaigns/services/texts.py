"""Wording of the site's mails by the campaign's team: `notifications` stores it, organisers may change it."""

from django.db import transaction
from django.db.models import Q, QuerySet

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.notifications import muting, wording
from matchmaker.notifications.models import Notice, Wording


@transaction.atomic
def save_wording(
    *, by: User, campaign: Campaign, kind: str, language: str, variant: int, subject: str, body: str
) -> Wording:
    """Put other words in place of a kind's own.

    Raises:
        ValidationError: by field; a text that could not be sent is not stored.
    """
    require_organiser(by, campaign)
    row = wording.save(by=by, kind=kind, language=language, variant=variant, subject=subject, body=body)
    facts = {"kind": kind, "language": language, "variant": variant, "subject": row.subject}
    record(by=by, verb="change_wording", on=row, organisation=campaign, facts=facts)
    return row


@transaction.atomic
def restore_wording(*, by: User, campaign: Campaign, kind: str, language: str, variant: int) -> None:
    """Go back to the kind's own words."""
    require_organiser(by, campaign)
    if wording.restore(kind=kind, language=language, variant=variant):
        facts = {"kind": kind, "language": language, "variant": variant}
        record(by=by, verb="restore_wording", on=campaign, facts=facts)


@transaction.atomic
def mute_kind(*, by: User, campaign: Campaign, kind: str) -> None:
    """Send no emails of this kind: people find it on the site only.

    Raises:
        Refused: the kind concerns people's accounts.
    """
    require_organiser(by, campaign)
    muting.mute(by=by, kind=kind)
    record(by=by, verb="mute_notice", on=campaign, facts={"kind": kind})


@transaction.atomic
def unmute_kind(*, by: User, campaign: Campaign, kind: str) -> None:
    """Send emails of this kind again."""
    require_organiser(by, campaign)
    if muting.unmute(kind=kind):
        record(by=by, verb="unmute_notice", on=campaign, facts={"kind": kind})


def readable_notices(by: User, campaign: Campaign) -> QuerySet[Notice]:
    """Notices whose facts an organiser may see while she words a mail: her own, and those to the campaign's team.

    What a colleague got as a member of a company holds private letters and prices.
    """
    return Notice.objects.filter(Q(recipient=by) | Q(about=campaign.uid))
