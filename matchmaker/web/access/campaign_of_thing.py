"""To which campaign the thing belongs that a page of the console shows, for people of several teams."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from matchmaker.campaigns.models import BulkAction, Campaign, CompanyInvitation, Participation, Partner, Question
from matchmaker.events.models import Event
from matchmaker.first_orders.models import Programme
from matchmaker.imports.models import Import
from matchmaker.web.access.teams import teams_of

Rows = Callable[[Any], QuerySet]
# First words of the name of a route → the rows whose `campaign` it belongs to, by the argument of the address.
THINGS: Mapping[str, tuple[str, Rows]] = {
    "console_event": ("slug", lambda slug: Event.objects.filter(slug=slug)),
    "console_partner": ("uid", lambda uid: Partner.objects.filter(uid=uid)),
    "console_programme": ("uid", lambda uid: Programme.objects.filter(uid=uid)),
    "console_voucher": ("uid", lambda uid: Programme.objects.filter(applications__uid=uid)),
    "console_question": ("uid", lambda uid: Question.objects.filter(uid=uid)),
    "console_bulk": ("uid", lambda uid: BulkAction.objects.filter(uid=uid)),
    "console_invitation": ("uid", lambda uid: CompanyInvitation.objects.filter(uid=uid)),
    "console_company": ("uid", lambda uid: Participation.objects.filter(company__uid=uid)),
    "console_act": ("uid", lambda uid: Participation.objects.filter(company__uid=uid)),
}


def campaign_of_thing(request: HttpRequest, working: Campaign | None) -> Campaign | None:
    """The campaign of the thing the address names, where this person belongs to its team and works in another one."""
    mine = {seat.campaign_id: seat.campaign for seat in teams_of(request)}
    if not mine or list(mine) == [working.pk if working else None]:
        return None  # there is no other one
    keys = set(_rows_of(request).values_list("campaign", flat=True))
    if not keys or (working is not None and working.pk in keys):
        return None
    return next((campaign for key, campaign in mine.items() if key in keys), None)


def _rows_of(request: HttpRequest) -> QuerySet:
    """Rows with a `campaign`: of the thing the address names; none where it names none."""
    match = request.resolver_match
    name, kwargs = (match.url_name or "", match.kwargs) if match else ("", {})
    if name == "console_invite":
        return Import.objects.filter(uid=_uid(request.GET.get("import", "")))
    for begins, (argument, rows) in THINGS.items():
        if argument in kwargs and (name == begins or name.startswith(f"{begins}_")):
            return rows(kwargs[argument])
    return Import.objects.none()


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
