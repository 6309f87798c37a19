"""Campaigns from one to the next: creating one, its states, and companies that go on into it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign, Organiser, Participation, Partner, Question
from matchmaker.campaigns.services import next_partners, require_organiser, require_takes_new
from matchmaker.campaigns.services.team import require_campaign_admin
from matchmaker.companies.models import Company
from matchmaker.core import languages
from matchmaker.core.problems import NotFound, Refused

State = Campaign.State
# From which states each state is reached. An archived campaign comes back as a closed one.
BEFORE = {
    State.OPEN: (State.PLANNED, State.CLOSED),
    State.CLOSED: (State.OPEN, State.ARCHIVED),
    State.ARCHIVED: (State.PLANNED, State.CLOSED),
}
COPIED = ("questions", "texts", "categories")


def may_create(user: User) -> bool:
    """Staff of the site and administrators of any campaign begin new ones."""
    return user.is_staff or Organiser.objects.filter(user=user, role=Organiser.Role.ADMIN).exists()


@transaction.atomic
def create_campaign(
    *,
    by: User,
    name: Mapping[str, str],
    starts_on: dt.date,
    ends_on: dt.date,
    source: Campaign | None = None,
    copied: Collection[str] = (),
) -> Campaign:
    """A planned campaign; `by` becomes its first administrator.

    Args:
        source: another campaign whose `copied` parts (questions, texts, categories) it begins with.

    Raises:
        ValidationError: by field.
        Refused: for whom administers no campaign, or does not decide in `source`.
    """
    if not may_create(by) or (source and not Campaign.objects.decided_by(by).filter(pk=source.pk).exists()):
        raise NotFound()
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("The campaign must not end before it starts.")})
    campaign = Campaign(name=name, starts_on=starts_on, ends_on=ends_on, state=State.PLANNED)
    if source and "texts" in copied:
        campaign.about = source.about
    if source and "categories" in copied:
        campaign.categories = source.categories
    campaign.slug = _free_slug(campaign.name.text(languages.ENGLISH))
    campaign.full_clean()
    campaign.save()
    Organiser.objects.create(campaign=campaign, user=by, role=Organiser.Role.ADMIN)
    if source and "questions" in copied:
        _copy_questions(source, campaign)
    facts = {"from": source.slug, "copied": sorted(copied)} if source else {}
    record(by=by, verb="create_campaign", on=campaign, facts=facts)
    return campaign


@transaction.atomic
def update_campaign(*, by: User, campaign: Campaign, **fields) -> Campaign:
    """Change names, texts, dates and categories of the campaign."""
    require_organiser(by, campaign)
    for name, value in fields.items():
        setattr(campaign, name, value)
    if campaign.ends_on < campaign.starts_on:
        raise ValidationError({"ends_on": _("The campaign must not end before it starts.")})
    campaign.host = campaign.host.strip().lower()
    if campaign.host and not site.may_be_host(campaign.host):
        raise ValidationError({"host": _("The site does not answer under this name. Ask its operator to allow it.")})
    campaign.full_clean()
    campaign.save()
    record(by=by, verb="update_campaign", on=campaign, facts={"changed": sorted(fields)})
    return campaign


def _free_slug(name: str) -> str:
    stem = slugify(name)[:40] or "campaign"
    taken = set(Campaign.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return stem if stem not in taken else next(s for n in range(2, 1000) if (s := f"{stem}-{n}") not in taken)


def _copy_questions(source: Campaign, target: Campaign) -> None:
    fields = ("side", "kind", "label", "help", "options", "is_required", "position")
    rows = Question.objects.active().filter(campaign=source)
    Question.objects.bulk_create(
        Question(campaign=target, **{name: getattr(row, name) for name in fields}) for row in rows
    )


@transaction.atomic
def set_state(*, by: User, campaign: Campaign, state: str) -> Campaign:
    """Open, close or archive a campaign, or take that step back.

    Raises:
        Refused: for whom is no administrator of it, from another state, or the current one is to be archived.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    require_campaign_admin(by, campaign)
    if campaign.state not in BEFORE.get(State(state), ()):
        raise Refused("wrong_state", _("This does not follow from the state the campaign is in."))
    if state == State.ARCHIVED and campaign.is_current:
        raise Refused("is_current", _("This campaign stands at the root of the site. Put another one there first."))
    before, campaign.state = campaign.state, state
    campaign.save(update_fields=["state"])
    record(by=by, verb="set_campaign_state", on=campaign, facts={"from": before, "to": state})
    return campaign


def next_states(campaign: Campaign) -> list[str]:
    return [state.value for state, before in BEFORE.items() if campaign.state in before]


# Companies that go on into another campaign.


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Which companies of one campaign go on into another, and which do not."""

    companies: QuerySet[Company]
    suppliers: int
    buyers: int
    there_already: int
    closed: int  # suspended, or merged into another
    partners: int  # that are not there yet, with those below the chosen ones

    @property
    def total(self) -> int:
        return self.suppliers + self.buyers


def preview_take_over(
    *,
    source: Campaign,
    target: Campaign,
    side: str = "",
    approved_only: bool = True,
    tag: Any = None,
    partners: Iterable[Partner] = (),
) -> TakeOver:
    """The companies of `source` by choice: their side, whether approval is needed, and one tag of `source`.

    Args:
        partners: of `source`, which go on with all below them.
    """
    chosen = Participation.objects.filter(campaign=source)
    if side:
        chosen = chosen.filter(side=side)
    if approved_only:
        chosen = chosen.filter(Q(company__status=Company.Status.APPROVED) | Q(company__status=Company.Status.SUSPENDED))
    if tag is not None:
        chosen = chosen.filter(company__company_tags__tag=tag)
    open_rows = chosen.exclude(company__status=Company.Status.SUSPENDED)
    same = Participation.objects.filter(campaign=target, company=OuterRef("company"), side=OuterRef("side"))
    new = open_rows.exclude(Exists(same))
    return TakeOver(
        companies=Company.objects.filter(pk__in=new.values("company")),
        suppliers=new.filter(side=Participation.Side.SUPPLIER).count(),
        buyers=new.filter(side=Participation.Side.BUYER).count(),
        there_already=open_rows.filter(Exists(same)).count(),
        closed=chosen.filter(company__status=Company.Status.SUSPENDED).count(),
        partners=next_partners.count_new(target, [one for one in partners if one.campaign_id == source.pk]),
    )


@transaction.atomic
def take_over(*, by: User, source: Campaign, target: Campaign, **choice: Any) -> int:
    """Let companies of `source` take part in `target`, too, on the same side; returns how many places that are.

    Their products and demands come along, because they belong to the company. The chosen partners go on, too, and
    follow those of their companies that take part. Twice is once.

    Raises:
        Refused: for whom does not administer `target` or does not decide in `source`, or `target` takes nothing new.
    """
    require_campaign_admin(by, target)
    if not Campaign.objects.decided_by(by).filter(pk=source.pk).exists():
        raise NotFound()
    require_takes_new(target)
    found = preview_take_over(source=source, target=target, **choice)
    places = Participation.objects.filter(campaign=source, company__in=found.companies)
    if choice.get("side"):
        places = places.filter(side=choice["side"])
    rows = [
        Participation(campaign=target, company_id=company, side=side)
        for company, side in places.values_list("company", "side")
    ]
    Participation.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    partners = [one for one in choice.get("partners", ()) if one.campaign_id == source.pk]
    next_partners.carry_partners(by=by, source=source, target=target, chosen=partners)
    record(by=by, verb="take_over_companies", on=target, facts={"from": source.slug, "companies": found.total})
    return found.total
