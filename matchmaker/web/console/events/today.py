"""The organiser's screen of the day: who is where, who is late, which tables are free, and walk-ins placed."""

import datetime as dt
import re
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, Min, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.core.formats import isolate
from matchmaker.core.lists import format_list
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, EventParticipation, GateDevice, Meeting, Scan
from matchmaker.events.services.checkin import NOT_COMING, USED_ALREADY, is_not_coming, read_code
from matchmaker.events.services.participations import in_order
from matchmaker.events.services.suggestions import places_for
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.company_list import SIDES
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.meetings import read_slot
from matchmaker.web.console.events.steps import name_changes
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.agendas import local
from matchmaker.web.rendering.notice_claims import describe_result
from matchmaker.web.rendering.qr import qr
from matchmaker.web.templatetags.ui import moment

TABLES_SHOWN = 20
MEETINGS_SHOWN = 25  # of one slot; the list of meetings has them all
# What the row of a meeting shows.
OF_ROW = (
    *("uid", "starts_at", "table", "status", "event__slug", "interpreter__name"),
    *(f"{side}__{name}" for side in ("supplier", "buyer") for name in ("legal_name", "name_latin", "name_zh")),
)
LATE_PER_PAGE = 25
IN_A_LIST = 200  # companies up to which a walk-in is chosen from all; of more it is searched for
MOST_FOUND = 10
MOST_SCANS, SCANS_SHOWN = 500, 20  # of those that wait for a look: how many are read, and how many are shown


@team
@require_safe
def today(request, slug):
    event = event_of(request, slug)
    now = timezone.now()
    slots = event.slots()
    # Between the end of a slot and the start of the next no slot is running.
    current = max((slot for slot in slots if slot <= now < slot + event.length), default=None)
    coming = min((slot for slot in slots if slot > now), default=None)
    here = set(
        event.participations.registered()
        .filter(attendees__checked_in_at__isnull=False)
        .values_list("company", flat=True)
    )
    totals = Attendee.objects.expected().filter(participation__event=event).count_inside()
    late = _late(event, now, here)
    overdue = sum(one.starts_at <= now for one in late)
    to_come = len(late) - overdue
    filters = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "side", "overdue")}
    parts = [
        _part(event, current, here, _("Now at the tables"), _("No slot is running now.")),
        _part(event, coming, here, _("Next slot"), _("No slot is to come.")),
    ]
    placing = _placing(request, event)
    secret_url = request.session.pop("gate_key", "")
    context = {
        "event": event,
        "tab": "today",
        "figures": [
            {"label": _("Inside"), "value": totals["inside"], "note": _("of %(n)d expected") % {"n": totals["all"]}},
            {"label": _("At the tables now"), "value": parts[0]["count"]},
            {"label": _("Free tables now"), "value": parts[0]["free_count"]},
            {
                "label": _("Late companies"),
                "value": overdue,
                "first": bool(overdue),
                "note": ngettext("%(n)d more has a meeting to come", "%(n)d more have a meeting to come", to_come)
                % {"n": to_come},
            },
        ],
        "parts": parts,
        "prepared": _meetings_at_risk(event, coming),
        "late": _page_of_late(request, event, now, _filter(late, now, **filters)),
        "late_count": len(late),
        "filters": filters,
        "sides": [] if event.is_of_equals else SIDES,
        "absent": _absent(event, now),
        "interpreters": event.interpreters.all(),
        "halls": list(dict.fromkeys(event.hall_of_table)),
        "closed": sorted({table for slot in slots if slot > now for table in event.closed_at(slot)}),
        "slots": [{"instant": slot.isoformat(), "at": local(slot, event.zone)} for slot in slots if slot > now],
        **_scans(event, [slot for slot in slots if slot > now]),
        "again": _to_hold_again(event, placing),
        **_to_place(event, request.GET.get("walk_in", "").replace("\x00", "").strip()[:80]),
        "placing": placing,
        "places": [
            {"place": one, "at": local(one.starts_at, event.zone), "instant": one.starts_at.isoformat()}
            for one in (places_for(placing) if placing else [])
        ],
        "devices": event.gate_devices.order_by("revoked_at", "pk"),
        "secret_url": secret_url,
        "secret_qr": qr(secret_url) if secret_url else "",
    }
    return render(request, "console/event_today.html", context)


