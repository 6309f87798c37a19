"""Which companies come to which event: what the directory is filtered by and does not know itself."""

import numpy as np
from django.http import HttpRequest
from django.urls import reverse

from matchmaker.companies.models import Company
from matchmaker.core.ttl_cache import cached_for
from matchmaker.engines.search import CompanyFacets
from matchmaker.events.models import Event, EventParticipation
from matchmaker.events.services import may_ask
from matchmaker.web.access.decorators import current_company
from matchmaker.web.public import in_campaign

SOON = 6  # events ahead that are offered as a filter


def attending(request: HttpRequest) -> CompanyFacets:
    """Facet "event" for the events of the page's campaign; see `_attending`."""
    shown = in_campaign.campaigns_shown(request)
    return _attending(None if shown is None else tuple(shown))


def attending_anywhere() -> CompanyFacets:
    """Facet "event" for the events of all campaigns, for saved searches."""
    return _attending(None)


@cached_for(10)
def _attending(campaigns: tuple[int, ...] | None) -> CompanyFacets:
    """Address of the event → primary keys of the suppliers registered for it."""
    ahead = Event.objects.published().upcoming()
    ahead = ahead if campaigns is None else ahead.filter(campaign__in=campaigns)
    events = {event.pk: event.slug for event in ahead[:SOON]}
    if not events:
        return {}
    coming = EventParticipation.objects.registered().suppliers().filter(event__in=events)
    found: dict[str, list[int]] = {slug: [] for slug in events.values()}
    for event, company in coming.values_list("event", "company"):
        found[events[event]].append(company)
    return {"event": {slug: np.array(keys, np.int64) for slug, keys in found.items() if keys}}


def meetings_with(request, supplier: Company) -> list[dict[str, str]]:
    """Where this buyer can meet the supplier: [{event, url, is_registered}]; it registers first where it has not."""
    buyer = current_company(request, is_buyer=True)
    if buyer is None or buyer == supplier:
        return []
    ahead = Event.objects.published().upcoming().exclude(status=Event.Status.CANCELLED).order_by("starts_on", "pk")
    events = list(ahead.filter(participations__in=EventParticipation.objects.registered().suppliers().of(supplier)))
    own = {
        row.event_id: row for row in EventParticipation.objects.registered().buyers().of(buyer).select_related("event")
    }
    found = []
    for event in events[:SOON]:
        mine = own.get(event.pk)
        if mine is None:
            found.append({"event": str(event.name), "url": reverse("meetings_register", args=[event.slug])})
        elif may_ask(mine):
            url = reverse("meetings_ask", args=[event.slug, supplier.uid])
            found.append({"event": str(event.name), "url": url, "is_registered": "1"})
    return found


def event_names(slugs) -> dict[str, str]:
    if not slugs:
        return {}
    named = Event.objects.published().filter(slug__in=list(slugs)).values_list("slug", "name")
    return {slug: str(name) for slug, name in named}
