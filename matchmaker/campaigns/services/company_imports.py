"""Companies that the campaign's team brings in from a list: they wait for approval like any other.

A list adds to and changes companies of its own campaign only. What it writes is noted by field, because a value that a
list wrote is no proof of a claim (`companies.claims.proof_of`).
"""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, CompanyTag, Participation, Tag
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.tags import tag_named
from matchmaker.companies.claims import PROVING_FIELDS
from matchmaker.companies.members import admins
from matchmaker.companies.models import CONTACT_FIELDS, Company, ListedFields, Membership
from matchmaker.companies.services import name_key
from matchmaker.core.lists import format_list
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.by_language import in_languages, languages_of
from matchmaker.notifications.services import notify

_BETWEEN_GOODS = re.compile(r"[,;/|，；、\n]+")
MOST_GOODS = 12  # names from a list that a company is shown
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of a company that is no field of the company: it belongs to the campaign."""

    goods: str = ""
    note: str = ""
    tags: Sequence[str] = ()


# What only the people of a company write, once it has people: who it is, and how it is reached.
NOT_OF_COMPANIES_WITH_PEOPLE = frozenset(
    {"legal_name", "name_latin", "name_zh", "website", "identifier_kind", "identifier", *CONTACT_FIELDS}
)


def companies_of(campaign_id: int | None) -> QuerySet[Company]:
    """The companies that a list of this campaign's team may name."""
    return Company.objects.filter(pk__in=Participation.objects.filter(campaign=campaign_id).values("company"))


@transaction.atomic
def add_companies(
    *,
    by: User,
    campaign: Campaign,
    side: str,
    companies: Sequence[Company],
    source: str,
    listed: Mapping[uuid.UUID, Listed] | None = None,
) -> None:
    """Write companies that were checked before, and their part in the campaign; they have no members yet.

    Args:
        listed: uid of a company → what else the list says of it.

    Raises:
        IntegrityError: for a company number that is registered already; then nothing is written.
    """
    now, listed = timezone.now(), listed or {}
    for company in companies:
        company.is_supplier, company.is_buyer = side == "supplier", side == "buyer"
        company.status, company.submitted_at = Company.Status.PENDING, now
        company.name_key = name_key(company)
    Company.objects.bulk_create(companies)
    Participation.objects.bulk_create(
        [
            Participation(campaign=campaign, company=company, side=side, listed_goods=said.goods, team_note=said.note)
            for company in companies
            for said in [listed.get(company.uid, Listed())]
        ]
    )
    _tag(by, campaign, [(company.pk, listed[company.uid].tags) for company in companies if company.uid in listed])
    written = [(company, [name for name in PROVING_FIELDS if getattr(company, name)]) for company in companies]
    ListedFields.objects.bulk_create(
        ListedFields(company=company, fields=fields, campaign=campaign.uid, by=by, source=source, written_at=now)
        for company, fields in written
        if fields
    )
    facts = {"rows": len(companies), "side": side, "source": source}
    record(by=by, verb="add_companies", on=campaign, facts=facts)


