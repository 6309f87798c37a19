"""Check-in: people are let in by the code of their badge, on a page of the team or by a device at a gate.

A device may have been without a network for hours. It sends what it scanned when it is back; each scan is stored once
under the device's own key, each person enters once, and what was not a plain entry waits for a person to look at it.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns import boundary
from matchmaker.campaigns.models import Organiser
from matchmaker.companies.services import require_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.events.models import (
    Attendee,
    Event,
    EventParticipation,
    GateDevice,
    Interpreter,
    RevokedBadge,
    SavedContact,
    Scan,
)
from matchmaker.events.models.day import digest_of, new_secret
from matchmaker.events.models.participants import new_code
from matchmaker.events.services.meetings import clock
from matchmaker.events.services.participations import participation_of, require_part

SLIPS = str.maketrans({"I": "1", "L": "1", "O": "0"})  # Crockford's reading of letters that look like digits
MOST_SCANS = 500  # in one message of a device; it sends the rest in the next
USED_ALREADY = "used_already"  # code of a refusal: the badge was scanned before
NOT_COMING = "not_coming"  # code of a refusal: the company is marked as not coming


def read_code(typed: str) -> str:
    """The code as it stands on the badge: spaces and dashes gone, letters that look like digits read as such."""
    typed = re.split(r"code=|/gate/b/", typed[:300])[-1].rstrip("/")  # a scanner types the whole address of the QR code
    return re.sub(r"[\s-]", "", typed[:64]).upper().translate(SLIPS)


def require_team(by: User, event: Event) -> None:
    """Anybody of the campaign's team, staff at the doors too."""
    if not Organiser.objects.filter(campaign=event.campaign_id, user=by).exists():
        raise NotFound()


@transaction.atomic
def check_in(*, by: User, event: Event, code: str, gate: str = "") -> Attendee | Interpreter:
    """Let a person in by the code of her badge.

    Raises:
        Refused: a sentence of its own for an unknown code, another event's, one taken back, a withdrawn or waiting
            company, one that is marked as not coming, another day, and a badge that was used already (with time and
            gate).
    """
    require_team(by, event)
    return _admit(event, code, gate=gate, at=timezone.now(), by=by)


def _admit(event: Event, code: str, *, gate: str, at: dt.datetime, by: User | None) -> Attendee | Interpreter:
    code = read_code(code)
    if not code:
        raise Refused("code_missing", _("Scan a badge or type its code."), field="code", status=400)
    person = Interpreter.objects.select_related("event").filter(code=code).first() or _person_of(code)
    _may_enter(event, person, at)
    if not event.starts_on <= timezone.localdate(at, timezone=event.zone) <= event.ends_on:
        raise Refused("other_day", _("The event is not on today."), field="code")
    entered = (
        type(person)
        .objects.filter(pk=person.pk, checked_in_at__isnull=True)
        .update(checked_in_at=at, checked_in_by=by, gate=gate[:40])
    )
    person.refresh_from_db()
    if not entered:
        raise Refused(
            USED_ALREADY,
            _("%(name)s came in at %(when)s, gate %(gate)s.")
            % {"name": person.name, "when": clock(event, person.checked_in_at or at), "gate": person.gate or "–"},
            field="code",
        )
    return person


def badge_event(person: Attendee | Interpreter) -> Event:
    return person.event if isinstance(person, Interpreter) else person.participation.event


def _may_enter(event: Event, person: Attendee | Interpreter, at: dt.datetime) -> None:
    own = badge_event(person)
    if own != event:
        raise Refused("other_event", _("This badge is for “%(event)s”.") % {"event": own.name}, field="code")
    if isinstance(person, Interpreter):
        return
    company = {"company": person.affiliation}
    if person.participation.status == EventParticipation.Status.WITHDRAWN:
        raise Refused("withdrawn", _("%(company)s has withdrawn.") % company, field="code")
    if person.participation.status == EventParticipation.Status.WAITING:
        raise Refused("waiting", _("%(company)s is on the waiting list.") % company, field="code")
    if person.checked_in_at is None and is_not_coming(person.participation, _slots_after(event, at)):
        raise Refused(NOT_COMING, _("%(company)s is marked as not coming: send to the desk.") % company, field="code")


def _slots_after(event: Event, at: dt.datetime) -> list[dt.datetime]:
    return [slot for slot in event.slots() if slot > at]


