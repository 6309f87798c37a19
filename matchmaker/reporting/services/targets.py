"""Targets of a campaign, typed by its organisers."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.reporting.figures import TARGETS
from matchmaker.reporting.models import Target


@transaction.atomic
def set_targets(*, by: User, campaign: Campaign, values: Mapping[str, int | None]) -> None:
    """Set the target of each figure named; None takes it away.

    Raises:
        ValidationError: by figure.
    """
    require_organiser(by, campaign)
    problems: dict = {}
    before = dict(campaign.targets.values_list("figure", "value"))
    for figure, value in values.items():
        if figure not in TARGETS:
            problems[figure] = _("There is no such figure.")
        elif value is not None and not 0 < value < 10_000_000:
            problems[figure] = _("Write a whole number above 0.")
    if problems:
        raise ValidationError(problems)
    changed = {figure: value for figure, value in values.items() if before.get(figure) != value}
    for figure, value in changed.items():
        if value is None:
            Target.objects.filter(campaign=campaign, figure=figure).delete()
        else:
            Target.objects.update_or_create(campaign=campaign, figure=figure, defaults={"value": value})
    if changed:
        record(by=by, verb="set_targets", on=campaign, facts={"targets": changed})
