"""The ready-made sentences of the small forms on the page of an enquiry: samples and steps of a deal."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from matchmaker.messaging.models import Enquiry, Sample
from matchmaker.web.enquiries.composing import Composer


def sample_wish(enquiry: Enquiry, request: HttpRequest | None = None) -> Composer:
    """Of the form by which a buyer asks for a sample."""
    return Composer(request, name="sample", action=reverse("sample_ask", args=[enquiry.uid]))


def sample_step(sample: Sample, request: HttpRequest | None = None) -> Composer:
    """Of the form by which a side refuses or judges a sample."""
    return Composer(request, name="sample-step", action=reverse("sample_move", args=[sample.uid]))


def stage_in_hand(sample: Sample) -> str:
    """The stage whose form has sentences now; a button that changes them names no stage."""
    return Sample.Stage.REFUSED if sample.stage == Sample.Stage.ASKED else Sample.Stage.JUDGED


def of_sample(sample: Sample | None) -> dict[str, Composer]:
    """Empty sentences for the forms of a sample on its way."""
    if sample is None:
        return {}
    return {"refuse_composer": sample_step(sample), "judge_composer": sample_step(sample)}


def step(enquiry: Enquiry, request: HttpRequest | None = None) -> Composer:
    """Of the form by which a side records a step of the deal."""
    return Composer(request, name="step", action=reverse("deal_step", args=[enquiry.uid]))


def form_of(form_class: type[forms.Form], request: HttpRequest, composer: Composer, *, auto_id: str) -> Any:
    """The form as it was sent; where a sentence was added or removed, with what was typed and not judged yet."""
    if composer.is_step:
        return form_class(initial=request.POST.dict(), auto_id=auto_id)
    return form_class(request.POST, request.FILES, auto_id=auto_id)
