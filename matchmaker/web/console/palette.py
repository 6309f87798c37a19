"""What organisers can go to by typing: pages, what they most often begin, events and whoever waits for a decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company
from matchmaker.events.models import Event
from matchmaker.web.access.decorators import opens_for, team
from matchmaker.web.rendering.page_context import Link, navigation

MOST = 20  # of each kind; whatever is not among them is found by the last line, a search


@team
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """The palette itself, brought by the page when it is first asked for."""
    found = [
        line
        for line in commands(request.campaign, navigation(request, "console"))
        if opens_for(request.role, line["url"])
    ]
    return render(request, "components/palette.html", {"commands": found, "search_url": reverse("console_companies")})


def commands(campaign: Campaign, pages: list[Link]) -> list[dict]:
    """Lines of the command palette; `pages` are the links of the header."""
    found = [
        {"label": page.label, "url": page.url, "icon": page.icon, "group": _("Page"), "words": page.name}
        for page in pages
    ]
    begin = (
        ("console_event_new", _("Plan an event"), "plus"),
        ("console_matching", _("Match everything again"), "refresh"),
        ("console_partner_new", _("Add a country partner"), "plus"),
    )
    found += [{"label": label, "url": reverse(name), "group": _("Begin"), "icon": icon} for name, label, icon in begin]
    for company in Company.objects.waiting().filter(campaigns=campaign).distinct()[:MOST]:
        found.append(
            {
                "label": company.display_name,
                "url": reverse("console_company", args=[company.uid]),
                "group": _("Waits for approval"),
                "icon": "building",
                "words": f"{company.other_name} {company.identifier}",
            }
        )
    places = (
        ("console_event_participants", _("Participants"), "users"),
        ("console_event_plans", _("Plan of the meetings"), "layout-kanban"),
        ("console_event_checkin", _("Check-in"), "qrcode"),
    )
    for event in Event.objects.filter(campaign=campaign).upcoming()[:MOST]:
        group = {"group": str(event.name), "words": " ".join(event.name.values())}
        found += [
            {"label": label, "url": reverse(name, args=[event.slug]), "icon": icon, **group}
            for name, label, icon in places
        ]
    return found
