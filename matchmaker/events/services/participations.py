"""Who comes: registration, the waiting list, availability and people."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Organiser
from matchmaker.campaigns.services import require_organiser, require_takes_new
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member
from matchmaker.core import reference
from matchmaker.core.problems import NotFound, Refused
from matchmaker.events.models import (
    Attendee,
    CalendarAddress,
    Event,
    EventInvitation,
    EventParticipation,
    Meeting,
    MeetingRequest,
)
from matchmaker.events.models.participants import new_token
from matchmaker.events.services import notices
from matchmaker.notifications import ways_in

MOST_PEOPLE = 20


def runs(user: User, event: Event) -> bool:
    """Is this person of the team that may decide about the event?"""
    team = Organiser.objects.filter(campaign=event.campaign_id, user=user)
    return team.exclude(role=Organiser.Role.STAFF).exists()


def require_part(by: User, event: Event, company: Company) -> None:
    """Members act for their company, the event's team for any; for others there is nothing here."""
    if not is_member(by, company) and not runs(by, event):
        raise NotFound()


def participation_of(event: Event, company: Company) -> EventParticipation:
    """The registration of a company that is in; refused where it has none."""
    found = EventParticipation.objects.registered().filter(event=event, company=company).first()
    if found is None:
        raise Refused(
            "not_registered",
            _("%(company)s is not registered for this event.") % {"company": company.display_name},
        )
    return found


