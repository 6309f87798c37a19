"""Contacts kept by scanning badges in the hall."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import SavedContact
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.meetings.gate import participation_or_404


@signed_in
@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    rows = SavedContact.objects.filter(company=row.company, attendee__participation__event=row.event)
    context = {
        "event": row.event,
        "row": row,
        "contacts": rows.select_related("attendee__participation__company", "saved_by"),
    }
    return render(request, "meetings/contacts.html", context)


@signed_in
def badge(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What the camera opened: whose badge it is, and one tap to keep the contact."""
    row = participation_or_404(request, slug)
    try:
        person = services.visitor(row, code)
    except Refused as refusal:
        if refusal.status == 404:
            raise Http404 from None
        messages.info(request, refusal.message)
        return redirect("meetings_contacts", slug)
    if request.method == "POST":
        with refusals_in_messages(request):
            services.save_contact(by=request.user, participation=row, code=code, note=request.POST.get("note", ""))
            messages.success(request, _("Kept."))
            return redirect("meetings_contacts", slug)
    kept = SavedContact.objects.filter(company=row.company, attendee=person).first()
    return render(request, "meetings/badge.html", {"event": row.event, "row": row, "person": person, "kept": kept})


@signed_in
@require_POST
def forget(request: HttpRequest, slug: str, uid) -> HttpResponse:
    rows = SavedContact.objects.visible_to(request.user).select_related("company")
    services.forget_contact(by=request.user, contact=get_object_or_404(rows, uid=uid))
    messages.success(request, _("Deleted."))
    return redirect("meetings_contacts", slug)
