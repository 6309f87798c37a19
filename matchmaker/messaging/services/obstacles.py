"""Obstacles: reporting one, answering, taking it up, closing it.

A company, or the desk of a partner that follows it, reports what blocks a deal. The campaign's team names who is
responsible and a day, answers, and closes the case with an outcome. All three read every answer.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.answer_days import answer_day
from matchmaker.campaigns.models import Campaign, Organiser, Partner
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.approval import require_not_archived
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.messaging.models import Enquiry, Obstacle, ObstacleAnswer
from matchmaker.messaging.services.notices import excerpt
from matchmaker.notifications.services import notify

Side = ObstacleAnswer.Side
State = Obstacle.State
Outcome = Obstacle.Outcome
MOST_OPEN = 50  # of one company


def desk_of(user: User, company: Company, campaign: Campaign) -> Partner | None:
    """The desk of a person that follows the company in the campaign."""
    rows = Partner.objects.open().of(user).filter(campaign=campaign, enrolments__company=company)
    return rows.order_by("pk").first()


def campaign_for(user: User, company: Company) -> Campaign | None:
    """Where a case of this company belongs: to the campaign of one's desk, to the current one, or to its newest."""
    if is_member(user, company):
        rows = Campaign.objects.filter(participations__company=company)
    else:
        desks = Partner.objects.open().of(user).filter(enrolments__company=company)
        rows = Campaign.objects.filter(partners__in=desks)
    rows = rows.exclude(state=Campaign.State.ARCHIVED)
    return rows.order_by("-is_current", "-starts_on", "-pk").first()


def companies_of_reporter(user: User) -> QuerySet[Company]:
    """Companies a person may report a case for: own ones, and those that one's desks follow."""
    followed = Partner.objects.open().of(user).values("enrolments__company")
    return Company.objects.filter(Q(pk__in=Company.objects.of(user).values("pk")) | Q(pk__in=followed))


@transaction.atomic
def report_obstacle(
    *, by: User, company: Company, kind: str, title: str, text: str, about: Enquiry | Product | None = None
) -> Obstacle:
    """Say what blocks a deal of one's company, or of a company that one's desk follows.

    `about` is an enquiry of the company or one of its products. Of an enquiry the team reads the subject, no letters.

    Raises:
        ValidationError: by field.
        Refused: 404 for the company of others; 409 `no_campaign`, `too_many_obstacles`.
    """
    belongs, campaign = is_member(by, company), campaign_for(by, company)
    if campaign is None:
        if not belongs:
            raise NotFound()
        raise Refused("no_campaign", _("Your company takes part in no campaign whose team could work on it."))
    Company.objects.select_for_update().get(pk=company.pk)  # the limit holds for two who report at once
    if Obstacle.objects.open().filter(company=company).count() >= MOST_OPEN:
        raise Refused("too_many_obstacles", _("Too many cases of this company are open. Close one first."))
    obstacle = Obstacle(
        campaign=campaign,
        company=company,
        kind=kind,
        title=title.strip(),
        text=text.strip(),
        enquiry=about if isinstance(about, Enquiry) else None,
        product=about if isinstance(about, Product) else None,
        partner=None if belongs else desk_of(by, company, campaign),
        reported_by=by,
        reported_at=timezone.now(),
        due_on=answer_day(campaign),
    )
    _require_own_subject(by, obstacle)
    obstacle.full_clean()
    obstacle.save()
    facts = {"kind": kind, "campaign": str(campaign.uid)}
    record(by=by, verb="report_obstacle", on=obstacle, organisation=company, facts=facts)
    _tell(obstacle, "obstacle_reported", [Side.TEAM], key=str(obstacle.uid), by=by, text=obstacle.text)
    return obstacle


def _require_own_subject(by: User, obstacle: Obstacle) -> None:
    enquiry, product, company = obstacle.enquiry, obstacle.product, obstacle.company
    if enquiry is not None and not Enquiry.objects.visible_to(by).of(company).filter(pk=enquiry.pk).exists():
        raise NotFound()
    if product is None:
        return
    products = Product.objects.filter(company=company)
    if not is_member(by, company):
        products = products.published()
    if not products.filter(pk=product.pk).exists():
        raise NotFound()


def side_of(user: User, obstacle: Obstacle) -> Side:
    """For whom a person writes in a case.

    Raises:
        Refused: 404 for a case one does not see.
    """
    if is_member(user, obstacle.company):
        return Side.COMPANY
    if Organiser.objects.filter(campaign=obstacle.campaign, user=user, role__in=Organiser.DECIDES).exists():
        return Side.TEAM
    if desk_of(user, obstacle.company, obstacle.campaign):
        return Side.PARTNER
    raise NotFound()


def _lock(by: User, obstacle: Obstacle) -> tuple[Obstacle, Side]:
    row = Obstacle.objects.select_for_update(of=("self",)).select_related("campaign", "company").get(pk=obstacle.pk)
    side = side_of(by, row)
    require_not_archived(row.campaign)
    return row, side