@transaction.atomic
def register_for_event(
    *,
    by: User,
    event: Event,
    company: Company,
    side: str,
    languages: Sequence[str] = (),
    seeks: str = "",
    note: str = "",
    most: int | None = None,
    opens_free_times: bool = False,
    people: Iterable[dict] = (),
) -> EventParticipation:
    """Register a company on one side; where the event is full it joins the waiting list.

    A company that had withdrawn comes back with its old answers replaced, at the end of the list.

    Raises:
        ValidationError: by field.
        Refused: closed, cancelled, not approved, or registered already.
    """
    require_part(by, event, company)
    event = Event.objects.select_for_update().get(pk=event.pk)  # the count below and the row are one step
    require_takes_new(event.campaign)
    side = EventParticipation.Side.BOTH if event.is_of_equals else side
    invitation = EventInvitation.objects.filter(event=event, company=company)
    _may_register(event, company, side, is_invited=runs(by, event) or invitation.exists())
    row = EventParticipation.objects.filter(event=event, company=company).first()
    if row is not None and row.status != EventParticipation.Status.WITHDRAWN:
        raise Refused("already_registered", _("This company is registered for the event already."))
    row = row or EventParticipation(event=event, company=company)
    row.side, row.withdrawn_at, row.registered_at = side, None, timezone.now()
    row.languages = list(languages or company.languages)
    row.seeks, row.note, row.most, row.opens_free_times = seeks, note, most, opens_free_times
    full = event.participations.registered().count() >= event.capacity
    row.status = EventParticipation.Status.WAITING if full else EventParticipation.Status.REGISTERED
    _check(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused("already_registered", _("This company is registered for the event already.")) from None
    _write_people(row, people or [{"name": company.contact_name or company.display_name, "role": ""}])
    invitation.update(answer=EventInvitation.Answer.YES, answered_at=timezone.now(), answered_by=by)
    record(by=by, verb="register_for_event", on=row, organisation=company, facts={"status": row.status, "side": side})
    return row


def _may_register(event: Event, company: Company, side: str, *, is_invited: bool) -> None:
    if side not in sides_for(event, company):
        raise Refused("wrong_side", _("Your company is not on this side."), field="side", status=400)
    if not company.is_approved:
        raise Refused("not_approved", _("The organiser approves your company first; then you can register."))
    if event.status == Event.Status.CANCELLED:
        raise Refused("event_cancelled", _("This event is cancelled."))
    if is_invited:
        return
    if event.registration_from and event.opens_later:
        raise Refused(
            "registration_not_open",
            _("Registration opens on %(day)s.") % {"day": event.registration_from.isoformat()},
        )
    if not event.is_open_for_registration:
        raise Refused("registration_closed", _("Registration for this event is closed."))
    if not event.is_of_equals and event.sides_open not in (Event.Sides.BOTH, side):
        raise Refused("side_closed", _("For your side the team invites companies. Write to them."))


def sides_for(event: Event, company: Company) -> list[str]:
    """The sides on which a company can register."""
    if event.is_of_equals:
        return [EventParticipation.Side.BOTH]
    return [side for side in ("supplier", "buyer") if getattr(company, f"is_{side}")]


def in_order(one: EventParticipation, other: EventParticipation) -> tuple[EventParticipation, EventParticipation]:
    """Two participations in the places of a meeting: supplier and buyer; among equals the lower company key first."""
    if one.side == EventParticipation.Side.BOTH:
        return (one, other) if one.company_id < other.company_id else (other, one)
    return (one, other) if one.side == EventParticipation.Side.SUPPLIER else (other, one)


def _check(row: EventParticipation) -> None:
    unknown = [code for code in row.languages if code not in reference.languages()]
    problems: dict[str, Any] = {"languages": _("Choose languages from the list.")} if unknown else {}
    try:
        row.full_clean(exclude=["event", "company", *problems], validate_constraints=False)
    except ValidationError as error:
        problems = {**error.message_dict, **problems}
    if problems:
        raise ValidationError(problems)


def _write_people(row: EventParticipation, people: Iterable[dict]) -> None:
    """Replace who comes; a person whose name stays keeps her code, which may be printed already."""
    people = [person for person in people if person.get("name", "").strip()][: MOST_PEOPLE + 1]
    if len(people) > MOST_PEOPLE:
        raise ValidationError({"people": _("At most %(most)d people a company.") % {"most": MOST_PEOPLE}})
    known = {attendee.name: attendee for attendee in row.attendees.all()}
    for person in people:
        name = person["name"].strip()
        # A new person has the company's hours until she says otherwise.
        attendee = known.pop(name, None) or Attendee(participation=row, name=name, away=row.away)
        attendee.role = person.get("role", "").strip()
        try:
            attendee.full_clean(exclude=["participation"], validate_constraints=False)
        except ValidationError as error:
            raise ValidationError({"people": error.messages}) from None
        attendee.save()
    Attendee.objects.filter(pk__in=[former.pk for former in known.values()], checked_in_at__isnull=True).delete()
    _away_together(row)


@transaction.atomic
def update_participation(
    *,
    by: User,
    participation: EventParticipation,
    people: Iterable[dict] | None = None,
    **fields,
) -> EventParticipation:
    """Change languages, seeks, note, most, people, or whether others book free times themselves."""
    require_part(by, participation.event, participation.company)
    for name, value in fields.items():
        if name not in ("languages", "seeks", "note", "most", "opens_free_times"):
            raise ValueError(f"{name} is not for participants to write")
        setattr(participation, name, value)
    _check(participation)
    participation.save(update_fields=list(fields) or None)
    if people is not None:
        _write_people(participation, people)
    record(
        by=by,
        verb="update_participation",
        on=participation,
        organisation=participation.company,
        facts={"changed": sorted(fields)},
    )
    return participation


@transaction.atomic
def set_availability(
    *, by: User, participation: EventParticipation, away: Iterable[dt.datetime], person: Attendee | None = None
) -> EventParticipation:
    """Say in which slots a person, or with `person` None everybody of the company, cannot meet.

    The company is away only where all its people are. Planned meetings stay; the organiser sees the clash.

    Raises:
        Refused: for an instant that is not a slot of the event, or a person of another company.
    """
    require_part(by, participation.event, participation.company)
    slots = set(participation.event.slots())
    away = sorted(set(away))
    if not set(away) <= slots:
        raise Refused("no_such_slot", _("Choose slots of this event."), field="away", status=400)
    if person is not None and person.participation_id != participation.pk:
        raise NotFound()
    people = participation.attendees.all() if person is None else participation.attendees.filter(pk=person.pk)
    people.update(away=[slot.isoformat() for slot in away])
    _away_together(participation)
    record(
        by=by,
        verb="set_availability",
        on=participation,
        organisation=participation.company,
        facts={"away": len(away), "of": len(slots), "person": str(person.uid) if person else None},
    )
    return participation


@transaction.atomic
def set_times_to_book(
    *, by: User, participation: EventParticipation, by_request: Iterable[dt.datetime]
) -> EventParticipation:
    """Say which of the free times others cannot book themselves; for these they ask and wait for an answer.

    Raises:
        Refused: for an instant that is not a slot of the event.
    """
    require_part(by, participation.event, participation.company)
    closed = sorted(set(by_request))
    if not set(closed) <= set(participation.event.slots()):
        raise Refused("no_such_slot", _("Choose slots of this event."), field="away", status=400)
    participation.by_request = [slot.isoformat() for slot in closed]
    participation.save(update_fields=["by_request"])
    facts = {"by_request": len(closed)}
    record(by=by, verb="set_times_to_book", on=participation, organisation=participation.company, facts=facts)
    return participation


def _away_together(participation: EventParticipation) -> None:
    """The company's absences follow from those of its people."""
    each = [set(away) for away in participation.attendees.values_list("away", flat=True)]
    participation.away = sorted(set.intersection(*each)) if each else []
    participation.save(update_fields=["away"])


def away_slots(participation: EventParticipation) -> set[dt.datetime]:
    """The slots in which the company cannot meet, or was marked as not there."""
    return {dt.datetime.fromisoformat(text) for text in (*participation.away, *participation.absent)}


def planned_counterparts(participation: EventParticipation) -> list[Company]:
    """The companies this one has a planned meeting with."""
    meetings = Meeting.objects.of(participation.event).of_company(participation.company)
    planned = meetings.filter(status=Meeting.Status.PLANNED).select_related("supplier", "buyer")
    return [row.buyer if row.supplier_id == participation.company_id else row.supplier for row in planned]


@transaction.atomic
def withdraw_from_event(*, by: User, participation: EventParticipation) -> EventParticipation:
    """Take the company out: its meetings are cancelled, the others told, and the waiting list moves up."""
    require_part(by, participation.event, participation.company)
    event = Event.objects.select_for_update().get(pk=participation.event_id)
    left = EventParticipation.objects.filter(pk=participation.pk).exclude(status="withdrawn")
    if not left.update(status=EventParticipation.Status.WITHDRAWN, withdrawn_at=timezone.now()):
        raise Refused("already_withdrawn", _("This company is not registered any more."))
    participation.refresh_from_db()
    company = participation.company
    planned = Meeting.objects.of(event).of_company(company).filter(status=Meeting.Status.PLANNED)
    for meeting in planned.for_agenda():
        _call_off(meeting, company)
    standing = MeetingRequest.objects.filter(event=event, status__in=["pending", "accepted"])
    standing.filter(company=company).update(status="withdrawn", answered_at=timezone.now())
    standing.filter(other=company).update(status="declined", answered_at=timezone.now())
    record(by=by, verb="withdraw_from_event", on=participation, organisation=company)
    move_up(event)
    return participation


def withdraw_from_all(*, by: User, company: Company) -> None:
    """The company closes: take it out of every event that is not over."""
    coming = EventParticipation.objects.exclude(status="withdrawn").filter(event__ends_on__gte=timezone.localdate())
    for participation in coming.filter(company=company).select_related("event", "company"):
        withdraw_from_event(by=by, participation=participation)


def _call_off(meeting: Meeting, company: Company) -> None:
    meeting.status, meeting.locked = Meeting.Status.CANCELLED, False
    meeting.why_cancelled = gettext_noop("The company does not come.")
    meeting.cancelled_by = "supplier" if meeting.supplier_id == company.pk else "buyer"
    meeting.cancelled_at = timezone.now()
    meeting.sequence += 1
    changed = ["status", "locked", "why_cancelled", "cancelled_by", "cancelled_at", "sequence", "updated_at"]
    meeting.save(update_fields=changed)
    other = meeting.buyer if meeting.supplier_id == company.pk else meeting.supplier
    notices.notify_meeting_change(meeting, to=[other])


def move_up(event: Event) -> int:
    """Give free places to the first on the waiting list; returns how many moved up. Call it inside a transaction."""
    free = event.capacity - event.participations.registered().count()
    moved = 0
    for row in event.participations.waiting().select_related("company")[: max(free, 0)]:
        row.status = EventParticipation.Status.REGISTERED
        row.save(update_fields=["status"])
        notices.notify_moved_up(row)
        moved += 1
    return moved


# Who has a booth: their meetings are held there, and the table the plan gave them stays in reserve.


@transaction.atomic
def give_booths(*, by: User, event: Event, booths: Mapping[EventParticipation, str]) -> int:
    """Write the booth of each registration, '' for none; returns how many changed.

    Raises:
        ValidationError: by the registration's `uid`; a booth holds one company.
    """
    require_organiser(by, event.campaign)
    rows = {row.pk: row for row in EventParticipation.objects.registered().select_for_update().filter(event=event)}
    wanted = {pk: row.booth for pk, row in rows.items()}
    wanted |= {row.pk: " ".join(text.split()) for row, text in booths.items() if row.pk in rows}
    problems: dict[str, Any] = {}
    holder: dict[str, EventParticipation] = {}
    for pk, booth in wanted.items():
        row = rows[pk]
        changed, row.booth = row.booth != booth, booth
        if booth and holder.setdefault(booth.casefold(), row) is not row:
            problems[str(row.uid)] = _("Booth %(booth)s has a company already.") % {"booth": booth}
        try:
            row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name != "booth"])
        except ValidationError as error:
            problems[str(row.uid)] = error.messages
        if not changed:
            del rows[pk]
    if problems:
        raise ValidationError(problems)
    EventParticipation.objects.bulk_update(rows.values(), ["booth"], batch_size=500)
    record(by=by, verb="give_booths", on=event, organisation=event.campaign, facts={"changed": len(rows)})
    return len(rows)


# The address of a person's own under which her calendar reads the meetings of one registration.


@transaction.atomic
def renew_calendar_address(*, by: User, participation: EventParticipation) -> CalendarAddress:
    """A new address for this person; the one she had gives nothing from now on."""
    event = participation.event
    ways_in.tell(
        to=[by],
        way="calendar",
        key=timezone.now().isoformat(),
        path=f"/meetings/{event.slug}/",
        name=event.name,
    )
    address, _made = CalendarAddress.objects.update_or_create(
        participation=participation, user=by, defaults={"secret": new_token()}
    )
    record(by=by, verb="renew_calendar_address", on=participation, organisation=participation.company)
    return address


@transaction.atomic
def close_calendar_address(*, by: User, participation: EventParticipation) -> None:
    """Close this person's address; without one nothing happens."""
    if CalendarAddress.objects.filter(participation=participation, user=by).delete()[0]:
        record(by=by, verb="close_calendar_address", on=participation, organisation=participation.company)