def _placing(request, event) -> EventParticipation | None:
    try:
        uid = UUID(request.GET.get("place", ""))
    except ValueError:
        return None
    return event.participations.registered().select_related("company", "event").filter(uid=uid).first()


def _to_hold_again(event, placing: EventParticipation | None) -> list[dict]:
    """Meetings of a company that came after all: the other side, the time, and what the form to book it sends."""
    if placing is None:
        return []
    uids = dict(event.participations.registered().values_list("company", "uid"))
    rows = []
    for meeting in services.to_hold_again(placing):
        other = meeting.buyer if meeting.supplier_id == placing.company_id else meeting.supplier
        at, instant = local(meeting.starts_at, event.zone), meeting.starts_at.isoformat()
        rows.append({"company": other, "uid": uids[other.pk], "at": at, "instant": instant})
    return rows


def _to_place(event, words: str) -> dict:
    """Whom a walk-in can be chosen from: all who are registered, or of many those that the words find."""
    rows = event.participations.registered().select_related("company").order_by("company__legal_name", "pk")
    if rows.count() <= IN_A_LIST:
        return {"registered": rows, "is_searched": False, "words": ""}
    found = rows.filter(_is_named(words, "company__"))[:MOST_FOUND] if words else []
    return {"registered": found, "is_searched": True, "words": words}


def _is_named(words: str, path: str) -> Q:
    """One of the names contains the words."""
    names = ("legal_name", "name_latin", "name_zh")
    return Q.create([(f"{path}{name}__icontains", words) for name in names], connector=Q.OR)


def _part(event, slot, here: set[int], label: str, none: str) -> dict:
    """One slot with its meetings by table, whether each side has checked in, and the tables left."""
    if slot is None:
        empty = {"at": None, "rows": [], "count": 0, "free": [], "free_count": event.tables}
        return {"label": label, "none": none, **empty}
    meetings = Meeting.objects.of(event).active().filter(starts_at=slot)
    taken = set(meetings.values_list("table", flat=True))
    free = [table for table in event.open_tables(slot) if table not in taken]
    # Halls are those of the event, which is at hand.
    shown = meetings.for_agenda().only(*OF_ROW).prefetch_related(None)[:MEETINGS_SHOWN]
    return {
        "label": label,
        "at": local(slot, event.zone),
        "until": local(slot + event.length, event.zone),
        "rows": [
            {
                "meeting": meeting,
                "place": event.place_of(meeting.table),
                "sides": [
                    {"company": company, "here": company.pk in here} for company in (meeting.supplier, meeting.buyer)
                ],
            }
            for meeting in shown
        ],
        "count": len(taken),
        "more": max(len(taken) - MEETINGS_SHOWN, 0),
        "free": free[:TABLES_SHOWN],
        "more_free": max(len(free) - TABLES_SHOWN, 0),
        "free_count": len(free),
    }


def _meetings_at_risk(event, slot) -> list[dict]:
    """Meetings of the next slot that may fall through, and whom the other side could meet instead."""
    if slot is None:
        return []
    found = services.fill_ins(event, slot)
    absent = [one.absent.pk for one in found]
    uids = dict(event.participations.filter(company__in=absent).values_list("company", "uid"))
    return [{"fill_in": one, "who": uids.get(one.absent.pk)} for one in found]


class Late(NamedTuple):
    """A registered company of which no one has come in, and its next meeting."""

    starts_at: dt.datetime
    company: int
    side: str


def _late(event, now, here: set[int]) -> list[Late]:
    """Those whose next meeting is soonest first."""
    upcoming: dict[int, dt.datetime] = {}
    planned = Meeting.objects.of(event).filter(status=Meeting.Status.PLANNED, starts_at__gte=now - event.length)
    for side in ("supplier", "buyer"):
        for key, when in planned.order_by().values_list(side).annotate(at=Min("starts_at")):
            upcoming[key] = min(when, upcoming.get(key, when))
    rows = event.participations.registered().values_list("company", "side")
    return sorted(Late(upcoming[key], key, side) for key, side in rows if key in upcoming and key not in here)


def _filter(late: list[Late], now, *, q: str, side: str, overdue: str) -> list[Late]:
    """Those of a name, of a side, or whose meeting has begun."""
    found = [one for one in late if (not side or one.side == side) and (not overdue or one.starts_at <= now)]
    if not q:
        return found
    keys = [one.company for one in found]
    named = set(Company.objects.filter(_is_named(q.replace("\x00", ""), ""), pk__in=keys).values_list("pk", flat=True))
    return [one for one in found if one.company in named]


