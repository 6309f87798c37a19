"""The brand of the campaign of the address and of events as browsers fetch them: a style sheet, the logo, a picture."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control, patch_response_headers
from django.views.decorators.http import require_safe

from matchmaker.campaigns.models import CampaignLogo
from matchmaker.core import colours
from matchmaker.core.colours import BLACK, READABLE, VISIBLE, WHITE, adjust_contrast, mix
from matchmaker.events.models import Event, EventBrand
from matchmaker.web.access.decorators import everyone

A_DAY = 24 * 60 * 60
# Grounds of static/css/site.css on which the colour stands: the second paper, and the papers in the dark.
LIGHT_GROUND, DARK_PAPER, DARK_GROUND = "#faf7f1", "#16130f", "#1e1a15"


def style_sheet(colour: str) -> str:
    """The tokens that follow from the campaign's colour, each with the contrast that text and shapes need."""
    dark = adjust_contrast(colour, WHITE, DARK_PAPER, VISIBLE)
    light_tokens = {
        "seal": colour,
        "seal-hover": mix(colour, BLACK, 0.18),
        "seal-ink": adjust_contrast(colour, BLACK, LIGHT_GROUND, READABLE),
        "seal-tint": mix(colour, WHITE, 0.93),
    }
    dark_tokens = {
        "seal": dark,
        "seal-hover": mix(dark, BLACK, 0.12),
        "seal-ink": adjust_contrast(colour, WHITE, DARK_GROUND, READABLE),
        "seal-tint": mix(DARK_PAPER, colour, 0.2),
    }
    rule = "".join(f"--{name}:{value};" for name, value in light_tokens.items())
    dark_rule = "".join(f"--{name}:{value};" for name, value in dark_tokens.items())
    return f':root{{{rule}}}@media screen{{[data-bs-theme="dark"]{{{dark_rule}}}}}'


@everyone
@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    campaign = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    if campaign is None or not colours.is_colour(campaign.colour):
        raise Http404
    return _cache_for_a_day(HttpResponse(style_sheet(campaign.colour), content_type="text/css; charset=utf-8"))


@everyone
@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    row = CampaignLogo.objects.filter(campaign=request.site_campaign).first()  # type: ignore[misc]  # as above
    if row is None:
        raise Http404
    return _cache_for_a_day(HttpResponse(bytes(row.picture), content_type="image/png"))


@everyone
@require_safe
def event_styles(request: HttpRequest, slug: str) -> HttpResponse:
    brand = _brand_of(request, slug)
    if not colours.is_colour(brand.colour):
        raise Http404
    return _restrict_cache(brand.event, HttpResponse(style_sheet(brand.colour), content_type="text/css; charset=utf-8"))


@everyone
@require_safe
def event_logo(request: HttpRequest, slug: str) -> HttpResponse:
    brand = _brand_of(request, slug)
    return _restrict_cache(brand.event, _picture(brand.logo, "image/png"))


@everyone
@require_safe
def event_picture(request: HttpRequest, slug: str) -> HttpResponse:
    brand = _brand_of(request, slug)
    return _restrict_cache(brand.event, _picture(brand.picture, "image/webp"))


def _brand_of(request: HttpRequest, slug: str) -> EventBrand:
    events = Event.objects.visible_to(request.user)
    return get_object_or_404(EventBrand.objects.select_related("event"), event__slug=slug, event__in=events)


def _picture(content: bytes, content_type: str) -> HttpResponse:
    if not content:
        raise Http404
    return HttpResponse(bytes(content), content_type=content_type)


def _restrict_cache(event: Event, response: HttpResponse) -> HttpResponse:
    """Only the browser of the team keeps files of an event in preparation."""
    if event.status == Event.Status.DRAFT:
        patch_cache_control(response, private=True)
    return _cache_for_a_day(response)


def _cache_for_a_day(response: HttpResponse) -> HttpResponse:
    """For a day: the address has a mark that changes with the brand."""
    patch_response_headers(response, A_DAY)
    return response
