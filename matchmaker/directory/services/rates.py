"""Exchange rates as the organiser sets them; they only order and compare prices; no payment uses them."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.core import reference
from matchmaker.directory.models import ExchangeRate


@transaction.atomic
def set_rate(*, by: User, campaign: Campaign, currency: str, yuan: Decimal, as_of: date, source: str) -> ExchangeRate:
    """Yuan for one unit of a currency on a day; the same day again corrects it.

    Raises: ValidationError: an unknown currency, a rate that is not above zero, a day that is still to come.
    """
    require_organiser(by, campaign)
    if currency not in reference.currencies() or currency == "CNY":
        raise ValidationError({"currency": _("Choose a foreign currency.")})
    if as_of > timezone.localdate():
        raise ValidationError({"as_of": _("A rate is of today or of a day before.")})
    row = ExchangeRate.objects.filter(currency=currency, as_of=as_of).first() or ExchangeRate(
        currency=currency, as_of=as_of
    )
    row.yuan, row.source, row.set_by = yuan, source.strip(), by
    row.full_clean()
    row.save()
    record(by=by, verb="set_rate", on=campaign, facts={"currency": currency, "yuan": str(yuan), "as_of": str(as_of)})
    return row


@transaction.atomic
def remove_rate(*, by: User, campaign: Campaign, rate: ExchangeRate) -> None:
    """Take a rate away; the one before it holds again."""
    require_organiser(by, campaign)
    record(by=by, verb="remove_rate", on=campaign, facts={"currency": rate.currency, "as_of": str(rate.as_of)})
    rate.delete()
