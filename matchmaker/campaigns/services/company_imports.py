"""Companies that the campaign's team brings in from a list: they wait for approval like any other."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.companies.models import Company
from matchmaker.companies.services import name_key

Values = Mapping[str, Any]


@transaction.atomic
def add_companies(*, by: User, campaign: Campaign, side: str, companies: Sequence[Company], source: str) -> None:
    """Write companies that were checked before, and their part in the campaign; they have no members yet.

    Raises:
        IntegrityError: for a company number that is registered already; then nothing is written.
    """
    now = timezone.now()
    for company in companies:
        company.is_supplier, company.is_buyer = side == "supplier", side == "buyer"
        company.status, company.submitted_at = Company.Status.PENDING, now
        company.name_key = name_key(company)
    Company.objects.bulk_create(companies)
    Participation.objects.bulk_create(
        [Participation(campaign=campaign, company=company, side=side) for company in companies]
    )
    facts = {"rows": len(companies), "side": side, "source": source}
    record(by=by, verb="add_companies", on=campaign, facts=facts)


@transaction.atomic
def change_company(*, by: User, company: Company, values: Values, source: str) -> dict[str, Any]:
    """Fill in what a list knows of a company the team looks after; returns what stood there before.

    What its own people have written stays: only empty fields are filled.
    """
    empty = {name: value for name, value in values.items() if value and not getattr(company, name)}
    before = {name: getattr(company, name) for name in empty}
    for name, value in empty.items():
        setattr(company, name, value)
    company.name_key = name_key(company)
    company.save(update_fields=[*empty, "name_key", "updated_at"])
    record(by=by, verb="fill_company", on=company, facts={"changed": sorted(empty), "source": source})
    return before


@transaction.atomic
def remove_companies(*, by: User, campaign: Campaign, targets: Sequence[uuid.UUID], source: str) -> int:
    """Take back companies that wait and that have no members; returns how many stay."""
    mine = Company.objects.filter(uid__in=targets)
    free = mine.filter(
        status=Company.Status.PENDING,
        memberships__isnull=True,
        products__isnull=True,
        demands__isnull=True,
        claims__isnull=True,
        join_requests__isnull=True,
        invitations__isnull=True,
    )
    keys = list(free.values_list("pk", flat=True))
    remaining = mine.exclude(pk__in=keys).count()
    Company.objects.filter(pk__in=keys).delete()
    record(by=by, verb="remove_companies", on=campaign, facts={"rows": len(keys), "source": source})
    return remaining
