"""The page where a company answers an invitation to an event."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from matchmaker.events import services
from matchmaker.events.models import EventInvitation, EventParticipation
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import current_company, signed_in
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.meetings.lookups import event_of


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Will your company attend?"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Yes, register us")),
            ("later", gettext_lazy("We decide later")),
            ("no", gettext_lazy("No")),
        ],
    )
    side = forms.ChoiceField(label=gettext_lazy("Comes as"), choices=EventParticipation.Side.choices, required=False)
    note = fields.TextField(
        label=gettext_lazy("Note for the organiser"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, invitation: EventInvitation, **kwargs):
        given = {"answer": invitation.answer, "note": invitation.note}
        super().__init__(*args, initial=given, **kwargs)
        if not (invitation.company.is_supplier and invitation.company.is_buyer):
            del self.fields["side"]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Of the company one works for where it is invited, or of another one of one's own."""
    event, company = event_of(request, slug), current_company(request)
    mine = EventInvitation.objects.filter(event=event, company__members=request.user).select_related("company")
    invitation = (company and mine.filter(company=company).first()) or mine.order_by("pk").first()
    if invitation is None:
        raise Http404
    form = AnswerForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.answer_invitation(by=request.user, invitation=invitation, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Thank you. The organiser has your answer."))
            came = form.cleaned_data["answer"] == "yes"
            return redirect("meetings_event" if came else "meetings_invitation", slug)
    context = {"event": event, "invitation": invitation, "form": form}
    return render(request, "meetings/invitation.html", context, status=422 if form.errors else 200)
