"""The door: check-in on the team's page, keys for phones at the gates, and what they scanned."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, GateDevice, Scan
from matchmaker.web.access.decorators import team
from matchmaker.web.console.events.event import event_of
from matchmaker.web.forms.refusals import refusals_in_messages


@team
def check_in(request, slug):
    """Type or scan a code; a scanner that types and presses Enter is enough."""
    event = event_of(request, slug)
    person, refusal = None, None
    gate = request.POST.get("gate", request.session.get("gate", ""))[:40]
    code = request.POST.get("code", request.GET.get("code", ""))
    if request.method == "POST":
        request.session["gate"] = gate
        try:
            person = services.check_in(by=request.user, event=event, code=code, gate=gate)
        except Refused as problem:
            refusal = problem
    expected = Attendee.objects.expected().filter(participation__event=event)
    totals = expected.aggregate(all=Count("pk"), inside=Count("pk", filter=Q(checked_in_at__isnull=False)))
    search = request.GET.get("q", "").strip()[:80]
    context = {
        "event": event,
        "tab": "checkin",
        "person": person,
        "refusal": refusal,
        "code": "" if person else code[:64],
        "gate": gate,
        "totals": totals,
        "latest": expected.filter(checked_in_at__isnull=False)
        .select_related("participation__company")
        .order_by("-checked_in_at")[:10],
        "q": search,
        "found": _found(expected, search) if search else [],
    }
    return render(request, "console/event_checkin.html", context, status=422 if refusal else 200)


def _found(expected, search: str):
    """People without their badge, by their or their company's name."""
    company = "participation__company"
    hit = Q(name__icontains=search) | Q(**{f"{company}__legal_name__icontains": search})
    hit |= Q(**{f"{company}__name_zh__icontains": search}) | Q(**{f"{company}__name_latin__icontains": search})
    return expected.filter(hit).select_related(company).order_by("name")[:20]


@team
@require_POST
def reissue(request, slug, uid):
    """A lost badge: the old code lets nobody in any more, the new one is printed."""
    event = event_of(request, slug)
    people = Attendee.objects.filter(participation__event=event).select_related("participation__event__campaign")
    person = services.reissue_badge(by=request.user, person=get_object_or_404(people, uid=uid))
    messages.success(
        request, _("%(name)s has a new badge; the old one counts no longer. Print it again.") % {"name": person.name}
    )
    return redirect(f"{reverse('console_event_checkin', args=[slug])}?code={person.code}")


@team
@require_POST
def device(request, slug):
    """A key for the phone at a gate; its address is shown on the next page once."""
    event = event_of(request, slug)
    with refusals_in_messages(request):
        _device, secret = services.make_device(by=request.user, event=event, gate=request.POST.get("gate", "")[:60])
        request.session["gate_key"] = f"{settings.SITE_URL}{reverse('gate')}#{secret}"
    return redirect("console_event_today", slug)


@team
@require_POST
def device_revoke(request, slug, uid):
    event = event_of(request, slug)
    rows = GateDevice.objects.filter(event=event).select_related("event__campaign")
    services.revoke_device(by=request.user, device=get_object_or_404(rows, uid=uid))
    messages.success(request, _("The key counts no longer. What the phone has scanned stays."))
    return redirect("console_event_today", slug)


@team
@require_POST
def settle(request, slug, uid):
    event = event_of(request, slug)
    rows = Scan.objects.filter(device__event=event).select_related("device__event__campaign")
    services.settle_scan(by=request.user, scan=get_object_or_404(rows, uid=uid))
    return redirect("console_event_today", slug)
