"""Everything of an event that is printed or taken along: badges, table signs, agendas, the venue's signed pack."""

import json

from django.conf import settings
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.core.downloads import download
from matchmaker.events import printing
from matchmaker.events.models import Attendee, Event, Meeting
from matchmaker.events.services import pack
from matchmaker.web.access.decorators import team
from matchmaker.web.console.events.event import event_of
from matchmaker.web.rendering.agendas import by_day, local, rows_of


@team
@require_safe
def paper(request, slug):
    event = event_of(request, slug)
    people = Attendee.objects.expected().filter(participation__event=event)
    context = {
        "event": event,
        "tab": "print",
        "people": people.count(),
        "sides": [
            (side, label, people.filter(participation__side=side).count())
            for side, label in (("supplier", _("Suppliers")), ("buyer", _("Buyers")))
        ],
        "meetings": Meeting.objects.of(event).active().count(),
        "fingerprint": pack.fingerprint(),
    }
    return render(request, "console/event_paper.html", context)


def _both(text_of) -> str:
    """A word in both languages of the hall, Chinese first."""
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(str(text_of()))
    return " ".join(dict.fromkeys(found))


@team
@require_safe
def badges(request, slug):
    """Badges of everybody who is expected; `side` and `only` (a company) print some of them again."""
    event = event_of(request, slug)
    people = Attendee.objects.expected().filter(participation__event=event).select_related("participation__company")
    if request.GET.get("side") in ("supplier", "buyer"):
        people = people.filter(participation__side=request.GET["side"])
    if only := request.GET.get("only", ""):
        people = people.filter(participation__company__legal_name=only[:200])
    rows = [_badge(event, person) for person in people.order_by("participation__company__legal_name", "pk")]
    made = printing.badges(rows, title=_both(lambda: event.name))
    return download(made, name=f"{slug}-badges.pdf", content_type="application/pdf", inline=True)


def _badge(event: Event, person: Attendee) -> printing.Badge:
    part, company = person.participation, person.participation.company
    return printing.Badge(
        event=_both(lambda: event.name),
        name=person.name,
        work=person.role,
        companies=[name for name in (company.display_name, company.other_name) if name],
        side=" · ".join(filter(None, (_both(lambda: capfirst(part.get_side_display())), part.booth))),
        code=person.code,
        # A phone at the gate, the team's phone and another visitor's phone each do their own thing with it.
        qr=settings.SITE_URL + reverse("gate_badge", args=[person.code]),
    )


@team
@require_safe
def signs(request, slug):
    """A sign for each table; a supplier who keeps the table the whole day stands on it."""
    event = event_of(request, slug)
    at_table: dict[int, set] = {}
    for meeting in Meeting.objects.of(event).active().for_agenda():
        at_table.setdefault(meeting.table, set()).add(meeting.supplier)
    rows = []
    for table in range(1, event.tables + 1):
        keepers = at_table.get(table, set())
        company = next(iter(keepers)) if len(keepers) == 1 else None
        rows.append(
            printing.Sign(
                event=_both(lambda: event.name),
                table=table,
                hall=_both(lambda table=table: event.place_of(table)),
                label=_both(lambda: _("Table")),
                companies=[name for name in (company.display_name, company.other_name) if name] if company else [],
            )
        )
    made = printing.signs(rows, title=_both(lambda: event.name))
    return download(made, name=f"{slug}-tables.pdf", content_type="application/pdf", inline=True)


def _sheets(event: Event) -> list[dict]:
    meetings: dict[int, list[Meeting]] = {}
    for meeting in Meeting.objects.of(event).active().for_agenda():
        meetings.setdefault(meeting.supplier_id, []).append(meeting)
        meetings.setdefault(meeting.buyer_id, []).append(meeting)
    rows = event.participations.registered().select_related("company").order_by("side", "company__legal_name")
    return [
        {"company": row.company, "row": row, "days": by_day(rows_of(meetings[row.company_id], row.company))}
        for row in rows
        if row.company_id in meetings
    ]


@team
@require_safe
def agendas(request, slug):
    """One sheet a company."""
    event = event_of(request, slug)
    return render(request, "console/event_agendas.html", {"event": event, "sheets": _sheets(event), "tab": "print"})


@team
@require_safe
def venue_pack(request, slug):
    """What the hall needs when the network is down, as one signed file."""
    event = event_of(request, slug)
    people = list(
        Attendee.objects.expected()
        .filter(participation__event=event)
        .select_related("participation__company")
        .order_by("participation__company__legal_name", "pk")
    )
    made = timezone.now()
    meetings = list(Meeting.objects.of(event).active().for_agenda())
    context = {"event": event, "people": people, "sheets": _sheets(event), "made": local(made, event.zone)}
    listed = {
        "event": event.slug,
        "time_zone": event.time_zone,
        "people": [
            {"code": one.code, "name": one.name, "company": one.participation.company.legal_name} for one in people
        ],
        "meetings": [
            {
                "starts_at": row.starts_at.astimezone(event.zone).isoformat(),
                "table": row.table,
                "hall": event.place_of(row.table),
                "supplier": row.supplier.legal_name,
                "buyer": row.buyer.legal_name,
                "interpreter": row.interpreter.name if row.interpreter else None,
            }
            for row in meetings
        ],
    }
    files = {
        "venue.html": render_to_string("console/venue_pack.html", context, request=request).encode(),
        "venue.json": json.dumps(listed, ensure_ascii=False, indent=1).encode(),
    }
    about = {"event": event.slug, "name": event.name, "made": made.isoformat(timespec="seconds")}
    return download(pack.seal(files, about), name=f"{slug}-venue.zip", content_type="application/zip")
