"""Held and reported messages, one at a time and nothing around them; the limits; and how far contacts came."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.events.models import Meeting
from matchmaker.matching.models import Match
from matchmaker.messaging import services
from matchmaker.messaging.models import ContactLimit, DealStep, Enquiry, FollowUp, Message, Report
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.notice_claims import done


@organiser
@require_safe
def show(request):
    context = {
        "reports": [_reported(report) for report in services.open_reports()],
        "held": [_held(message) for message in services.held_messages()],
        "limits": ContactLimit.objects.all(),
    }
    return render(request, "console/enquiries.html", context)


def _sender(message: Message) -> Company:
    return message.enquiry.company_of(message.side)


def _reported(report: Report) -> dict:
    return {"report": report, "message": report.message, "sender": _sender(report.message)}


def _held(message: Message) -> dict:
    return {"message": message, "sender": _sender(message), "why": services.hold_sentence(message)}


def _act(request, act, what: str, told: str = "", companies=()):
    """Call a service. `told` is said too where each of the companies has a notice of the decision."""
    with refusals_in_messages(request):
        act()
        transaction.on_commit(start_delivery)
        messages.success(request, done(what, told, kind="enquiry_review", companies=companies))
    return redirect("console_enquiries")


@organiser
@require_POST
def decide(request, uid):
    report = get_object_or_404(Report.objects.open(), uid=uid)
    uphold = request.POST.get("decision") == "uphold"
    note = request.POST.get("note", "")[:500]
    return _act(
        request,
        lambda: services.decide_report(by=request.user, report=report, uphold=uphold, note=note),
        _("The message is taken out.") if uphold else _("The message stays."),
        _("Both sides are told."),
        [report.message.enquiry.supplier, report.message.enquiry.buyer],
    )


@organiser
@require_POST
def review(request, uid):
    message = get_object_or_404(services.held_messages(), uid=uid)
    release = request.POST.get("decision") == "release"
    note = request.POST.get("note", "")[:500]
    return _act(
        request,
        lambda: services.review_held(by=request.user, message=message, release=release, note=note),
        _("Delivered.") if release else _("Not delivered."),
        _("The sender is told.") if release else _("The sender is told why."),
        [_sender(message)],
    )


@organiser
@require_POST
def limits(request):
    def act():
        for limit in ContactLimit.objects.all():
            values = [request.POST.get(f"{name}-{limit.level}", "") for name in ("per_day", "open_requests")]
            if not all(value.isascii() and value.isdigit() and len(value) <= 4 for value in values):
                raise ValidationError(_("Write whole numbers in digits, such as 10."))
            per_day, waiting = (int(value) for value in values)
            if (per_day, waiting) != (limit.per_day, limit.open_requests):
                services.set_contact_limit(by=request.user, level=limit.level, per_day=per_day, open_requests=waiting)

    return _act(request, act, _("Saved. The limits count from the next message on."))


@team
@require_safe
def outcomes(request):
    """The funnel of the campaign: companies up to approval, pairs of companies from there on."""
    companies = Company.objects.filter(campaigns=request.campaign).distinct()
    approved = companies.approved()
    rungs = services.ladder_counts(approved)
    met = Meeting.objects.filter(event__campaign=request.campaign, status="held")
    agreed = DealStep.objects.confirmed().filter(rung__in=["intent", "order"], enquiry__supplier__in=approved)
    context = {
        "role": request.role,
        "steps": [
            {"label": _("Signed up"), "n": companies.count(), "unit": _("companies")},
            {"label": _("Approved"), "n": approved.count(), "unit": _("companies")},
            {"label": _("Matched"), "n": _pairs(Match.objects.active(), "product__company", "line__demand__company"),
             "unit": _("pairs")},
            {"label": _("In conversation"), "n": _pairs(Enquiry.objects.filter(answered_at__isnull=False), "supplier",
             "buyer"), "unit": _("pairs")},
            {"label": _("Met in person"), "n": _pairs(met, "supplier", "buyer"), "unit": _("pairs")},
            {"label": _("Agreed"), "n": _pairs(agreed, "enquiry__supplier", "enquiry__buyer"), "unit": _("pairs")},
            {"label": _("Shipped"), "n": rungs["shipment"]["confirmed"], "unit": _("pairs"), "first": True},
        ],
        "rungs": [{"label": label, **rungs[rung]} for rung, label in DealStep.Rung.choices],
        "values": _values(approved),
        "follow_ups": _answers(approved),
    }  # fmt: skip
    return render(request, "console/outcomes.html", context)


def _pairs(rows, supplier: str, buyer: str) -> int:
    return rows.order_by().values(supplier, buyer).distinct().count()


def _values(companies) -> list[dict]:
    """Confirmed values by rung and currency; different currencies are never added up."""
    steps = DealStep.objects.confirmed().filter(amount__isnull=False, enquiry__supplier__in=companies)
    rows = steps.order_by().values("rung", "currency").annotate(total=Sum("amount")).order_by("rung", "currency")
    labels = dict(DealStep.Rung.choices)
    return [{**row, "label": labels[row["rung"]]} for row in rows]


def _answers(companies) -> list[dict]:
    """What both sides answered weeks later, and how many did not."""
    rows = FollowUp.objects.filter(Q(enquiry__supplier__in=companies) | Q(enquiry__buyer__in=companies))
    return [
        {"label": label, "n": rows.filter(answer=answer).count()} for answer, label in reversed(FollowUp.Answer.choices)
    ]
