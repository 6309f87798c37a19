"""Everything of an event that is printed or taken along: badges, table signs, agendas, the venue's signed pack."""

import json

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.campaigns.models import CampaignLogo
from matchmaker.companies.models import CONTACT_FIELDS, Company
from matchmaker.core import reference
from matchmaker.core.downloads import download
from matchmaker.core.formats import capfirst
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.badges import BLUE, GREEN, SEAL, Badge, Sign
from matchmaker.events.models import Attendee, Event, EventBrand, EventParticipation, Interpreter, Meeting
from matchmaker.events.services import pack
from matchmaker.matching.models import Match
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.event import event_of
from matchmaker.web.forms.refusals import add_to_messages
from matchmaker.web.rendering.agendas import by_day, local, rows_of
from matchmaker.web.rendering.list_export import Table, export


@team
@require_safe
def paper(request, slug):
    event = event_of(request, slug)
    people = Attendee.objects.expected().filter(participation__event=event)
    context = {
        "event": event,
        "tab": "print",
        "people": people.count(),
        "sides": [(side, label, people.filter(participation__side=side).count()) for side, label in _sides(event)]
        + [("interpreter", _("Interpreters"), event.interpreters.count())],
        "meetings": Meeting.objects.of(event).active().count(),
        "fingerprint": pack.fingerprint(),
    }
    return render(request, "console/event_paper.html", context)


def _sides(event: Event) -> list[tuple[str, str]]:
    if event.is_of_equals:
        return [("both", _("Companies"))]
    return [("supplier", _("Suppliers")), ("buyer", _("Buyers"))]


def _both(text_of) -> str:
    """A word in the organiser's languages, that of the hall first."""
    found = []
    for language in reversed(settings.STAFF_LANGUAGES):
        with translation.override(language):
            found.append(str(text_of()))
    return " ".join(dict.fromkeys(found))


@team
@require_safe
def badges(request, slug):
    """Badges of everybody who is expected; `side` prints those of one side again."""
    event = event_of(request, slug)
    people = Attendee.objects.expected().filter(participation__event=event).select_related("participation__company")
    side = request.GET.get("side", "")
    if side in EventParticipation.Side.values:
        people = people.filter(participation__side=side)
    logo = _logo(event)
    rows = [] if side == "interpreter" else [_badge(event, one, logo) for one in people.order_by(*IN_ORDER)]
    if side in ("", "interpreter"):
        rows += [_interpreter_badge(event, one, logo) for one in event.interpreters.filter(code__isnull=False)]
    from matchmaker.events import printing  # brings fpdf and fontTools

    made = printing.badges(rows, title=_both(lambda: event.name))
    return download(made, name=f"{slug}-badges.pdf", content_type="application/pdf", inline=True)


IN_ORDER = ("participation__company__legal_name", "pk")
COLOURS = {"supplier": SEAL, "buyer": BLUE, "both": BLUE, "interpreter": GREEN}


def _logo(event: Event) -> bytes:
    own = EventBrand.objects.filter(event=event).first()
    if own and own.logo:
        return bytes(own.logo)
    row = CampaignLogo.objects.filter(campaign=event.campaign).first()
    return bytes(row.picture) if row else b""


def _badge(event: Event, person: Attendee, logo: bytes) -> Badge:
    part, company = person.participation, person.participation.company
    return Badge(
        event=_both(lambda: event.name),
        name=person.name,
        work=person.role,
        companies=[name for name in (company.display_name, company.other_name) if name],
        side=" · ".join(filter(None, (_both(lambda: capfirst(part.get_side_display())), part.booth))),
        code=person.code,
        # A phone at the gate, the team's phone and another visitor's phone each do their own thing with it.
        qr=settings.SITE_URL + reverse("gate_badge", args=[person.code]),
        country=_both(lambda: company.country_name),
        colour=COLOURS[part.side],
        logo=logo,
    )


def _interpreter_badge(event: Event, person: Interpreter, logo: bytes) -> Badge:
    return Badge(
        event=_both(lambda: event.name),
        name=person.name,
        work="",
        companies=[_both(lambda: _languages(person.languages))],
        side=_both(lambda: _("Interpreter")),
        code=person.code or "",
        qr=settings.SITE_URL + reverse("gate_badge", args=[person.code]),
        colour=COLOURS["interpreter"],
        logo=logo,
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
            Sign(
                event=_both(lambda: event.name),
                table=table,
                hall=_both(lambda table=table: event.place_of(table)),
                label=_both(lambda: _("Table")),
                companies=[name for name in (company.display_name, company.other_name) if name] if company else [],
            )
        )
    from matchmaker.events import printing  # brings fpdf and fontTools

    made = printing.signs(rows, title=_both(lambda: event.name))
    return download(made, name=f"{slug}-tables.pdf", content_type="application/pdf", inline=True)


def _sheets(event: Event) -> list[dict]:
    meetings: dict[int, list[Meeting]] = {}
    for meeting in Meeting.objects.of(event).active().for_agenda():
        meetings.setdefault(meeting.supplier_id, []).append(meeting)
        meetings.setdefault(meeting.buyer_id, []).append(meeting)
    rows = event.participations.registered().select_related("company").order_by("side", "company__legal_name")
    return [
        {
            "company": row.company,
            "language": _language_of(row.company),
            "row": row,
            "days": by_day(rows_of(meetings[row.company_id], row.company)),
        }
        for row in rows
        if row.company_id in meetings
    ]


