"""One enquiry: what was written and what became of it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from matchmaker.messaging import services
from matchmaker.messaging.models import Message, Report
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries import forms
from matchmaker.web.enquiries.gate import act_and_return, enquiry_of
from matchmaker.web.enquiries.timeline import entries_of, ladder_of
from matchmaker.web.forms.refusals import refusals_in_form


@signed_in
def show(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    form = forms.MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form, {"files": "attachments"}):
            services.reply(
                by=request.user, enquiry=enquiry, text=form.cleaned_data["text"], files=form.cleaned_data["attachments"]
            )
            transaction.on_commit(start_delivery)
            return redirect(f"{request.path}#last")
    services.see(by=request.user, enquiry=enquiry)
    return render(
        request, "enquiries/thread.html", context_of(request, enquiry, side, form), status=422 if form.errors else 200
    )


def context_of(request: HttpRequest, enquiry, side, form) -> dict:
    other = enquiry.company_of(side.other)
    own = enquiry.company_of(side)
    hidden = Report.objects.filter(message__enquiry=enquiry, side=side).values_list("message__uid", flat=True)
    held = enquiry.messages.filter(side=side, state=Message.State.HELD).exists()
    asked = enquiry.asked_by == side
    return {
        "enquiry": enquiry,
        "side": side,
        "own": own,
        "other": other,
        "named": side == "buyer" or enquiry.buyer_named,
        "entries": entries_of(request.user, enquiry, side),
        "reported": set(hidden),
        "form": form,
        "held": held,
        "can_write": not held
        and (enquiry.status in ("open", "closed") or (not asked and enquiry.status in ("requested", "declined"))),
        "is_request_to_us": enquiry.status == "requested" and not asked,
        "our_turn": enquiry.owes == side and enquiry.is_living,
        "people": own.members.filter(is_active=True),
        "person": enquiry.person_of(side),
        "quotes": enquiry.quotes.exclude(status="replaced").select_related("line"),
        "sample": enquiry.samples.last(),
        "ladder": ladder_of(enquiry, side),
        "follow_up": enquiry.follow_ups.filter(side=side).first(),
        "deal_open": enquiry.status in ("open", "closed"),
        "sample_form": forms.SampleForm(auto_id="sample_%s"),
        "send_form": forms.SendForm(auto_id="send_%s"),
        "judge_form": forms.JudgeForm(auto_id="judge_%s"),
        "step_form": forms.StepForm(
            auto_id="step_%s", initial={"happened_on": timezone.localdate().isoformat(), "currency": "CNY"}
        ),
        "rate": services.reply_rate(other),
    }


ACTS = {
    "decline": (services.decline, gettext_lazy("Declined. They are told and cannot ask again.")),
    "nothing": (services.nothing_to_answer, gettext_lazy("Noted: nobody is reminded of it.")),
    "close": (services.close_enquiry, gettext_lazy("Put away. Whoever writes again opens it.")),
}


@signed_in
@require_POST
def act(request: HttpRequest, uid) -> HttpResponse:
    enquiry, _side = enquiry_of(request, uid)
    chosen = request.POST.get("act", "")
    if chosen not in ACTS:
        messages.error(request, _("Choose one of the buttons."))
        return redirect("enquiry", enquiry.uid)
    verb, said = ACTS[chosen]
    return act_and_return(request, lambda: verb(by=request.user, enquiry=enquiry), enquiry, said=said)


@signed_in
@require_POST
def assign(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    chosen = request.POST.get("person", "")
    person = get_object_or_404(enquiry.company_of(side).members, uid=chosen) if chosen else None
    return act_and_return(
        request,
        lambda: services.assign(by=request.user, enquiry=enquiry, to=person),
        enquiry,
        said=_("Saved. She alone is told from now on.") if person else _("Saved. Everybody of your company is told."),
    )
