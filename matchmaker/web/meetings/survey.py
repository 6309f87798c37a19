"""The survey after an event: one number and a line of words, answered once."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from matchmaker.reporting.models import Survey
from matchmaker.reporting.services import answer_survey
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.meetings.lookups import event_of

RATINGS = [
    (5, gettext_lazy("5 – certainly")),
    (4, gettext_lazy("4 – probably")),
    (3, gettext_lazy("3 – perhaps")),
    (2, gettext_lazy("2 – hardly")),
    (1, gettext_lazy("1 – no")),
]


class SurveyForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=gettext_lazy("Would you come again?"), coerce=int, choices=RATINGS, widget=forms.RadioSelect
    )
    missing = forms.CharField(
        label=gettext_lazy("What was missing?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The organiser reads the sum and the words, not who wrote them."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_of(request, slug)
    survey = get_object_or_404(Survey.objects.visible_to(request.user), event=event)
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            answer_survey(by=request.user, survey=survey, **form.cleaned_data)
            messages.success(request, _("Thank you. Your answer is with the organiser."))
            return redirect("meetings_survey", slug)
    context = {"event": event, "survey": survey, "form": form}
    return render(request, "meetings/survey.html", context, status=422 if form.errors else 200)
