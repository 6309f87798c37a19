"""Files that browsers and researchers look for at addresses that standards give."""

import datetime as dt

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from matchmaker.notifications.mail import site_name
from matchmaker.web.access.decorators import View, everyone

VALID = dt.timedelta(days=180)  # security.txt says until when it holds; RFC 9116 asks for less than a year


def _url(path: str) -> str:
    """The address of a static file; its name holds a digest of its content."""
    return staticfiles_storage.url(path)


def icon(path: str) -> View:
    """Leads from an address that browsers try by themselves to the static file, whose name holds its digest."""

    @everyone
    @require_safe
    def show(request: HttpRequest) -> HttpResponse:
        return redirect(_url(path))

    return show


@everyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the site on its first screen (W3C, Web Application Manifest)."""
    icons = [
        {"src": _url(f"img/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"} for side in (192, 512)
    ]
    campaign = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    name = str(campaign.name) if campaign else site_name()
    short = str(campaign.short_name or campaign.name) if campaign else site_name()
    content = {
        "name": name,
        "short_name": short[:12],
        "id": reverse("home"),
        "scope": reverse("home"),
        "lang": get_language(),
        "start_url": reverse("desk"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": (campaign.colour if campaign else "") or "#c2331a",
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


@everyone
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116)."""
    expires = (timezone.now() + VALID).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
        f"Preferred-Languages: {', '.join(code.split('-')[0] for code, _name in settings.LANGUAGES)}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@everyone
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where managers of passwords send people (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect("account_change_password")
