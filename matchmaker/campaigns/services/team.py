"""The campaign and the people who run it: beginning one, places in its team, roles, leaving.

A team keeps an administrator. Verbs that could take the last one lock the campaign's row first.
"""

import datetime as dt
from collections.abc import Mapping

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser, TeamSeat
from matchmaker.campaigns.services import seats
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.services import take_back


@transaction.atomic
def start_campaign(
    *,
    slug: str,
    name: Mapping[str, str],
    starts_on: dt.date,
    ends_on: dt.date,
    admin: str,
    language: str = "en",
) -> Campaign:
    """A new campaign and the place of its first administrator, who is told by letter.

    It becomes the current one where there is none; `make_current` changes that later. Whoever can run commands on the
    server may do this, no one else.

    Args:
        name: by language code.

    Raises:
        ValidationError: by field.
    """
    current = not Campaign.objects.filter(is_current=True).exists()
    campaign = Campaign(slug=slug, name=name, starts_on=starts_on, ends_on=ends_on, is_current=current)
    campaign.full_clean()
    campaign.save()
    record(by=None, verb="start_campaign", on=campaign)
    seat = TeamSeat(campaign=campaign, email=admin, role=Organiser.Role.ADMIN, language=language)
    seats.offer(seat)
    record(by=None, verb="give_place", on=seat, organisation=campaign, facts={"role": seat.role})
    return campaign


@transaction.atomic
def make_current(*, campaign: Campaign, by: User | None = None) -> Campaign:
    """This campaign stands at the root of the site from now on; the one before it goes to its prefix. Twice is once.

    Args:
        by: staff of the site, or an administrator of both campaigns; None on the server's command line.

    Raises:
        Refused: it is planned or archived.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    before = Campaign.objects.select_for_update().filter(is_current=True).first()
    if by is not None:
        for one in filter(None, (campaign, before)):
            require_campaign_admin(by, one)
    if campaign.state not in (Campaign.State.OPEN, Campaign.State.CLOSED):
        raise Refused("not_open", _("Open the campaign first. Only then can it stand at the root of the site."))
    if not campaign.is_current:
        Campaign.objects.filter(is_current=True).update(is_current=False)  # only one may be: first off, then on
        campaign.is_current = True
        campaign.save(update_fields=["is_current"])
        facts = {"before": before.slug if before else ""}
        record(by=by, verb="make_current", on=campaign, organisation=campaign, facts=facts)
    return campaign


def require_campaign_admin(user: User, campaign: Campaign) -> None:
    """Refuse a person who neither administers the campaign nor is staff of the site."""
    if (
        not user.is_staff
        and not Organiser.objects.filter(campaign=campaign, user=user, role=Organiser.Role.ADMIN).exists()
    ):
        raise NotFound()


@transaction.atomic
def give_place(*, by: User, campaign: Campaign, email: str, role: str) -> TeamSeat:
    """Let anyone who owns this address into the team with this role, and tell her."""
    require_campaign_admin(by, campaign)
    there = Organiser.objects.filter(campaign=campaign, user__emailaddress__email__iexact=email.strip())
    if there.filter(user__emailaddress__verified=True).exists():
        raise Refused("already_seated", _("This person belongs to the team already."), field="email")
    seat = TeamSeat(campaign=campaign, email=email, role=role, language=by.language, given_by=by)
    seats.offer(seat)
    record(by=by, verb="give_place", on=seat, organisation=campaign, facts={"role": role})
    return seat


@transaction.atomic
def withdraw_place(*, by: User, seat: TeamSeat) -> None:
    require_campaign_admin(by, seat.campaign)
    if seat.taken_at:
        raise Refused("already_accepted", _("This place has been taken already."))
    if seats.withdraw(seat):
        record(by=by, verb="withdraw_place", on=seat, organisation=seat.campaign)


@transaction.atomic
def take_places(*, by: User) -> int:
    """Join every team that keeps a place for an address she has confirmed; returns how many."""
    taken = list(seats.take(TeamSeat.objects.select_related("campaign"), by))
    for seat in taken:
        Organiser.objects.get_or_create(campaign=seat.campaign, user=by, defaults={"role": seat.role})
        record(by=by, verb="take_place", on=seat, organisation=seat.campaign, facts={"role": seat.role})
    return len(taken)


def _keep_an_admin(one: Organiser) -> None:
    Campaign.objects.select_for_update().get(pk=one.campaign_id)
    admins = Organiser.objects.filter(campaign=one.campaign_id, role=Organiser.Role.ADMIN, user__is_active=True)
    if admins.filter(pk=one.pk).exists() and not admins.exclude(pk=one.pk).exists():
        raise Refused(
            "last_admin", _("A team keeps at least one administrator. Make another person administrator first.")
        )


@transaction.atomic
def change_role(*, by: User, one: Organiser, role: str) -> None:
    require_campaign_admin(by, one.campaign)
    if role not in Organiser.Role.values:
        raise Refused("unknown_role", _("Choose one of the roles."), field="role", status=400)
    if role != Organiser.Role.ADMIN:
        _keep_an_admin(one)
    before = one.role
    if Organiser.objects.filter(pk=one.pk).exclude(role=role).update(role=role):
        record(by=by, verb="change_role", on=one.user, organisation=one.campaign, facts={"from": before, "to": role})
        if role not in Organiser.DECIDES:  # what waited for her decision, and letters that are still written
            take_back(person=one.user, about=one.campaign.uid)


@transaction.atomic
def remove(*, by: User, one: Organiser) -> None:
    """Take a person out of the team, or leave it. It holds at her next request: pages read the role every time.

    Places that a removed person gave, or that wait at one of her addresses, end with it: they would be a way back.
    """
    if one.user_id != by.pk:
        require_campaign_admin(by, one.campaign)
    _keep_an_admin(one)
    if Organiser.objects.filter(pk=one.pk).delete()[0]:
        if one.user_id != by.pk:
            mine = EmailAddress.objects.filter(user=one.user).values_list("email", flat=True)
            ways_back = Q(given_by=one.user) | Q(email__in=[email.lower() for email in mine])
            for seat in TeamSeat.objects.standing().filter(ways_back, campaign=one.campaign, taken_at__isnull=True):
                seats.withdraw(seat)
        verb = "leave_team" if one.user_id == by.pk else "remove_from_team"
        record(by=by, verb=verb, on=one.user, organisation=one.campaign)
        take_back(person=one.user, about=one.campaign.uid)


def campaigns_without_admin(user: User) -> list[str]:
    """Campaigns whose team has other people and no other administrator."""
    others = Organiser.objects.filter(user__is_active=True).exclude(user=user)
    led = others.filter(role=Organiser.Role.ADMIN).values("campaign")
    own = Campaign.objects.filter(organisers__user=user, organisers__role=Organiser.Role.ADMIN)
    return [str(campaign) for campaign in own.filter(pk__in=others.values("campaign")).exclude(pk__in=led)]


def is_of_a_team(user: User) -> bool:
    """Whether this person runs a campaign, or the site."""
    return user.is_staff or Organiser.objects.filter(user=user).exists()
