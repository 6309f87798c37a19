"""Which companies come to which event: what the directory is filtered by and does not know itself."""

import numpy as np

from matchmaker.core.briefly import briefly
from matchmaker.directory.index.counting import Outside
from matchmaker.events.models import Event, EventParticipation

SOON = 6  # events ahead that are offered as a filter


@briefly(10)
def attending() -> Outside:
    """Facet "event": address of the event → primary keys of the suppliers registered for it."""
    events = {event.pk: event.slug for event in Event.objects.published().upcoming()[:SOON]}
    if not events:
        return {}
    coming = EventParticipation.objects.registered().suppliers().filter(event__in=events)
    found: dict[str, list[int]] = {slug: [] for slug in events.values()}
    for event, company in coming.values_list("event", "company"):
        found[events[event]].append(company)
    return {"event": {slug: np.array(keys, np.int64) for slug, keys in found.items() if keys}}


def event_names(slugs) -> dict[str, str]:
    if not slugs:
        return {}
    return {event.slug: event.name for event in Event.objects.published().filter(slug__in=list(slugs))}
