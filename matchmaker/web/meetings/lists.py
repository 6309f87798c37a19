"""A company's agenda and its contacts from badges as files."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.events.models import EventParticipation, Meeting, SavedContact
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.meetings.gate import participation_or_404
from matchmaker.web.rendering.agendas import rows_of
from matchmaker.web.rendering.list_export import Table, export


def _agenda(row: EventParticipation) -> Table:
    meetings = Meeting.objects.of(row.event).of_company(row.company).active().for_agenda()
    head = [_("Day"), _("Begins"), _("Ends"), _("Time zone"), _("With"), _("Country"), _("Table"), _("Hall")]
    head += [_("Booth"), _("Room"), _("Interpreter"), _("Who goes"), _("State"), _("Rating"), _("Note")]
    return head, (
        [
            *(one.at.date(), one.at.strftime("%H:%M"), one.until.strftime("%H:%M"), row.event.time_zone),
            *(one.other.display_name, one.other.country_name, one.meeting.table, one.place),
            *(one.meeting.booth, one.meeting.room_url),
            one.meeting.interpreter.name if one.meeting.interpreter else "",
            *(one.staff, one.meeting.get_status_display(), one.rating, one.note),
        ]
        for one in rows_of(meetings, row.company)
    )


def _contacts(row: EventParticipation) -> Table:
    """What the visitors' companies share now; with the consent withdrawn, the name."""
    kept = SavedContact.objects.filter(company=row.company, attendee__participation__event=row.event)
    head = [_("Name"), _("Work"), _("Company"), _("Country"), _("Contact"), _("E-mail"), _("Phone"), _("Note")]

    def cells(one: SavedContact) -> list:
        part = one.attendee.participation
        shared = [one.attendee.role, part.company.contact_name, part.company.contact_email, part.company.contact_phone]
        role, *contact = shared if part.shares_contacts_since else [""] * len(shared)
        return [one.attendee.name, role, part.company.display_name, part.company.country_name, *contact, one.note]

    return head, map(cells, kept.select_related("attendee__participation__company"))


@signed_in
@require_safe
def agenda(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    return export(request, f"{slug}-agenda", form, lambda: _agenda(row))


@signed_in
@require_safe
def contacts(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    return export(request, f"{slug}-contacts", form, lambda: _contacts(row))
