"""What became of meetings, and who of a company goes to them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.models import Company
from matchmaker.core.problems import NotFound, Refused
from matchmaker.core.ttl_cache import cached_for
from matchmaker.events.models import Meeting
from matchmaker.events.services.brand import LOOKS_LIKE
from matchmaker.events.services.meetings import fields_without, side_of
from matchmaker.events.services.participations import participation_of

MISSED = Meeting.Outcome.MISSED


@transaction.atomic
def mark_meeting(
    *, by: User, meeting: Meeting, outcome: str, absent: str = "", rating: int | None = None, note: str = ""
) -> Meeting:
    """Say what became of a meeting: held, cut short or missed; either side rates it and keeps a private note.

    Each side's word is stored. The team's settles it; until then the last word shows. A side that says "missed" says
    that the other did not come; the team names who was `absent` (supplier, buyer or both).

    Raises:
        ValidationError: by field.
        Refused: before it begins, or when it was cancelled.
    """
    side = side_of(by, meeting)
    if outcome not in Meeting.Outcome.values:
        raise Refused("no_such_outcome", _("Choose held, cut short or missed."), field="outcome", status=400)
    if meeting.starts_at > timezone.now():
        raise Refused("too_early", _("The meeting has not begun yet."), field="outcome")
    meeting = Meeting.objects.select_for_update(of=("self",)).for_agenda().get(pk=meeting.pk)
    if meeting.status == Meeting.Status.CANCELLED:
        raise Refused("meeting_state", _("This meeting was cancelled."))
    setattr(meeting, f"{side}_said", outcome)
    meeting.status = meeting.team_said or outcome
    meeting.absent = _absent(meeting, side, absent)
    changed = [f"{side}_said", "status", "absent", "updated_at"]
    if side != "team":
        fields = [f"{side}_rating", f"{side}_note"]
        setattr(meeting, fields[0], rating)
        setattr(meeting, fields[1], note.strip())
        try:
            meeting.full_clean(fields_without(*fields), validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            names = {fields[0]: "rating", fields[1]: "note"}
            raise ValidationError({names[name]: texts for name, texts in error.message_dict.items()}) from None
        changed += fields
    meeting.save(update_fields=changed)
    record(
        by=by,
        verb="mark_meeting",
        on=meeting,
        organisation=meeting.event.campaign,
        facts={"outcome": outcome, "side": side, "absent": meeting.absent},
    )
    return meeting


def _absent(meeting: Meeting, side: str, named: str) -> str:
    """Who did not come, by what has been said so far."""
    if meeting.status != MISSED:
        return ""
    if side == "team":
        return named if named in ("supplier", "buyer", "both") else ""
    if meeting.team_said:
        return meeting.absent
    if meeting.supplier_said == meeting.buyer_said == MISSED:
        return Meeting.Side.BOTH
    return Meeting.Side.BUYER if meeting.supplier_said == MISSED else Meeting.Side.SUPPLIER


@transaction.atomic
def assign_staff(*, by: User, meeting: Meeting, name: str) -> Meeting:
    """Say who of one's own people goes; where that clashes, `staff_clashes` says so and the name stands.

    Raises:
        Refused: she is not among the people registered.
    """
    side = side_of(by, meeting)
    if side == "team":
        raise NotFound()
    company = getattr(meeting, side)
    people = participation_of(meeting.event, company).attendees.values_list("name", flat=True)
    if name and name not in people:
        raise Refused("no_such_person", _("Choose one of your people."), field="staff", status=400)
    setattr(meeting, f"{side}_staff", name)
    meeting.save(update_fields=[f"{side}_staff", "updated_at"])
    record(by=by, verb="assign_staff", on=meeting, organisation=company)
    return meeting


def staff_clashes(company: Company, meetings: list[Meeting]) -> dict[int, str]:
    """Meetings (by key) whose named person cannot be there, each with a sentence.

    A company meets once a slot, so a person clashes with her own hours, across events of the same days, or is no longer
    registered.
    """
    found: dict[int, str] = {}
    sides = [(meeting, "supplier" if meeting.supplier_id == company.pk else "buyer") for meeting in meetings]
    named = [(meeting, getattr(meeting, f"{side}_staff")) for meeting, side in sides]
    named = [(meeting, name) for meeting, name in named if name and meeting.status == Meeting.Status.PLANNED]
    if not named:
        return found
    people: dict[int, dict[str, list[str]]] = {}
    for event, name, away in company.event_participations.values_list("event", "attendees__name", "attendees__away"):
        people.setdefault(event, {})[name] = away or []
    own = Q(supplier=company) | Q(buyer=company)
    first, last = min(m.starts_at for m, _n in named), max(m.ends_at for m, _n in named)
    elsewhere = list(
        Meeting.objects.filter(own, status=Meeting.Status.PLANNED, starts_at__lt=last)
        .filter(starts_at__gt=first - dt.timedelta(hours=12))
        .for_agenda()
    )
    for meeting, name in named:
        if name not in people.get(meeting.event_id, ()):
            found[meeting.pk] = _("%(name)s is no longer registered for this event.") % {"name": name}
            continue
        if meeting.starts_at.astimezone(dt.UTC).isoformat() in people[meeting.event_id][name]:
            found[meeting.pk] = _("%(name)s cannot meet at this time.") % {"name": name}
            continue
        if other := _at_the_same_time(meeting, name, company, elsewhere):
            found[meeting.pk] = _("%(name)s has a meeting at “%(event)s” at the same time.") % {
                "name": name,
                "event": other.event.name,
                LOOKS_LIKE: other.event.slug,
            }
    return found


def _at_the_same_time(meeting: Meeting, name: str, company: Company, others: list[Meeting]) -> Meeting | None:
    """Another meeting of the company to which the person is named while this one lasts; the last of several."""
    found = None
    for other in others:
        theirs = other.supplier_staff if other.supplier_id == company.pk else other.buyer_staff
        overlap = other.starts_at < meeting.ends_at and meeting.starts_at < other.ends_at
        if other.pk != meeting.pk and theirs == name and overlap:
            found = other
    return found


# What a company's word is worth: how many of its meetings it kept. Shown before a person asks for one.


ENOUGH = 3  # below this a percentage says nothing
LATE = dt.timedelta(hours=24)
TOOK_PLACE = (Meeting.Status.HELD, Meeting.Status.CUT_SHORT)
ENDED = (*TOOK_PLACE, Meeting.Status.MISSED, Meeting.Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class AttendanceRate:
    """`kept` of `of` meetings; a meeting counts once its outcome is agreed or decided."""

    kept: int
    of: int

    @property
    def percent(self) -> int | None:
        """None where there are too few to say."""
        return round(100 * self.kept / self.of) if self.of >= ENOUGH else None


def attendance_rate(company: Company) -> AttendanceRate:
    """How many of its meetings a company kept: it came, rather than stayed away or called off on the last day."""
    return attendance_rates([company.pk]).get(company.pk, AttendanceRate(0, 0))


def attendance_rates(companies: Iterable[int], *, before: dt.date | None = None) -> dict[int, AttendanceRate]:
    """The same for many companies, in one query; companies without a meeting are absent.

    With `before` only meetings of events that ended before that day count.
    """
    keys, found = set(companies), defaultdict(Counter)
    of_suppliers, of_buyers = (
        _ended(before).filter(**{f"{side}__in": keys}).values_list(side).annotate(**_counts(side))
        for side in ("supplier", "buyer")
    )
    for company, attended, total in of_suppliers.union(of_buyers, all=True).order_by():
        found[company].update(kept=attended, of=total)
    return {company: AttendanceRate(**counts) for company, counts in found.items() if counts["of"]}


@cached_for(60)  # the sum of all earlier meetings; one more changes it little
def average_attendance(campaign: int, before: dt.date) -> AttendanceRate:
    """All companies that had a meeting at an earlier event of the campaign, as if they were one."""
    earlier = Meeting.objects.filter(event__campaign=campaign, event__ends_on__lt=before).order_by()
    total: Counter[str] = Counter()
    for side in ("supplier", "buyer"):
        theirs = Q(**{f"{side}__in": earlier.values("supplier")}) | Q(**{f"{side}__in": earlier.values("buyer")})
        total.update(_ended(before).filter(theirs).aggregate(**_counts(side)))
    return AttendanceRate(**total)


def _ended(before: dt.date | None) -> QuerySet[Meeting]:
    ended = Meeting.objects.filter(status__in=ENDED).exclude(Meeting.objects.is_disputed()).order_by()
    return ended if before is None else ended.filter(event__ends_on__lt=before)


def _counts(side: str) -> dict[str, Count]:
    """How many meetings a side attended, and how many have an outcome that says something of that side."""
    here, missed = (side, Meeting.Side.BOTH), Q(status=Meeting.Status.MISSED)
    came = Q(status__in=TOOK_PLACE) | missed & ~Q(absent__in=("", *here))
    too_late = Q(status=Meeting.Status.CANCELLED, cancelled_by=side, cancelled_at__gt=F("starts_at") - LATE)
    stayed_away = missed & Q(absent__in=here) | too_late
    return {"kept": Count("pk", filter=came), "of": Count("pk", filter=came | stayed_away)}