def _page_of_late(request, event, now, late: list[Late]) -> Page:
    """The companies of one page alone are read."""
    page = Paginator(late, LATE_PER_PAGE).get_page(request.GET.get("page"))
    times = {one.company: one.starts_at for one in page.object_list}
    rows = event.participations.filter(company__in=times).select_related("company")
    row_of = {row.company_id: row for row in rows}
    page.object_list = [
        {"row": row_of[key], "next": local(when, event.zone), "overdue": when <= now} for key, when in times.items()
    ]
    return page


def _absent(event, now) -> list[dict]:
    """Companies marked as not there for slots to come, and when they are expected: None for not at all."""
    slots = [slot for slot in event.slots() if slot > now]
    found = []
    for row in event.participations.registered().exclude(absent=[]).select_related("company"):
        marked = {dt.datetime.fromisoformat(text) for text in row.absent}
        if marked & set(slots):
            back = next((slot for slot in slots if slot not in marked), None)
            found.append({"row": row, "back": back and local(back, event.zone)})
    return found


def _scans(event, to_come: list[dt.datetime]) -> dict[str, list[dict]]:
    """What the gates could not simply let in and no one has looked at, the latest first.

    `arrived` are companies that are marked as not coming and whose people stand at a gate; `scans` are all others.
    """
    sentences = {
        USED_ALREADY: _("Was in already: perhaps a copied badge, or scanned twice."),
        "code_unknown": _("No badge has this code."),
        "other_event": _("The badge is for another event."),
        "badge_revoked": _("The badge was replaced by a new one."),
        "withdrawn": _("The company has withdrawn."),
        "waiting": _("The company is on the waiting list."),
        "other_day": _("The event was not on that day."),
    }
    waiting = Scan.objects.filter(device__event=event, seen_at__isnull=True).exclude(outcome=Scan.Outcome.ENTERED)
    rows = list(waiting.select_related("device", "attendee__participation__company")[:MOST_SCANS])
    arrived: dict[int, dict] = {}
    for row in rows:
        if row.reason != NOT_COMING or row.attendee is None or row.attendee.checked_in_at:
            continue
        part = row.attendee.participation
        if is_not_coming(part, to_come):
            at = local(row.scanned_at, event.zone)
            arrived.setdefault(part.pk, {"row": part, "person": row.attendee, "device": row.device, "at": at})
    scans = [
        {
            "uid": row.uid,
            "code": row.code,
            "attendee": row.attendee,
            "device": row.device,
            "at": local(row.scanned_at, event.zone),
            "sentence": sentences.get(row.reason, row.reason),
        }
        for row in [row for row in rows if row.reason != NOT_COMING][:SCANS_SHOWN]
    ]
    return {"scans": scans, "arrived": list(arrived.values())}


@organiser
@require_POST
def mend(request, slug):
    """Companies do not come, or come late: keep what can stay, fill what became free."""
    event = event_of(request, slug)
    ticked = set(request.POST.getlist("who"))
    registered = event.participations.registered().select_related("company").order_by("company__legal_name", "pk")
    rows = [row for row in registered if str(row.uid) in ticked]
    companies = [row.company for row in rows]
    with refusals_in_messages(request):
        if not companies:
            raise Refused("none_chosen", _("Tick at least one company."), status=400)
        until = read_slot(request.POST["until"]) if request.POST.get("until") else None
        if "expected" not in request.POST:
            return _mend_preview(request, event, rows, companies, until)
        done = services.mend_plan(
            by=request.user, event=event, companies=companies, until=until, expected=request.POST["expected"]
        )
        transaction.on_commit(start_delivery)
        messages.success(request, _what_was_done(done))
    return redirect("console_event_today", slug)


def _mend_preview(request, event, rows, companies, until):
    """What would change, before it does: the same form again, with a button that confirms."""
    names = {"companies": format_list(isolate(company.display_name) for company in companies)}
    if until:
        lead = _("Expected at %(when)s: %(companies)s.") % {**names, "when": moment(local(until, event.zone))}
    else:
        lead = _("Do not come: %(companies)s.") % names
    sent = [*(("who", row.uid) for row in rows), ("until", until.isoformat() if until else "")]
    return _ask(request, event, services.Loss(companies=companies, until=until), lead, sent)


