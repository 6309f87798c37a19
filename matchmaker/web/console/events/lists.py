"""An event's lists: who has which booth, and participants and meetings as files."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from matchmaker.core import reference
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event, Meeting
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.events.event import event_of
from matchmaker.web.forms.refusals import add_to_messages
from matchmaker.web.rendering.agendas import local
from matchmaker.web.rendering.list_export import Table, export


def _registered(event: Event):
    return event.participations.registered().select_related("company").order_by("-side", "company__legal_name", "pk")


@organiser
def booths(request: HttpRequest, slug: str) -> HttpResponse:
    """One field a company; where somebody has a booth, meetings are held there."""
    event = event_of(request, slug)
    rows = list(_registered(event))
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = {row: request.POST[str(row.uid)][:60] for row in rows if str(row.uid) in request.POST}
        for row, text in typed.items():
            row.booth = text
        try:
            services.give_booths(by=request.user, event=event, booths=typed)
        except ValidationError as error:
            problems = error.message_dict
        except Refused as refusal:
            add_to_messages(request, refusal)
        else:
            transaction.on_commit(start_delivery)
            messages.success(request, _("Saved. Agendas and calendars show the booths from now on."))
            return redirect("console_event_booths", slug)
    context = {
        "event": event,
        "tab": "participants",
        "rows": [{"row": row, "problem": join_sentences(problems.get(str(row.uid), []))} for row in rows],
        "problems": len(problems),
    }
    return render(request, "console/event_booths.html", context, status=422 if problems else 200)


def _languages(codes: list[str]) -> str:
    return format_list(reference.name(reference.languages().get(code), code) for code in codes)


def _participants(event: Event) -> Table:
    counts: dict[int, int] = {}
    for pair in Meeting.objects.of(event).active().values_list("supplier", "buyer"):
        for key in pair:
            counts[key] = counts.get(key, 0) + 1
    head = [_("Company"), _("Other name"), _("Country"), _("Comes as"), _("State"), _("Booth"), _("People")]
    head += [_("Inside"), _("Languages"), _("Hopes to meet"), _("Note for the organiser"), _("At most")]
    head += [_("Slots away"), _("Meetings"), _("Contact"), _("E-mail"), _("Phone"), _("Registered")]
    rows = event.participations.select_related("company").prefetch_related("attendees").order_by("side", "pk")
    return head, (
        [
            *(row.company.display_name, row.company.other_name, row.company.country_name),
            *(row.get_side_display(), row.get_status_display(), row.booth),
            ", ".join(f"{one.name} ({one.role})" if one.role else one.name for one in row.attendees.all()),
            sum(one.checked_in_at is not None for one in row.attendees.all()),
            *(_languages(row.languages), row.seeks, row.note, row.most, len(row.away), counts.get(row.company_id, 0)),
            *(row.company.contact_name, row.company.contact_email, row.company.contact_phone),
            local(row.registered_at, event.zone).replace(microsecond=0),
        ]
        for row in rows
    )


def _meetings(event: Event) -> Table:
    """All of them, the cancelled too. What people noted for themselves is theirs."""
    head = [_("Day"), _("Begins"), _("Ends"), _("Time zone"), _("Table"), _("Hall"), _("Booth"), _("Supplier")]
    head += [_("Country"), _("Who goes"), _("Buyer"), _("Who goes"), _("Interpreter"), _("State"), _("Locked")]
    head += [_("The supplier said"), _("The buyer said"), _("The team said"), _("In dispute"), _("Did not come")]
    head += [_("Rated by the supplier"), _("Rated by the buyer")]
    return head, (
        [
            local(row.starts_at, event.zone).date(),
            *(local(moment, event.zone).strftime("%H:%M") for moment in (row.starts_at, row.ends_at)),
            *(event.time_zone, row.table, event.place_of(row.table), row.booth),
            *(row.supplier.display_name, row.supplier.country_name, row.supplier_staff),
            *(row.buyer.display_name, row.buyer_staff, row.interpreter.name if row.interpreter else ""),
            *(row.get_status_display(), _("yes") if row.locked else ""),
            *(row.get_supplier_said_display(), row.get_buyer_said_display(), row.get_team_said_display()),
            *(_("yes") if row.is_disputed else "", row.get_absent_display(), row.supplier_rating, row.buyer_rating),
        ]
        for row in Meeting.objects.of(event).for_agenda()
    )


TABLES = {"participants": _participants, "meetings": _meetings}


@organiser
def lists(request: HttpRequest, slug: str, what: str, form: str) -> HttpResponse:
    if what not in TABLES:
        raise Http404
    event = event_of(request, slug)
    return export(request, f"{slug}-{what}", form, lambda: TABLES[what](event))
