"""One message: change it, take it back, report it, read its files."""

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core.downloads import SEALED, attachment
from matchmaker.messaging import services
from matchmaker.messaging.models import Attachment, Message
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries.forms import EditForm, ReportForm
from matchmaker.web.enquiries.gate import act_and_return, one_of
from matchmaker.web.forms.refusals import refusals_in_form


@signed_in
def edit(request: HttpRequest, uid) -> HttpResponse:
    message = one_of(Message.objects.visible_to(request.user), uid)
    form = EditForm(request.POST or None, initial={"text": message.text})
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.edit_message(by=request.user, message=message, text=form.cleaned_data["text"])
            return redirect("enquiry", message.enquiry.uid)
    context = {"form": form, "message": message, "enquiry": message.enquiry}
    return render(request, "enquiries/edit.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def delete(request: HttpRequest, uid) -> HttpResponse:
    message = one_of(Message.objects.visible_to(request.user), uid)
    return act_and_return(
        request,
        lambda: services.delete_message(by=request.user, message=message),
        message.enquiry,
        said=_("Taken back. A mark stays in its place."),
    )


@signed_in
def report(request: HttpRequest, uid) -> HttpResponse:
    message = one_of(Message.objects.visible_to(request.user), uid)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.report_message(by=request.user, message=message, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Reported. The organiser reads this message and decides; you are told."))
            return redirect("enquiry", message.enquiry.uid)
    context = {"form": form, "message": message, "enquiry": message.enquiry}
    return render(request, "enquiries/report.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
@csp_override(SEALED)
def download(request: HttpRequest, uid) -> FileResponse:
    """Always a download: nothing in it may run here (B57)."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), uid=uid)
    return attachment(found)