def _ask(request, event, loss: services.Loss, lead: str, sent: list[tuple]):
    """The page that shows what would change; `sent` are the fields of the form that confirms."""
    preview = services.preview_loss(by=request.user, event=event, loss=loss)
    context = {
        "event": event,
        "tab": "today",
        "lead": lead,
        "sent": [*sent, ("expected", preview.fingerprint)],
        "preview": preview,
        "concerned": services.impact_on(len(preview.all) + len(preview.seats), preview.companies),
        "parts": [
            (_("Called off"), name_changes(event, preview.cancelled)),
            (_("New, in the freed time"), name_changes(event, preview.added)),
            (pgettext("meetings", "Moved"), name_changes(event, preview.moved)),
        ],
        "seats": _name_seats(event, preview.seats),
    }
    return render(request, "console/event_mend.html", context)


def _name_seats(event, seats) -> list[dict]:
    """Meetings that keep their time: the companies, and what changes in words."""
    companies = Company.objects.in_bulk({key for one in seats for key in (one.supplier_id, one.buyer_id)})
    people = {row.pk: row.name for row in event.interpreters.all()}
    return [
        {
            "supplier": companies[one.supplier_id],
            "buyer": companies[one.buyer_id],
            "at": local(one.starts_at, event.zone),
            "tables": one.tables if one.tables[0] != one.tables[1] else None,
            "interpreter": one.interpreters[0] != one.interpreters[1],
            "names": [people.get(key, "") for key in one.interpreters],
        }
        for one in seats
    ]


@organiser
@require_POST
def without(request, slug):
    """An interpreter does not come, or tables are closed: what would change, and with `expected` the change itself."""
    event = event_of(request, slug)
    with refusals_in_messages(request):
        loss, lead = _loss_of(request, event)
        if "expected" not in request.POST:
            names = ("interpreter", "tables", "hall", "since", "until")
            return _ask(request, event, loss, lead, [(name, request.POST.get(name, "")) for name in names])
        done = services.mend_loss(by=request.user, event=event, loss=loss, expected=request.POST["expected"])
        transaction.on_commit(start_delivery)
        messages.success(request, _what_was_done(done))
    return redirect("console_event_today", slug)


def _what_was_done(done) -> str:
    sentence = _("%(cancelled)d meetings called off, %(added)d new ones in the freed time, %(moved)d moved.")
    return sentence % {"cancelled": done.cancelled, "added": done.added, "moved": done.moved}


def _loss_of(request, event) -> tuple[services.Loss, str]:
    """What was chosen, and the sentence that says it."""
    since, until = (read_slot(request.POST[name]) if request.POST.get(name) else None for name in ("since", "until"))
    if since and until and since >= until:
        raise Refused("bad_span", _("The end must be after the beginning."), field="until", status=400)
    when = {
        "since": moment(local(since, event.zone)) if since else _("now"),
        "until": moment(local(until, event.zone)) if until else _("the end of the event"),
    }
    if request.POST.get("interpreter"):
        person = next((row for row in event.interpreters.all() if str(row.uid) == request.POST["interpreter"]), None)
        if person is None:
            raise Refused("no_interpreter", _("Choose an interpreter."), field="interpreter", status=400)
        sentence = _("%(name)s does not come, from %(since)s until %(until)s.") % {"name": isolate(person.name), **when}
        return services.Loss(interpreter=person, since=since, until=until), sentence
    tables = _tables_of(event, request.POST.get("hall", ""), request.POST.get("tables", "")[:200])
    named = {"tables": format_list(map(str, tables)), **when}
    sentence = _("These tables are closed from %(since)s until %(until)s: %(tables)s.") % named
    return services.Loss(tables=tables, since=since, until=until), sentence


def _tables_of(event, hall: str, typed: str) -> tuple[int, ...]:
    """The numbers of a hall's tables, or those typed: "7, 13-20"."""
    if hall:
        return tuple(n for n, one in enumerate(event.hall_of_table, start=1) if str(one.uid) == hall)
    numbers: set[int] = set()
    for part in re.split(r"[\s,，、;]+", re.sub(r"\s*[-–—~～]\s*", "-", typed.strip())):
        span = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        if span is None:
            raise Refused("no_such_table", _("Write the numbers of the tables, such as 7, 13-20."), status=400)
        numbers.update(range(int(span[1]), int(span[2] or span[1]) + 1))
    return tuple(sorted(numbers))


