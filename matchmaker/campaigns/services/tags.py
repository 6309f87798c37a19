"""Tags on companies and saved views of their list, for the team of one campaign."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, CompanyTag, SavedView, Tag
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.problems import NotFound

MOST = 200  # tags of one campaign
MOST_VIEWS = 50  # of one person in one campaign


@transaction.atomic
def create_tag(*, by: User, campaign: Campaign, name: str) -> Tag:
    """The tag of this name; made when it is new.

    Raises:
        ValidationError: for a bad name, or where the campaign has too many tags.
    """
    require_organiser(by, campaign)
    return tag_named(by=by, campaign=campaign, name=name)


def tag_named(*, by: User, campaign: Campaign, name: str) -> Tag:
    """As `create_tag`, for services that have checked who asks."""
    name = " ".join(name.split())
    row = Tag.objects.filter(campaign=campaign, name__iexact=name).first()
    if row is not None:
        return row
    if campaign.tags.count() >= MOST:
        raise ValidationError({"name": _("A campaign has at most %(count)d tags.") % {"count": MOST}})
    row = Tag(campaign=campaign, name=name)
    row.full_clean()
    row.save()
    record(by=by, verb="create_tag", on=row, organisation=campaign, facts={"tag": name})
    return row


@transaction.atomic
def remove_tag(*, by: User, tag: Tag) -> None:
    """Delete a tag and take it off all companies."""
    require_organiser(by, tag.campaign)
    record(by=by, verb="remove_tag", on=tag, organisation=tag.campaign, facts={"tag": tag.name})
    tag.delete()


@transaction.atomic
def set_tags(*, by: User, campaign: Campaign, company: Company, names: Iterable[str]) -> list[Tag]:
    """Put exactly these tags on a company of the campaign.

    Raises:
        ValidationError: for a bad name.
        Refused: for a company outside the campaign.
    """
    require_organiser(by, campaign)
    if not company.participations.filter(campaign=campaign).exists():
        raise NotFound()
    tags = {tag.pk: tag for name in names if name.strip() for tag in [create_tag(by=by, campaign=campaign, name=name)]}
    CompanyTag.objects.filter(company=company, tag__campaign=campaign).exclude(tag__in=tags).delete()
    rows = [CompanyTag(company=company, tag=tag) for tag in tags.values()]
    CompanyTag.objects.bulk_create(rows, ignore_conflicts=True)
    return sorted(tags.values(), key=lambda tag: tag.name)


@transaction.atomic
def tag_companies(*, by: User, tag: Tag, companies: QuerySet[Company], on: bool = True) -> int:
    """Put a tag on companies of its campaign, or take it off; returns how many companies of the campaign are meant."""
    require_organiser(by, tag.campaign)
    keys = list(companies.filter(participations__campaign=tag.campaign).distinct().values_list("pk", flat=True))
    if on:
        rows = [CompanyTag(tag=tag, company_id=key) for key in keys]
        CompanyTag.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        CompanyTag.objects.filter(tag=tag, company__in=keys).delete()
    facts = {"tag": tag.name, "on": on, "companies": len(keys)}
    record(by=by, verb="tag_companies", on=tag, organisation=tag.campaign, facts=facts)
    return len(keys)


@transaction.atomic
def save_view(*, by: User, campaign: Campaign, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep filters of the company list under a name; the same name again replaces them.

    Raises:
        ValidationError: by field.
    """
    require_organiser(by, campaign)
    mine = SavedView.objects.filter(campaign=campaign, owner=by)
    row = mine.filter(name=name.strip()).first() or SavedView(campaign=campaign, owner=by, name=name.strip())
    if row.pk is None and mine.count() >= MOST_VIEWS:
        raise ValidationError({"name": _("You have %(count)d views. Delete one first.") % {"count": MOST_VIEWS}})
    row.query, row.is_shared = query, is_shared
    row.full_clean()
    row.save()
    return row


def delete_view(*, by: User, view: SavedView) -> None:
    """Only its owner deletes a view."""
    if view.owner_id != by.pk:
        raise NotFound()
    view.delete()
