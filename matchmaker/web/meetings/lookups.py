"""Which company and which registration a page is about; what is not one's own does not exist."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from matchmaker.companies.models import Company
from matchmaker.events.models import Event, EventParticipation
from matchmaker.web.access.decorators import current_company


def company_of(request: HttpRequest) -> Company:
    """The company this person works for right now; 404 for a person without one."""
    company = current_company(request)
    if company is None:
        raise Http404
    return company


def event_of(request: HttpRequest, slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).select_related("campaign"), slug=slug)


def own_participation(request: HttpRequest, event: Event) -> EventParticipation | None:
    """The registration of the person's company at this event: that of the company she works for now, or another's."""
    rows = EventParticipation.objects.filter(event=event, company__members=request.user).exclude(status="withdrawn")
    rows = rows.select_related("event__campaign", "company")
    current = current_company(request)
    return rows.filter(company=current).first() or rows.order_by("pk").first()


def participation_or_404(request: HttpRequest, slug: str) -> EventParticipation:
    found = own_participation(request, event_of(request, slug))
    if found is None:
        raise Http404
    return found
