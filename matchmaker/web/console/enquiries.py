"""Held and reported messages, one at a time and nothing around them; and the limits."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.messaging import services
from matchmaker.messaging.models import ContactLimit, Message, Report
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.notice_claims import describe_result


@organiser
@require_safe
def show(request):
    context = {
        "reports": [_report_row(report) for report in services.open_reports(request.campaign)],
        "held": [_message_row(message) for message in services.held_messages(request.campaign)],
        "limits": ContactLimit.objects.all(),
    }
    return render(request, "console/enquiries.html", context)


def _sender(message: Message) -> Company:
    return message.enquiry.company_of(message.side)


def _report_row(report: Report) -> dict:
    sender = _sender(report.message)
    return {"report": report, "message": report.message, "sender": sender, "is_slowed": services.is_slowed(sender)}


def _message_row(message: Message) -> dict:
    return {"message": message, "sender": _sender(message), "why": services.hold_sentence(message)}


@organiser
@require_POST
def decide(request, uid):
    report = get_object_or_404(services.open_reports(request.campaign), uid=uid)
    uphold = request.POST.get("decision") == "uphold"
    done = _("The message is taken out.") if uphold else _("The message stays.")
    sides = [report.message.enquiry.supplier, report.message.enquiry.buyer]
    with refusals_in_messages(request):
        services.decide_report(by=request.user, report=report, uphold=uphold, note=text_beside(request, "note"))
        transaction.on_commit(start_delivery)
        messages.success(
            request, describe_result(done, _("Both sides are notified."), kind="enquiry_review", companies=sides)
        )
    return redirect("console_enquiries")


@organiser
@require_POST
def review(request, uid):
    message = get_object_or_404(services.held_messages(request.campaign), uid=uid)
    release = request.POST.get("decision") == "release"
    done = _("Delivered.") if release else _("Not delivered.")
    notice_sentence = _("The sender is notified.") if release else _("The sender gets the reason.")
    with refusals_in_messages(request):
        services.review_held(by=request.user, message=message, release=release, note=text_beside(request, "note"))
        transaction.on_commit(start_delivery)
        messages.success(
            request, describe_result(done, notice_sentence, kind="enquiry_review", companies=[_sender(message)])
        )
    return redirect("console_enquiries")


@organiser
@require_POST
def limits(request):
    with refusals_in_messages(request):
        for limit in ContactLimit.objects.all():
            values = [request.POST.get(f"{name}-{limit.level}", "") for name in ("per_day", "open_requests")]
            if not all(value.isascii() and value.isdigit() and len(value) <= 4 for value in values):
                raise ValidationError(_("Write whole numbers in digits, such as 10."))
            per_day, waiting = (int(value) for value in values)
            if (per_day, waiting) != (limit.per_day, limit.open_requests):
                services.set_contact_limit(by=request.user, level=limit.level, per_day=per_day, open_requests=waiting)
        messages.success(request, _("Saved. The limits count from the next message on."))
    return redirect("console_enquiries")