@transaction.atomic
def answer_obstacle(*, by: User, obstacle: Obstacle, text: str) -> ObstacleAnswer:
    """Write to the others of a case. An answer of the company or its partner opens a closed case again.

    Raises:
        ValidationError: without a text.
    """
    row, side = _lock(by, obstacle)
    if row.is_closed and side != Side.TEAM:
        row.state, row.outcome, row.closed_at = State.OPEN, Outcome.NONE, None
        row.due_on = answer_day(row.campaign)
    elif side == Side.TEAM and row.state == State.OPEN:
        row.state, row.responsible = State.WORKING, row.responsible or by
    row.save()
    return _write(by, row, side, text, "answer_obstacle", "obstacle_answered")


@transaction.atomic
def work_on_obstacle(
    *, by: User, obstacle: Obstacle, responsible: User | None = None, due_on: dt.date | None = None
) -> Obstacle:
    """Name who of the team is responsible and by which day the company hears of it.

    Raises:
        Refused: 409 `obstacle_closed`; 400 `not_in_team`, `day_is_past`.
    """
    require_organiser(by, obstacle.campaign)
    row, _side = _lock(by, obstacle)
    if row.is_closed:
        raise Refused("obstacle_closed", _("This case is closed. An answer of the company opens it again."))
    if responsible and not deciders(row.campaign).filter(pk=responsible.pk).exists():
        raise Refused("not_in_team", _("Choose a person of the campaign’s team."), field="responsible", status=400)
    if due_on and due_on != row.due_on and due_on < timezone.localdate():
        raise Refused("day_is_past", _("Choose a day from today on."), field="due_on", status=400)
    row.responsible, row.due_on = responsible, due_on
    row.state = State.WORKING if responsible else State.OPEN
    row.save()
    facts = {"responsible": str(responsible.uid) if responsible else "", "due_on": str(due_on or "")}
    record(by=by, verb="work_on_obstacle", on=row, organisation=row.company, facts=facts)
    return row


@transaction.atomic
def close_obstacle(*, by: User, obstacle: Obstacle, outcome: str, text: str) -> Obstacle:
    """End a case. The team says solved or not, the company or its partner solved or taken back.

    Raises:
        ValidationError: without a text.
        Refused: 409 `obstacle_closed`; 400 `wrong_outcome`.
    """
    row, side = _lock(by, obstacle)
    if row.is_closed:
        raise Refused("obstacle_closed", _("This case is closed. An answer of the company opens it again."))
    if outcome not in outcomes_of(side):
        raise Refused("wrong_outcome", _("Choose how it ended."), field="outcome", status=400)
    row.state, row.outcome, row.closed_at = State.CLOSED, outcome, timezone.now()
    row.save()
    _write(by, row, side, text, "close_obstacle", "obstacle_closed", outcome=outcome)
    return row


def outcomes_of(side: str) -> list[Outcome]:
    return [Outcome.SOLVED, Outcome.UNSOLVED if side == Side.TEAM else Outcome.WITHDRAWN]


def deciders(campaign: Campaign):
    """Those of the team who can be responsible for a case."""
    teams = {"organiser_of__campaign": campaign, "organiser_of__role__in": Organiser.DECIDES}
    return User.objects.filter(is_active=True, **teams).distinct().order_by("name", "pk")


def _write(by: User, row: Obstacle, side: Side, text: str, verb: str, notice: str, **facts) -> ObstacleAnswer:
    answer = ObstacleAnswer(obstacle=row, author=by, side=side, text=text.strip(), written_at=timezone.now())
    answer.full_clean()
    answer.save()
    record(by=by, verb=verb, on=row, organisation=row.company, facts={"side": side, **facts})
    others = [one for one in Side if one != side]
    _tell(row, notice, others, key=str(answer.uid), by=by, text=answer.text, **facts)
    return answer


def _tell(row: Obstacle, kind: str, sides: list[Side], *, key: str, by: User, text: str, **more) -> None:
    context = {"title": row.title, "company": row.company, "text": excerpt(text), **more}
    for side in sides:
        page = f"/console/obstacles/{row.uid}/" if side == Side.TEAM else f"/obstacles/{row.uid}/"
        notify(
            kind=kind,
            to=[person for person in _people(row, side) if person != by],
            about=row.company.uid if side == Side.COMPANY else None,
            event_key=f"{kind}:{key}:{side}",
            context=context,
            path=page,
            part_of=row.campaign_id,
        )


def _people(row: Obstacle, side: Side) -> list[User]:
    if side == Side.COMPANY:
        return list(row.company.members.filter(is_active=True))
    if side == Side.TEAM:
        return [row.responsible] if row.responsible else list(deciders(row.campaign))
    desks = Partner.objects.open().filter(campaign=row.campaign, enrolments__company=row.company)
    seats = {"partnerseats__partner__in": desks, "partnerseats__withdrawn_at__isnull": True}
    return list(User.objects.filter(is_active=True, **seats).distinct())