@organiser
@require_POST
def open_tables(request, slug):
    services.open_tables_again(by=request.user, event=event_of(request, slug))
    messages.success(request, _("All tables can be used again. Meetings that were moved stay where they are."))
    return redirect("console_event_today", slug)


@organiser
@require_POST
def present(request, slug, uid):
    """A company marked as absent has come: the page then shows its meetings to hold again and whom it could meet."""
    row = get_object_or_404(event_of(request, slug).participations.select_related("event__campaign"), uid=uid)
    services.mark_present(by=request.user, participation=row)
    messages.success(request, _("Noted. Its badges let its people in again. Below you see whom it could meet."))
    return redirect(f"{reverse('console_event_today', args=[slug])}?place={row.uid}#walk-in")


@organiser
@require_POST
def place(request, slug, uid):
    """Book a walk-in's meeting in the slot that was offered."""
    event = event_of(request, slug)
    rows = event.participations.registered().select_related("company")
    row = get_object_or_404(rows, uid=uid)
    other = next((one for one in rows if str(one.uid) == request.POST.get("other")), None)
    with refusals_in_messages(request):
        if other is None:
            raise Refused("not_registered", _("Choose a company that is registered."), status=400)
        supplier, buyer = in_order(row, other)
        booked = services.book_meeting(
            by=request.user,
            event=event,
            supplier=supplier.company,
            buyer=buyer.company,
            starts_at=read_slot(request.POST.get("slot", "")),
        )
        transaction.on_commit(start_delivery)
        at, both = _("Booked at table %(table)d.") % {"table": booked.table}, [booked.supplier, booked.buyer]
        notice_sentence = _("Both sides are notified.")
        messages.success(request, describe_result(at, notice_sentence, kind="meetings_changed", companies=both))
    return redirect(f"{reverse('console_event_today', args=[slug])}?place={row.uid}#walk-in")


# Check-in: on the team's page, keys for phones at the gates, and what they scanned.


@team
def check_in(request, slug):
    """Type or scan a code; a scanner that types and presses Enter is enough."""
    event = event_of(request, slug)
    person, refusal = None, None
    gate = request.POST.get("gate", request.session.get("gate", "")).replace("\x00", "")[:40]
    code = request.POST.get("code", request.GET.get("code", "")).replace("\x00", "")
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
        "arrived": _participation_of(event, code) if refusal is not None and refusal.code == NOT_COMING else None,
        "code": "" if person else code[:64],
        "gate": gate,
        "totals": totals,
        "latest": expected.filter(checked_in_at__isnull=False)
        .select_related("participation__company")
        .order_by("-checked_in_at")[:10],
        "q": search,
        "found": _search(expected, search) if search else [],
    }
    return render(request, "console/event_checkin.html", context, status=422 if refusal else 200)


def _participation_of(event, code: str) -> EventParticipation | None:
    return event.participations.filter(attendees__code=read_code(code)).select_related("company").first()


def _search(expected, search: str):
    """People without their badge, by their or their company's name."""
    company = "participation__company"
    hit = Q(name__icontains=search) | Q(**{f"{company}__legal_name__icontains": search})
    hit |= Q(**{f"{company}__name_zh__icontains": search}) | Q(**{f"{company}__name_latin__icontains": search})
    return expected.filter(hit).select_related(company).order_by("name")[:20]


@team
@require_POST
def reissue(request, slug, uid):
    """A lost badge: the old code lets no one in any more, the new one is printed."""
    event = event_of(request, slug)
    people = Attendee.objects.filter(participation__event=event).select_related("participation__event__campaign")
    person = services.reissue_badge(by=request.user, person=get_object_or_404(people, uid=uid))
    messages.success(
        request, _("%(name)s has a new badge; the old one no longer works. Print it again.") % {"name": person.name}
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
    messages.success(request, _("The key no longer works. What the phone has scanned stays."))
    return redirect("console_event_today", slug)


@team
@require_POST
def settle(request, slug, uid):
    event = event_of(request, slug)
    rows = Scan.objects.filter(device__event=event).select_related("device__event__campaign")
    services.settle_scan(by=request.user, scan=get_object_or_404(rows, uid=uid))
    return redirect("console_event_today", slug)
