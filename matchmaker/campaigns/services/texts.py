"""Wording of the site's mails: `notifications` stores it. It is that of all campaigns, so the team of the campaign at
the root of the site changes it, and the site's staff."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.problems import Refused
from matchmaker.notifications import muting, wording
from matchmaker.notifications.models import Notice, Wording


def may_change_site(user: User, campaign: Campaign) -> bool:
    """Whether this member of the campaign's team may change what holds for all campaigns of the site."""
    if campaign.is_current or user.is_staff:
        return True
    return not Campaign.objects.exclude(pk=campaign.pk).exclude(state=Campaign.State.ARCHIVED).exists()


def _require_for_all(user: User, campaign: Campaign) -> None:
    require_organiser(user, campaign)
    if not may_change_site(user, campaign):
        raise Refused(
            "of_all_campaigns",
            _("This holds for all campaigns. The team of the campaign at the root of the site may change it."),
            status=403,
        )


@transaction.atomic
def save_wording(
    *, by: User, campaign: Campaign, kind: str, language: str, variant: int, subject: str, body: str
) -> Wording:
    """Put other words in place of a kind's own.

    Raises:
        ValidationError: by field; a text that could not be sent is not stored.
        Refused: for the team of another campaign than the one at the root.
    """
    _require_for_all(by, campaign)
    row = wording.save(by=by, kind=kind, language=language, variant=variant, subject=subject, body=body)
    facts = {"kind": kind, "language": language, "variant": variant, "subject": row.subject}
    record(by=by, verb="change_wording", on=row, organisation=campaign, facts=facts)
    return row


@transaction.atomic
def restore_wording(*, by: User, campaign: Campaign, kind: str, language: str, variant: int) -> None:
    """Go back to the kind's own words."""
    _require_for_all(by, campaign)
    if wording.restore(kind=kind, language=language, variant=variant):
        facts = {"kind": kind, "language": language, "variant": variant}
        record(by=by, verb="restore_wording", on=campaign, facts=facts)


@transaction.atomic
def mute_kind(*, by: User, campaign: Campaign, kind: str) -> None:
    """Send no emails of this kind: people find it on the site only.

    Raises:
        Refused: the kind concerns people's accounts.
    """
    _require_for_all(by, campaign)
    muting.mute(by=by, kind=kind)
    record(by=by, verb="mute_notice", on=campaign, facts={"kind": kind})


@transaction.atomic
def unmute_kind(*, by: User, campaign: Campaign, kind: str) -> None:
    """Send emails of this kind again."""
    _require_for_all(by, campaign)
    if muting.unmute(kind=kind):
        record(by=by, verb="unmute_notice", on=campaign, facts={"kind": kind})


def readable_notices(by: User, campaign: Campaign) -> QuerySet[Notice]:
    """Notices whose facts an organiser may see while she words a mail: her own, and those to the campaign's team.

    What a colleague got as a member of a company holds private letters and prices.
    """
    return Notice.objects.filter(Q(recipient=by) | Q(about=campaign.uid))