def is_not_coming(participation: EventParticipation, slots: Sequence[dt.datetime]) -> bool:
    """Whether a company is marked as absent in all these slots, which are those to come."""
    if not participation.absent:
        return False
    return bool(slots) and {dt.datetime.fromisoformat(text) for text in participation.absent}.issuperset(slots)


def _person_of(code: str) -> Attendee:
    rows = Attendee.objects.select_related("participation__event", "participation__company")
    person = rows.filter(code=code).first()
    if person is not None:
        return person
    if taken_back := RevokedBadge.objects.filter(code=code).first():
        when = timezone.localtime(taken_back.revoked_at, rows.get(pk=taken_back.attendee_id).participation.event.zone)
        raise Refused(
            "badge_revoked",
            _("This badge was replaced on %(when)s; only the new one counts.") % {"when": f"{when:%Y-%m-%d %H:%M}"},
            field="code",
        )
    raise Refused("code_unknown", _("No badge has this code."), field="code", status=404)


@transaction.atomic
def reissue_badge(*, by: User, person: Attendee) -> Attendee:
    """Give a person a new code, for example because the badge was lost; the old one lets no one in any more."""
    event = person.participation.event
    require_team(by, event)
    RevokedBadge.objects.create(attendee=person, code=person.code)
    person.code = new_code()
    person.save(update_fields=["code"])
    record(by=by, verb="reissue_badge", on=person, organisation=event.campaign)
    return person


# -- devices at the gates ----------------------------------------------------------------------------------------------
@transaction.atomic
def make_device(*, by: User, event: Event, gate: str) -> tuple[GateDevice, str]:
    """A key for one phone at one gate of one event; the secret is told now and never again."""
    require_team(by, event)
    secret = new_secret()
    device = GateDevice(event=event, gate=gate.strip(), digest=digest_of(secret), made_by=by)
    device.full_clean(exclude=["event", "made_by"])
    device.save()
    record(by=by, verb="make_gate_device", on=device, organisation=event.campaign)
    return device, secret


