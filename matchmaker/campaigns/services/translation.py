"""What is translated outside the site: administrators of the campaign decide, and each act is recorded.

Texts of all campaigns are concerned, so only the campaign that the site shows decides.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_not_archived
from matchmaker.campaigns.services.team import require_campaign_admin
from matchmaker.core.problems import Refused
from matchmaker.translation import services


@transaction.atomic
def decide_about_kind(*, by: User, campaign: Campaign, kind: str, may_leave: bool) -> None:
    """Whether texts of one kind may be sent to the engine.

    Raises: Refused: 404 for who does not administer the campaign that the site shows.
    """
    _require(by, campaign)
    services.set_kind_policy(by=by, kind=kind, may_leave=may_leave)
    record(by=by, verb="decide_translation", on=campaign, facts={"kind": kind, "may_leave": may_leave})


@transaction.atomic
def translate_again(*, by: User, campaign: Campaign) -> int:
    """Have everything translated anew; returns how many texts wait for it. Raises as `decide_about_kind`."""
    _require(by, campaign)
    count = services.retranslate()
    record(by=by, verb="translate_again", on=campaign, facts={"count": count})
    return count


def _require(by: User, campaign: Campaign) -> None:
    require_campaign_admin(by, campaign)
    require_not_archived(campaign)
    if not campaign.is_current:
        raise Refused("not_found", _("There is nothing here for you."), status=404)
