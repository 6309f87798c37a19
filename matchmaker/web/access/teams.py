"""The teams of campaigns that a person belongs to, and the campaign in which she works on a page."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.web.campaign_site import READS

LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def teams_of(request: Any) -> list[Organiser]:
    """The seats of the person in teams with their campaigns, the newest campaign first.

    A page and its header look for them several times: they are read once, except in an action, which may change them.
    """
    if not request.user.is_authenticated:
        return []
    reader, seats = getattr(request, "teams", (None, []))
    if reader != request.user.pk or request.method not in READS:
        rows = Organiser.objects.filter(user=request.user).select_related("campaign")
        seats = list(rows.order_by("-campaign__starts_on", "-campaign"))
        request.teams = request.user.pk, seats
    return seats


def working_campaign(request: HttpRequest) -> Campaign | None:
    """The campaign in which this person of a team works on this page: the one at its address.

    At the root, where its campaign is not one of hers: the one she worked in last, or else her newest.
    """
    mine = [seat.campaign for seat in teams_of(request)]
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    if here in mine:
        return next(campaign for campaign in mine if campaign == here)
    return None if request.campaign_is_addressed else last_campaign(request)  # type: ignore[attr-defined]  # as above


def last_campaign(request: HttpRequest) -> Campaign | None:
    """The campaign in which this person of a team worked last; before she worked in any, that of the address, or else
    her newest.
    """
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    order = lambda seat: (seat.last_worked_at or LONG_AGO, seat.campaign == here)  # noqa: E731  # used once
    last = max(teams_of(request), key=order, default=None)
    return last.campaign if last else None  # of equal ones the first, which is the newest


def remember_campaign(request: HttpRequest, campaign: Campaign) -> None:
    """Store that she works in this campaign, where she has several; nothing is written while she stays in it."""
    seats = teams_of(request)
    known = any(seat.last_worked_at for seat in seats)
    if len(seats) > 1 and not (known and last_campaign(request) == campaign):
        Organiser.objects.filter(user=request.user, campaign=campaign).update(last_worked_at=timezone.now())
