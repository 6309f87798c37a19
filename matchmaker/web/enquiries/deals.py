"""Samples, the ladder of a deal, and the question weeks later."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.core.lists import join_sentences, labelled
from matchmaker.messaging import services
from matchmaker.messaging.models import DealStep, FollowUp, Sample
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries import forms
from matchmaker.web.enquiries.gate import act_and_return, enquiry_of, one_of


def _wrong(request: HttpRequest, form, enquiry, anchor: str) -> HttpResponse:
    """What is wrong, in one sentence a field, above the page the form stands on."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        text = join_sentences(errors)
        messages.error(request, labelled(label, text) if label else text)
    response = redirect("enquiry", enquiry.uid)
    response["Location"] += f"#{anchor}"
    return response


@signed_in
@require_POST
def ask_sample(request: HttpRequest, uid) -> HttpResponse:
    enquiry, _side = enquiry_of(request, uid)
    form = forms.SampleForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form, enquiry, "sample")
    return act_and_return(
        request,
        lambda: services.ask_sample(by=request.user, enquiry=enquiry, what=form.cleaned_data["what"]),
        enquiry,
        said=_("The supplier is asked for it."),
        anchor="sample",
    )


@signed_in
@require_POST
def move(request: HttpRequest, uid) -> HttpResponse:
    sample = one_of(Sample.objects.visible_to(request.user), uid)
    fields = {name: request.POST.get(name, "") for name in ("carrier", "tracking", "why", "verdict", "note")}
    return act_and_return(
        request,
        lambda: services.move_sample(by=request.user, sample=sample, stage=request.POST.get("stage", ""), **fields),
        sample.enquiry,
        said=_("Noted; the other side is told."),
        anchor="sample",
    )


@signed_in
@require_POST
def say(request: HttpRequest, uid) -> HttpResponse:
    enquiry, _side = enquiry_of(request, uid)
    form = forms.StepForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form, enquiry, "deal")
    return act_and_return(
        request,
        lambda: services.say_step(by=request.user, enquiry=enquiry, **form.cleaned_data),
        enquiry,
        said=_("Noted. It counts once the other side confirms it."),
        anchor="deal",
    )


@signed_in
@require_POST
def answer(request: HttpRequest, uid) -> HttpResponse:
    step = one_of(DealStep.objects.visible_to(request.user), uid)
    return act_and_return(
        request,
        lambda: services.answer_step(
            by=request.user,
            step=step,
            confirm=request.POST.get("answer") == "confirm",
            why=request.POST.get("why", "")[:300],
        ),
        step.enquiry,
        said=_("Noted; the other side is told."),
        anchor="deal",
    )


@signed_in
@require_POST
def follow_up(request: HttpRequest, uid) -> HttpResponse:
    row = one_of(FollowUp.objects.visible_to(request.user), uid)
    return act_and_return(
        request,
        lambda: services.answer_follow_up(
            by=request.user,
            follow_up=row,
            answer=request.POST.get("answer", ""),
            note=request.POST.get("note", "")[:500],
        ),
        row.enquiry,
        said=_("Thank you. If goods were ordered or shipped, say it under “The deal”, so that it counts."),
        anchor="deal",
    )