def _tag(by: User, campaign: Campaign, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Put tags on companies (primary key, names of tags); tags beyond what a campaign may have are left away."""
    tags: dict[str, Tag | None] = {}
    uses = []
    for company, names in rows:
        for name in names:
            if name not in tags:
                try:
                    tags[name] = tag_named(by=by, campaign=campaign, name=name)
                except ValidationError:
                    tags[name] = None
            if tag := tags[name]:
                uses.append(CompanyTag(tag=tag, company_id=company))
    CompanyTag.objects.bulk_create(uses, ignore_conflicts=True)


@transaction.atomic
def add_listed(*, by: User, campaign: Campaign, company: Company, listed: Listed) -> None:
    """Add what a list says of a company that takes part already: empty fields are filled, tags are added."""
    part = company.participations.select_for_update().filter(campaign=campaign).order_by("pk").first()
    if part is None:
        raise NotFound()
    given = {"listed_goods": listed.goods, "team_note": listed.note}
    empty = {name: text for name, text in given.items() if text and not getattr(part, name)}
    if empty:
        Participation.objects.filter(pk=part.pk).update(**empty)
    _tag(by, campaign, [(company.pk, listed.tags)])


def listed_goods(company: Company) -> list[str]:
    """What lists of its campaigns say that a company sells, one name each, without what it has listed itself."""
    parts = company.participations.exclude(listed_goods="").filter(side=Participation.Side.SUPPLIER)
    names = [name for text in parts.values_list("listed_goods", flat=True) for name in _BETWEEN_GOODS.split(text)]
    own = {name.casefold() for name in company.products.values_list("texts__name", flat=True) if name}
    trimmed = dict.fromkeys(" ".join(name.split()).strip(" .") for name in names)
    return [name for name in trimmed if name and name.casefold() not in own][:MOST_GOODS]


@transaction.atomic
def write_team_note(*, by: User, campaign: Campaign, company: Company, note: str) -> None:
    """Write the team's own note on a company of the campaign, in place of the old one.

    Raises:
        NotFound: for a company that does not take part in the campaign.
        ValidationError: on `note`.
    """
    require_organiser(by, campaign)
    part = company.participations.select_for_update().filter(campaign=campaign).order_by("pk").first()
    if part is None:
        raise NotFound()
    part.team_note = note.strip()
    try:
        part.clean_fields(exclude={"campaign", "company", "side", "listed_goods"})
    except ValidationError as error:
        raise ValidationError({"note": error.message_dict["team_note"]}) from None
    part.save(update_fields=["team_note"])
    record(by=by, verb="write_team_note", on=company, organisation=campaign)


@transaction.atomic
def change_company(*, by: User, campaign: Campaign, company: Company, values: Values, source: str) -> dict[str, Any]:
    """Fill in what a list knows of a company of the campaign; returns what stood there before.

    What its own people have written stays: only empty fields are filled. Of a company with people, who it is and how
    it is reached is not filled in either, and its administrators are notified of each field.

    Raises:
        NotFound: for a company that does not take part in the campaign.
    """
    company = _lock(campaign, company)
    has_people = company.memberships.exists()
    empty = {
        name: value
        for name, value in values.items()
        if value and not getattr(company, name) and not (has_people and name in NOT_OF_COMPANIES_WITH_PEOPLE)
    }
    before = {name: getattr(company, name) for name in empty}
    if not empty:
        return before
    for name, value in empty.items():
        setattr(company, name, value)
    company.name_key = name_key(company)
    company.save(update_fields=[*empty, "name_key", "updated_at"])
    ListedFields.objects.create(
        company=company,
        fields=sorted(empty),
        campaign=campaign.uid,
        by=by,
        source=source,
        written_at=timezone.now(),
        is_shared=company.participations.exclude(campaign=campaign).exists(),
    )
    record(by=by, verb="fill_company", on=company, facts={"changed": sorted(empty), "source": source})
    _notify_administrators(campaign, company, empty, source)
    return before


def _lock(campaign: Campaign, company: Company) -> Company:
    locked = companies_of(campaign.pk).select_for_update().filter(pk=company.pk).first()
    if locked is None:
        raise NotFound()
    return locked


def _notify_administrators(campaign: Campaign, company: Company, names: Collection[str], source: str) -> None:
    labels = [field.verbose_name for field in Company._meta.concrete_fields if field.name in names]
    people = admins(company)
    notify(
        kind="company_filled",
        to=people,
        about=company.uid,
        event_key=f"company_filled:{company.uid}:{source}",
        context={
            "company": company,
            "campaign": dict(campaign.name),
            "fields": in_languages(lambda: format_list([str(label) for label in labels]), languages_of(people)),
        },
        path=f"/companies/{company.uid}/record/",
    )


@transaction.atomic
def put_back(*, by: User, campaign: Campaign, company: Company, before: Values, source: str) -> None:
    """Write again what stood in these fields before the list filled them.

    Raises:
        NotFound: for a company that does not take part in the campaign any more.
        Refused: `has_people`, where people have come since and the fields are theirs alone.
    """
    company = _lock(campaign, company)
    if NOT_OF_COMPANIES_WITH_PEOPLE & set(before) and Membership.objects.filter(company=company).exists():
        raise Refused("has_people", _("This company has people of its own; they write these fields."))
    for name, value in before.items():
        setattr(company, name, value)
    company.name_key = name_key(company)
    company.save(update_fields=[*before, "name_key", "updated_at"])
    ListedFields.objects.filter(company=company, source=source).delete()
    record(by=by, verb="empty_company", on=company, facts={"changed": sorted(before), "source": source})


@transaction.atomic
def remove_companies(*, by: User, campaign: Campaign, targets: Sequence[uuid.UUID], source: str) -> int:
    """Take back companies that wait, have no members and take part in no other campaign; returns how many stay."""
    mine = companies_of(campaign.pk).filter(uid__in=targets)
    free = mine.exclude(pk__in=Participation.objects.exclude(campaign=campaign).values("company")).filter(
        status=Company.Status.PENDING,
        memberships__isnull=True,
        products__isnull=True,
        demands__isnull=True,
        claims__isnull=True,
        join_requests__isnull=True,
        invitations__isnull=True,
    )
    keys = list(free.values_list("pk", flat=True))
    remaining = Company.objects.filter(uid__in=targets).exclude(pk__in=keys).count()
    Company.objects.filter(pk__in=keys).delete()
    record(by=by, verb="remove_companies", on=campaign, facts={"rows": len(keys), "source": source})
    return remaining
