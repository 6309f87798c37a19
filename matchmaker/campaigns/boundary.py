"""What of a contact person's data leaves the country of the site, and how much has left this year.

China's rules on data that leave the country (Provisions on Promoting and Regulating Cross-Border Data Flows, CAC, 22
March 2024, articles 5 to 8) count persons from 1 January: below 100,000 nothing has to be filed, below 1,000,000 a
standard contract, above that an assessment. The figures and the country are settings; the campaign switches each field.
It is reference, not legal advice. Companies see their own contact whole, and so do companies of the same country.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Crossing
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import CONTACT_FIELDS, Company


@dataclass(frozen=True, slots=True)
class Contact:
    """A company's contact as another company may see it; a field that stays in the country is ''."""

    contact_name: str
    contact_email: str
    contact_phone: str
    contact_wechat: str = ""
    withheld: bool = False  # something of it stays in the country


def crosses(company: Company, to: Company) -> bool:
    """Whether this company's contact would leave the country of the site on its way to the other."""
    here = settings.BOUNDARY_COUNTRY
    return bool(here) and company.country == here and to.country != here


def contact(company: Company, *, to: Company) -> Contact:
    """The contact to show once both sides have said yes."""
    allowed = _fields_allowed(company, to) if crosses(company, to) else set(CONTACT_FIELDS)
    shown = {name: getattr(company, name) if name in allowed else "" for name in CONTACT_FIELDS}
    withheld = any(getattr(company, name) and not shown[name] for name in CONTACT_FIELDS)
    return Contact(**shown, withheld=withheld)


def _fields_allowed(company: Company, to: Company) -> set[str]:
    """What the campaign lets through today; nothing new once the year's limit is reached."""
    campaign = Campaign.objects.filter(is_current=True).only("crossing_fields").first()
    allowed = set(campaign.crossing_fields if campaign else CONTACT_FIELDS)
    known = Crossing.objects.filter(buyer=company, to=to).exists()
    return allowed if known or persons_this_year() < settings.BOUNDARY_LIMIT else set()


@transaction.atomic
def let_cross(*, company: Company, to: Company) -> Contact:
    """The contact of the moment it is opened; what leaves the country is counted once for each pair of companies."""
    seen = contact(company, to=to)
    left = [name for name in CONTACT_FIELDS if getattr(seen, name)]
    if crosses(company, to) and left:
        Crossing.objects.get_or_create(buyer=company, to=to, defaults={"fields": left})
    return seen


def persons_this_year(today: dt.date | None = None) -> int:
    """Contact persons whose data left since 1 January: one for each company that has one contact."""
    year = (today or timezone.localdate()).year
    return Crossing.objects.filter(at__year=year).values("buyer").distinct().count()


@transaction.atomic
def choose_fields(*, by: User, campaign: Campaign, fields: list[str]) -> None:
    """Switch which fields of a contact leave the country from now on, for contacts already opened, too."""
    require_organiser(by, campaign)
    if not set(fields) <= set(CONTACT_FIELDS):
        raise ValidationError({"fields": _("Choose from the list.")})
    campaign.crossing_fields = [name for name in CONTACT_FIELDS if name in fields]
    campaign.save(update_fields=["crossing_fields"])
    record(by=by, verb="choose_crossing_fields", on=campaign, facts={"fields": campaign.crossing_fields})