@transaction.atomic
def revoke_device(*, by: User, device: GateDevice) -> GateDevice:
    """Take the key back, for example because the phone was lost. What it scanned before stays."""
    require_team(by, device.event)
    GateDevice.objects.filter(pk=device.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    device.refresh_from_db()
    record(by=by, verb="revoke_gate_device", on=device, organisation=device.event.campaign)
    return device


def door_list(event: Event) -> list[dict]:
    """Who may come in, as a device keeps it: the digest of a code instead of the code, so that no one can print badges.

    A code has 50 bits; its digest is salted with the event, and the list is only for devices of that event.
    """
    people = Attendee.objects.filter(participation__event=event).select_related("participation__company")
    everybody = [*people.order_by("pk"), *event.interpreters.filter(code__isnull=False)]
    slots = _slots_after(event, timezone.now())
    return [
        {
            "key": digest_of(f"{event.uid}:{person.code}"),
            "name": person.name,
            "company": person.affiliation,
            "state": "registered" if isinstance(person, Interpreter) else _state(person.participation, slots),
            "at": person.checked_in_at.isoformat() if person.checked_in_at else None,
            "gate": person.gate,
        }
        for person in everybody
    ]


def _state(participation: EventParticipation, slots: Sequence[dt.datetime]) -> str:
    is_registered = participation.status == EventParticipation.Status.REGISTERED
    return NOT_COMING if is_registered and is_not_coming(participation, slots) else participation.status


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one scan; `sentence` is for the person at the gate."""

    key: str
    outcome: str
    sentence: str
    name: str = ""
    company: str = ""


def take_scans(*, device: GateDevice, scans: Iterable[dict]) -> list[Verdict]:
    """Merge what a device scanned, oldest first; the same scan sent again gets the answer it got before.

    Each scan is {key (UUID of the device's own), code, at (ISO 8601)} and a transaction of its own, so that one bad
    row holds up no other. A device clock ahead of ours counts as now.

    Raises:
        Refused: the key was taken back, or the message is not a list of scans.
    """
    if device.revoked_at:
        raise Refused("device_revoked", _("This device was taken out of service. Ask the team."), status=403)
    rows = [_read(scan) for scan in scans]
    if len(rows) > MOST_SCANS:
        raise Refused("too_many_scans", _("Send at most %(most)d scans at once.") % {"most": MOST_SCANS}, status=400)
    GateDevice.objects.filter(pk=device.pk).update(seen_at=timezone.now())
    return [_merge(device, *row) for row in sorted(rows, key=lambda row: row[2])]


def _read(scan: dict) -> tuple[uuid.UUID, str, dt.datetime]:
    try:
        at = dt.datetime.fromisoformat(str(scan["at"])[:40])
        return uuid.UUID(str(scan["key"])), str(scan["code"])[:300], min(at.astimezone(dt.UTC), timezone.now())
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Refused("bad_scan", _("A scan needs a key, a code and a time."), status=400) from None


@transaction.atomic
def _merge(device: GateDevice, key: uuid.UUID, code: str, at: dt.datetime) -> Verdict:
    event, scanned_code = device.event, read_code(code).replace("\x00", "")
    person = (
        Attendee.objects.filter(code=scanned_code)
        .select_related("participation__company", "participation__event")
        .first()
    )
    fields = {"code": scanned_code, "scanned_at": at, "attendee": person, "outcome": Scan.Outcome.ENTERED}
    scan, new = Scan.objects.get_or_create(device=device, key=key, defaults=fields)
    if new:
        try:
            with transaction.atomic():
                _admit(event, scanned_code, gate=device.gate, at=at, by=None)
        except Refused as refusal:
            scan.outcome = Scan.Outcome.AGAIN if refusal.code == USED_ALREADY else Scan.Outcome.REFUSED
            scan.reason = refusal.code
            scan.save(update_fields=["outcome", "reason"])
            sentence = refusal.message
        else:
            sentence = _("Welcome.")
    else:
        sentence = _why(scan)
    shown = person or Interpreter.objects.select_related("event").filter(code=scanned_code).first()
    if shown is None or badge_event(shown) != event:
        return Verdict(str(key), scan.outcome, sentence)
    return Verdict(str(key), scan.outcome, sentence, shown.name, shown.affiliation)


def _why(scan: Scan) -> str:
    """The sentence of an answer given before."""
    if scan.outcome == Scan.Outcome.ENTERED:
        return _("Welcome.")
    try:
        with transaction.atomic():
            _admit(scan.device.event, scan.code, gate="", at=scan.scanned_at, by=None)
            raise Refused("answered_before", _("Refused before. Scan the badge again."))
    except Refused as refusal:
        return refusal.message


@transaction.atomic
def settle_scan(*, by: User, scan: Scan) -> None:
    """A person of the team has looked at a scan that was not a plain entry."""
    require_team(by, scan.device.event)
    Scan.objects.filter(pk=scan.pk, seen_at__isnull=True).update(seen_at=timezone.now())
    record(by=by, verb="settle_scan", on=scan, organisation=scan.device.event.campaign)


# Contacts from badges: one participant scans another's and keeps what that one agreed to share.


@transaction.atomic
def share_contacts(*, by: User, participation: EventParticipation, share: bool) -> EventParticipation:
    """Agree that anyone who scans a badge of this company may keep its contact, or take that back; the time is kept."""
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
    """The person a badge belongs to, as a member of another company at the same event may see her: name and company.

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
def save_contact(
    *, by: User, participation: EventParticipation, code: str, note: str = "", score: int | None = None
) -> SavedContact:
    """Keep a visitor's contact. Twice is once; a new note and a new score (1 to 5) replace the old ones.

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
    row.saved_by, row.note, row.score = by, note.strip() or row.note, score or row.score
    row.full_clean(exclude=["company", "attendee", "saved_by"], validate_constraints=False)
    row.save()
    boundary.let_cross(company=person.participation.company, to=company)
    record(by=by, verb="save_contact", on=row, organisation=company)
    return row


def shared_contact(saved: SavedContact) -> boundary.Contact | None:
    """The contact of the visitor's company as the company that scanned the badge may read it now; None once the
    visitor's company has taken its consent back. Fields that the campaign holds back in the country are left out.
    """
    shares = saved.attendee.participation
    if shares.shares_contacts_since is None:
        return None
    return boundary.contact(shares.company, to=saved.company)


@transaction.atomic
def forget_contact(*, by: User, contact: SavedContact) -> None:
    """Delete a contact one's company has kept."""
    require_member(by, contact.company)
    record(by=by, verb="forget_contact", on=contact, organisation=contact.company)
    contact.delete()