def _language_of(company: Company) -> str:
    """That of the company, where the site has it; else the reader's."""
    known = dict(settings.LANGUAGES)
    return company.language if company.language in known else translation.get_language() or settings.LANGUAGE_CODE


@team
@require_safe
def agendas(request, slug):
    """One sheet a company, in the language of the company."""
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
    about = {"event": event.slug, "name": str(event.name), "made": made.isoformat(timespec="seconds")}
    return download(pack.seal(files, about), name=f"{slug}-venue.zip", content_type="application/zip")


# An event's lists: who has which booth, and participants and meetings as files.


def _registered_rows(event: Event):
    return event.participations.registered().select_related("company").order_by("-side", "company__legal_name", "pk")


@organiser
def booths(request: HttpRequest, slug: str) -> HttpResponse:
    """One field a company; where a person has a booth, meetings are held there."""
    event = event_of(request, slug)
    rows = list(_registered_rows(event))
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
    head = [_("Company"), _("Other name"), _("Country or region"), _("Comes as"), _("State"), _("Booth"), _("People")]
    head += [_("Inside"), _("Languages"), _("Hopes to meet"), _("Note for the organiser"), _("At most")]
    head += [_("Slots away"), _("Meetings"), _("Contact"), _("Email"), _("Phone"), _("WeChat ID")]
    head.append(_("Registered"))
    rows = event.participations.select_related("company").prefetch_related("attendees").order_by("side", "pk")
    return head, (
        [
            *(row.company.display_name, row.company.other_name, row.company.country_name),
            *(row.get_side_display(), row.get_status_display(), row.booth),
            ", ".join(f"{one.name} ({one.role})" if one.role else one.name for one in row.attendees.all()),
            sum(one.checked_in_at is not None for one in row.attendees.all()),
            *(_languages(row.languages), row.seeks, row.note, row.most, len(row.away), counts.get(row.company_id, 0)),
            *(getattr(row.company, name) for name in CONTACT_FIELDS),
            local(row.registered_at, event.zone).replace(microsecond=0),
        ]
        for row in rows
    )


def _meetings(event: Event) -> Table:
    """All of them, the cancelled too. What people noted for themselves is theirs."""
    head = [_("Day"), _("Begins"), _("Ends"), _("Time zone"), _("Table"), _("Hall"), _("Booth"), _("Supplier")]
    head += [_("Country or region"), _("Who goes"), _("Buyer"), _("Who goes"), _("Interpreter")]
    head += [_("State"), _("Locked")]
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


def _interpreters(event: Event) -> Table:
    """A row for each meeting, and one for each company without a meeting."""
    head = [_("Interpreter"), _("Email"), _("Languages"), _("Inside"), _("Day"), _("Begins"), _("Ends")]
    head += [_("Time zone"), _("Where"), _("Supplier"), _("Buyer"), _("State")]
    return head, (
        [
            *(row.name, row.email, _languages(row.languages), _("yes") if row.checked_in_at else ""),
            *(_timetable_cells(event, meeting) if meeting else [""] * 8),
        ]
        for row in event.interpreters.all()
        for meeting in (list(row.timetable) or [None])
    )


def _timetable_cells(event: Event, meeting: Meeting) -> list:
    at, until = local(meeting.starts_at, event.zone), local(meeting.ends_at, event.zone)
    return [
        *(at.date(), at.strftime("%H:%M"), until.strftime("%H:%M"), event.time_zone, meeting.where),
        *(meeting.supplier.display_name, meeting.buyer.display_name, meeting.get_status_display()),
    ]


def _matches(event: Event) -> Table:
    """Matches between companies that are registered, the best first; a demand that is not public is in none of them."""
    inside = event.participations.registered().order_by().values("company")
    rows = Match.objects.active().filter(product__company__in=inside, line__demand__company__in=inside)
    rows = rows.filter(line__demand__visibility="public").for_cards().order_by("-score", "pk")
    head = [_("Supplier"), _("Country or region"), _("Product"), _("Buyer"), _("Demand"), _("Line"), _("Score")]
    head += [_("The supplier answered"), _("The buyer answered")]
    return head, (
        [
            *(row.product.company.display_name, row.product.company.country_name, str(row.product.name)),
            *(row.line.demand.company.display_name, row.line.demand.title, row.line.text, round(100 * row.score)),
            *(row.get_supplier_answer_display(), row.get_buyer_answer_display()),
        ]
        for row in rows
    )


TABLES = {
    "participants": _participants,
    "meetings": _meetings,
    "interpreters": _interpreters,
    "matches": _matches,
}


@organiser
def lists(request: HttpRequest, slug: str, what: str, form: str) -> HttpResponse:
    if what not in TABLES:
        raise Http404
    event = event_of(request, slug)
    return export(request, f"{slug}-{what}", form, lambda: TABLES[what](event))
