"""Contacts from badges: one participant scans another's and keeps what that one agreed to share."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.services import require_member
from matchmaker.core.problems import Refused
from matchmaker.events.models import Attendee, EventParticipation, SavedContact
from matchmaker.events.services.checkin import read_code
from matchmaker.events.services.participations import participation_of, require_part


@transaction.atomic
def share_contacts(*, by: User, participation: EventParticipation, share: bool) -> EventParticipation:
    """Agree that whoever scans a badge of this company may keep its contact, or take that back; the time is kept."""
    require_part(by, participation.event, participation.company)
    if share != (participation.shares_contacts_since is not None):
        participation.shares_contacts_since = timezone.now() if share else None
        participation.save(update_fields=["shares_contacts_since"])
        record(
            by=by,
            verb="share_contacts" if share else "stop_sharing_contacts",
            on=participation,
            organisation=participation.company,
        )
    return participation


def visitor(participation: EventParticipation, code: str) -> Attendee:
    """The person a badge belongs to, as somebody of another company at the same event may see her: name and company.

    Raises:
        Refused: no such badge at this event, or one's own.
    """
    rows = Attendee.objects.expected().select_related("participation__company", "participation__event")
    found = rows.filter(code=read_code(code), participation__event=participation.event).first()
    if found is None:
        raise Refused("code_unknown", _("No badge of this event has this code."), status=404)
    if found.participation_id == participation.pk:
        raise Refused("own_badge", _("This badge is of your own company."))
    return found


@transaction.atomic
def save_contact(*, by: User, participation: EventParticipation, code: str, note: str = "") -> SavedContact:
    """Keep a visitor's contact. Twice is once; a new note replaces the old one.

    Raises:
        Refused: no such badge, one's own, or the visitor did not agree.
        ValidationError: by field.
    """
    company = participation.company
    require_member(by, company)
    participation_of(participation.event, company)
    person = visitor(participation, code)
    if person.participation.shares_contacts_since is None:
        raise Refused(
            "not_shared",
            _("%(name)s has not agreed to share contacts by badge. Ask for a card instead.") % {"name": person.name},
        )
    row = SavedContact.objects.filter(company=company, attendee=person).first()
    row = row or SavedContact(company=company, attendee=person)
    row.saved_by, row.note = by, note.strip() or row.note
    row.full_clean(exclude=["company", "attendee", "saved_by"], validate_constraints=False)
    row.save()
    record(by=by, verb="save_contact", on=row, organisation=company)
    return row


@transaction.atomic
def forget_contact(*, by: User, contact: SavedContact) -> None:
    """Delete a contact one's company has kept."""
    require_member(by, contact.company)
    record(by=by, verb="forget_contact", on=contact, organisation=contact.company)
    contact.delete()
