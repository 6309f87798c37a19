"""The contacts that a company saved from visitors' badges: the list, a badge, and the list as a file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import CONTACT_FIELDS
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import EventParticipation, SavedContact
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.meetings.lookups import participation_or_404
from matchmaker.web.rendering.list_export import Table, export


@signed_in
@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    saved = SavedContact.objects.saved_at_event(row.event, row.company)
    contacts = [(one, services.shared_contact(one)) for one in saved]
    context = {"event": row.event, "row": row, "contacts": contacts}
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
            score = request.POST.get("score", "")
            services.save_contact(
                by=request.user,
                participation=row,
                code=code,
                note=request.POST.get("note", ""),
                score=int(score) if score.isdecimal() and len(score) == 1 else None,
            )
            messages.success(request, _("Contact saved."))
            return redirect("meetings_contacts", slug)
    contact = SavedContact.objects.filter(company=row.company, attendee=person).first()
    context = {"event": row.event, "row": row, "person": person, "kept": contact, "scores": range(1, 6)}
    return render(request, "meetings/badge.html", context)


@signed_in
@require_POST
def forget(request: HttpRequest, slug: str, uid) -> HttpResponse:
    rows = SavedContact.objects.visible_to(request.user).select_related("company")
    services.forget_contact(by=request.user, contact=get_object_or_404(rows, uid=uid))
    messages.success(request, _("Deleted."))
    return redirect("meetings_contacts", slug)


def _table(row: EventParticipation) -> Table:
    """What the visitors' companies share now; with the consent withdrawn, the name."""
    saved = SavedContact.objects.saved_at_event(row.event, row.company)
    head = [_("Name"), _("Work"), _("Company"), _("Country or region"), _("Contact"), _("Email"), _("Phone")]
    head += [_("WeChat ID"), _("Note"), _("How promising, 1 to 5")]

    def cells(one: SavedContact) -> list:
        part = one.attendee.participation
        shared = services.shared_contact(one)
        role = one.attendee.role if shared else ""
        contact = [getattr(shared, name, "") for name in CONTACT_FIELDS]
        company = [part.company.display_name, part.company.country_name]
        return [one.attendee.name, role, *company, *contact, one.note, one.score]

    return head, map(cells, saved)


@signed_in
@require_safe
def export_contacts(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    return export(request, f"{slug}-contacts", form, lambda: _table(row), title=_("Contacts"))
