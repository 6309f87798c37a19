"""Check-in by phone: the page, its worker, and the two addresses a device speaks to.

A device carries a key for one event instead of a person's session: in the address bar only behind `#`, which browsers
send to no one, and in requests as a bearer token. There is no cookie, so there is nothing a foreign page could ride on.
"""

import json

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns.models import Organiser
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, EventParticipation, GateDevice, Interpreter
from matchmaker.events.services.checkin import badge_event, read_code
from matchmaker.web.access.decorators import everyone, signed_in

MOST_BYTES = 300_000


@everyone
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The same page for everybody: who the phone is, it knows itself."""
    return render(request, "gate/shell.html")


@everyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, served from here because a worker rules over the folder it comes from."""
    try:
        with staticfiles_storage.open("js/gate_worker.js") as file:
            script = file.read()
    except FileNotFoundError:  # before `collectstatic`
        with open(finders.find("js/gate_worker.js"), "rb") as file:  # type: ignore[arg-type]
            script = file.read()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _device(request: HttpRequest) -> GateDevice:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    device = GateDevice.objects.of_secret(secret.strip()) if scheme == "Bearer" and len(secret) < 100 else None
    if device is None:
        raise Refused("device_unknown", _("This device has no key for an event. Ask the team for one."), status=401)
    if device.revoked_at:
        raise Refused("device_revoked", _("This device was taken out of service. Ask the team."), status=403)
    return device


def _problem(refusal: Refused) -> JsonResponse:
    return JsonResponse(dict(refusal.as_problem()), status=refusal.status, content_type="application/problem+json")


@everyone
@require_safe
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Who may come in, for a device that may lose the network any minute."""
    try:
        device = _device(request)
    except Refused as refusal:
        return _problem(refusal)
    event = device.event
    GateDevice.objects.filter(pk=device.pk).update(seen_at=timezone.now())
    return JsonResponse(
        {
            "event": str(event.uid),
            "name": str(event.name),
            "gate": device.gate,
            "zone": event.time_zone,
            "days": [event.starts_on.isoformat(), event.ends_on.isoformat()],
            "made": timezone.now().isoformat(),
            "people": services.door_list(event),
        }
    )


@everyone
@csrf_exempt  # no cookie is read: the bearer token is all that counts
@require_POST
@never_cache
def scans(request: HttpRequest) -> HttpResponse:
    """What the device scanned, {"scans": [{key, code, at}]}; answers a verdict for each."""
    try:
        device = _device(request)
        verdicts = services.take_scans(device=device, scans=_read_scans(request))
    except Refused as refusal:
        return _problem(refusal)
    found = [
        {
            "key": verdict.key,
            "outcome": verdict.outcome,
            "sentence": verdict.sentence,
            "name": verdict.name,
            "company": verdict.company,
        }
        for verdict in verdicts
    ]
    return JsonResponse({"scans": found})


def _read_scans(request: HttpRequest) -> list[dict]:
    if len(request.body) > MOST_BYTES:
        raise Refused("too_large", _("Send at most %(most)d scans at once.") % {"most": 500}, status=413)
    try:
        rows = json.loads(request.body)["scans"]
    except (ValueError, KeyError, TypeError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused("bad_scan", _("A scan needs a key, a code and a time."), status=400)
    return rows


@signed_in
@require_safe
def badge(request: HttpRequest, code: str) -> HttpResponse:
    """The address in the QR code of a badge: the team comes to its check-in, a participant to the visitor's contact.

    (A phone at a gate never asks for it: its worker answers.)
    """
    code = read_code(code)
    people = Attendee.objects.select_related("participation__event")
    person = people.filter(code=code).first() or Interpreter.objects.filter(code=code).first()
    if person is None:
        raise Http404
    event = badge_event(person)
    if Organiser.objects.filter(campaign=event.campaign_id, user=request.user).exists():
        return redirect(f"{reverse('console_event_checkin', args=[event.slug])}?code={code}")
    rows = EventParticipation.objects.registered().filter(event=event, company__members=request.user)
    if isinstance(person, Interpreter) or not rows.exists():
        raise Http404
    return redirect("meetings_badge", event.slug, code)
