"""How a page looks: like its event where that has a brand of its own, and else like its campaign."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from matchmaker.events.models import Event, EventBrand
from matchmaker.web.campaign_site import link_to

register = template.Library()
MARK = 12  # characters of a digest; an address with another mark is another file for browsers


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    styles: str  # address of the style sheet with its colours
    logo: str  # address of the picture


@register.simple_tag(takes_context=True)
def brand_look(context) -> Look:
    """The brand of the page's `event` and `campaign`."""
    event = context.get("event")
    own = event.look if isinstance(event, Event) else None
    campaign = context.get("campaign")
    return Look(
        name=str(_first("short_name", own, campaign)),
        styles=_address(context, "styles", "colour", own, campaign),
        logo=_address(context, "logo", "logo_digest", own, campaign),
    )


def _first(name: str, own: EventBrand | None, campaign: Any) -> Any:
    return getattr(own, name, "") or getattr(campaign, name, "") or ""


def _address(context, part: str, name: str, own: EventBrand | None, campaign: Any) -> str:
    if own is not None and (mark := getattr(own, name)):
        address = reverse(f"event_brand_{part}", args=[own.event.slug])
    elif mark := getattr(campaign, name, ""):
        request = context.get("request")
        address = link_to(request, campaign, f"brand_{part}") if request else reverse(f"brand_{part}")
    else:
        return ""
    return f"{address}?v={mark.removeprefix('#')[:MARK]}"
